"""The groups page as a person sees it: on a wide page, and on a phone in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from fairviz.config import Settings
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.browser.conftest import OpenPage
from tests.browser.server import ROOT, Server, serving
from tests.browser.test_main_job import CHARTS, keep


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("groups")


@pytest.fixture(scope="module")
def finished(home: Path) -> str:
    """The query of the address of a finished comparison."""
    with Workbench(home, settings=Settings()) as bench:
        task = bench.add_sample("nhefs")
        comparison = bench.train(task.id, ["baseline", "fairgrad"], seeds=2, training=TrainingSpec(epochs=2))
        bench.wait(comparison)
    return f"task={task.id}&comparison={comparison}"


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
        page.wait_for_function(f"document.querySelectorAll('{CHARTS}').length === 5", timeout=60_000)
        expect(page.get_by_text("Missed cases per 100 patients").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(
            f"[...document.querySelectorAll('{CHARTS} .main-svg')]"
            ".every(svg => svg.ariaLabel?.length > 50 || svg.ariaHidden)"
        )
        keep(page, f"groups-{width}")
    assert console == []
