"""A reporting line changes on a day that was decided beforehand; what was escalated stays."""

from datetime import date

import pytest
from django.test import Client

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.access.tests.three import administrator, said
from yuanqi.foundation.actors import Actor, Role, actor_for
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation import departments, lines
from yuanqi.organisation.models import LineChange

pytestmark = pytest.mark.django_db
NOW = at("11-05 10:00")
DAY = date(2026, 11, 9)


@pytest.fixture
def keeper(zone: Zone) -> Actor:
    return actor_for(administrator("sysadmin", Role.SYSTEM_ADMIN), NOW)


def plan(zone: Zone, actor: Actor, *, day: date = DAY, reason: str = "三定方案") -> LineChange:
    """The safety bureau will report to the planning bureau."""
    return lines.line_plan(
        department_id=zone.safety.pk,
        reports_to_id=zone.planning.pk,
        valid_from=day,
        reason=reason,
        actor=actor,
        at=NOW,
    )


def events(zone: Zone) -> list[tuple[str, str]]:
    found = JournalEvent.objects.filter(stream=zone.safety.stream).order_by("seq")
    return list(found.values_list("kind", "actor"))[1:]


def reports_to(zone: Zone) -> int | None:
    zone.safety.refresh_from_db()
    return zone.safety.reports_to_id


def test_the_line_changes_on_its_day_and_not_before(zone: Zone, keeper: Actor):
    before = zone.safety.reports_to_id
    told = len(events(zone))

    plan(zone, keeper)

    assert lines.lines_apply(at=at("11-08 23:59")) == 0
    assert reports_to(zone) == before
    assert lines.lines_apply(at=at("11-09 00:01")) == 1
    assert reports_to(zone) == zone.planning.pk
    assert events(zone)[told:] == [
        ("organisation.line_change_planned", keeper.label),
        ("organisation.department_changed", "system"),
    ]
    change = JournalEvent.objects.get(kind="organisation.department_changed")
    assert change.payload["before"] == {"reports_to_id": before}
    rows = every_row()
    assert lines.lines_apply(at=at("11-09 00:02")) == 0
    assert every_row() == rows


def test_it_is_taken_back_before_its_day(zone: Zone, keeper: Actor):
    before = zone.safety.reports_to_id
    plan(zone, keeper)

    lines.line_withdraw(department_id=zone.safety.pk, actor=keeper, at=NOW)

    assert lines.lines_apply(at=at("11-10 09:00")) == 0
    assert reports_to(zone) == before
    assert events(zone)[-1][0] == "organisation.line_change_dropped"
    plan(zone, keeper)  # and may be decided again


def test_what_cannot_be_decided_is_refused_and_changes_nothing(zone: Zone, keeper: Actor):
    plan(zone, keeper)
    other = {"department_id": zone.approval.pk, "actor": keeper, "at": NOW}
    same = zone.approval.reports_to_id
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        plan(zone, keeper)
    assert said(refusal) == "已经定了一次改动，先撤回它再定。"
    for values, error in (
        ({"reports_to_id": zone.approval.pk, "valid_from": DAY, "reason": "x"}, Invalid),
        ({"reports_to_id": same, "valid_from": DAY, "reason": "x"}, Conflict),
        ({"reports_to_id": None, "valid_from": NOW.date(), "reason": "x"}, Invalid),
        ({"reports_to_id": None, "valid_from": date(2030, 1, 1), "reason": "x"}, Invalid),
        ({"reports_to_id": None, "valid_from": DAY, "reason": " "}, Invalid),
    ):
        with pytest.raises(error):
            lines.line_plan(**other, **values)
    with pytest.raises(Conflict):
        lines.line_withdraw(**other)
    for stranger in (zone.actor(zone.leader), zone.actor(zone.clerk)):
        with pytest.raises(NotAllowed):
            lines.line_plan(
                department_id=zone.approval.pk, reports_to_id=None, valid_from=DAY, reason="x",
                actor=stranger, at=NOW,
            )  # fmt: skip
        with pytest.raises(NotAllowed):
            lines.line_withdraw(department_id=zone.safety.pk, actor=stranger, at=NOW)
    assert every_row() == before


def test_what_would_run_in_a_ring_by_then_is_dropped_and_told(zone: Zone, keeper: Actor):
    before = zone.safety.reports_to_id
    plan(zone, keeper)
    departments.report_to(zone.planning, zone.safety, actor=keeper, at=NOW)

    assert lines.lines_apply(at=at("11-09 00:01")) == 0

    assert reports_to(zone) == before
    told = JournalEvent.objects.get(kind="organisation.line_change_dropped")
    assert (told.payload["by"], told.actor) == ("impossible", "system")
    assert not LineChange.objects.filter(ended_at=None).exists()


def test_of_a_merged_unit_the_other_takes_the_place_and_a_closed_one_changes_no_more(
    zone: Zone, keeper: Actor
):
    plan(zone, keeper)
    lines.line_plan(
        department_id=zone.approval.pk, reports_to_id=zone.safety.pk, valid_from=DAY, reason="x",
        actor=keeper, at=NOW,
    )  # fmt: skip
    departments.department_close(
        department_id=zone.safety.pk, into_id=zone.planning.pk, reason="x", actor=keeper, at=NOW
    )

    assert lines.lines_apply(at=at("11-09 00:01")) == 1

    zone.approval.refresh_from_db()
    assert zone.approval.reports_to == zone.planning
    assert LineChange.objects.get(department=zone.safety).is_applied is False


def test_it_is_decided_and_taken_back_on_the_departments_page(
    zone: Zone, keeper: Actor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    browser = Client()
    browser.force_login(administrator("keeper", Role.SYSTEM_ADMIN))
    page = f"/organisation/departments/{zone.safety.pk}/"
    asked = {"reports_to": zone.planning.pk, "valid_from": "2026-11-05", "reason": "三定方案"}

    refused = browser.post(page + "lines/", asked)
    assert refused.status_code == 422
    assert "三定方案" in refused.content.decode()
    assert not LineChange.objects.exists()

    planned = browser.post(page + "lines/", asked | {"valid_from": "2026-11-09"})
    assert (planned.status_code, planned.headers["Location"]) == (303, page)
    assert f"起报告给{zone.planning.name}。" in browser.get(page).content.decode()
    taken = browser.post(page + "lines/withdrawals/")
    assert taken.status_code == 303
    again = browser.get(page).content.decode().split('id="line_reports_to"')[1]
    # what holds now is chosen: a slip of the hand changes nothing
    assert f'value="{zone.safety.reports_to_id}" selected' in again.split("</select>")[0]
    clerk = Client()
    clerk.force_login(zone.clerk.account)
    assert clerk.post(page + "lines/", asked).status_code == 404
    assert clerk.post(page + "lines/withdrawals/").status_code == 404
