"""Files of a request: read by those who see it, as attachments, and by nobody else."""

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

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
