"""Walking a list by keyset gives every row once, in order, whatever happens between pages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yuanqi.foundation import pages
from yuanqi.foundation.pages import (
    Count,
    Key,
    KeysetPage,
    count_of,
    counted_page,
    foot,
    keyset_page,
)
from yuanqi.registry.models import Enterprise

pytestmark = pytest.mark.django_db

DAYS = [date(2026, 1, day) for day in (1, 2, 3)]
firms = st.lists(
    st.tuples(st.sampled_from([None, *DAYS]), st.sampled_from(["甲", "乙", "丙"])), max_size=9
)
orders = st.lists(
    st.one_of(
        st.builds(Key, st.just("registered_on"), st.booleans(), st.sampled_from(["first", "last"])),
        st.builds(Key, st.just("industry"), st.booleans()),
    ),
    max_size=2,
    unique_by=lambda key: key.name,
).flatmap(lambda keys: st.booleans().map(lambda descending: [*keys, Key("id", descending)]))
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def write(rows) -> None:
    start = Enterprise.objects.count() + len(rows) * 1000
    Enterprise.objects.bulk_create(
        Enterprise(uscc=f"{start + index:018d}", name="企业", registered_on=day, industry=industry)
        for index, (day, industry) in enumerate(rows)
    )


def in_order(rows, keys):
    """The slow reference: sort by the last key first, stably."""
    rows = list(rows)
    for key in reversed(keys):
        rows.sort(
            key=lambda row, name=key.name: (
                getattr(row, name) or date.min if name == "registered_on" else getattr(row, name)
            ),
            reverse=key.descending,
        )
        if key.nulls:
            without = [row for row in rows if key.value_of(row) is None]
            with_value = [row for row in rows if key.value_of(row) is not None]
            rows = without + with_value if key.nulls == "first" else with_value + without
    return [row.pk for row in rows]


def walk(keys, size, between=lambda: None):
    seen, cursor = [], ""
    while True:
        page = keyset_page(Enterprise.objects.all(), keys, cursor, size=size)
        assert page.is_first == (cursor == "")
        assert not page.was_lost
        seen += [row.pk for row in page.rows]
        if page.next_cursor is None:
            return seen
        cursor = page.next_cursor
        between()


@quick
@given(rows=firms, keys=orders, size=st.integers(1, 4))
def test_the_pages_together_are_the_whole_list_in_order(rows, keys, size):
    Enterprise.objects.all().delete()
    write(rows)

    assert walk(keys, size) == in_order(Enterprise.objects.all(), keys)


@quick
@given(rows=firms, more=firms, keys=orders, size=st.integers(1, 3))
def test_rows_that_come_between_pages_repeat_none_and_lose_none(rows, more, keys, size):
    Enterprise.objects.all().delete()
    write(rows)
    before = in_order(Enterprise.objects.all(), keys)
    coming = list(more)

    seen = walk(keys, size, between=lambda: write([coming.pop()]) if coming else None)

    assert len(seen) == len(set(seen))
    assert [pk for pk in seen if pk in set(before)] == before


def test_a_row_that_leaves_between_pages_takes_no_other_with_it():
    write([(None, "甲")] * 4)
    first, second, third, fourth = Enterprise.objects.order_by("id")
    page = keyset_page(Enterprise.objects.all(), [Key("id")], size=2)
    assert page.rows == [first, second]

    second.delete()
    following = keyset_page(Enterprise.objects.all(), [Key("id")], page.next_cursor, size=2)

    assert following.rows == [third, fourth]


def test_a_page_is_one_query_and_two_where_it_crosses_into_the_rows_without_a_value(
    django_assert_num_queries,
):
    write([(DAYS[0], "甲"), (DAYS[1], "甲"), (DAYS[2], "甲"), (None, "甲"), (None, "乙")])
    keys = [Key("registered_on", nulls="last"), Key("id")]
    with django_assert_num_queries(1):
        page = keyset_page(Enterprise.objects.all(), keys, size=1)
    with django_assert_num_queries(1):
        page = keyset_page(Enterprise.objects.all(), keys, page.next_cursor, size=1)
    with django_assert_num_queries(2):
        page = keyset_page(Enterprise.objects.all(), keys, page.next_cursor, size=2)
    with django_assert_num_queries(1):
        page = keyset_page(Enterprise.objects.all(), keys, page.next_cursor, size=2)
    assert page.next_cursor is None


@pytest.mark.parametrize(
    "broken", ["x", "eyJhIjoxfQ", "a:b", "a:b:c", "\x00", "，", "é" * 3000, ":", "W10:"]
)
def test_a_cursor_that_cannot_be_read_gives_the_first_page_and_says_so(broken):
    write([(None, "甲")] * 3)

    page = keyset_page(Enterprise.objects.all(), [Key("id")], broken, size=2)

    assert (len(page.rows), page.is_first, page.was_lost) == (2, True, True)


def test_a_cursor_altered_in_one_letter_or_of_another_order_gives_the_first_page():
    write([(DAYS[0], "甲")] * 3)
    cursor = keyset_page(Enterprise.objects.all(), [Key("id")], size=1).next_cursor
    altered = ("A" if cursor[3] != "A" else "B").join([cursor[:3], cursor[4:]])

    for read, keys in [(altered, [Key("id")]), (cursor, [Key("id", descending=True)])]:
        page = keyset_page(Enterprise.objects.all(), keys, read, size=1)
        assert (page.is_first, page.was_lost) == (True, True)


def test_values_come_back_from_a_cursor_as_they_were():
    instant = datetime(2026, 11, 19, 2, 20, 0, 123456, tzinfo=UTC)
    keys = [Key("at"), Key("on"), Key("amount"), Key("of__name"), Key("count", nulls="last")]
    row = SimpleNamespace(
        at=instant, on=DAYS[0], amount=Decimal("1.50"), of=SimpleNamespace(name="甲"), count=None
    )

    assert pages._read(pages._write(row, keys), keys) == [
        instant,
        DAYS[0],
        Decimal("1.50"),
        "甲",
        None,
    ]
    with pytest.raises(TypeError):
        pages._write(SimpleNamespace(at=1.5), [Key("at")])


def test_a_page_that_is_counted_with_it_is_the_same_page(django_assert_num_queries):
    write([(day, "甲") for day in (*DAYS, *DAYS, None)])
    every = Enterprise.objects.filter(registered_on__isnull=False)
    keys = [Key("registered_on"), Key("id")]

    def read(ids):
        return list(Enterprise.objects.in_bulk(ids).values())

    for most in (1000, 6, 4):
        cursor, looks = "", 2  # at the keys with their count, at the rows
        while cursor is not None:
            with django_assert_num_queries(looks):
                page, count = counted_page(every, keys, cursor, read=read, size=2, most=most)
            assert page == keyset_page(every, keys, cursor, size=2)
            assert count == count_of(every, most=most)
            cursor, looks = page.next_cursor, 3
    page, _count = counted_page(every, keys, "no place", read=read, size=2)
    assert page.was_lost
    assert page.is_first


def test_a_count_is_exact_up_to_its_limit_and_then_says_more():
    write([(None, "甲")] * 4)

    assert str(count_of(Enterprise.objects.all())) == "4"
    assert str(count_of(Enterprise.objects.all(), most=4)) == "4"
    assert str(count_of(Enterprise.objects.all(), most=3)) == "3+"
    assert str(Count(1000)) == "1,000"


def test_the_foot_numbers_the_first_page_only_and_keeps_the_filters():
    request = RequestFactory().get("/requests/", {"queue": "open", "after": "here"})
    with translation.override("zh-hans"):
        first = foot(request, KeysetPage([object()] * 50, "there", True), Count(171))
        later = foot(request, KeysetPage([object()] * 50, None, False), Count(171))

    assert first == {
        "text": "第 1–50 件，共 171 件",
        "next_url": "/requests/?queue=open&after=there",
        "first_url": None,
    }
    assert later == {
        "text": "共 171 件",
        "next_url": None,
        "first_url": "/requests/?queue=open",
    }
