from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from fairviz.ui.livechart import serve_plotly
from tests.browser.conftest import OpenPage
from tests.browser.server import Server, serving

SCRIPT = Path(__file__).parent / "apps" / "livechart_app.py"
CHART = ".fairviz-chart"
RANGE = "document.querySelector('.fairviz-chart')._fullLayout.xaxis.range.slice()"
DRAWN = "document.querySelector('.fairviz-chart')?.dataset.revision !== undefined"
HIDDEN = (
    "document.querySelector('.fairviz-chart')._fullData"
    ".filter((trace) => trace.visible === 'legendonly').length"
)
# The window of the plot: where a drag zooms.
DRAG_LAYER = ".fairviz-chart .nsewdrag"


@pytest.fixture(scope="module", params=["", "ward/fairviz"], ids=["root", "base path"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("livechart")
    with serving(SCRIPT, home, base_path=request.param) as running:
        yield running


def _wait_for_refreshes(page: Page, count: int) -> None:
    now = int(page.locator(CHART).get_attribute("data-revision") or 0)
    page.wait_for_function(f"Number(document.querySelector('{CHART}').dataset.revision) >= {now + count}")


def _zoom(page: Page) -> list[float]:
    box = page.locator(DRAG_LAYER).bounding_box()
    assert box is not None
    left, top = box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + box["width"] * 0.3, top + box["height"] * 0.3, steps=5)
    before = page.evaluate(RANGE)
    page.mouse.up()
    page.wait_for_function(f"JSON.stringify({RANGE}) !== '{_json(before)}'")
    ends: list[float] = page.evaluate(RANGE)
    return ends


def _json(values: list[float]) -> str:
    return "[" + ",".join(repr(value) for value in values) + "]"


def test_zoom_and_hidden_entries_survive_refreshes(
    server: Server, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(server.url)
    page.wait_for_function(DRAWN)
    zoomed = _zoom(page)
    page.locator(f"{CHART} .legendtoggle").last.click()
    page.wait_for_function(f"{HIDDEN} > 0")
    _wait_for_refreshes(page, 3)
    assert page.evaluate(RANGE) == pytest.approx(zoomed)
    assert page.evaluate(HIDDEN) > 0
    assert console == []


def test_chart_is_described_in_words_that_follow_the_data(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    page.wait_for_function(DRAWN)
    chart = page.get_by_role("img", name="AUC against AUC gap")
    first = chart.get_attribute("aria-label")
    _wait_for_refreshes(page, 2)
    assert chart.get_attribute("aria-label") != first


def test_colours_follow_the_theme_while_the_page_stays(
    server: Server, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(f"{server.url}/?still=1")
    page.wait_for_function(DRAWN)
    paper = f"document.querySelector('{CHART}')._fullLayout.paper_bgcolor.toUpperCase()"
    assert page.evaluate(paper) == "#FFFFFF"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{paper} === '#14171C'")
    assert console == []


def test_a_click_on_a_point_returns_its_run(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/?still=1")
    page.wait_for_function(DRAWN)
    page.locator(f"{CHART} .points path").last.hover(force=True)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_text("clicked: run-1")).to_be_visible()


def download(page: Page, kind: str) -> tuple[str, bytes]:
    """Name and content of what a button under the chart saves; pressed with the keyboard."""
    page.wait_for_function(DRAWN)
    page.get_by_role("button", name=kind, exact=True).focus()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    return saved.value.suggested_filename, saved.value.path().read_bytes()


def test_pictures_say_what_they_show_and_what_they_are_not_for(
    server: Server, open_page: OpenPage, console: list[str]
) -> None:
    for width in (1440, 390):
        page = open_page(f"{server.url}/?still=1", width=width, scheme="dark")
        name, picture = download(page, "SVG")
        text = " ".join(re.findall(">([^<>]+)<", picture.decode()))
        assert name == "fairviz-auc.svg"
        assert all(
            words in text for words in ("validation data", "Education", "not validated for patient care.")
        )
        assert "rgb(20, 23, 28)" not in picture.decode(), "a dark picture does not print"
        name, picture = download(page, "PNG")
        assert name.endswith(".png")
        assert picture.startswith(b"\x89PNG")
    assert console == []


def test_the_table_has_the_numbers_of_the_chart(
    server: Server, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(server.url)
    for _ in range(2):
        name, table = download(page, "CSV")
        rows = pd.read_csv(BytesIO(table))
        assert name == "fairviz-auc.csv"
        assert rows["about"][0].endswith("not validated for patient care.")
        assert set(rows.loc[rows["kind"] == "point", "series"]) == {"baseline", "fairgrad"}
        assert len(rows) > 4
    assert console == []


def test_downloads_stand_below_the_chart(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/?still=1", width=390)
    page.wait_for_function(DRAWN)
    chart, group = page.locator(CHART).bounding_box(), page.locator(".fairviz-downloads").bounding_box()
    assert chart is not None
    assert group is not None
    assert group["y"] >= chart["y"] + chart["height"]
    expect(page.get_by_role("group", name="Download the chart: How much AUC")).to_be_visible()


def test_an_unchanged_figure_is_sent_once(server: Server, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    sizes: list[int] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))),
    )
    page.goto(f"{server.url}/?still=1")
    page.wait_for_function(DRAWN)
    page.wait_for_timeout(1000)
    sent = len(sizes)
    page.wait_for_timeout(2500)
    assert len(sizes) > sent, "the fragment no longer refreshes"
    assert max(sizes[sent:]) < 2_000
    assert max(sizes) > 2_000


def test_a_phone_gets_the_narrow_layout(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/?still=1", width=390, height=844)
    page.wait_for_function(DRAWN)
    drawn = "document.querySelector('.fairviz-chart')._fullLayout.width"
    assert page.evaluate(drawn) <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_function(f"{drawn} > 500")


def test_a_chart_in_a_closed_tab_is_drawn_when_it_opens(
    server: Server, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(f"{server.url}/?still=1&tab=1")
    page.get_by_role("tab", name="Second").click()
    page.wait_for_function(DRAWN)
    assert page.evaluate("document.querySelector('.fairviz-chart')._fullLayout.width") > 500
    assert console == []


def test_the_bundle_is_copied_once_and_again_when_it_is_another(tmp_path: Path) -> None:
    bundle = serve_plotly(tmp_path)
    assert bundle == tmp_path / "static" / "plotly.min.js"
    whole, written = bundle.read_bytes(), bundle.stat().st_mtime_ns
    serve_plotly(tmp_path)
    assert bundle.stat().st_mtime_ns == written
    bundle.write_bytes(whole[:1000])
    serve_plotly(tmp_path)
    assert bundle.read_bytes() == whole
    assert sorted(path.name for path in bundle.parent.iterdir()) == ["livechart.js", "plotly.min.js"]
