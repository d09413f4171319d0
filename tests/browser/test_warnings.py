"""Before training, the Data page finds what would make a comparison worthless, and says so in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page, expect

from tests.browser.charts import keep
from tests.browser.conftest import OpenPage
from tests.browser.server import Server
from tests.browser.test_upload import upload
from tests.fairviz.small import small_table


def planted() -> pd.DataFrame:
    """A table with a copy of the outcome, identifiers, and a group of eight patients."""
    frame = small_table(600)
    rng = np.random.default_rng(2)
    frame["status_code"] = np.where(frame["died"] == 1, "E", "H")
    frame["contact"] = [f"patient{row}@example.org" for row in range(600)]
    frame["mrn"] = rng.permutation(600) + 10_000
    frame.loc[:7, "race"] = "Pacific Islander"
    return frame


def lines(page: Page) -> str:
    expect(page.get_by_role("button", name="Use this task")).to_be_enabled(timeout=60_000)
    return page.get_by_test_id("stMain").inner_text()


def test_a_leak_identifiers_and_a_tiny_group_are_explained(
    tmp_path: Path, app: Server, open_page: OpenPage, console: list[str]
) -> None:
    path = tmp_path / "planted.csv"
    planted().to_csv(path, index=False)
    page = open_page(app.page("data"))
    upload(page, path)
    text = lines(page)
    keep(page, "data-planted")
    assert "status_code: gives the outcome away: alone it reaches an AUC of 1.00." in text
    assert 'Columns that may identify patients: "contact" (email addresses); "mrn"' in text
    assert "None of them is an input." in text
    assert (
        'group "Pacific Islander" of "race" has fewer than 11 rows: its figures will be not estimable.'
        in text
    )
    assert console == []


def test_missing_values_that_tell_the_outcome_are_explained(
    real_data_dir: Path, app: Server, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(app.page("data"))
    upload(page, real_data_dir / "teds_d_2023_sample.parquet")
    text = lines(page)
    keep(page, "data-teds-d")
    (line,) = [own for own in text.splitlines() if own.startswith("Missing values tell the outcome")]
    assert 'more frequent where "primary_substance_admit", "injection_drug_use"' in line
    assert "A model can learn who was recorded instead of who is ill" in line
    assert console == []
