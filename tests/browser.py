"""A running site and a browser: pages are driven as people drive them.

The site is `yuanqi serve` itself, a process of its own, over a database of its own. Where no
Chromium is found the tests are skipped, saying so.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import global_settings
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.people import PASSWORD, Zone, build_zone

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@dataclass
class Site:
    """Where the pages are, who lives there, and the environment for `yuanqi` commands on it."""

    url: str
    zone: Zone | None  # None in a module that says BARE
    env: dict[str, str]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "config.cli", *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture(scope="session")
def static_files(databases, tmp_path_factory) -> Path:
    """What `collectstatic` collects, once for all sites."""
    var = tmp_path_factory.mktemp("collected")
    env = {**os.environ, "YUANQI_VAR": str(var), "YUANQI_DEMO": "1"}
    env["DATABASE_URL"] = databases.url(databases.shared)
    collected = Site("", None, env).command("manage", "collectstatic", "--noinput", "-v", "0")
    assert collected.returncode == 0, collected.stderr
    return var / "static"


@pytest.fixture(scope="module")
def site(
    request, databases, django_db_setup, django_db_blocker, tmp_path_factory, static_files
) -> Iterator[Site]:
    """A site with the standing people, for all tests of a module.

    A module's `seed(zone)` adds what stands there before the first page is opened; with `BARE`
    there is no zone, and `seed(None)` makes whatever the module begins with.
    """
    _chromium()
    var = tmp_path_factory.mktemp("site")
    with django_db_blocker.unblock():
        name = databases.copy()
        # the site is a process of its own: it reads passwords as in production
        with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
            zone = None if getattr(request.module, "BARE", False) else build_zone()
            if seed := getattr(request.module, "seed", None):
                seed(zone)
        databases.use(databases.shared)
    env = {
        **os.environ,
        "YUANQI_VAR": str(var),
        "YUANQI_DEMO": "1",
        "DATABASE_URL": databases.url(name),
        "DATABASE_URL_OWNER": databases.url(name, owner=True),
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Site(f"http://127.0.0.1:{port}", zone, env)
    (var / "static").symlink_to(static_files)
    process = subprocess.Popen(
        [sys.executable, "-m", "config.cli", "serve", "--port", str(port), "--workers", "1"],
        env=env,
    )
    try:
        _wait_for(found.url + "/account/login/", process)
        yield found
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(600):
        assert process.poll() is None, "the site ended before it answered"
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the site doesn't answer")


def _chromium() -> str:
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium found: browser tests are skipped (install chromium)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = _chromium()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield found
        found.close()


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(site: Site, browser: Browser) -> Iterator[SignIn]:
    """`sign_in("clerk", PHONE)` gives a page of that person's own browser, signed in."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def enter(username: str, size: dict[str, int] = DESK) -> Page:
        context = browser.new_context(viewport=size, locale="zh-CN", base_url=site.url)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            # a form that is shown again is no trouble
            lambda message: (
                troubles.append(message.text)
                if message.type == "error" and "status of 422" not in message.text
                else None
            ),
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto("/account/login/")
        page.locator("#id_login").fill(username)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("form:has(#id_password) button[type=submit]").click()
        page.wait_for_url(lambda url: "/account/login/" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not troubles, f"the browser complained: {troubles}"


def shot(page: Page, path: Path) -> None:
    page.screenshot(path=path, full_page=True)


def assert_no_sideways_scroll(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url} is {width} wide"
