"""Publishing a mechanism: versions, limits with their validity, one event, nothing half done."""

from datetime import UTC, date, datetime

import pytest

from yuanqi.casework import loading
from yuanqi.casework.definition import MechanismDefinition, check
from yuanqi.casework.loading import DefinitionError, shipped
from yuanqi.casework.models import LimitRule, Mechanism, MechanismVersion
from yuanqi.casework.rulebook import Limits
from yuanqi.foundation.actors import SYSTEM, Actor, Role, Side
from yuanqi.foundation.errors import Invalid, NotAllowed
from yuanqi.foundation.models import JournalEvent

SUNDAY = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
FIRST = date(2026, 1, 1)
HANDLER = Actor(side=Side.PARK, account_id=1, roles=frozenset({Role.HANDLER.value}))
SMALL = """\
code: pilot
name: {zh: 试点申请, en: Pilot application}
basis: 《试点办法》第三条
evaluation:
  call_back_levels: [1, 2]
limits:
  - {purpose: sign, limit: 120 minutes, source: 园区默认}
  - {purpose: contact, limit: 24 hours, source: 园区默认}
  - {purpose: plan, limit: 2 working_days, source: 园区默认}
  - {purpose: resolve, limit: 7 working_days, source: 园区默认}
  - {purpose: work, limit: 2.5 working_days, source: 园区默认}
  - {purpose: evaluate, limit: 5 calendar_days, source: 园区默认}
  - {purpose: call_back, limit: 1 working_days, source: 园区默认}
"""


def valid(text):
    definition, problems = check(text)
    assert problems == []
    assert definition is not None
    return definition


def publish(text, actor=SYSTEM, at=SUNDAY, valid_from=FIRST):
    return loading.publish(text, actor=actor, at=at, valid_from=valid_from)


def counts():
    """Mechanisms, versions, limit rules, events."""
    return (
        Mechanism.objects.count(),
        MechanismVersion.objects.count(),
        LimitRule.objects.count(),
        JournalEvent.objects.count(),
    )


def resolve_on(day):
    mechanism = Mechanism.objects.get(code="pilot")
    return str(Limits.on(mechanism, day).allowance("resolve", "P3").limit)


def payloads():
    events = JournalEvent.objects.filter(stream="mechanism:pilot").order_by("seq")
    return [(e.kind, e.audience, e.payload) for e in events]


LONGER = SMALL.replace("7 working_days", "9 working_days")


def test_publishing_writes_a_version_its_limits_and_one_event(db):
    version = publish(SMALL)

    assert (version.number, version.mechanism.code) == (1, "pilot")
    assert MechanismDefinition.model_validate(version.definition) == valid(SMALL)
    assert counts() == (1, 1, 7, 1)
    assert payloads() == [
        (
            "casework.mechanism_published",
            "staff",
            {
                "code": "pilot",
                "number": 1,
                "digest": valid(SMALL).digest,
                "valid_from": "2026-01-01",
                "limits_begun": 7,
                "limits_ended": 0,
            },
        )
    ]


def test_publishing_what_is_in_force_does_nothing(db):
    first = publish(SMALL)

    again = publish("# 加了注释\n" + SMALL, valid_from=date(2026, 12, 1))

    assert again.pk == first.pk
    assert counts() == (1, 1, 7, 1)


def test_a_changed_limit_ends_the_old_one_and_leaves_earlier_days_alone(db):
    publish(SMALL)

    version = publish(LONGER, valid_from=date(2026, 12, 1))

    assert version.number == 2
    assert counts() == (1, 2, 8, 2)
    assert resolve_on(date(2026, 11, 30)) == "7.0 working_days"
    assert resolve_on(date(2026, 12, 1)) == "9.0 working_days"
    assert payloads()[1][2]["limits_begun"] == 1
    assert payloads()[1][2]["limits_ended"] == 1


def test_going_back_to_an_earlier_text_is_a_new_version(db):
    publish(SMALL)
    publish(LONGER, valid_from=date(2026, 12, 1))

    third = publish(SMALL, valid_from=date(2026, 12, 8))

    assert third.number == 3
    assert resolve_on(date(2026, 12, 7)) == "9.0 working_days"
    assert resolve_on(date(2026, 12, 8)) == "7.0 working_days"


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2026, 11, 1), date(2026, 1, 1)])
def test_a_later_version_cannot_begin_before_tomorrow(db, day):
    publish(SMALL)
    before = counts()

    with pytest.raises(Invalid) as refusal:
        publish(LONGER, valid_from=day)

    assert refusal.value.field == "valid_from"
    assert counts() == before
    assert resolve_on(date(2026, 12, 1)) == "7.0 working_days"


def test_a_version_cannot_begin_before_one_already_announced(db):
    publish(SMALL)
    publish(LONGER, valid_from=date(2026, 12, 8))
    before = counts()

    with pytest.raises(Invalid):
        publish(SMALL, valid_from=date(2026, 12, 8))

    assert counts() == before


def test_a_definition_with_problems_publishes_nothing(db):
    with pytest.raises(DefinitionError) as refusal:
        publish(SMALL.replace("120 minutes", "2 days"))

    assert [(p.line, p.path) for p in refusal.value.problems] == [(7, "limits[0].limit")]
    assert counts() == (0, 0, 0, 0)


def test_only_the_system_administrator_publishes(db):
    with pytest.raises(NotAllowed):
        publish(SMALL, actor=HANDLER)

    assert counts() == (0, 0, 0, 0)


def test_a_file_of_the_park_replaces_the_shipped_one_of_its_name(settings, tmp_path):
    settings.VAR = tmp_path
    settings.ZONE_NAME = {"zh-hans": "青禾开发区", "en": "Qinghe Zone"}
    (tmp_path / "mechanisms").mkdir()
    (tmp_path / "mechanisms" / "pilot.yaml").write_text(SMALL, "utf-8")

    texts = shipped()

    assert sorted(texts) == ["pilot", "service-request"]
    ground = valid(texts["service-request"]).pause_grounds["enterprise-material"]
    assert ground.basis == "《青禾开发区诉求办理规则》第 12 条"

    (tmp_path / "mechanisms" / "service-request.yaml").write_text(SMALL, "utf-8")
    assert shipped()["service-request"] == SMALL


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("zoo", SMALL.replace("code: pilot", "code: ZOO"), "zoo.yaml:1: code: string should"),
        ("zoo", SMALL, "zoo.yaml:1: code: the file must be named pilot.yaml"),
    ],
)
def test_one_bad_file_keeps_all_mechanisms_from_being_published(
    db, settings, tmp_path, name, text, line
):
    settings.VAR = tmp_path
    (tmp_path / "mechanisms").mkdir()
    (tmp_path / "mechanisms" / f"{name}.yaml").write_text(text, "utf-8")

    with pytest.raises(DefinitionError) as refusal:
        loading.publish_all(actor=SYSTEM, at=SUNDAY, valid_from=FIRST)

    assert refusal.value.message.startswith(line)
    assert counts() == (0, 0, 0, 0)


def test_the_first_limit_of_a_later_step_holds_for_older_cases_too(db):
    """What was raised before the park knew extensions may be extended all the same."""
    publish(SMALL)
    more = SMALL + "  - {purpose: extension, limit: 5 working_days, source: 园区默认}\n"
    most = more.replace("extension, limit: 5", "extension, limit: 3")
    publish(more, valid_from=date(2026, 11, 5))
    publish(most, at=datetime(2026, 11, 6, tzinfo=UTC), valid_from=date(2026, 11, 20))
    mechanism = Mechanism.objects.get(code="pilot")

    found = [
        str(Limits.on(mechanism, date(2026, month, day)).allowance("extension").limit)
        for month, day in ((1, 5), (11, 5), (11, 20))
    ]

    assert found == ["5.0 working_days", "5.0 working_days", "3.0 working_days"]


def test_all_mechanisms_are_published_together(db, settings, tmp_path):
    settings.VAR = tmp_path
    (tmp_path / "mechanisms").mkdir()
    (tmp_path / "mechanisms" / "pilot.yaml").write_text(SMALL, "utf-8")

    versions = loading.publish_all(actor=SYSTEM, at=SUNDAY, valid_from=FIRST)

    assert [v.mechanism.code for v in versions] == ["pilot", "service-request"]
    assert counts() == (2, 2, 105, 2)
