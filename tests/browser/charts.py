"""What browser tests look for on a page, and the pictures they leave in ``test-results/``."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

from tests.browser.server import ROOT

RESULTS: Final = ROOT / "test-results"
CHARTS: Final = ".fairviz-chart[data-revision]"
# Per chart, how many points are drawn: it grows while training goes on.
POINTS: Final = f"""() => [...document.querySelectorAll('{CHARTS}')].map(
    chart => (chart._fullData ?? []).reduce((sum, trace) => sum + (trace.x?.length ?? 0), 0))"""


def points(page: Page) -> list[int]:
    found: list[int] = page.evaluate(POINTS)
    return found


def wait_for_charts(page: Page, count: int, seconds: int = 60) -> None:
    page.wait_for_function(
        f"document.querySelectorAll('{CHARTS}').length === {count}", timeout=seconds * 1000
    )


def keep(page: Page, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    page.screenshot(path=RESULTS / f"{name}.png", full_page=True)
