"""Steps of private data: whatever a small group's patients would be counted by is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.reports.gate_of_traces import told_traces, traceable_groups

STEPS = 6


@pytest.fixture(scope="module")
def data() -> PreparedData:
    """1,000 rows; sex has two large groups, race a few rows of "rare" beside three groups."""
    rng = np.random.default_rng(0)
    race = np.array(["rare"] * 8 + ["a"] * 200 + ["b"] * 300 + ["c"] * 492)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], 1_000),
            "race": rng.permutation(race),
            "x": rng.normal(size=1_000),
            "died": rng.integers(0, 2, 1_000),
        }
    )
    spec = TaskSpec(
        name="t", dataset="d", outcome="died", positive="1", sensitive=("sex", "race"),
        modalities=(ModalitySpec(name="m", columns=("x",)),),
    )  # fmt: skip
    return prepare(frame, spec)


def traces() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    shapes = {
        "loss": (), "guidance_loss": (), "balance": (1,), "modality_auc": (1,), "shares": (6,),
        "fused_auc": (6,),
        "surrogate_auc": (1, 6), "group_factors": (1, 6), "group_weight": (6,), "group_loss": (6,),
        "gap": (2,), "gate": (2,), "delta": (2,), "fairness_loss": (2,), "batch_factors": (1,), "scale": (1,),
        "losses": (3,), "weights": (3,), "norms": (3,), "cosines": (3, 3), "conflict_share": (),
        "update_norm": (),
    }  # fmt: skip
    return {name: rng.random((STEPS, *shape)).astype(np.float32) for name, shape in shapes.items()}


def test_a_small_group_is_withheld_with_the_smallest_other(data: PreparedData) -> None:
    sex, race = traceable_groups(data)
    assert sex.all()
    assert data.attributes[1].values == ("a", "b", "c", "rare")
    assert race.tolist() == [False, True, True, False]


def test_rows_of_few_patients_are_few(data: PreparedData) -> None:
    # All rows of group a are of one patient: many rows, one person.
    patients = np.where(data.attributes[1].codes == 0, 0, np.arange(1, 1_001))
    _, race = traceable_groups(replace(data, patients=patients))
    assert race.tolist() == [False, True, True, False]


def test_traces_of_batches_are_never_told(data: PreparedData) -> None:
    everything = tuple(np.ones_like(own) for own in traceable_groups(data))
    told = told_traces(traces(), everything)
    assert set(traces()) - set(told) == {"shares", "fused_auc"}
    for name, trace in told.items():
        np.testing.assert_array_equal(trace, traces()[name])


def test_nothing_of_a_withheld_group_is_told_nor_what_compares_it(data: PreparedData) -> None:
    told = told_traces(traces(), traceable_groups(data))
    # sex: places 0 and 1; race: a (2), b (3), c (4), rare (5).
    for name in ("surrogate_auc", "group_factors", "group_weight", "group_loss"):
        hidden = np.isnan(told[name]).reshape(STEPS, -1)
        assert hidden.tolist() == [[False, False, True, False, False, True]] * STEPS
    for name in ("gap", "gate", "delta", "fairness_loss"):
        assert np.isnan(told[name]).tolist() == [[False, True]] * STEPS
    for name in ("losses", "weights", "norms"):
        assert np.isnan(told[name]).tolist() == [[False, False, True]] * STEPS
    assert np.isnan(told["cosines"][:, 2]).all()
    assert np.isnan(told["cosines"][:, :, 2]).all()
    assert np.isfinite(told["cosines"][:, :2, :2]).all()
    assert not {"batch_factors", "scale", "conflict_share", "update_norm"} & set(told)


def test_what_knows_no_group_is_told_as_it_is(data: PreparedData) -> None:
    told = told_traces(traces(), traceable_groups(data))
    for name in ("loss", "guidance_loss", "balance", "modality_auc"):
        np.testing.assert_array_equal(told[name], traces()[name])


def test_every_trace_of_the_methods_is_known_to_the_gate() -> None:
    """A new trace of groups must not slip through: those that pass untouched are named here."""
    from tests.models.methods.test_members import SHAPES

    whole = (np.array([True, False, False]), np.array([False, False]))
    made = {name: np.zeros((STEPS, *shape), dtype=np.float32) for name, shape in SHAPES.items()}
    told = told_traces(made, whole)
    untouched = {name for name, trace in told.items() if np.isfinite(trace).all()}
    assert untouched == {"loss", "modality_auc", "balance", "guidance_loss"}
