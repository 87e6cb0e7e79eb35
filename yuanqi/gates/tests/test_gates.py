"""A project says what its next stage takes, and comes there only with it, or with a reason."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from tests.evidence import every_row
from tests.people import BEFORE, MONDAY_9AM, Zone, build_zone
from tests.together import at_once
from yuanqi.conditions import operations as conditions
from yuanqi.conditions.drafts import Draft
from yuanqi.conditions.models import Condition
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.models import JournalEvent
from yuanqi.gates import panel
from yuanqi.registry import operations
from yuanqi.registry.models import Project, Stage

TODAY = date(2026, 11, 2)


def build(zone: Zone, stage: Stage = Stage.STARTED, **more) -> Project:
    """A works of 62,000 万元 that has begun, of which 31,000 have been invested."""
    values = {
        "name": "二期", "investment": Decimal(62000), "stage": stage, "industry_code": "C3922",
        "stage_on": date(2026, 3, 1), "content": "两条生产线", **more,
    }  # fmt: skip
    made = operations.project_create(
        enterprise_id=zone.enterprise.pk, actor=SYSTEM, at=BEFORE, values=values
    )
    operations.project_investment_state(
        project_id=made.pk, month=date(2026, 10, 1), amount=Decimal(31000), planned=None,
        actor=SYSTEM, at=MONDAY_9AM,
    )  # fmt: skip
    return made


def client_of(person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


@pytest.fixture
def project(zone: Zone) -> Project:
    return build(zone)


def move(zone: Zone, project: Project, stage: Stage, who=None, **more) -> Project:
    return operations.project_stage_reach(
        project_id=project.pk, stage=stage, on=TODAY, actor=zone.actor(who or zone.clerk),
        at=MONDAY_9AM, **more,
    )  # fmt: skip


def said(zone: Zone, project: Project) -> list[tuple[str, bool]]:
    project.refresh_from_db()
    told = panel.of(project, zone.actor(zone.clerk), TODAY).told
    return [(line.sentence, line.is_met) for line in told.lines]


def test_a_project_says_what_its_next_stage_takes_and_how_far_it_is(zone, project):
    assert said(zone, project) == [
        (
            "累计完成投资占计划总投资的比例为 50 %，需不低于 80 %，累计完成投资还差 18,600 万元",
            False,
        )
    ]
    assert panel.of(project, zone.actor(zone.contact), TODAY).extra == {"reads_rules": False}


def test_a_stage_whose_gate_is_not_met_is_refused_with_what_is_missing(zone, project):
    before = every_row()

    with pytest.raises(Conflict, match=r"还不能进入“竣工”：.*还差 18,600 万元"):
        move(zone, project, Stage.FINISHED)
    with pytest.raises(Conflict, match=r"还不能进入“投产”：.*还差 18,600 万元；"):
        move(zone, project, Stage.PRODUCTION, waiver="领导口头同意")

    assert every_row() == before


def test_with_what_it_takes_it_comes_there_without_a_word(zone, project):
    operations.project_investment_state(
        project_id=project.pk, month=date(2026, 11, 1), amount=Decimal(18600), planned=None,
        actor=SYSTEM, at=MONDAY_9AM,
    )  # fmt: skip
    assert move(zone, project, Stage.FINISHED).stage == Stage.FINISHED
    assert not JournalEvent.objects.filter(kind="registry.project_gate_waived").exists()
    # a paper is a milestone that is reached
    assert said(zone, project) == [("已通过竣工验收：否", False)]
    operations.milestone_set(
        project_id=project.pk, actor=SYSTEM, at=MONDAY_9AM,
        values={"name": "通过竣工验收备案", "due_on": TODAY, "done_on": TODAY},
    )  # fmt: skip
    assert move(zone, project, Stage.PRODUCTION).stage == Stage.PRODUCTION
    project.refresh_from_db()
    assert panel.of(project, zone.actor(zone.clerk), TODAY) is None


def test_a_zone_leader_lets_it_on_with_a_reason_that_is_kept(zone, project):
    before = every_row()
    with pytest.raises(Invalid, match="要推进请写明理由"):
        move(zone, project, Stage.FINISHED, zone.leader, waiver=" ")
    assert every_row() == before

    assert move(zone, project, Stage.FINISHED, zone.leader, waiver="专题会议定").stage == 6

    event = JournalEvent.objects.get(kind="registry.project_gate_waived")
    assert (event.stream, event.audience) == (project.stream, "staff")
    assert event.payload == {
        "enterprise_id": zone.enterprise.pk, "project_id": project.pk, "stage": 6,
        "lacks": ["project_invested / project_investment >= 0.8"], "reason": "专题会议定",
    }  # fmt: skip


@pytest.mark.parametrize("person", ["safety_handler", "linked_officer", "contact"])
def test_nobody_else_moves_a_stage(zone, project, person):
    before = every_row()
    with pytest.raises(NotAllowed):
        move(zone, project, Stage.FINISHED, getattr(zone, person), waiver="请放行")
    assert every_row() == before


def test_going_back_and_giving_up_ask_for_nothing(zone, project):
    assert move(zone, project, Stage.LAND, note="停工").stage == Stage.LAND
    assert move(zone, project, Stage.DROPPED, note="撤资").stage == Stage.DROPPED


def test_a_new_version_holds_for_the_next_move(zone, project):
    gate = Condition.objects.get(kind="stage-gate", code="finished")
    text = "project_invested / project_investment >= 0.5 AND is_high_tech"
    version = conditions.draft_submit(
        condition_id=gate.pk,
        draft=Draft(text=text, valid_from=TODAY, source="办法", reason="放宽", cases=[]),
        actor=zone.actor(zone.clerk), at=MONDAY_9AM,
    )  # fmt: skip
    conditions.version_publish(
        condition_id=gate.pk, number=version.number, revision=version.revision,
        actor=zone.actor(zone.leader), at=MONDAY_9AM,
    )  # fmt: skip
    # the enterprise's own facts may be named too
    assert [met for _line, met in said(zone, project)] == [True, False]
    with pytest.raises(Conflict, match="高新技术企业"):
        move(zone, project, Stage.FINISHED)


def test_of_two_who_move_it_the_second_is_told(committed):
    zone = build_zone()
    project = build(zone, Stage.LEAD)

    def act() -> object:
        return move(zone, project, Stage.TALKS)

    assert sorted(type(one).__name__ for one in at_once(act, act)) == ["Conflict", "Project"]


def test_the_page_shows_the_gate_and_the_form_keeps_what_was_typed(zone, project):
    page = client_of(zone.clerk).get(f"/projects/{project.pk}/").content.decode()
    assert "下一阶段：竣工" in page
    assert "还差 18,600 万元" in page
    form = {
        "stage": 6,
        "on": "2026-10-30",
        "note": "主体完工",
        "once": "a",
        "seen": '{"stage": "5"}',
    }
    answer = client_of(zone.clerk).post(f"/projects/{project.pk}/stages/", form)
    assert answer.status_code == 409
    assert "还不能进入“竣工”" in answer.content.decode()
    assert "主体完工" in answer.content.decode()
    answer = client_of(zone.leader).post(
        f"/projects/{project.pk}/stages/", form | {"waiver": "专题会议定", "once": "b"}
    )
    assert answer.status_code == 303
