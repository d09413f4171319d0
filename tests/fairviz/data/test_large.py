"""Proportions of memory at 60,000 rows: they do not depend on the number of rows. Whole files: benchmarks."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fairviz.data import coded
from fairviz.data.coded import CodedRows
from fairviz.data.load import read_table
from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.specs import TaskSpec
from fairviz.data.suggest import suggest_task
from fairviz.data.synthetic.teds import write_teds

ROWS = 60_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "teds.csv"
    write_teds(path, ROWS)
    return path


@pytest.fixture(scope="module")
def table(file: Path) -> pd.DataFrame:
    return read_table(file)


@pytest.fixture(scope="module")
def spec(table: pd.DataFrame) -> TaskSpec:
    return suggest_task(table, dataset="x", name="TEDS-D")


@pytest.fixture
def arrow_pool() -> Iterator[pa.MemoryPool]:
    """Counts what Arrow takes."""
    usual = pa.default_memory_pool()
    counting = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(counting)
    yield counting
    pa.set_memory_pool(usual)


def _bytes(table: pd.DataFrame) -> int:
    return int(table.memory_usage(deep=True).sum())


def _traced(work: Callable[[], object]) -> int:
    """Bytes at the peak of some work beyond those before, of Python and NumPy."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_codes_take_a_byte_a_cell_and_reading_little_more(file: Path, arrow_pool: pa.MemoryPool) -> None:
    kept: list[pd.DataFrame] = []
    peak = _traced(lambda: kept.append(read_table(file)))
    size = _bytes(kept[0])
    assert size < 1.2 * ROWS * 77
    # Pieces of the file that are being read, 4 MB each, and their cells do not grow with the file.
    assert peak < 1.5 * size + 2.5 * 2**22
    assert arrow_pool.max_memory() < 1.5 * size + 2**25
    assert file.stat().st_size > 2 * size


def test_encoding_takes_less_than_the_table_again(
    table: pd.DataFrame, spec: TaskSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(table, spec)
    monkeypatch.setattr(coded, "DENSE_BYTES", 2**30)
    dense = _traced(lambda: prepare(table, spec))
    monkeypatch.setattr(coded, "DENSE_BYTES", 2**20)
    compact = _traced(lambda: prepare(table, spec))
    size = _bytes(table)
    assert size + compact < 2.3 * size
    assert dense > 10 * size


def test_coded_inputs_are_the_dense_ones(
    table: pd.DataFrame, spec: TaskSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepared() -> PreparedData:
        return prepare(table.head(5_000), spec)

    dense = prepared()
    monkeypatch.setattr(coded, "DENSE_BYTES", 2**20)
    for ours, theirs in zip(prepared().inputs, dense.inputs, strict=True):
        assert isinstance(ours, CodedRows)
        np.testing.assert_array_equal(np.asarray(ours), theirs)
