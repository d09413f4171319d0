from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from fairviz.data.load import read_table
from fairviz.errors import DataError
from tests.fairviz.data.malformed import SECRETS, Case, all_cases, patients
from tests.fairviz.data.tables import saved

LIMIT = 32 * 2**20
CHECKED = (".gz", ".zip", ".xlsx")
CASES = all_cases()


def peak_bytes() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 150
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_file_is_read_or_refused_with_a_remedy(tmp_path: Path, case: Case) -> None:
    path = saved(tmp_path, case.content, case.name)
    memory, start = peak_bytes(), time.perf_counter()
    try:
        frame, error = read_table(path, max_bytes=LIMIT), None
    except DataError as caught:
        frame, error = pd.DataFrame(), caught
    assert time.perf_counter() - start < 10
    assert peak_bytes() - memory < 10**9
    assert case.right in (None, error is None), error
    if error is None:
        assert len(frame) > 0
        assert all(frame.columns)
        assert frame.columns.is_unique
        frame.to_parquet(tmp_path / "kept.parquet")
    else:
        assert error.remedy.endswith(".")
        assert not [secret for secret in SECRETS if secret in str(error)]
        assert path.name in str(error)


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if case.name == "table.csv.gz" or (case.name[:5] == "table" and "whole" in case.id)
    ],
    ids=lambda case: case.id,
)
def test_what_has_a_checksum_is_read_right_or_not_at_all(tmp_path: Path, case: Case) -> None:
    try:
        frame = read_table(saved(tmp_path, case.content, case.name), max_bytes=LIMIT)
    except DataError:
        return
    # A file may hold the table twice, one after the other: its second header is a row then.
    if "twice" not in case.id:
        pd.testing.assert_frame_equal(frame, patients(), check_dtype=False)
