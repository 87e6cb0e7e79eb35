"""A rule is drafted by one person, confirmed by another, and holds from a day on."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tests.evidence import every_row
from tests.people import MONDAY_9AM, at, build_zone
from tests.together import at_once
from yuanqi.conditions import operations, queries, shipping
from yuanqi.conditions.drafts import Draft
from yuanqi.conditions.models import Condition, ConditionVersion, State
from yuanqi.foundation.actors import SYSTEM, Role, actor_for
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.organisation import departments
from yuanqi.registry.seen import ChangedMeanwhile

from . import conftest
from .conftest import TEXT

TUESDAY = at("11-03 09:00")


def save(trial: Condition, zone, draft: Draft, who="clerk", **more):
    return operations.draft_save(
        condition_id=trial.pk,
        draft=draft,
        actor=zone.actor(getattr(zone, who)),
        at=MONDAY_9AM,
        **more,
    )


def submit(trial: Condition, zone, draft: Draft, who="clerk", when=MONDAY_9AM):
    return operations.draft_submit(
        condition_id=trial.pk, draft=draft, actor=zone.actor(getattr(zone, who)), at=when
    )


def publish(version: ConditionVersion, zone, who="leader", when=TUESDAY):
    operations.version_publish(
        condition_id=version.condition_id,
        number=version.number,
        revision=version.revision,
        actor=zone.actor(getattr(zone, who)),
        at=when,
    )


def days(trial: Condition):
    return [
        (row.number, row.valid_from, row.valid_to)
        for row in ConditionVersion.objects.filter(condition=trial, state=State.PUBLISHED).order_by(
            "number"
        )
    ]


def told(trial: Condition) -> list[str]:
    events = JournalEvent.objects.filter(stream=trial.stream).order_by("seq")
    return [event.kind for event in events]


def test_what_ships_is_in_force_as_the_first_version_with_its_source(trial):
    standing = queries.in_force("trial", date(2026, 11, 2))["large"]

    assert standing.version.number == 1
    assert standing.version.source == "试行办法第三条"
    assert standing.version.is_shipped
    assert standing.rule.evaluate({"revenue": 20_000}) is True
    assert standing.rule.evaluate({"revenue": 19_999}) is False
    assert told(trial) == ["conditions.added", "conditions.published"]


def test_shipping_again_changes_nothing(trial):
    before = every_row()

    assert shipping.load(at=MONDAY_9AM) == 0

    assert every_row() == before


def test_a_threshold_goes_from_draft_to_force_by_two_persons(trial, zone, draft):
    version = submit(trial, zone, draft)
    publish(version, zone)

    assert days(trial) == [
        (1, shipping.EVER, date(2026, 11, 9)),
        (2, date(2026, 11, 10), None),
    ]
    on = {day: queries.in_force("trial", date(2026, 11, day))["large"] for day in (9, 10)}
    assert [on[9].rule.text, on[10].rule.text] == [TEXT, "revenue >= 15000"]
    assert told(trial)[2:] == [
        "conditions.drafted",
        "conditions.submitted",
        "conditions.published",
    ]
    event = JournalEvent.objects.filter(stream=trial.stream).order_by("-seq").first()
    assert event.payload["of_kind"] == "trial"
    assert event.payload["code"] == "large"
    assert event.payload["number"] == 2
    assert event.payload["valid_from"] == "2026-11-10"


def test_who_worked_on_a_version_cant_confirm_it(trial, zone, draft):
    """周敏 drafts and may confirm rules of this kind, but not her own; nor what she touched."""
    save(trial, zone, draft, "clerk")
    version = submit(trial, zone, replace(draft, text="revenue >= 14000"), "safety_handler")
    before = every_row()

    with pytest.raises(NotAllowed, match="由另一个人确认"):
        publish(version, zone, "clerk")

    assert every_row() == before


def test_who_may_not_confirm_is_refused(trial, zone, draft):
    version = submit(trial, zone, draft)
    before = every_row()

    with pytest.raises(NotAllowed, match="由分管领导确认"):
        publish(version, zone, "planning_handler")

    assert every_row() == before


def test_who_may_not_draft_is_refused(trial, zone, draft):
    before = every_row()

    with pytest.raises(NotAllowed, match="由服务中心起草"):
        save(trial, zone, draft, "leader")

    assert every_row() == before


def test_enterprises_dont_learn_that_there_are_rules(trial, zone, draft):
    before = every_row()

    with pytest.raises(NotVisible):
        save(trial, zone, draft, "contact")

    assert every_row() == before


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_no_administrator_sees_rules_or_confirms_them(trial, zone, draft, role):

    version = submit(trial, zone, draft)
    account = Account.objects.create(username=role.value)
    RoleGrant.objects.create(account=account, role=role.value)
    actor = actor_for(account, TUESDAY)
    before = every_row()

    assert not queries.conditions_visible_to(actor).exists()
    assert not queries.keeps_rules(actor)
    with pytest.raises(NotVisible):
        operations.version_publish(
            condition_id=trial.pk,
            number=version.number,
            revision=version.revision,
            actor=actor,
            at=TUESDAY,
        )

    assert every_row() == before


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"text": "revenue >="}, "text", "第 1 行第 11 字"),
        ({"text": "revenu >= 1"}, "text", "没有名为“revenu”的事实"),
        ({"valid_from": None}, "valid_from", "请选从哪天起执行"),
        ({"valid_from": date(2026, 11, 1)}, "valid_from", "不能早于今天"),
        ({"valid_from": date(2036, 11, 1)}, "valid_from", "最远三年"),
        ({"planned_to": date(2026, 11, 9)}, "planned_to", "不能早于生效日期"),
        ({"source": " "}, "source", "依据"),
        ({"reason": ""}, "reason", "为什么改"),
        (
            {"cases": [{"note": "", "facts": {"revenue": 1}, "expected": True}]},
            "cases",
            "用例没有通过：1",
        ),
        ({"cases": [{"note": "", "facts": {}, "expected": False}]}, "cases", "用例没有通过：1"),
    ],
)
def test_what_couldnt_be_published_isnt_submitted(trial, zone, draft, wrong, field, says):
    before = every_row()

    with pytest.raises(Invalid) as refused:
        submit(trial, zone, replace(draft, **wrong))

    assert refused.value.field == field
    assert says in refused.value.message
    assert every_row() == before


def test_a_draft_may_still_be_wrong(trial, zone, draft):
    version = save(trial, zone, replace(draft, text="revenue >=", reason=""))

    version.refresh_from_db()
    assert (version.state, version.text) == (State.DRAFT, "revenue >=")


def test_what_became_wrong_before_it_was_confirmed_is_sent_back_not_published(trial, zone, draft):
    version = submit(trial, zone, draft)
    before = every_row()

    with pytest.raises(Conflict, match="不能早于今天：以前按以前的规则算。请退回修改"):
        publish(version, zone, when=at("11-11 09:00"))

    assert every_row() == before


def test_one_day_has_one_version(trial, zone, draft):
    publish(submit(trial, zone, draft), zone)
    before = every_row()

    with pytest.raises(Invalid, match="从 2026-11-10 起已经发布了第 2 版，同一天不能再发一版"):
        submit(trial, zone, replace(draft, text="revenue >= 12000"))

    assert every_row() == before


def test_a_version_before_a_later_one_ends_the_day_before_that(trial, zone, draft):
    publish(submit(trial, zone, draft), zone)
    publish(submit(trial, zone, replace(draft, valid_from=date(2026, 11, 5))), zone)

    assert days(trial) == [
        (1, shipping.EVER, date(2026, 11, 4)),
        (2, date(2026, 11, 10), None),
        (3, date(2026, 11, 5), date(2026, 11, 9)),
    ]


def test_a_version_may_end_on_a_day_and_nothing_follows(trial, zone, draft):
    publish(submit(trial, zone, replace(draft, planned_to=date(2026, 11, 30))), zone)

    assert "large" in queries.in_force("trial", date(2026, 11, 30))
    assert queries.in_force("trial", date(2026, 12, 1)) == {}


def test_a_version_whose_day_hasnt_come_is_taken_back_and_the_one_before_goes_on(
    trial, zone, draft
):
    publish(submit(trial, zone, draft), zone)

    operations.version_withdraw(
        condition_id=trial.pk,
        number=2,
        reason="会议未通过",
        actor=zone.actor(zone.leader),
        at=TUESDAY,
    )

    assert days(trial) == [(1, shipping.EVER, None)]
    assert told(trial)[-1] == "conditions.withdrawn"


def test_what_holds_isnt_taken_back(trial, zone, draft):
    publish(submit(trial, zone, draft), zone)
    before = every_row()

    with pytest.raises(Conflict, match="已经生效，不能撤回"):
        operations.version_withdraw(
            condition_id=trial.pk,
            number=2,
            reason="想改",
            actor=zone.actor(zone.leader),
            at=at("11-10 09:00"),
        )

    assert every_row() == before


def test_what_is_sent_back_is_written_on_and_submitted_again(trial, zone, draft):
    version = submit(trial, zone, draft)
    operations.version_send_back(
        condition_id=trial.pk,
        number=2,
        revision=version.revision,
        reason="依据请写全称",
        actor=zone.actor(zone.leader),
        at=TUESDAY,
    )
    again = submit(trial, zone, replace(draft, source="园区办发〔2026〕8 号第三条"), when=TUESDAY)
    publish(again, zone)

    assert again.number == 2
    assert days(trial)[1] == (2, date(2026, 11, 10), None)


def test_what_was_changed_after_it_was_read_isnt_confirmed(trial, zone, draft):
    read = submit(trial, zone, draft)
    operations.version_take_back(
        condition_id=trial.pk, number=2, actor=zone.actor(zone.clerk), at=TUESDAY
    )
    submit(trial, zone, replace(draft, text="revenue >= 1"), when=TUESDAY)
    before = every_row()

    with pytest.raises(Conflict, match="刚改过"):
        publish(read, zone)

    assert every_row() == before


def test_the_second_who_writes_the_same_draft_is_told_what_the_first_changed(trial, zone, draft):
    shown = save(trial, zone, draft)
    seen = Draft.of(shown).said
    save(trial, zone, replace(draft, text="revenue >= 16000"), seen=seen, number=2)
    before = every_row()

    with pytest.raises(ChangedMeanwhile) as refused:
        save(
            trial,
            zone,
            replace(draft, text="revenue >= 17000"),
            "safety_handler",
            seen=seen,
            number=2,
        )

    assert refused.value.fields == {"text": ("revenue >= 15000", "revenue >= 16000")}
    assert every_row() == before


def test_the_second_who_begins_a_draft_is_told_of_the_first(trial, zone, draft):
    seen = Draft.of(queries.version_on(trial.pk, date(2026, 11, 2))).said
    save(trial, zone, draft, seen=seen)
    before = every_row()

    with pytest.raises(ChangedMeanwhile) as refused:
        save(trial, zone, replace(draft, text="rd > 1"), "safety_handler", seen=seen)

    assert "text" in refused.value.fields
    assert every_row() == before


def test_who_writes_on_what_was_published_meanwhile_is_told_and_begins_the_next(trial, zone, draft):
    save(trial, zone, draft)
    publish(submit(trial, zone, draft), zone)
    before = every_row()

    with pytest.raises(Conflict, match="第 2 版刚由郑立群于 11-03 09:00 确认发布"):
        save(trial, zone, replace(draft, text="rd > 1"), "safety_handler", number=2)

    assert every_row() == before
    assert save(trial, zone, replace(draft, text="rd > 1"), "safety_handler").number == 3


def test_what_waits_to_be_confirmed_isnt_written_on(trial, zone, draft):
    submit(trial, zone, draft)
    before = every_row()

    with pytest.raises(Conflict, match="第 2 版已由周敏于 11-02 09:00 提交，正在等确认"):
        save(trial, zone, replace(draft, text="rd > 1"), "safety_handler")

    assert every_row() == before


def test_of_two_who_confirm_at_once_one_is_told_that_it_is_done(committed, draft):

    zone = build_zone()
    conftest.define()
    try:
        shipping.load(at=MONDAY_9AM)
        trial = Condition.objects.get(kind="trial")
        version = submit(trial, zone, draft, "safety_handler")

        answers = at_once(
            lambda: publish(version, zone, "leader"), lambda: publish(version, zone, "clerk")
        )

        refused = [one for one in answers if one is not None]
        assert len(refused) == 1
        assert isinstance(refused[0], Conflict)
        assert "第 2 版已由" in refused[0].message
        assert "确认发布" in refused[0].message
        assert told(trial).count("conditions.published") == 2
    finally:
        shipping.forget("trial")
        conftest.kinds.forget("trial")


def test_of_two_who_begin_a_draft_at_once_one_is_told_of_the_other(committed, draft):
    zone = build_zone()
    conftest.define()
    try:
        shipping.load(at=MONDAY_9AM)
        trial = Condition.objects.get(kind="trial")
        seen = Draft.of(queries.version_on(trial.pk, date(2026, 11, 2))).said
        other = replace(draft, text="revenue >= 16000")

        answers = at_once(
            lambda: save(trial, zone, draft, "clerk", seen=seen),
            lambda: save(trial, zone, other, "safety_handler", seen=seen),
        )

        assert sum(isinstance(one, ChangedMeanwhile) for one in answers) == 1
        assert ConditionVersion.objects.filter(condition=trial).count() == 2
        assert told(trial).count("conditions.drafted") == 1
    finally:
        shipping.forget("trial")
        conftest.kinds.forget("trial")


def test_the_database_lets_no_two_versions_hold_on_one_day(trial):
    first = ConditionVersion.objects.get(condition=trial)
    with pytest.raises(IntegrityError, match="condition_no_overlap"), transaction.atomic():
        ConditionVersion.objects.create(
            condition=trial,
            number=2,
            state=State.PUBLISHED,
            text="TRUE",
            valid_from=date(2026, 1, 1),
            drafted_at=first.drafted_at,
            decided_at=first.drafted_at,
        )


def test_the_database_lets_nobody_confirm_his_own(trial, zone):
    first = ConditionVersion.objects.get(condition=trial)
    account = zone.clerk.account_id
    with pytest.raises(IntegrityError, match="confirmed_by_another"), transaction.atomic():
        ConditionVersion.objects.filter(pk=first.pk).update(
            written_by=[account], decided_by_id=account
        )


def test_a_rule_goes_with_the_department_that_answers_for_it(trial, zone):
    Condition.objects.filter(pk=trial.pk).update(owner=zone.planning)

    departments.department_close(
        department_id=zone.planning.pk,
        into_id=zone.approval.pk,
        reason="撤并",
        actor=SYSTEM,
        at=TUESDAY,
    )

    trial.refresh_from_db()
    assert trial.owner_id == zone.approval.pk
    assert told(trial)[-1] == "conditions.moved"


def rename(trial, who, **more):
    told = {"name": "骨干企业", "name_en": "Backbone", "owner_id": None, "seen": None}
    return operations.condition_rename(
        condition_id=trial.pk, actor=who, at=TUESDAY, **(told | more)
    )


def test_a_rule_is_called_otherwise_and_says_what_it_said(trial, zone):
    rename(trial, zone.actor(zone.clerk))

    trial.refresh_from_db()
    assert (trial.name, trial.name_en, trial.code) == ("骨干企业", "Backbone", "large")
    assert told(trial)[-1] == "conditions.renamed"
    event = JournalEvent.objects.filter(stream=trial.stream).latest("seq")
    assert event.payload == {
        "condition_id": trial.pk,
        "before": {"name": "大企业", "name_en": "Large enterprises"},
        "after": {"name": "骨干企业", "name_en": "Backbone"},
    }
    assert queries.in_force("trial", TUESDAY.date())["large"].version.number == 1
    before = every_row()
    rename(trial, zone.actor(zone.clerk))
    assert every_row() == before


@pytest.mark.parametrize(
    ("who", "more", "error"),
    [
        ("contact", {}, NotVisible),
        ("linked_officer", {}, NotAllowed),
        ("clerk", {"name": "  "}, Invalid),
        ("clerk", {"name": "长" * 61}, Invalid),
        ("clerk", {"seen": {"name": "另一个名称"}}, Conflict),
    ],
)
def test_a_refused_name_changes_nothing(trial, zone, who, more, error):
    before = every_row()

    with pytest.raises(error):
        rename(trial, zone.actor(getattr(zone, who)), **more)

    assert every_row() == before
