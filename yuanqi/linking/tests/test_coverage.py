"""The coverage of a day: counted in the database, page by page, taken along as a workbook."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from python_calamine import load_workbook

from tests.people import Zone
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.writer import DIRECT
from yuanqi.importing.tests.bringing import checked, found
from yuanqi.linking.coverage import GAPS, INHERITED, coverage_on, listed_on, scopes_on
from yuanqi.linking.models import Round, RoundState
from yuanqi.registry import acts
from yuanqi.registry import operations as registry
from yuanqi.registry.contacting import acts as contacting
from yuanqi.registry.models import ContactKind, Enterprise, EnterpriseGroup, Link

from .conftest import TODAY, drafted, firm, pair_set, publish

DAY = TODAY.date()


@pytest.fixture(autouse=True)
def _thursday(wall) -> None:
    wall.set("11-05 10:00")


@pytest.fixture
def held(zone, colleague, other) -> Round:
    """A round that holds from today: 松濑 with 陆远, 禾屿 with 沈一帆."""
    round_ = drafted(zone, from_on=DAY)
    pair_set(zone, round_, zone.enterprise, colleague)
    pair_set(zone, round_, other, zone.linked_officer)
    return publish(zone, round_)


def names(listed) -> list[str]:
    return [one.short_name for one in listed.order_by("pk")]


def test_figures_are_those_of_the_scopes_and_their_lists(zone, held, other):
    member, project, nobody = (
        firm("MA1XK009", "青穗"), firm("MA1XK00A", "岚正"), firm("MA1XK00B", "未列"),
    )  # fmt: skip
    group = EnterpriseGroup.objects.create(name="松濑集团", head=zone.enterprise)
    Enterprise.objects.filter(pk=member.pk).update(group=group, industry_code="C3922")
    registry.project_create(
        enterprise_id=project.pk, actor=SYSTEM, at=TODAY,
        values={"name": "二期厂房", "stage": 3, "stage_on": date(2026, 10, 1)},
    )  # fmt: skip
    contacting.contact_record(
        DIRECT, enterprise=other, kind=ContactKind.VISIT, department=zone.planning,
        officer=zone.linked_officer, subject="走访", actor=SYSTEM, at=TODAY,
    )  # fmt: skip
    Round.objects.filter(pk=held.pk).update(is_everyone=False, industries=["C39"], stages=[3])
    round_ = Round.objects.get(state=RoundState.PUBLISHED)

    said = coverage_on(DAY, round_)

    assert (said.covered, said.inherited, said.gaps, said.visited) == (2, 1, 1, 1)
    assert (said.total, said.reached, said.unvisited) == (4, 3, 1)
    assert names(listed_on(DAY, round_, INHERITED)) == ["青穗"]
    assert names(listed_on(DAY, round_, GAPS)) == ["岚正"]
    assert scopes_on(round_, [member, project, other, nobody]) == {
        member.pk: ["industry:C39"], project.pk: ["project:3"], other.pk: ["linked"],
        nobody.pk: ["linked"],
    }  # fmt: skip


def many(zone: Zone, count: int) -> None:
    """As many more enterprises, led by the linked officer."""
    for number in range(count):
        one = Enterprise.objects.create(
            uscc=uscc.make("91320583", f"MA9{number:05d}"), name=f"第{number}厂有限公司",
            short_name=f"第{number:03d}厂",
        )  # fmt: skip
        acts.link(
            DIRECT, enterprise=one, officer=zone.linked_officer, from_on=DAY, actor=SYSTEM, at=TODAY
        )


def test_board_list_and_own_enterprises_ask_as_much_of_a_hundred_as_of_two(
    zone, held, client_of, django_assert_num_queries
):
    leader, linked = client_of("leader"), client_of("linked_officer")
    asked = {"board": (leader, 19), "covered": (leader, 18), "mine": (linked, 15)}
    many(zone, 101)

    for name, (client, queries) in asked.items():
        client.get(reverse(f"linking:{name}"))
        with django_assert_num_queries(queries):
            client.get(reverse(f"linking:{name}"))
    first = linked.get(reverse("linking:mine"))
    assert [len(first.context["lines"]), first.context["foot"]["text"]] == [
        50, "第 1–50 家，共 102 家",
    ]  # fmt: skip
    rest = linked.get(linked.get(first.context["foot"]["next_url"]).context["foot"]["next_url"])
    assert len(rest.context["lines"]) == 2


def test_the_workbook_of_links_comes_in_again_without_a_difference(
    zone, held, client_of, tmp_path: Path
):
    registry.link_begin(
        enterprise_id=zone.enterprise.pk, officer=zone.planning_handler, role=2, from_on=DAY,
        actor=SYSTEM, at=TODAY,
    )  # fmt: skip
    firm("MA1XK009", "青穗")
    answer = client_of("clerk").get(reverse("linking:covered") + "?export=xlsx")
    path = tmp_path / "links.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    rows = load_workbook(BytesIO(path.read_bytes())).get_sheet_by_index(0).to_python()

    imported = checked(path, "links", zone.actor(zone.clerk, TODAY), TODAY)

    assert [row[2:5] for row in rows[1:]] == [
        ["陆远", "规建局", "挂钩干部"], [zone.planning_handler.name, "规建局", "协助挂钩"],
        ["沈一帆", zone.linked_officer.department.short_name, "挂钩干部"],
    ]  # fmt: skip
    assert found(imported) == []
    assert (imported.same, imported.fresh, imported.known) == (3, 0, 0)
    gaps = client_of("clerk").get(reverse("linking:covered") + "?show=gaps&export=xlsx")
    book = load_workbook(BytesIO(b"".join(gaps.streaming_content)))
    assert [row[1:3] for row in book.get_sheet_by_index(0).to_python()[1:]] == [
        ["青穗有限公司", ""]
    ]
    assert Link.objects.count() == 4
