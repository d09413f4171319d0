from __future__ import annotations

import json
from dataclasses import fields
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairviz.data.groups import Attribute
from fairviz.evaluation import FairnessReport, evaluate_outcome
from fairviz.reports.gate import told_report
from fairviz.reports.run import Epoch, Run
from fairviz.store.records import EpochRecord, Json, RunRecord, State
from fairviz.suppression import SUPPRESSED

SIZES = st.lists(st.one_of(st.integers(1, 20), st.integers(20, 200)), min_size=2, max_size=4)


@cache
def stored(sizes: tuple[int, ...], classes: int, seed: int, *, floor: bool) -> Json:
    """A report on groups of these sizes, the last of rows without a value, as the store has it."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    race = Attribute(
        "race", tuple(f"g{g}" for g in range(len(sizes) - 1)), np.where(codes == len(sizes) - 1, -1, codes)
    )
    labels = rng.integers(0, classes, len(codes))
    columns = 1 if classes == 2 else classes
    scores = rng.dirichlet(np.ones(classes), len(codes))[:, -columns:]
    thresholds = [1 / classes] * columns
    found = evaluate_outcome(labels, scores, thresholds=thresholds, attributes=[race], floor=floor)
    kept: Json = json.loads(json.dumps(found.to_json(), allow_nan=False))
    return kept


def record(report: Json | None) -> RunRecord:
    spec = {"method": "baseline", "seed": 3}
    return RunRecord(7, "c", 2, "Baseline", spec, State.FINISHED, 9, 4, 1.5, report, report)


@given(SIZES, st.sampled_from([2, 3]), st.integers(0, 1_000), st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_what_is_told_is_written_again_as_the_gate_told_it(
    sizes: list[int], classes: int, seed: int, floor: bool, public: bool
) -> None:
    told = told_report(stored(tuple(sizes), classes, seed, floor=floor), public=public)
    assert FairnessReport.from_json(told).to_json() == told


@pytest.mark.parametrize("public", [False, True])
def test_a_run_is_its_record_with_what_may_be_told(public: bool) -> None:
    report = stored((100, 90, 4, 30), 2, 0, floor=True)
    own = record(report)
    run = Run.told(own, public=public)
    assert run.test is not None
    assert run.test == run.validation
    assert run.test.to_json() == told_report(report, public=public)
    few = run.test.attribute("race").groups["g2"]
    assert (few.n, few.reason.get("n")) == ((4, None) if public else (None, SUPPRESSED))
    plain = [field.name for field in fields(Run) if field.name not in ("validation", "test")]
    assert {name: getattr(run, name) for name in plain} == {name: getattr(own, name) for name in plain}
    assert Epoch.told(EpochRecord(7, 3, report), public=public) == Epoch(7, 3, run.test)


def test_a_run_without_reports_has_none() -> None:
    run = Run.told(record(None), public=False)
    assert (run.validation, run.test) == (None, None)
