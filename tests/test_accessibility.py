"""Every page that a role can reach by links, on desk and phone, held to axe-core and to the screen.

Pages are found as people find them: from the start page along the links. One page of each kind is
looked at (one request, one enterprise …), so that the tests stay short.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page

from tests.browser import DESK, PHONE, Site, assert_no_sideways_scroll
from tests.desk import build_desk
from tests.people import Zone, give_password
from yuanqi.foundation import subscribers
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import Account, RoleGrant

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
MOST_PAGES = 60
FEWER_PAGES = 25  # from the nearest on, of roles whose pages are mostly another's too
ADMINISTRATORS = {
    "sysadmin": Role.SYSTEM_ADMIN,
    "secadmin": Role.SECURITY_ADMIN,
    "audadmin": Role.AUDIT_ADMIN,
}
# files and addresses that end the visit
_NO_PAGES = re.compile(
    r"/static/|/attachments/|/previews?/|export=|/api/|logout|\.ics$"
    r"|/imports/(templates|exports)/|/faults/|/seals/file/"
)


def seed(zone: Zone) -> None:
    """A desk with a request in every state, and what follows from it."""
    build_desk(zone)
    for username, role in ADMINISTRATORS.items():
        account = Account(username=username)
        give_password(account)
        account.save()
        RoleGrant.objects.create(account=account, role=role.value)
    subscribers.catch_up()


def kind_of(address: str) -> str:
    """What stands behind an address: its route, and the names in its query."""
    parts = urlsplit(address)
    names = sorted({item.partition("=")[0] for item in parts.query.split("&") if item})
    try:
        route = resolve(parts.path).route
    except Resolver404:
        route = parts.path
    # a queue or a filter is the same page with other rows
    shown = [name for name in names if name in ("queue", "view", "basket", "by", "after")]
    return f"{route}?{','.join(shown)}"


def pages_of(page: Page, site: Site, most: int) -> Iterator[str]:
    """Open one page of each kind, along the links; yield the address of each."""
    waiting, seen = ["/"], set()
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        if kind_of(address) in seen:
            continue
        seen.add(kind_of(address))
        try:
            response = page.goto(address)
        except Error as error:
            if "Download is starting" in str(error):
                continue
            raise
        assert response is not None and response.status < 400, (address, response)
        yield address
        for href in page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
            local = href.removeprefix(site.url)
            if local.startswith("/") and not _NO_PAGES.search(local):
                waiting.append(local.partition("#")[0])


def grave(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {one['help']} at {node['html'][:160]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"][:3]
    ]


# whoever works at a desk, and those who have the pages in their hands: axe looks at each page on
# the screen that is theirs; no page scrolls sideways on the other either
VISITS = {
    **dict.fromkeys(("clerk", "handler", "leader", *ADMINISTRATORS), (DESK, PHONE)),
    **dict.fromkeys(("contact", "linked"), (PHONE, DESK)),
}


@pytest.mark.parametrize("who", VISITS)
def test_no_page_shuts_anybody_out(site: Site, sign_in, who: str):
    own, other = VISITS[who]
    page = sign_in(who, own)
    troubles: dict[str, list[str]] = {}
    visited = []

    most = FEWER_PAGES if who in ("handler", "leader", "linked") else MOST_PAGES
    for address in pages_of(page, site, most):
        visited.append(address)
        if found := grave(page):
            troubles[address] = found
        assert_no_sideways_scroll(page)
        page.set_viewport_size(other)
        assert_no_sideways_scroll(page)
        page.set_viewport_size(own)

    assert len(visited) > 5
    assert not troubles, "\n".join(f"{at}: {one}" for at, all_ in troubles.items() for one in all_)


def test_the_sign_in_page_shuts_nobody_out(site: Site, browser):
    page = browser.new_page(base_url=site.url, locale="zh-CN")
    page.goto("/account/login/")

    assert grave(page) == []
