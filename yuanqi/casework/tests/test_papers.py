"""A file that should not be there is removed for a reason; who looks sees that it was, and why."""

import os
from datetime import timedelta

import pytest

from tests.evidence import every_row
from tests.life import photo
from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.casework import papers
from yuanqi.casework.models import Attachment
from yuanqi.foundation import files, verify
from yuanqi.foundation.actors import Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent, RoleGrant

pytestmark = pytest.mark.django_db
LATER = at("11-05 15:00")


@pytest.fixture
def case_id(life, files_root) -> int:
    """With the enterprise's photograph, and the handler's in an internal note."""
    found = life.bring("accepted")
    cases.message_send(
        case_id=found,
        body="内部",
        kind="note",
        uploads=files.check([photo("管网图.jpg", "green")]),
        actor=life.zone.actor(life.zone.safety_handler),
        at=at("11-05 14:00"),
    )
    return found


def one(name: str) -> Attachment:
    return Attachment.objects.select_related("file").get(name=name)


def remove(zone, who: str, name: str, reason: str = "传错了文件") -> None:
    papers.attachment_remove(
        attachment_id=one(name).pk, reason=reason, actor=zone.actor(getattr(zone, who)), at=LATER
    )


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("contact", "工艺说明.jpg"),
        ("clerk", "工艺说明.jpg"),
        ("clerk", "管网图.jpg"),
        ("safety_handler", "管网图.jpg"),
    ],
)
def test_who_handed_it_in_and_the_centre_may_remove_a_file(zone, case_id, who, name):
    remove(zone, who, name)

    found = one(name)
    assert (found.removed_at, found.removed_by, found.removed_reason) == (
        LATER, getattr(zone, who).account, "传错了文件",
    )  # fmt: skip
    assert found.name == name


def test_a_head_of_the_unit_that_handles_it_may_remove_a_file(zone, case_id):
    with pytest.raises(NotAllowed):
        remove(zone, "safety_colleague", "工艺说明.jpg")
    RoleGrant.objects.create(account=zone.safety_colleague.account, role=Role.HEAD)

    remove(zone, "safety_colleague", "工艺说明.jpg")

    assert one("工艺说明.jpg").removed_by == zone.safety_colleague.account


@pytest.mark.parametrize(
    ("who", "name", "error"),
    [
        ("stranger", "工艺说明.jpg", NotVisible),
        ("contact", "管网图.jpg", NotVisible),  # of an internal note
        ("approval_handler", "工艺说明.jpg", NotVisible),
        ("safety_handler", "工艺说明.jpg", NotAllowed),
        ("linked_officer", "工艺说明.jpg", NotAllowed),
        ("leader", "工艺说明.jpg", NotAllowed),
    ],
)
def test_others_may_not(zone, case_id, who, name, error):
    before = every_row()

    with pytest.raises(error):
        remove(zone, who, name)

    assert every_row() == before


@pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
def test_without_a_reason_of_fitting_length_nothing_is_removed(zone, case_id, reason):
    before = every_row()

    with pytest.raises(Invalid) as refused:
        remove(zone, "contact", "工艺说明.jpg", reason)

    assert refused.value.field == "reason"
    assert every_row() == before


def test_it_is_removed_once(zone, case_id):
    remove(zone, "contact", "工艺说明.jpg")
    before = every_row()

    with pytest.raises(Conflict):
        remove(zone, "clerk", "工艺说明.jpg", "重复")

    assert every_row() == before


@pytest.mark.parametrize(
    ("name", "audience"), [("工艺说明.jpg", "enterprise"), ("管网图.jpg", "staff")]
)
def test_the_journal_keeps_the_hash_and_tells_who_could_read_the_file(
    zone, case_id, name, audience
):
    remove(zone, "clerk", name)

    event = JournalEvent.objects.latest("id")
    found = one(name)
    assert (event.kind, event.stream, event.audience) == (
        "casework.file_removed", f"case:{case_id}", audience,
    )  # fmt: skip
    assert event.payload == {
        "case_id": case_id,
        "attachment_id": found.pk,
        "sha256": found.file.sha256,
        "reason": "传错了文件",
    }
    enclosed = JournalEvent.objects.filter(stream=f"case:{case_id}").exclude(pk=event.pk)
    assert any(found.file.sha256 in earlier.payload.get("files", ()) for earlier in enclosed)
    assert verify.run(whole=True).first_break == ""


def test_removing_a_file_is_no_work_on_the_case(zone, case_id):
    acted_at = one("管网图.jpg").case.acted_at

    remove(zone, "clerk", "管网图.jpg")

    assert one("管网图.jpg").case.acted_at == acted_at


def swept(case_id: int) -> int:
    for item in Attachment.objects.filter(case=case_id).select_related("file"):
        old = (LATER - timedelta(days=3)).timestamp()
        path = files.path_of(item.file.sha256)
        if path.exists():
            os.utime(path, (old, old))
    return papers.bytes_sweep(at=LATER)


def test_the_bytes_of_a_removed_file_are_deleted_and_nobody_elses(zone, case_id):
    assert swept(case_id) == 0
    remove(zone, "contact", "工艺说明.jpg")

    assert swept(case_id) == 1

    assert not files.path_of(one("工艺说明.jpg").file.sha256).exists()
    assert files.path_of(one("管网图.jpg").file.sha256).exists()
    assert swept(case_id) == 0


def test_the_bytes_stay_while_another_attachment_has_the_same(zone, case_id):
    cases.message_send(
        case_id=case_id,
        body="再发一次",
        uploads=files.check([photo("再发.jpg", "blue")]),
        actor=zone.actor(zone.contact),
        at=at("11-05 14:30"),
    )
    remove(zone, "contact", "工艺说明.jpg")

    assert swept(case_id) == 0

    assert files.path_of(one("再发.jpg").file.sha256).exists()
