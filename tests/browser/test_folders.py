"""A folder of images that the server offers: chosen, read, looked through, trained, watched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from tests.browser.charts import CHARTS, POINTS, keep
from tests.browser.conftest import OpenPage
from tests.browser.server import ROOT, Server, serving
from tests.browser.test_upload import train_with_proposals


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    write_fairvision_folder(tmp_path / "offered" / "Glaucoma", rows=200, seed=1)
    settings = {
        "FAIRVIZ_DATA_FOLDER": str(tmp_path / "offered"),
        "FAIRVIZ_IMAGE_SIDE": "16",
        "FAIRVIZ_IMAGE_SLICES": "2",
    }
    with serving(ROOT / "app.py", tmp_path / "home", env=settings) as running:
        yield running


@pytest.mark.timeout(150)
def test_a_folder_on_the_server_reaches_a_trained_comparison(
    server: Server, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(server.page("data"))
    choice = page.get_by_role("combobox", name="Or a table or folder on the server")
    expect(choice).to_be_visible(timeout=30_000)
    choice.click()
    page.get_by_role("option", name="Glaucoma", exact=True).click()
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("200 rows, 11 columns")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Use this task")).to_be_enabled(timeout=30_000)
    keep(page, "data-folder")
    train_with_proposals(page, seeds=1, epochs=2)
    page.wait_for_function(f"() => ({POINTS})().some(points => points > 0)", timeout=30_000)
    assert page.locator(CHARTS).count() >= 2
    keep(page, "train-folder")
    assert console == []
    assert "Traceback" not in server.log.read_text()
