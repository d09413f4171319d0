"""The job FairViz is for, as a person does it: one click, watch, reload, and a server that dies on the way.

Screenshots and measured times are left in ``test-results/``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from fairviz.config import Settings
from fairviz.workbench import Workbench
from tests.browser.charts import CHARTS, POINTS, RESULTS, keep, points
from tests.browser.conftest import OpenPage
from tests.browser.kept import finished_comparison
from tests.browser.server import ROOT, Server, serving

# About 5 s on an idle machine with two cores; here the other core runs the rest of the tests.
FIRST_POINT_SECONDS = 20

_GROWN = f"""before => {{
    const now = ({POINTS})();
    return now.length === before.length && now.every((points, i) => points > before[i]);
}}"""
_AT_LEAST = _GROWN.replace("points > before[i]", "points >= before[i]")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("main-job")


@pytest.fixture(scope="module")
def finished(home: Path) -> str:
    """A comparison that was finished before anything goes wrong: the query of its address."""
    return finished_comparison(home, ["baseline", "fairgrad"])


@pytest.fixture
def server(home: Path, finished: str) -> Iterator[Server]:
    assert finished
    with serving(ROOT / "app.py", home) as running:
        yield running


@pytest.mark.timeout(400)
def test_one_click_to_a_live_comparison_that_survives_reload_and_crash(
    server: Server, home: Path, finished: str, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(server.page())
    button = page.get_by_role("button", name="Start the SUPPORT2 comparison")
    expect(button).to_be_visible(timeout=30_000)
    page.wait_for_timeout(5_000)  # warm: the worker has imported what it trains with
    keep(page, "start")

    clicked = time.perf_counter()
    button.click()
    page.wait_for_selector(CHARTS, timeout=FIRST_POINT_SECONDS * 1000)
    seconds = time.perf_counter() - clicked
    RESULTS.joinpath("first-point.json").write_text(json.dumps({"seconds": round(seconds, 2)}))
    page.wait_for_function(f"() => ({POINTS})().length === 3", timeout=30_000)
    before = points(page)
    assert all(before)
    page.wait_for_function(_GROWN, arg=before, timeout=60_000)
    keep(page, "train-live")

    query = parse_qs(urlsplit(page.url).query)
    address = f"train?task={query['task'][0]}&comparison={query['comparison'][0]}"
    seen = points(page)
    page.reload()
    page.wait_for_function(_AT_LEAST, arg=seen, timeout=30_000)
    assert parse_qs(urlsplit(page.url).query)["comparison"] == query["comparison"]

    second = open_page(server.page(address), width=390, scheme="dark")
    second.wait_for_function(f"() => ({POINTS})().length === 3", timeout=30_000)
    other = points(second)
    second.wait_for_function(_GROWN, arg=other, timeout=60_000)
    keep(second, "train-live-phone-dark")
    assert console == []
    server.kill()

    with serving(ROOT / "app.py", home) as again:
        page = open_page(again.page(address))
        expect(page.get_by_text("Interrupted.")).to_be_visible(timeout=30_000)
        page.wait_for_selector(CHARTS, timeout=30_000)
        keep(page, "train-interrupted")
        page = open_page(again.page(f"trade_offs?{finished}"))
        page.wait_for_selector(CHARTS, timeout=30_000)
        expect(page.get_by_text("Interrupted.")).to_have_count(0)
        keep(page, "trade-offs-finished")
        page = open_page(again.page(f"train?{finished}"))
        expect(page.get_by_text("2 runs finished")).to_be_visible(timeout=30_000)
        assert "Traceback" not in again.log.read_text()
    with Workbench(home, settings=Settings()) as bench:
        states = {str(run.state) for run in bench.runs(query["comparison"][0])}
    assert states == {"interrupted"}


@pytest.mark.parametrize("page_name", ["", "data", "train", "sweep", "what_if", "trade_offs", "groups"])
def test_every_page_opens_by_its_own_address_on_a_fresh_server(
    page_name: str, tmp_path: Path, open_page: OpenPage, console: list[str]
) -> None:
    with serving(ROOT / "app.py", tmp_path / "home") as fresh:
        page = open_page(fresh.page(page_name))
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
        expect(page.get_by_text("Not a medical device").first).to_be_visible()
        assert console == []
