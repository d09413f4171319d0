"""The modulation page as a person sees it: on a wide page, and on a phone in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.charts import CHARTS, keep
from tests.browser.conftest import OpenPage
from tests.browser.kept import finished_comparison
from tests.browser.server import ROOT, Server, serving


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("modulation")


@pytest.fixture(scope="module")
def finished(home: Path) -> str:
    """The query of the address of a finished comparison."""
    return finished_comparison(home, ["baseline", "multifair"], seeds=2)


@pytest.fixture
def server(home: Path, finished: str) -> Iterator[Server]:
    assert finished
    with serving(ROOT / "app.py", home) as running:
        yield running


@pytest.mark.timeout(240)
def test_every_step_of_multifair_is_drawn_on_a_wide_page_and_on_a_phone(
    server: Server, finished: str, open_page: OpenPage, console: list[str]
) -> None:
    for width, scheme, seed in ((1440, "light", "0"), (390, "dark", "all%20seeds")):
        page = open_page(server.page(f"modulation?{finished}&seed={seed}"), width=width, scheme=scheme)
        expect(page.get_by_role("heading", name="What is the method doing?")).to_be_visible(timeout=30_000)
        page.wait_for_function(f"document.querySelectorAll('{CHARTS}').length >= 4", timeout=60_000)
        expect(page.get_by_text("chance alone would open it in").first).to_be_visible()
        expect(page.get_by_text("act only as delta / tau = 7.5").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(
            f"[...document.querySelectorAll('{CHARTS} .main-svg[role=img]')].every(own => own.ariaLabel)"
        )
        keep(page, f"modulation-{width}")
    page = open_page(server.page(f"modulation?{finished}&configuration=Baseline"))
    expect(page.get_by_text("The baseline modulates nothing")).to_be_visible(timeout=30_000)
    assert console == []
