"""A person brings a table: from the file to a trained comparison, or to a clear message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.charts import CHARTS, keep
from tests.browser.conftest import OpenPage
from tests.browser.server import Server
from tests.fairviz.small import small_table

HOSTILE = ("<img src=x onerror=alert(1)>", "![x](http://tracker.invalid/x.png)")


def upload(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)


def train_with_proposals(page: Page, *, seeds: int, epochs: int) -> None:
    """From the Data page with a dataset to finished runs, changing nothing but how long it takes."""
    use = page.get_by_role("button", name="Use this task")
    expect(use).to_be_enabled(timeout=30_000)
    use.click()
    for key, value in (("seeds", seeds), ("epochs", epochs)):
        field = page.locator(f".st-key-{key} input")
        expect(field).to_be_visible(timeout=30_000)
        field.fill(str(value))
        field.press("Enter")
    start = page.get_by_role("button", name=f"Start {3 * seeds} run")
    expect(start).to_be_enabled(timeout=30_000)
    page.wait_for_timeout(500)
    start.click()
    expect(page.get_by_text("runs finished")).to_be_visible(timeout=90_000)
    # Where no gap can be estimated there is no front; the other two views are always there.
    page.wait_for_function(f"() => document.querySelectorAll('{CHARTS}').length >= 2", timeout=30_000)


def as_csv(path: Path, folder: Path) -> Path:
    out = folder / f"{path.stem}.csv"
    pd.read_parquet(path).to_csv(out, index=False)
    return out


def as_it_is(path: Path, _: Path) -> Path:
    return path


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("name", "form"),
    [("eicu_demo", as_it_is), ("eicu_demo", as_csv), ("nhefs", as_it_is), ("nhefs", as_csv)],
    ids=["eicu parquet", "eicu csv", "nhefs parquet", "nhefs csv"],
)
def test_real_data_reach_a_trained_comparison_with_what_is_proposed(
    name: str,
    form: Callable[[Path, Path], Path],
    real_data_dir: Path,
    tmp_path: Path,
    app: Server,
    open_page: OpenPage,
    console: list[str],
) -> None:
    page = open_page(app.page("data"))
    upload(page, form(real_data_dir / f"{name}.parquet", tmp_path))
    expect(page.get_by_role("button", name="Use this task")).to_be_enabled(timeout=30_000)
    keep(page, f"data-{name}")
    train_with_proposals(page, seeds=1, epochs=2)
    keep(page, f"train-{name}")
    assert console == []


def test_hostile_names_are_shown_as_text_from_upload_to_trade_offs(
    tmp_path: Path, app: Server, open_page: OpenPage, console: list[str]
) -> None:
    frame = small_table().rename(columns={"race": HOSTILE[0], "lactate": HOSTILE[1]})
    frame["sex"] = np.where(frame["sex"] == "female", HOSTILE[1], HOSTILE[0])
    path = tmp_path / "hostile.csv"
    frame.to_csv(path, index=False)
    page = open_page(app.page("data"))
    fired: list[str] = []
    page.on("dialog", lambda dialog: fired.append(dialog.message))
    upload(page, path)
    train_with_proposals(page, seeds=1, epochs=1)
    page.get_by_role("button", name="See the trade-offs").click()
    page.wait_for_selector(CHARTS, timeout=30_000)
    keep(page, "trade-offs-hostile")
    assert fired == []
    assert page.locator("img[src='x'], img[src*='tracker']").count() == 0
    assert console == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "empty"),
        ("semicolons.csv", b"age;died\n60;1\n61;0;7\n", "semicolon"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG"),
        ("mixed.csv", "age,died\n60,\xe9\n".encode() + b"61,\xe9\n", "line 3"),
        ("wide.csv", b"age,died\n60,1\n61,0,7\n", "line 3"),
        ("ten.csv", b"age,sex,died\n" + b"60,f,1\n" * 5 + b"61,m,0\n" * 5, "10 rows"),
    ],
)
def test_a_bad_file_gets_a_message_and_the_page_goes_on(
    name: str, content: bytes, message: str, tmp_path: Path, app: Server, open_page: OpenPage
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    page = open_page(app.page("data"))
    upload(page, path)
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text(message, timeout=30_000)
    assert "Traceback" not in page.content()
    assert "Traceback" not in app.log.read_text()
    expect(page.locator("input[type=file]")).to_be_attached()
