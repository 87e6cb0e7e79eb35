"""A clerk brings the zone's file in by the browser: faults, mended, brought in, undone."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.browser import PHONE, assert_no_sideways_scroll

from . import zone_file


@pytest.fixture
def worker(site) -> Iterator[None]:
    """The process that does the jobs."""
    process = subprocess.Popen([sys.executable, "-m", "config.cli", "worker"], env=site.env)
    yield
    process.terminate()
    process.wait(30)


def hand_in(page, path):
    page.goto("/imports/")
    page.check("input[name=kind][value=enterprises]", force=True)
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="上传并核对列").click()
    page.wait_for_url("**/imports/*/")
    page.get_by_role("button", name="开始检查").click()
    page.wait_for_selector(".yq-first", timeout=60_000)


def test_a_clerk_is_told_forty_faults_mends_them_brings_all_in_and_undoes_it(
    site, worker, sign_in, tmp_path
):
    zone_file.write(tmp_path / "名录.xlsx")
    zone_file.write(tmp_path / "改好了.xlsx", mended=True)
    page = sign_in("clerk")

    hand_in(page, tmp_path / "名录.xlsx")
    assert "有 40 行、40 处要改" in page.locator(".yq-first").inner_text()
    assert page.locator("tr[id^=fault-]").count() == 40
    with page.expect_download() as answer:
        page.get_by_role("link", name="下载检查结果").click()
    assert answer.value.suggested_filename == "名录-检查结果.xlsx"
    page.set_viewport_size(PHONE)
    assert_no_sideways_scroll(page)
    page.set_viewport_size({"width": 1440, "height": 900})

    hand_in(page, tmp_path / "改好了.xlsx")
    assert "新登记 806 行" in page.locator(".yq-first").inner_text()
    page.get_by_role("button", name="确认导入").click()
    page.wait_for_selector("text=撤销这次导入", timeout=60_000)
    done = page.url
    assert "806 条" in page.locator("main").inner_text()
    page.goto("/enterprises/")
    assert "共 808 家" in page.locator("main").inner_text()

    page.goto(done)
    page.locator("a[href='#act-undo']").click()
    page.get_by_role("button", name="整批撤销").click()
    page.wait_for_selector("text=整批撤销，带来的内容已取出", timeout=60_000)
    page.goto("/enterprises/")
    assert "共 2 家" in page.locator("main").inner_text()
