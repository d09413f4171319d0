"""Tables as files: whole or not there, and said when gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from fairviz.errors import NotFoundError
from fairviz.store.table_files import TableFiles


def test_a_table_survives_however_many_bring_it_at_once(tmp_path: Path) -> None:
    frame = pd.DataFrame({"age": [60, 61], "ward": ["A", None]})
    files = TableFiles(tmp_path / "tables")
    with ThreadPoolExecutor(4) as visitors:
        list(visitors.map(lambda _: files.keep("abc", frame, "semicolon-separated, Blätter"), range(12)))
    pd.testing.assert_frame_equal(files.read("abc"), frame, check_dtype=False)
    assert files.read_as("abc") == "semicolon-separated, Blätter"
    assert [path.name for path in (tmp_path / "tables").iterdir()] == ["abc.parquet"]


def test_of_a_table_kept_earlier_it_is_not_known_how_it_was_read(tmp_path: Path) -> None:
    pd.DataFrame({"age": [60, 61]}).to_parquet(tmp_path / "abc.parquet", index=False)
    assert TableFiles(tmp_path).read_as("abc") is None


def test_what_is_gone_is_said_with_its_remedy(tmp_path: Path) -> None:
    files = TableFiles(tmp_path)
    files.delete("abc")
    with pytest.raises(
        NotFoundError, match=r"table of dataset abc: expected its file .* Load the dataset again"
    ):
        files.read("abc")
