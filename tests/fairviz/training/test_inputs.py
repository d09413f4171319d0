from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fairviz.data import coded as coding
from fairviz.data.coded import CodedRows, coded
from fairviz.data.encode import TableEncoder
from fairviz.data.prepare import PreparedData, prepare
from fairviz.training.engine import train
from fairviz.training.events import PackEnd
from fairviz.training.inputs import CodedInputs, stacked_inputs
from fairviz.training.packing import pack_runs
from fairviz.training.tensors import Batches, TaskTensors
from tests.fairviz.small import make_run, small_spec, small_table

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def dense() -> PreparedData:
    table = small_table()
    table.loc[::7, "lactate"] = np.nan
    return prepare(table, small_spec())


@pytest.fixture(scope="module")
def compact(dense: PreparedData) -> PreparedData:
    table = small_table()
    table.loc[::7, "lactate"] = np.nan
    encoders = [own for own in dense.encoders if isinstance(own, TableEncoder)]
    return replace(dense, inputs=tuple(coded(table, encoder) for encoder in encoders))


def test_coded_rows_are_dense_in_a_batch_alone(dense: PreparedData, compact: PreparedData) -> None:
    stacked, inputs = stacked_inputs(dense.inputs, CPU), stacked_inputs(compact.inputs, CPU)
    assert isinstance(stacked, torch.Tensor)
    assert isinstance(inputs, CodedInputs)
    rows = torch.tensor([[3, 0, 7], [399, 3, 1]])
    torch.testing.assert_close(inputs[rows], stacked[rows], rtol=0, atol=0)
    torch.testing.assert_close(inputs[rows[0]], stacked[rows[0]], rtol=0, atol=0)


def test_batches_are_equal(dense: PreparedData, compact: PreparedData) -> None:
    first, second = (Batches(TaskTensors.of(data, CPU), [0, 1], 64).epoch() for data in (dense, compact))
    for ours, theirs in zip(first, second, strict=True):
        torch.testing.assert_close(ours.inputs, theirs.inputs, rtol=0, atol=0)
        torch.testing.assert_close(ours.labels, theirs.labels, rtol=0, atol=0)
        torch.testing.assert_close(ours.groups, theirs.groups, rtol=0, atol=0)


def test_wide_modalities_need_more_than_a_byte() -> None:
    wide = CodedRows(
        np.array([[0], [299], [300]], dtype=np.uint16), np.zeros((3, 0), dtype=np.float32), (), 300
    )
    narrow = CodedRows(
        np.array([[1], [2], [0]], dtype=np.uint8), np.array([[5], [6], [7]], dtype=np.float32), (1,), 2
    )
    inputs = stacked_inputs((wide, narrow), CPU)[torch.arange(3)]
    assert inputs.shape == (3, 2, 300)
    np.testing.assert_array_equal(inputs[:, 0], wide[:])
    np.testing.assert_array_equal(inputs[:, 1, :2], narrow[:])
    assert inputs[:, 1, 2:].count_nonzero() == 0


def test_training_gives_the_same_results(dense: PreparedData, compact: PreparedData) -> None:
    (pack,) = pack_runs([make_run("multifair", seed) for seed in (0, 1)])
    ends = [list(train(pack, data, TaskTensors.of(data, CPU)))[-1] for data in (dense, compact)]
    first, second = (end.results[1] for end in ends if isinstance(end, PackEnd))
    np.testing.assert_allclose(first.scores, second.scores, atol=1e-4)
    assert first.test.modalities.keys() == second.test.modalities.keys() == {"vitals", "background"}


def test_prepared_data_are_coded_where_they_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "DENSE_BYTES", 1_000)
    data = prepare(small_table(), small_spec())
    assert all(isinstance(own, CodedRows) for own in data.inputs)
    assert isinstance(TaskTensors.of(data, CPU).inputs, CodedInputs)
