"""Files of a request: read by those who see it, as attachments, and by nobody else."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.evidence import every_row
from tests.life import photo, sent
from yuanqi.casework.models import Attachment
from yuanqi.foundation import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def case_id(life, client_of) -> int:
    """A request with the enterprise's photograph and one in an internal note."""
    found = life.bring("accepted")
    client_of("safety_handler").post(
        reverse("servicedesk:message", args=[found]),
        sent(kind="note", body="内部", files=[photo("管网图.jpg", "green")]),
    )
    return found


def one(name: str) -> str:
    return reverse("servicedesk:attachment", args=[Attachment.objects.get(name=name).pk])


def every(case_id: int) -> str:
    return reverse("servicedesk:attachments", args=[case_id])


def body(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("who", ["contact", "safety_handler", "clerk", "linked_officer"])
def test_who_sees_the_request_reads_its_file(case_id, client_of, who):
    response = client_of(who).get(one("工艺说明.jpg"))

    assert response.status_code == 200
    assert body(response) == photo(color="blue").read()
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%E5%B7%A5%E8%89%BA%E8%AF%B4%E6%98%8E.jpg"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "no-store"


def test_a_notes_file_is_as_hidden_as_the_note(case_id, client_of):
    assert body(client_of("clerk").get(one("管网图.jpg"))) == photo(color="green").read()
    assert client_of("contact").get(one("管网图.jpg")).status_code == 404


@pytest.mark.parametrize(
    ("who", "names"),
    [("contact", ["工艺说明.jpg"]), ("clerk", ["工艺说明.jpg", "管网图.jpg"])],
)
def test_the_zip_holds_what_the_actor_may_read(case_id, client_of, who, names):
    response = client_of(who).get(every(case_id))

    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == (
        "attachment; filename*=UTF-8''2611-0001%E9%99%84%E4%BB%B6.zip"
    )
    with zipfile.ZipFile(io.BytesIO(body(response))) as archive:
        assert archive.namelist() == names
        assert archive.infolist()[0].date_time == (2026, 11, 5, 10, 0, 0)


def test_a_stranger_finds_no_file_and_an_unknown_one_looks_the_same(case_id, client_of):
    client = client_of("stranger")
    rows = every_row()

    found = [client.get(url).status_code for url in (
        one("工艺说明.jpg"), one("管网图.jpg"), every(case_id),
        reverse("servicedesk:attachment", args=[999_999]), every(999_999),
    )]  # fmt: skip

    assert found == [404, 404, 404, 404, 404]
    assert every_row() == rows


def test_who_has_not_signed_in_is_asked_to(case_id):
    for url in (one("工艺说明.jpg"), every(case_id)):
        assert Client().get(url)["Location"].startswith("/account/login/")


def test_files_are_only_read(case_id, client_of):
    client = client_of("clerk")

    for url in (one("工艺说明.jpg"), every(case_id)):
        assert client.post(url).status_code == 405
        assert client.head(url).status_code == 200


def test_bytes_that_are_gone_are_told_plainly(case_id, client_of, caplog):
    attachment = Attachment.objects.select_related("file").get(name="工艺说明.jpg")
    files.path_of(attachment.file.sha256).unlink()
    client = client_of("contact")

    for url in (one("工艺说明.jpg"), every(case_id)):
        response = client.get(url)
        assert response.status_code == 404
        assert "这个文件在服务器上找不到了" in response.content.decode()
    assert f"the bytes of attachment {attachment.pk} are gone from the disk" in caplog.text


def test_a_request_without_files_has_nothing_to_pack(life, client_of):
    case_id = life.bring("submitted")
    Attachment.objects.all().delete()

    response = client_of("contact").get(every(case_id))

    assert response.status_code == 404
    assert "这件诉求还没有附件。" in response.content.decode()


# --- small pictures, and removal --------------------------------------------------------------


def at_address(name: str, what: str) -> str:
    return reverse(f"servicedesk:attachment-{what}", args=[Attachment.objects.get(name=name).pk])


@pytest.mark.parametrize("what", ["thumb", "screen"])
def test_a_photograph_is_shown_small_by_a_picture_made_anew(case_id, client_of, what):
    response = client_of("contact").get(at_address("工艺说明.jpg", what))

    assert response.status_code == 200
    with Image.open(io.BytesIO(body(response))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (8, 8))
    assert response["Content-Type"] == "image/jpeg"
    assert (
        "Content-Disposition" not in response
        or "attachment" not in (response["Content-Disposition"])
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("what", ["thumb", "screen", "remove"])
def test_what_may_not_be_read_is_not_shown_small_nor_removed(case_id, client_of, what):
    assert client_of("contact").get(at_address("管网图.jpg", what)).status_code == 404
    assert client_of("stranger").get(at_address("工艺说明.jpg", what)).status_code == 404
    assert Client().get(at_address("工艺说明.jpg", what)).status_code == 302


def test_a_paper_has_no_small_picture(case_id, client_of):
    client_of("contact").post(
        reverse("servicedesk:message", args=[case_id]),
        sent(kind="talk", body="报告", files=[SimpleUploadedFile("报告.pdf", b"%PDF-1.7\n")]),
    )

    assert client_of("contact").get(at_address("报告.pdf", "thumb")).status_code == 404
    html = client_of("contact").get(reverse("servicedesk:request", args=[case_id])).content.decode()
    assert html.count('class="yq-thumb"') == 1


def test_who_handed_a_file_in_takes_it_back_and_the_page_says_why(case_id, client_of):
    contact = client_of("contact")
    page = reverse("servicedesk:request", args=[case_id])
    assert at_address("工艺说明.jpg", "remove") in contact.get(page).content.decode()

    asked = contact.get(at_address("工艺说明.jpg", "remove"))
    done = contact.post(at_address("工艺说明.jpg", "remove"), sent(reason="传错了文件"))

    assert "工艺说明.jpg" in asked.content.decode()
    assert (done.status_code, done["Location"]) == (303, page)
    for who in ("contact", "safety_handler"):
        html = client_of(who).get(page).content.decode()
        assert html.count("已删除：传错了文件") == 2  # where it was said, and among the files
        assert one("工艺说明.jpg") not in html
        assert at_address("工艺说明.jpg", "remove") not in html
    assert client_of("clerk").get(one("工艺说明.jpg")).status_code == 404
    assert client_of("clerk").get(at_address("工艺说明.jpg", "thumb")).status_code == 404
    with zipfile.ZipFile(io.BytesIO(body(client_of("clerk").get(every(case_id))))) as packed:
        assert packed.namelist() == ["管网图.jpg"]


def test_others_are_not_offered_to_remove_it_and_may_not(case_id, client_of):
    page = reverse("servicedesk:request", args=[case_id])
    handler = client_of("safety_handler")
    html = handler.get(page).content.decode()
    before = every_row()

    assert at_address("工艺说明.jpg", "remove") not in html
    assert handler.post(at_address("工艺说明.jpg", "remove"), sent(reason="x")).status_code == 403
    assert every_row() == before


def test_a_removal_without_a_reason_comes_back_and_removes_nothing(case_id, client_of):
    answer = client_of("contact").post(at_address("工艺说明.jpg", "remove"), sent(reason=" "))

    assert answer.status_code == 422
    assert "请写一句为什么删除。" in answer.content.decode()
    assert not Attachment.objects.filter(removed_at__isnull=False).exists()
