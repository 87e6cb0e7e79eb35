"""Who serves whom: the rules one by one, each in a round of a few."""

import pytest

from yuanqi.domain.assignment import (
    Code,
    Officer,
    Reason,
    Role,
    Subject,
    Weights,
    assign,
    certificate,
)

HEAD = Role.DEPARTMENT_HEAD


def enterprise(name, **known):
    return Subject(name, "enterprise", **known)


def head(name, capacity=10, **known):
    return Officer(name, HEAD, capacity, **known)


def deputy(name, capacity=5, **known):
    return Officer(name, Role.CONGRESS_DEPUTY, capacity, **known)


def codes(plan, subject, officer):
    return [reason.code for reason in plan.reasons[subject, officer]]


def test_an_officer_of_the_area_and_the_trade_leads_another_is_second():
    subject = enterprise("e", area="north", specialties=frozenset({"chips"}))
    fitting = head("zhou", area="north", specialties=frozenset({"chips", "cars"}))
    near = head("wu", area="north")
    far = head("zheng", area="south")

    plan = assign([subject], [far, near, fitting])

    assert plan.leads == {"e": "zhou"}
    assert plan.seconds == {"e": "wu"}
    # half a place of ten each at weight 2, and the second's missing specialty
    assert plan.cost == 0.1 + 0.1 + 3.0
    assert plan.unassigned == {}
    assert plan.shortage == {}
    assert plan.reasons["e", "zhou"] == (
        Reason(Code.AREA),
        Reason(Code.SPECIALTY, {"matching": ("chips",)}),
        Reason(Code.LOAD, {"count": 1, "capacity": 10}),
    )
    assert plan.reasons["e", "wu"] == (
        Reason(Code.AREA),
        Reason(Code.OTHER_SPECIALTY, {"cost": 3.0}),
        Reason(Code.LOAD, {"count": 1, "capacity": 10}),
    )
    with pytest.raises(KeyError):
        plan.reasons["e", "zheng"]


def test_capacity_counts_whom_one_leads_and_whom_one_is_second_to():
    subjects = [enterprise(name) for name in "abc"]

    plan = assign(subjects, [head("zhou", 2), head("wu", 2)])

    assert sorted(plan.leads) == ["a", "b", "c"]
    assert len(plan.seconds) == 1


def test_loads_are_even_by_share_of_capacity():
    plan = assign([enterprise(number) for number in range(9)], [head("zhou", 10), head("wu", 5)])

    leads = list(plan.leads.values())
    assert (leads.count("zhou"), leads.count("wu")) == (6, 3)


def test_capacity_short_by_one_names_who_is_left_and_what_is_lacking():
    subjects = [enterprise(number, area="north") for number in range(4)]
    officers = [head("zhou", 2, area="south"), head("wu", 1, area="north")]

    plan = assign(subjects, officers)

    assert len(plan.leads) == 3
    assert list(plan.unassigned.values()) == [Reason(Code.FULL, {"officers": 2, "places": 3})]
    assert plan.shortage == {(HEAD, "north"): 1}
    enlarged = [head("zhou", 2, area="south"), head("wu", 2, area="north")]
    assert len(assign(subjects, enlarged).leads) == 4


def test_whom_nobody_may_serve_needs_a_new_officer_in_its_area():
    subject = enterprise("e", area="north")
    officers = [head("zhou", barred=frozenset({"e"})), deputy("wu")]

    plan = assign([subject], officers)

    figures = {"officers": 2, "barred": 1, "deputies": 1}
    assert plan.unassigned == {"e": Reason(Code.NOBODY_MAY, figures)}
    assert plan.shortage == {(HEAD, "north"): 1}
    assert plan.leads == plan.seconds == {}


@pytest.mark.parametrize(
    "role", ["congress_deputy", "congress deputy", "Congress-Deputy", "人大代表"]
)
def test_congress_deputies_lead_only_what_is_new_and_may_be_second(role):
    subjects = [enterprise("old"), enterprise("new", new=True)]
    officers = [Officer("wu", role, 5), head("zhou", 2)]

    plan = assign(subjects, officers)

    assert plan.leads == {"old": "zhou", "new": "wu"}
    assert plan.seconds == {"old": "wu", "new": "zhou"}


def test_a_department_deputy_leads_like_a_head():
    plan = assign([enterprise("old")], [Officer("wu", Role.DEPARTMENT_DEPUTY, 10)])

    assert plan.leads == {"old": "wu"}


def test_projects_go_with_their_enterprise_and_take_no_place():
    subjects = [
        enterprise("e"),
        *(Subject(name, "project", covers_for="e") for name in ("p", "q")),
        Subject("r", "project", covers_for="elsewhere"),
    ]

    plan = assign(subjects, [head("zhou", 1), head("wu", 1)])

    assert plan.leads["p"] == plan.leads["q"] == plan.leads["e"] != plan.leads["r"]
    assert codes(plan, "p", plan.leads["p"]) == [Code.WITH_ENTERPRISE]
    assert plan.unassigned == {}


def test_who_is_barred_from_a_project_does_not_lead_its_enterprise():
    subjects = [enterprise("e"), Subject("p", "project", covers_for="e")]
    officers = [head("wu", 1), head("zhou", 9, barred=frozenset({"p"}))]

    plan = assign(subjects, officers)

    assert plan.leads == {"e": "wu", "p": "wu"}
    assert plan.seconds == {}


def test_where_nobody_may_lead_all_the_enterprise_is_led_and_the_project_named():
    subjects = [enterprise("e"), Subject("p", "project", covers_for="e")]

    plan = assign(subjects, [head("zhou", barred=frozenset({"p"}))])

    assert plan.leads == {"e": "zhou"}
    figures = {"enterprise": "e", "lead": "zhou"}
    assert plan.unassigned == {"p": Reason(Code.LEAD_MAY_NOT, figures)}


def test_a_project_of_an_enterprise_that_has_nobody_has_nobody():
    subjects = [enterprise("e"), Subject("p", "project", covers_for="e")]

    plan = assign(subjects, [head("zhou", 0)])

    assert plan.unassigned == {
        "e": Reason(Code.FULL, {"officers": 1, "places": 0}),
        "p": Reason(Code.ENTERPRISE_UNPLACED, {"enterprise": "e"}),
    }
    assert plan.shortage == {(HEAD, None): 1}


def test_kept_pairs_come_before_all_wishes_unless_the_weights_say_otherwise():
    subject = enterprise("e", area="north", effort=3.0)
    officers = [head("zhou", area="south"), head("wu", area="north")]

    assert assign([subject], officers).leads == {"e": "wu"}
    kept = assign([subject], officers, [("e", "zhou")])
    assert kept.leads == {"e": "zhou"}
    assert kept.reasons["e", "zhou"] == (
        Reason(Code.KEPT),
        Reason(Code.OTHER_AREA, {"cost": 6.0}),
        Reason(Code.EFFORT, {"effort": 3.0}),
        Reason(Code.LOAD, {"count": 1, "capacity": 10}),
    )
    moved = assign([subject], officers, [("e", "zhou")], Weights(kept=1.0))
    assert moved.leads == {"e": "wu"}
    assert Reason(Code.MOVED, {"before": "zhou"}) in moved.reasons["e", "wu"]
    assert moved.seconds == {"e": "zhou"}
    assert moved.cost == 7.2  # losing zhou, two half places of ten, his second's area


def test_seconds_are_kept_too():
    officers = [head("zhou"), head("wu"), head("zheng")]

    plan = assign([enterprise("e")], officers, [("e", "wu"), ("e", "zheng", "second")])

    assert plan.leads == {"e": "wu"}
    assert plan.seconds == {"e": "zheng"}


def test_an_officer_who_may_not_any_more_is_not_kept():
    subjects = [enterprise("e"), enterprise("f")]
    officers = [head("zhou", barred=frozenset({"e"})), deputy("wu"), head("zheng")]

    plan = assign(subjects, officers, {"e": "zhou", "f": "wu"})

    assert plan.leads == {"e": "zheng", "f": "zhou"}


def test_an_arrival_may_move_somebody_where_nothing_else_covers_it():
    subjects = [enterprise("old"), enterprise("arrived")]
    officers = [head("zhou", 1), head("wu", 1, barred=frozenset({"arrived"}))]

    plan = assign(subjects, officers, [("old", "zhou")])

    assert plan.leads == {"arrived": "zhou", "old": "wu"}


def test_for_a_subject_whose_officer_left_nobody_is_moved():
    subjects = [enterprise("old"), enterprise("left")]
    officers = [head("zhou", 1), head("wu", 1, barred=frozenset({"left"}))]
    current = [("old", "zhou"), ("left", "gone")]

    plan = assign(subjects, officers, current)

    assert plan.leads == {"old": "zhou"}
    assert plan.unassigned == {"left": Reason(Code.WOULD_MOVE, {"before": "gone"})}
    assert plan.shortage == {(HEAD, None): 1}
    # one who would have it covered all the same leaves the old pair out
    assert assign(subjects, officers, current[:1]).leads == {"left": "zhou", "old": "wu"}


def test_ten_arrivals_move_nobody():
    subjects = [enterprise(number, area=number % 3) for number in range(40)]
    officers = [head(f"o{number}", 10, area=number % 3) for number in range(5)]
    before = assign(subjects, officers)
    arrived = [enterprise(number, area=0) for number in range(40, 50)]

    after = assign(subjects + arrived, officers, before.leads)

    assert len(after.leads) == 50
    assert {number: after.leads[number] for number in range(40)} == before.leads


def test_a_group_follows_the_officer_whom_its_head_has():
    subjects = [enterprise("head", group_head="head"), enterprise("part", group_head="head")]
    officers = [head("wu"), head("zhou"), head("zheng")]

    plan = assign(subjects, officers, [("head", "zheng")])

    assert plan.leads == {"head": "zheng", "part": "zheng"}
    assert Reason(Code.GROUP, {"head": "head"}) in plan.reasons["part", "zheng"]


def test_a_wish_weighs_as_much_as_the_weights_say():
    subject = enterprise("e", area="north", wished=frozenset({"zhou", "gone"}))
    officers = [head("zhou", area="south"), head("wu", area="north")]

    assert assign([subject], officers).leads == {"e": "zhou"}
    plan = assign([subject], officers, weights=Weights(wish=1.0))
    assert plan.leads == {"e": "wu"}
    assert Reason(Code.NOT_WISHED, {"cost": 1.0}) in plan.reasons["e", "wu"]


def test_what_takes_more_effort_has_the_first_claim_on_a_fitting_officer():
    subjects = [
        enterprise("light", area="north", effort=0.5),
        enterprise("heavy", area="north", effort=2.0),
    ]
    officers = [head("near", 1, area="north"), head("far", 1, area="south")]

    assert assign(subjects, officers).leads == {"heavy": "near", "light": "far"}


def test_an_officer_without_an_area_serves_all_alike():
    subject = enterprise("e", area="north")
    officers = [head("leader"), head("wu", area="south")]

    assert assign([subject], officers).leads == {"e": "leader"}


@pytest.mark.parametrize(
    ("subjects", "officers", "current", "problem"),
    [
        ([enterprise("e")], [head("zhou"), head("zhou", 3)], (), "'zhou' comes twice"),
        ([enterprise("e"), enterprise("e")], [head("zhou")], (), "'e' comes twice"),
        ([enterprise("e")], [head("zhou")], [("e", "zhou"), ("e", "wu")], "two officers"),
        ([enterprise("e")], [head("zhou")], [("e", "zhou", "third")], "lead or second"),
        (
            [enterprise("e", covers_for="p"), Subject("p", "project", covers_for="e")],
            [head("zhou")],
            (),
            "covered by itself",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(subjects, officers, current, problem):
    with pytest.raises(ValueError, match=problem):
        assign(subjects, officers, current)


@pytest.mark.parametrize(
    "made",
    [
        lambda: enterprise("e", effort=-1),
        lambda: enterprise("e", effort=float("nan")),
        lambda: head("zhou", -1),
        lambda: head("zhou", 1.5),
        lambda: Weights(area=-1),
        lambda: Weights(area=float("inf")),
    ],
)
def test_what_makes_no_sense_cannot_be_built(made):
    with pytest.raises(ValueError, match="must"):
        made()


def test_nothing_to_do_is_a_plan():
    assert assign([], []).leads == {}
    assert assign([], [head("zhou")]).cost == 0
    plan = assign([enterprise("e", area="north")], [])
    figures = {"officers": 0, "barred": 0, "deputies": 0}
    assert plan.unassigned == {"e": Reason(Code.NOBODY_MAY, figures)}
    assert plan.shortage == {(Role.DEPARTMENT_HEAD, "north"): 1}


def test_a_capacity_far_beyond_need_is_no_burden():
    subjects = [enterprise(number, area="north") for number in range(300)]
    officers = [head("wu", 10**9, area="north"), head("zhou", 10**9, area="south")]

    plan = assign(subjects, officers)

    assert len(plan.leads) == len(plan.seconds) == 300
    assert set(plan.leads.values()) == {"wu"}
    assert all(stage.is_optimal for stage in certificate(plan, subjects, officers))


def test_a_large_round_is_proven_over_all_pairs():
    subjects = [
        enterprise(
            number,
            area=number * 7 % 20,
            specialties=frozenset({number % 13, number % 11}),
            effort=0.5 + number % 9 / 4,
            new=number % 3 == 0,
        )
        for number in range(4000)
    ]
    officers = [
        Officer(
            number,
            Role.CONGRESS_DEPUTY if number % 4 == 0 else HEAD,
            5 + number % 3 * 15,
            area=number % 22,
            specialties=frozenset({number % 13}),
            barred=frozenset({number, number + 1}),
        )
        for number in range(300)
    ]

    plan = assign(subjects, officers)

    assert len(plan.leads) == 4000
    assert all(stage.is_optimal for stage in certificate(plan, subjects, officers))


def test_a_worse_plan_is_not_proven():
    subject = enterprise("e", area="north")
    officers = [head("zhou", area="south"), head("wu", area="north")]
    plan = assign([subject], officers)
    forced = assign([subject], officers, [("e", "zhou")])

    first, _ = certificate(forced, [subject], officers)

    assert certificate(plan, [subject], officers)[0].is_optimal
    assert not first.is_optimal
    assert first.cost > first.bound


def test_every_reason_can_be_said_in_both_languages():
    figures = {
        "before": "a", "enterprise": "e", "cost": 1.25, "matching": ("x", "y"), "head": "h",
        "effort": 2.0, "count": 3, "capacity": 10, "officers": 5, "barred": 2, "deputies": 3,
        "places": 40, "lead": "l",
    }  # fmt: skip

    for code in Code:
        reason = Reason(code, figures)
        assert reason.sentence("zh") != reason.sentence("en")
    assert Reason(Code.LOAD, figures).sentence() == "干部共挂 3 家，最多 10 家"
    assert Reason(Code.SPECIALTY, figures).sentence("en") == "Matching specialty: x, y"
