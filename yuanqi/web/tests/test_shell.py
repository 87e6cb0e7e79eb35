"""The bar of the desk: what has no room in it stands in a menu."""

import pytest

from yuanqi.web.shell import Shell


def shell(pages: int, current: int = 0) -> Shell:
    nav = [(f"页{number}", f"/{number}/", number == current) for number in range(pages)]
    return Shell(
        zone_name="", nav=nav, is_staff=True, may_search=True, person_name="", person_unit="",
        account_id=1, notices=0, live_url="", languages=[],
    )  # fmt: skip


@pytest.mark.parametrize(("pages", "first", "more"), [(3, 3, 0), (8, 8, 0), (9, 7, 2), (13, 7, 6)])
def test_a_menu_takes_what_the_bar_has_no_room_for(pages, first, more):
    found = shell(pages)
    assert (len(found.nav_first), len(found.nav_more)) == (first, more)
    assert [*found.nav_first, *found.nav_more] == found.nav


def test_the_menu_says_that_one_is_on_a_page_of_it():
    assert [shell(9, current).is_in_more for current in (6, 7, 8)] == [False, True, True]
