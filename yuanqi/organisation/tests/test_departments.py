"""Departments and officers change: nothing is left without an owner, nothing changes in silence."""

import pytest
from django.test import Client

from tests.evidence import every_row
from tests.people import MONDAY_9AM, Zone, at
from yuanqi.access.tests.three import administrator, said
from yuanqi.casework.models import Case, CaseAccess, CaseBar, CaseState, TaskState
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation import verify
from yuanqi.foundation.actors import SYSTEM, Actor, Role, actor_for
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.knowledge import operations as knowledge
from yuanqi.knowledge.models import Entry
from yuanqi.organisation import departments, duty, officers, operations
from yuanqi.organisation.models import Absence, Department, DutyShift, Officer
from yuanqi.organisation.queries import departments as standing
from yuanqi.registry.models import Link
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.models import Category
from yuanqi.servicedesk.operations import CoHandler
from yuanqi.supervision import operations as demands
from yuanqi.supervision.models import Supervision

pytestmark = pytest.mark.django_db
NOW = at("11-05 10:00")


@pytest.fixture
def keeper(zone: Zone) -> Actor:
    return actor_for(administrator("sysadmin", Role.SYSTEM_ADMIN), NOW)


def in_hand(zone: Zone, *, helping: Department | None = None) -> Case:
    """A request that the safety bureau's handler works on."""
    case_id = desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P2",
        text="废水",
        actor=zone.actor(zone.contact),
        at=MONDAY_9AM,
    )
    desk.request_dispatch(
        case_id=case_id,
        lead_id=zone.safety.pk,
        co_handlers=[CoHandler(helping.pk, "核一下")] if helping else [],
        actor=zone.actor(zone.clerk),
        at=at("11-02 09:10"),
    )
    desk.request_accept(
        case_id=case_id, actor=zone.actor(zone.safety_handler), at=at("11-02 09:20")
    )
    return Case.objects.get(pk=case_id)


def kinds(stream: str) -> list[str]:
    found = JournalEvent.objects.filter(stream=stream).order_by("seq")
    return list(found.values_list("kind", flat=True))


def change(unit: Department, actor: Actor, **values: object) -> None:
    departments.department_change(
        department_id=unit.pk,
        **{"reports_to_id": unit.reports_to_id, **values},
        actor=actor,
        at=NOW,
    )


# --- departments -------------------------------------------------------------------------------


def test_a_department_is_renamed_with_what_it_was_before(zone: Zone, keeper: Actor):
    change(zone.safety, keeper, name="应急管理局", short_name="应急局")

    zone.safety.refresh_from_db()
    assert zone.safety.name == "应急管理局"
    told = JournalEvent.objects.get(kind="organisation.department_changed")
    assert told.payload["changes"] == {"name": "应急管理局", "short_name": "应急局"}
    assert told.payload["before"] == {"name": "安全环保局", "short_name": "安环局"}
    assert told.stream == f"department:{zone.safety.pk}"


def test_what_stays_the_same_is_not_told(zone: Zone, keeper: Actor):
    before = every_row()

    change(zone.safety, keeper, name=zone.safety.name)

    # the lock leaves the head of a new stream behind, and nothing else
    after = every_row()
    assert {table for table in after if after[table] != before[table]} <= {"journal_stream"}


def test_a_reporting_line_never_runs_in_a_ring(zone: Zone, keeper: Actor):
    change(zone.planning, keeper, reports_to_id=zone.safety.pk)
    change(zone.approval, keeper, reports_to_id=zone.planning.pk)
    before = every_row()

    with pytest.raises(Invalid) as refusal:
        change(zone.safety, keeper, reports_to_id=zone.approval.pk)
    with pytest.raises(Invalid):
        change(zone.safety, keeper, reports_to_id=zone.safety.pk)

    assert refusal.value.field == "reports_to"
    assert every_row() == before


def test_there_is_one_service_centre(zone: Zone, keeper: Actor):
    before = every_row()

    with pytest.raises(Conflict):
        change(zone.safety, keeper, kind="centre")
    with pytest.raises(Conflict):
        change(zone.centre, keeper, kind="bureau")
    with pytest.raises(Conflict):
        departments.department_close(
            department_id=zone.centre.pk, into_id=zone.safety.pk, reason="x", actor=keeper, at=NOW
        )

    assert every_row() == before


def test_only_its_own_people_head_a_department(zone: Zone, keeper: Actor):
    departments.head_set(
        department_id=zone.safety.pk, officer_id=zone.safety_colleague.pk, actor=keeper, at=NOW
    )
    before = every_row()

    with pytest.raises(Invalid):
        departments.head_set(
            department_id=zone.safety.pk, officer_id=zone.planning_handler.pk, actor=keeper, at=NOW
        )

    assert every_row() == before
    zone.safety.refresh_from_db()
    assert zone.safety.head == zone.safety_colleague


def test_a_merged_departments_work_goes_over_and_the_clock_runs_on(zone: Zone, keeper: Actor):
    case = in_hand(zone)
    due = case.due_at

    departments.department_close(
        department_id=zone.safety.pk,
        into_id=zone.planning.pk,
        reason="云泽编〔2026〕7 号",
        actor=keeper,
        at=NOW,
    )

    case.refresh_from_db()
    assert (case.lead, case.responsible, case.due_at) == (zone.planning, zone.safety_handler, due)
    assert [task.department for task in case.tasks.all()] == [zone.planning]
    zone.safety_handler.refresh_from_db()
    assert zone.safety_handler.department == zone.planning
    assert case in cases_visible_to(zone.actor(zone.planning_handler, NOW))
    assert kinds(case.stream)[-1] == "casework.case_moved"
    zone.safety.refresh_from_db()
    assert (zone.safety.closed_at, zone.safety.merged_into) == (NOW, zone.planning)
    assert zone.safety not in list(standing())
    # its people go on where they are now
    desk.request_answer(
        case_id=case.pk, body="办好了", actor=zone.actor(zone.safety_handler, NOW), at=NOW
    )
    case.refresh_from_db()
    assert case.state == CaseState.ANSWERED


def test_where_both_worked_on_a_request_one_task_is_left(zone: Zone, keeper: Actor):
    case = in_hand(zone, helping=zone.planning)

    departments.department_close(
        department_id=zone.safety.pk, into_id=zone.planning.pk, reason="x", actor=keeper, at=NOW
    )

    tasks = {task.kind: (task.department_id, task.state) for task in case.tasks.all()}
    assert tasks == {
        "lead": (zone.planning.pk, TaskState.ACTIVE),
        "co_handle": (zone.planning.pk, TaskState.CANCELLED),
    }


def test_a_complaint_about_a_merged_department_is_kept_from_the_other(zone: Zone, keeper: Actor):
    case = in_hand(zone)
    Case.objects.filter(pk=case.pk).update(lead=zone.approval)
    case.tasks.update(department=zone.approval)
    CaseBar.objects.create(case=case, grantee=f"d{zone.safety.pk}")

    departments.department_close(
        department_id=zone.safety.pk, into_id=zone.planning.pk, reason="x", actor=keeper, at=NOW
    )

    assert CaseBar.objects.filter(case=case, grantee=f"d{zone.planning.pk}").exists()


def test_a_department_isnt_merged_into_one_that_works_on_a_complaint_about_it(
    zone: Zone, keeper: Actor
):
    case = in_hand(zone)
    CaseBar.objects.create(case=case, grantee=f"d{zone.planning.pk}")
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        departments.department_close(
            department_id=zone.safety.pk, into_id=zone.planning.pk, reason="x", actor=keeper, at=NOW
        )

    assert said(refusal) == "有一件在办诉求按回避规定不能并过去，请服务中心先改派。"
    assert every_row() == before


def test_a_complaint_about_the_successor_isnt_told_by_its_number(zone: Zone, keeper: Actor):
    case = in_hand(zone)
    CaseBar.objects.create(case=case, grantee=f"o{zone.safety_colleague.pk}")
    departments.head_set(
        department_id=zone.safety.pk, officer_id=zone.safety_colleague.pk, actor=keeper, at=NOW
    )
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        officers.officer_leave(
            officer_id=zone.safety_handler.pk,
            to_id=zone.safety_colleague.pk,
            reason="退休",
            actor=keeper,
            at=NOW,
        )

    name = zone.safety_colleague.name
    assert said(refusal) == f"有一件在办诉求不能由{name}接手，请换一位同事。"
    assert every_row() == before


def test_without_another_only_an_empty_department_closes(zone: Zone, keeper: Actor):
    empty = departments.department_add(
        code="archive", name="档案室", short_name="档案室", name_en="Archive", kind="bureau",
        actor=keeper, at=NOW,
    )  # fmt: skip
    Category.objects.filter(pk="ENV").update(lead=empty)
    before = every_row()

    for unit, why in ((zone.safety, "何思远"), (empty, "诉求类别 1 件")):
        with pytest.raises(Conflict) as refusal:
            departments.department_close(
                department_id=unit.pk, into_id=None, reason="x", actor=keeper, at=NOW
            )
        assert why in said(refusal)

    assert every_row() == before
    Category.objects.filter(pk="ENV").update(lead=zone.safety)
    departments.department_close(
        department_id=empty.pk, into_id=None, reason="x", actor=keeper, at=NOW
    )
    empty.refresh_from_db()
    assert empty.closed_at == NOW


def test_who_reported_to_it_reports_to_the_other_and_no_ring_comes_of_it(zone: Zone, keeper: Actor):
    top = zone.safety.reports_to
    change(zone.approval, keeper, reports_to_id=zone.safety.pk)
    change(zone.planning, keeper, reports_to_id=zone.approval.pk)

    departments.department_close(
        department_id=zone.safety.pk, into_id=zone.planning.pk, reason="x", actor=keeper, at=NOW
    )

    zone.planning.refresh_from_db()
    zone.approval.refresh_from_db()
    assert zone.planning.reports_to == top
    assert zone.approval.reports_to == zone.planning


# --- officers ----------------------------------------------------------------------------------


def test_who_holds_open_work_doesnt_leave_and_only_how_much_is_told(zone: Zone, keeper: Actor):
    case = in_hand(zone)
    departments.head_set(
        department_id=zone.safety.pk, officer_id=zone.safety_colleague.pk, actor=keeper, at=NOW
    )
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        officers.officer_leave(
            officer_id=zone.safety_handler.pk, to_id=None, reason="退休", actor=keeper, at=NOW
        )

    # the system administrator sees no business: how much it is, not which
    assert "在办诉求 1 件" in said(refusal)
    assert case.number not in said(refusal)
    assert "废水" not in said(refusal)
    assert every_row() == before


def test_a_leaving_officers_work_links_and_duty_go_to_a_colleague(zone: Zone, keeper: Actor):
    departments.head_set(
        department_id=zone.safety.pk, officer_id=zone.safety_colleague.pk, actor=keeper, at=NOW
    )
    case = in_hand(zone)
    due = case.due_at
    operations.duty_assign(
        department=zone.safety,
        officer=zone.safety_handler,
        start_at=at("11-05 08:30"),
        end_at=at("11-06 08:30"),
        actor=keeper,
        at=at("11-01 10:00"),
    )

    officers.officer_leave(
        officer_id=zone.safety_handler.pk,
        to_id=zone.safety_colleague.pk,
        reason="退休",
        actor=keeper,
        at=NOW,
    )

    case.refresh_from_db()
    assert (case.responsible, case.due_at) == (zone.safety_colleague, due)
    assert case.tasks.get().officer == zone.safety_colleague
    assert kinds(case.stream)[-1] == "casework.case_moved"
    assert list(
        DutyShift.objects.order_by("start_at").values_list("officer__name", "start_at", "end_at")
    ) == [
        ("何思远", at("11-05 08:30"), NOW),
        ("宋知行", NOW, at("11-06 08:30")),
    ]
    zone.safety_handler.refresh_from_db()
    assert not zone.safety_handler.is_active
    account = zone.safety_handler.account
    assert not Account.objects.get(pk=account.pk).is_active
    assert not RoleGrant.objects.filter(account=account).exists()
    assert kinds(f"officer:{zone.safety_handler.pk}")[-1] == "organisation.officer_left"


def test_a_leaving_linked_officers_enterprises_are_served_by_his_colleague(
    zone: Zone, keeper: Actor
):
    officers.officer_leave(
        officer_id=zone.linked_officer.pk,
        to_id=zone.approval_handler.pk,
        reason="调出",
        actor=keeper,
        at=NOW,
    )

    assert list(
        Link.objects.order_by("from_on").values_list("officer__name", "from_on", "until_on")
    ) == [
        ("沈一帆", at("01-01 08:00").date(), NOW.date()),
        ("吴绍峰", NOW.date(), None),
    ]


def test_a_head_an_acting_officer_and_a_stranger_are_refused(zone: Zone, keeper: Actor):
    operations.absence_record(
        officer_id=zone.linked_officer.pk,
        acting_id=zone.safety_colleague.pk,
        start_at=at("11-06 08:00"),
        end_at=at("11-09 08:00"),
        reason="培训",
        actor=SYSTEM,
        at=NOW,
    )
    before = every_row()

    def leave(officer: Officer, to: Officer | None = None) -> None:
        officers.officer_leave(
            officer_id=officer.pk, to_id=to.pk if to else None, reason="x", actor=keeper, at=NOW
        )

    with pytest.raises(Conflict, match="负责人"):
        leave(zone.safety_handler, zone.safety_colleague)
    with pytest.raises(Conflict, match="代理"):
        leave(zone.safety_colleague)
    with pytest.raises(Invalid):
        leave(zone.linked_officer, zone.planning_handler)

    assert every_row() == before


def test_who_moves_loses_the_old_posts_roles_and_keeps_his_enterprises(zone: Zone, keeper: Actor):
    CaseBar.objects.create(case=in_hand(zone), grantee=f"d{zone.approval.pk}")
    RoleGrant.objects.create(account=zone.linked_officer.account, role="handler")

    officers.officer_move(
        officer_id=zone.linked_officer.pk,
        department_id=zone.planning.pk,
        to_id=None,
        reason="云泽组〔2026〕3 号",
        actor=keeper,
        at=NOW,
    )

    actor = zone.actor(Officer.objects.get(pk=zone.linked_officer.pk), NOW)
    assert actor.department_id == zone.planning.pk
    assert actor.roles == frozenset()
    assert actor.linked_enterprise_ids == {zone.enterprise.pk}
    # what he must not see as one of the old unit he doesn't see in the new one either
    assert CaseBar.objects.filter(grantee=f"o{zone.linked_officer.pk}").count() == 1
    assert not cases_visible_to(actor).exists()


def test_what_is_open_stays_in_the_old_department(zone: Zone, keeper: Actor):
    case = in_hand(zone)
    departments.head_set(
        department_id=zone.safety.pk, officer_id=zone.safety_colleague.pk, actor=keeper, at=NOW
    )

    officers.officer_move(
        officer_id=zone.safety_handler.pk,
        department_id=zone.planning.pk,
        to_id=zone.safety_colleague.pk,
        reason="x",
        actor=keeper,
        at=NOW,
    )

    case.refresh_from_db()
    assert (case.lead, case.responsible) == (zone.safety, zone.safety_colleague)
    assert CaseAccess.objects.filter(case=case, grantee=f"d{zone.planning.pk}").count() == 0


# --- duty and absence --------------------------------------------------------------------------


def test_a_shift_to_come_is_taken_out_and_a_running_one_ends_now(zone: Zone, keeper: Actor):
    def shift(start: str, end: str) -> DutyShift:
        return operations.duty_assign(
            department=zone.centre, officer=zone.clerk, start_at=at(start), end_at=at(end),
            actor=keeper, at=at("11-01 08:00"),
        )  # fmt: skip

    running = shift("11-05 08:30", "11-06 08:30")
    coming = shift("11-07 08:30", "11-08 08:30")

    for one in (running, coming):
        duty.duty_cancel(shift_id=one.pk, actor=keeper, at=NOW)

    assert list(DutyShift.objects.values_list("start_at", "end_at")) == [(at("11-05 08:30"), NOW)]
    before = every_row()
    with pytest.raises(Conflict):
        duty.duty_cancel(shift_id=running.pk, actor=keeper, at=NOW)
    assert every_row() == before


def test_an_absence_is_taken_back_by_himself_his_head_or_the_keeper(zone: Zone, keeper: Actor):
    absence = operations.absence_record(
        officer_id=zone.linked_officer.pk,
        acting_id=zone.approval_handler.pk,
        start_at=at("11-04 08:00"),
        end_at=at("11-09 08:00"),
        reason="培训",
        actor=SYSTEM,
        at=at("11-03 08:00"),
    )
    before = every_row()
    for stranger in (zone.planning_handler, zone.contact):
        with pytest.raises(NotAllowed):
            duty.absence_cancel(absence_id=absence.pk, actor=zone.actor(stranger, NOW), at=NOW)
    assert every_row() == before

    duty.absence_cancel(absence_id=absence.pk, actor=zone.actor(zone.linked_officer, NOW), at=NOW)

    assert Absence.objects.get().end_at == NOW
    assert not zone.actor(zone.approval_handler, NOW).acts_for


# --- who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, None])
def test_nobody_but_the_system_administrator_changes_the_organisation(
    zone: Zone, role: Role | None
):
    actor = actor_for(administrator("other", role), NOW) if role else zone.actor(zone.leader)
    told = {"actor": actor, "at": NOW}
    acts = [
        lambda: departments.department_add(
            code="x", name="x", short_name="x", name_en="x", kind="bureau", **told
        ),
        lambda: departments.department_change(
            department_id=zone.safety.pk, reports_to_id=None, name="x", **told
        ),
        lambda: departments.head_set(
            department_id=zone.safety.pk, officer_id=zone.safety_colleague.pk, **told
        ),
        lambda: departments.department_close(
            department_id=zone.safety.pk, into_id=zone.planning.pk, reason="x", **told
        ),
        lambda: officers.officer_add(
            department_id=zone.safety.pk, name="x", title="x", rank=1, phone="", **told
        ),
        lambda: officers.officer_change(officer_id=zone.clerk.pk, name="x", **told),
        lambda: officers.officer_move(
            officer_id=zone.safety_colleague.pk,
            department_id=zone.planning.pk,
            to_id=None,
            reason="x",
            **told,
        ),
        lambda: officers.officer_leave(
            officer_id=zone.safety_colleague.pk, to_id=None, reason="x", **told
        ),
        lambda: officers.officer_return(officer_id=zone.safety_colleague.pk, **told),
        lambda: operations.duty_assign(
            department=zone.safety,
            officer=zone.safety_handler,
            start_at=at("11-06 08:00"),
            end_at=at("11-07 08:00"),
            **told,
        ),
    ]
    before = every_row()

    for act in acts:
        with pytest.raises(NotAllowed):
            act()

    assert every_row() == before


def test_what_he_was_to_account_for_and_kept_current_goes_over_too(zone: Zone, keeper: Actor):
    case = in_hand(zone)
    demands.supervise(case_id=case.pk, demand="请说明", actor=zone.actor(zone.clerk, NOW), at=NOW)
    entry = knowledge.entry_make(
        question="排水许可怎么办？",
        answer="到审批局三楼。",
        category="ENV",
        department_id=zone.safety.pk,
        audience="staff",
        expires_on=NOW.date().replace(year=2027),
        actor=zone.actor(zone.safety_handler, NOW),
        at=NOW,
    )
    departments.head_set(
        department_id=zone.safety.pk, officer_id=zone.safety_colleague.pk, actor=keeper, at=NOW
    )

    officers.officer_leave(
        officer_id=zone.safety_handler.pk,
        to_id=zone.safety_colleague.pk,
        reason="退休",
        actor=keeper,
        at=NOW,
    )

    assert Supervision.objects.get().officer == zone.safety_colleague
    assert Entry.objects.get(pk=entry).keeper == zone.safety_colleague
    assert verify.run(whole=True).intact


def test_the_requests_page_tells_of_the_merger(zone: Zone, keeper: Actor):
    case = in_hand(zone)
    departments.department_close(
        department_id=zone.safety.pk, into_id=zone.planning.pk, reason="x", actor=keeper, at=NOW
    )
    client = Client()
    client.force_login(zone.safety_handler.account)

    shown = client.get(f"/requests/{case.pk}/").content.decode()

    assert "安环局撤并，由规建局接着办" in shown
