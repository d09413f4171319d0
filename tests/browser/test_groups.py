"""The groups page as a person sees it: on a wide page, and on a phone in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.charts import CHARTS, POINTS, keep, points
from tests.browser.conftest import OpenPage
from tests.browser.kept import finished_comparison
from tests.browser.server import ROOT, Server, serving


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("groups")


@pytest.fixture(scope="module")
def finished(home: Path) -> str:
    """The query of the address of a finished comparison."""
    return finished_comparison(home, ["baseline", "fairgrad"], seeds=2)


@pytest.fixture
def server(home: Path, finished: str) -> Iterator[Server]:
    assert finished
    with serving(ROOT / "app.py", home) as running:
        yield running


@pytest.mark.timeout(240)
def test_every_chart_of_the_groups_is_drawn_on_a_wide_page_and_on_a_phone(
    server: Server, finished: str, open_page: OpenPage, console: list[str]
) -> None:
    for width, scheme in ((1440, "light"), (390, "dark")):
        page = open_page(server.page(f"groups?{finished}"), width=width, scheme=scheme)
        expect(page.get_by_role("heading", name="Who gains and who loses?")).to_be_visible(timeout=30_000)
        page.wait_for_function(f"document.querySelectorAll('{CHARTS}').length === 7", timeout=60_000)
        expect(page.get_by_text("Missed cases per 100 patients").first).to_be_visible()
        expect(page.get_by_text("ranked worse").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(
            f"[...document.querySelectorAll('{CHARTS} .main-svg')]"
            ".every(svg => svg.ariaLabel?.length > 50 || svg.ariaHidden)"
        )
        keep(page, f"groups-{width}")
    assert console == []


@pytest.mark.timeout(240)
def test_a_threshold_of_one_group_is_moved_with_the_keyboard(
    server: Server, finished: str, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(server.page(f"groups?{finished}&attribute=sex_label"))
    slider = page.locator("[class*=st-key-own-1-0-]").get_by_role("slider")
    expect(slider).to_be_visible(timeout=60_000)
    page.wait_for_function(f"document.querySelectorAll('{CHARTS}').length === 7", timeout=60_000)
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("in place of").first).to_be_visible(timeout=30_000)
    assert "own-1-0-" in page.url
    page.locator("[class*=st-key-own-1-0-]").scroll_into_view_if_needed()
    keep(page, "groups-thresholds")
    assert console == []


@pytest.mark.timeout(240)
def test_groups_are_followed_while_methods_train(
    server: Server, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(server.page())
    page.get_by_role("button", name="Start the SUPPORT2 comparison").click(timeout=30_000)
    page.wait_for_url("**/train*", timeout=60_000)
    query = page.url.partition("?")[2]
    page.goto(server.page(f"groups?{query}"))
    expect(page.get_by_text("No run has finished yet.")).to_be_visible(timeout=60_000)
    page.wait_for_selector(CHARTS, timeout=60_000)
    before = points(page)
    page.wait_for_function(
        f"before => ({POINTS})().every((points, i) => points > before[i])", arg=before, timeout=60_000
    )
    keep(page, "groups-live")
    phone = open_page(server.page(f"groups?{query}"), width=390, scheme="dark")
    phone.wait_for_selector(CHARTS, timeout=60_000)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    keep(phone, "groups-live-phone")
    assert console == []
