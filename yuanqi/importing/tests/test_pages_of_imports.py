"""The pages of imports: who sees them, what they say, and how many questions they ask."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tests.evidence import every_row
from yuanqi.audit.models import AccessRead
from yuanqi.domain import uscc
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.importing import retention, running, store
from yuanqi.importing.models import Import, ImportFault
from yuanqi.registry.models import Enterprise

pytestmark = pytest.mark.django_db
CODE = uscc.make("91320594", "MA900001")
HEADS = "统一社会信用代码,企业名称,心情\r\n"


@pytest.fixture
def clerk(client, zone):
    client.force_login(zone.clerk.account)
    return client


def sent(client, text, kind="enterprises", name="名录.csv", **more):
    file = SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
    return client.post("/imports/", {"kind": kind, "file": file, **more})


def of(response):
    return Import.objects.get(pk=int(response["Location"].rstrip("/").rpartition("/")[2]))


def test_only_those_who_keep_a_register_import_and_others_see_nothing(client, zone):
    for person, status in ((zone.safety_handler, 403), (zone.leader, 403), (zone.contact, 403)):
        client.force_login(person.account)
        assert client.get("/imports/").status_code == status
        before = every_row()
        assert sent(client, HEADS).status_code == status
        assert every_row() == before


def test_the_security_and_audit_administrators_import_nothing(client, zone):
    for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        account = Account.objects.create(username=str(role))
        RoleGrant.objects.create(account=account, role=role.value)
        client.force_login(account)
        assert client.get("/imports/").status_code == 403


def test_a_file_is_handed_in_once_however_often_it_is_sent(clerk):
    key = "4b7b2f7e-0f6a-4c49-9a5c-7f5b8e8a1d11"

    first = sent(clerk, f"{HEADS}{CODE},云泽岚屿生物有限公司,好", once=key)
    again = sent(clerk, f"{HEADS}{CODE},云泽岚屿生物有限公司,好", once=key)

    assert (first.status_code, again.status_code) == (303, 303)
    assert first["Location"] == again["Location"]
    assert Import.objects.count() == 1


def test_an_unreadable_file_is_refused_on_the_form_and_nothing_is_kept(clerk):
    before = every_row()

    response = sent(clerk, b"\xd0\xcf\x11\xe0rest", name="旧.xls")

    assert response.status_code == 422
    assert "另存为 .xlsx" in response.content.decode()
    assert {**every_row(), "django_session": ""} == {**before, "django_session": ""}


def test_columns_are_shown_with_what_they_are_taken_for_and_may_be_changed(clerk):
    imported = of(sent(clerk, f"{HEADS}{CODE},云泽岚屿生物有限公司,星河路 1 号"))
    page = clerk.get(f"/imports/{imported.pk}/").content.decode()
    assert "有 1 列不认得" in page
    assert "星河路 1 号" in page

    answer = clerk.post(
        f"/imports/{imported.pk}/checks/",
        {"column-0": "uscc", "column-1": "name", "column-2": "address"},
    )

    assert answer.status_code == 303
    running.check(imported.pk, timezone.now())
    clerk.post(f"/imports/{imported.pk}/confirmations/", {"common_choice": "skip"})
    running.write(imported.pk, timezone.now())
    assert Enterprise.objects.get(uscc=CODE).address == "星河路 1 号"


def test_one_column_twice_and_a_missing_one_are_said_and_the_choice_stays(clerk):
    imported = of(sent(clerk, f"{HEADS}{CODE},云泽岚屿生物有限公司,好"))

    answer = clerk.post(
        f"/imports/{imported.pk}/checks/", {"column-0": "name", "column-1": "name"}, follow=True
    )

    page = answer.content.decode()
    assert "有几列都选了“企业名称”" in page
    assert Import.objects.get(pk=imported.pk).state == "matching"


def test_the_report_lists_each_fault_and_its_queries_dont_grow(clerk, django_assert_num_queries):
    rows = "".join(f"{CODE[:-1]}{number},甲{number}乙丙丁有限公司,\r\n" for number in range(40))
    imported = of(sent(clerk, HEADS + rows))
    clerk.post(f"/imports/{imported.pk}/checks/", {"column-0": "uscc", "column-1": "name"})
    progress = clerk.get(f"/imports/{imported.pk}/").content.decode()
    assert "马上开始" in progress
    running.check(imported.pk, timezone.now())

    clerk.get(f"/imports/{imported.pk}/")
    with django_assert_num_queries(13):
        page = clerk.get(f"/imports/{imported.pk}/").content.decode()

    assert "末位和前 17 位对不上" in page
    assert "还不能导入" in page


def like_and_known(clerk, zone, extra=""):
    """A file with a row known by its code, and one known only by a name like one's."""
    known = zone.stranger.enterprise
    Enterprise.objects.filter(pk=known.pk).update(legal_person="韩青")
    like = zone.enterprise.name.replace("有限公司", "有限责任公司")
    heads = "统一社会信用代码,企业名称,法定代表人\r\n"
    rows = f"{known.uscc},{known.name},苏禾\r\n{CODE},{like},\r\n"
    imported = of(sent(clerk, heads + rows + extra))
    columns = {"column-0": "uscc", "column-1": "name", "column-2": "legal_person"}
    clerk.post(f"/imports/{imported.pk}/checks/", columns)
    running.check(imported.pk, timezone.now())
    return imported


def test_what_must_be_decided_stands_before_what_may_be_left(clerk, zone):
    imported = like_and_known(clerk, zone)

    page = clerk.get(f"/imports/{imported.pk}/").content.decode()

    assert page.index('id="line-3"') < page.index('id="line-2"')
    assert "名称相近" in page
    assert "确认导入" not in page


def test_who_sees_what_the_register_says_of_persons_in_a_report_is_noted(clerk, zone):
    imported = like_and_known(clerk, zone)
    assert not AccessRead.objects.exists()

    clerk.get(f"/imports/{imported.pk}/")

    noted = AccessRead.objects.get()
    assert (noted.account, noted.subject, noted.what, noted.count) == (
        zone.clerk.account, "enterprises", "legal_person", 1,
    )  # fmt: skip


def test_before_a_merging_import_it_is_said_that_it_cant_be_undone_and_after_it_too(clerk, zone):
    imported = like_and_known(clerk, zone)
    address = f"/imports/{imported.pk}/"
    clerk.post(f"{address}choices/", {"choice-3": "new"})
    assert "不能整批撤销" not in clerk.get(address).content.decode()

    clerk.post(f"{address}choices/", {"choice-3": "merge"})
    before = clerk.get(address).content.decode()
    clerk.post(f"{address}confirmations/", {"common_choice": "skip"})
    running.write(imported.pk, timezone.now())
    after = clerk.get(address).content.decode()

    assert "有 1 行要把已登记的企业并入。合并不能撤销" in before
    assert "这次导入把 1 家已登记的企业并入了新的" in after
    assert "整批撤销</button>" not in after


def test_progress_answers_with_the_way_on_when_the_job_is_done(clerk):
    imported = of(sent(clerk, f"{HEADS}{CODE},云泽岚屿生物有限公司,好"))
    address = f"/imports/{imported.pk}/progress/"
    clerk.post(f"/imports/{imported.pk}/checks/", {"column-0": "uscc", "column-1": "name"})
    assert "0 / 1 行" in clerk.get(address).content.decode()

    running.check(imported.pk, timezone.now())

    assert clerk.get(address)["HX-Redirect"] == f"/imports/{imported.pk}/"


@pytest.mark.parametrize("kind", ["enterprises", "contacts", "indicators", "projects", "links"])
def test_each_template_is_read_back_by_its_own_heads(clerk, kind):
    answer = clerk.get(f"/imports/templates/{kind}/")
    content = b"".join(answer.streaming_content)

    imported = of(sent(clerk, content, kind=kind, name="模板.xlsx"))

    assert all(imported.matching[1:])
    assert imported.matching[0] == ""
    assert clerk.get("/imports/templates/officers/").status_code == 404
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names[1] == "填写说明"


def test_the_list_is_exported_as_narrowed_and_may_come_in_again(clerk, zone):
    answer = clerk.get("/imports/exports/enterprises/", {"q": zone.enterprise.uscc})
    content = b"".join(answer.streaming_content)

    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()

    assert [row[0] for row in rows] == ["统一社会信用代码", zone.enterprise.uscc]
    event = JournalEvent.objects.get(kind="importing.list_exported")
    assert event.payload == {
        "register": "enterprises", "query": f"q={zone.enterprise.uscc}", "rows": 1,
    }  # fmt: skip
    imported = of(sent(clerk, content, name="导出.xlsx"))
    clerk.post(
        f"/imports/{imported.pk}/checks/",
        {f"column-{place}": key for place, key in enumerate(imported.matching)},
    )
    running.check(imported.pk, timezone.now())
    imported.refresh_from_db()
    assert (imported.faults, imported.known, imported.same) == (0, 0, 1)


def test_exports_of_people_are_the_centres_and_a_formula_stays_a_text(client, clerk, zone):
    zone.contact.title = "=1+1"
    zone.contact.save()
    content = b"".join(clerk.get("/imports/exports/contacts/").streaming_content)
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert "=1+1" in {cell for row in cells for cell in row}
    client.force_login(zone.safety_handler.account)
    assert client.get("/imports/exports/contacts/").status_code == 404
    assert client.get("/imports/exports/nothing/").status_code == 404


def test_an_enterprise_is_merged_after_one_has_seen_what_moves(clerk, zone):
    old, into = zone.stranger.enterprise, zone.enterprise
    page = clerk.get(f"/enterprises/{old.pk}/merges/", {"into": into.uscc}).content.decode()
    assert "联系人" in page
    assert "确认合并" in page or "还不能合并" in page

    answer = clerk.post(f"/enterprises/{old.pk}/merges/", {"into": "没有这家"})

    assert answer.status_code == 422
    old.refresh_from_db()
    assert old.merged_into is None


def test_after_its_time_the_file_goes_and_what_was_found_in_it(clerk):
    imported = of(sent(clerk, f"{HEADS}{CODE[:-1]}!,云泽岚屿生物有限公司,好"))
    clerk.post(f"/imports/{imported.pk}/checks/", {"column-0": "uscc", "column-1": "name"})
    running.check(imported.pk, timezone.now())
    assert ImportFault.objects.count() == 1
    later = timezone.now() + timedelta(days=1)
    assert retention._count(later) == 1

    assert (retention._remove(later), retention._remove(later)) == (1, 0)

    assert ImportFault.objects.count() == 0
    assert not store.is_there(imported.pk)
    assert Import.objects.get(pk=imported.pk).state == "discarded"
    assert clerk.get(f"/imports/{imported.pk}/").status_code == 200
