from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from yuanqi.domain.assignment import Officer, Plan, Subject, Weights, assign, certificate
from yuanqi.domain.tests.assignment_reference import Reference

AREAS = st.sampled_from([None, "north", "south", "harbour"])
TRADES = st.frozensets(st.sampled_from(["chips", "drugs", "cars"]), max_size=2)
ROLES = ["zone_leader", "department_head", "congress_deputy"]
slow = settings(deadline=None, max_examples=40)


@st.composite
def rounds(draw, most_subjects, most_officers, capacities=(0, 1, 2, 4)):
    """Subjects, officers, current pairs by role; officers named that aren't there, too."""
    names = [f"e{number}" for number in range(draw(st.integers(1, most_subjects)))]
    seats = [f"o{number}" for number in range(draw(st.integers(1, most_officers)))]
    anyone = st.sampled_from([*seats, "gone"])
    subjects = [
        Subject(
            name,
            "enterprise",
            effort=draw(st.sampled_from([1.0, 0.5, 2.25])),
            area=draw(AREAS),
            specialties=draw(TRADES),
            group_head=draw(st.sampled_from([None, None, *names])),
            new=draw(st.booleans()),
            wished=draw(st.frozensets(anyone, max_size=1)),
        )
        for name in names
    ]
    officers = [
        Officer(
            seat,
            draw(st.sampled_from(ROLES)),
            draw(st.sampled_from(capacities)),
            area=draw(AREAS),
            specialties=draw(TRADES),
            barred=draw(st.frozensets(st.sampled_from(names), max_size=2)),
        )
        for seat in seats
    ]
    leads = draw(st.dictionaries(st.sampled_from(names), anyone))
    seconds = draw(st.dictionaries(st.sampled_from(names), anyone))
    return subjects, officers, leads, seconds


def pairs(leads, seconds):
    return [(*pair, "lead") for pair in leads.items()] + [
        (*pair, "second") for pair in seconds.items()
    ]


def proven(plan: Plan, *asked: object) -> bool:
    return all(stage.is_optimal for stage in certificate(plan, *asked))


@slow
@given(rounds(4, 3))
def test_no_other_plan_is_better(asked):
    subjects, officers, leads, seconds = asked

    plan = assign(subjects, officers, pairs(leads, seconds))

    first = Reference(subjects, officers, leads)
    second = Reference(subjects, officers, seconds, leads=plan.leads)
    assert first.badness(plan.leads) == min(first.badness(other) for other in first.plans())
    assert second.badness(plan.seconds) == min(second.badness(other) for other in second.plans())
    assert 1000 * plan.cost == first.cost(plan.leads) + second.cost(plan.seconds)


@slow
@given(rounds(4, 3), st.sampled_from([0.0, 0.5, 3.0]))
def test_a_kept_pair_of_finite_weight_is_one_wish_among_others(asked, kept):
    subjects, officers, leads, _ = asked
    weights = Weights(kept=kept)

    plan = assign(subjects, officers, leads, weights)

    first = Reference(subjects, officers, leads, weights)

    def badness(found):
        placed = [one for one in subjects if one.id in found]
        moved = sum(first.kept(one) not in (None, found[one.id]) for one in placed)
        lost = sum(first.kept(one) is not None for one in subjects) - sum(
            first.kept(one) is not None for one in placed
        )
        return len(subjects) - len(placed), first.cost(found) + 1000 * kept * (moved + lost)

    assert badness(plan.leads) == min(badness(other) for other in first.plans())


@slow
@given(rounds(60, 12, capacities=(0, 2, 5, 10)))
def test_prices_prove_each_stage_over_all_pairs(asked):
    subjects, officers, leads, seconds = asked

    plan = assign(subjects, officers, pairs(leads, seconds))

    assert proven(plan, subjects, officers, pairs(leads, seconds))
    first = Reference(subjects, officers, leads)
    for one in subjects:  # nobody would rather pay for another place
        if one.id in plan.leads and first.kept(one) is None:
            least = min(
                first.wishes_cost(one, name) + plan.lead_prices[name]
                for name in first.officers
                if first.may(one, name)
            )
            mine = plan.leads[one.id]
            assert first.wishes_cost(one, mine) + plan.lead_prices[mine] == least


@slow
@given(rounds(30, 8), st.randoms(use_true_random=False))
def test_the_same_input_in_any_order_gives_the_same_plan(asked, chance):
    subjects, officers, leads, seconds = asked
    current = pairs(leads, seconds)
    plan = assign(subjects, officers, current)

    for named in (subjects, officers, current):
        chance.shuffle(named)

    assert assign(subjects, officers, current) == plan


@slow
@given(rounds(30, 8), st.data())
def test_rules_hold_whatever_is_asked(asked, data):
    subjects, officers, leads, seconds = asked
    ids = [one.id for one in subjects]
    half = len(subjects) // 2
    covered = [  # the later half may be projects of the earlier
        replace(one, covers_for=data.draw(st.sampled_from([None, *ids[:half]])))
        for one in subjects[half:]
    ]
    subjects = subjects[:half] + covered
    known = {one.id: one for one in subjects}
    seats = {one.id: one for one in officers}

    plan = assign(subjects, officers, pairs(leads, seconds))

    assert set(plan.leads) | set(plan.unassigned) == set(ids)
    assert not set(plan.leads) & set(plan.unassigned)
    assert set(plan.seconds) <= set(plan.leads)
    assert set(plan.reasons) == set(plan.leads.items()) | set(plan.seconds.items())
    load = Counter()
    for served in (plan.leads, plan.seconds):
        for one, officer in served.items():
            assert one not in seats[officer].barred
            load[officer] += known[one].covers_for is None
    assert all(load[one.id] <= one.capacity for one in officers)
    for one, officer in plan.leads.items():
        assert plan.seconds.get(one) != officer
        assert known[one].new or seats[officer].role != "congress_deputy"
        if known[one].covers_for:
            assert plan.leads[known[one].covers_for] == officer


@slow
@given(rounds(30, 8), st.data())
def test_who_leaves_moves_no_more_than_he_had(asked, data):
    subjects, officers, _, _ = asked
    plan = assign(subjects, officers)
    gone = data.draw(st.sampled_from(officers))

    after = assign(
        subjects, [one for one in officers if one != gone], pairs(plan.leads, plan.seconds)
    )

    led = {one for one, officer in plan.leads.items() if officer == gone.id}
    assert {one for one in plan.leads if after.leads.get(one) != plan.leads[one]} == led
    helped = [one for one, officer in plan.seconds.items() if officer == gone.id]
    changed = [one for one in plan.seconds if after.seconds.get(one) != plan.seconds[one]]
    assert len(changed) <= len(led) + len(helped)


@slow
@given(rounds(20, 6), st.data())
def test_the_shortage_is_the_least_that_places_everyone(asked, data):
    subjects, officers, leads, _ = asked
    current = {one: officer for one, officer in leads.items() if officer != "gone"}
    plan = assign(subjects, officers, current)
    may = Reference(subjects, officers, current).may
    placeable = [one for one in subjects if any(may(one, each.id) for each in officers)]

    assert sum(plan.shortage.values()) == len(plan.unassigned)
    # one place fewer would leave somebody out: as many are placed as a matching can place
    assert sum(one.id in plan.leads for one in placeable) == most_placed(placeable, officers, may)


def most_placed(subjects, officers, may) -> int:
    """Augmenting ways, one subject at a time."""
    served = {one.id: [] for one in officers}

    def place(subject, seen) -> bool:
        for officer in officers:
            if officer.id in seen or not may(subject, officer.id):
                continue
            seen.add(officer.id)
            here = served[officer.id]
            if len(here) < officer.capacity:
                here.append(subject)
                return True
            for other in here:
                if place(other, seen):
                    here[here.index(other)] = subject
                    return True
        return False

    return sum(place(one, set()) for one in subjects)
