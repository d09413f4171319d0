"""Curves of groups: all steps of public data, of others only what reports tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fairviz.data.prepare import PreparedData, prepare
from fairviz.errors import NotFoundError
from fairviz.evaluation.report import FairnessReport
from fairviz.metrics.ranking import roc_auc
from fairviz.reports.group_curves import FEWEST_IN_BIN, RunCurves, run_curves
from fairviz.reports.redecided import Redecided
from fairviz.reports.run import Run
from fairviz.store.records import ResultEntry, RunEntry
from fairviz.store.store import Store
from fairviz.suppression import SUPPRESSED
from fairviz.training.scoring import report
from tests.fairviz.small import small_spec, small_table

DATA = prepare(small_table(rows=4_000), small_spec())
PRIVATE = replace(DATA, task=DATA.task.model_copy(update={"public": False}))
SMALL = prepare(small_table(rows=600), small_spec())
SMALL_PRIVATE = replace(SMALL, task=SMALL.task.model_copy(update={"public": False}))
ATTRIBUTE = DATA.attributes[0]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    opened.add_dataset("d", "d", len(DATA.labels), 2)
    opened.add_task("t", "d", "t", {})
    yield opened
    opened.close()


def scores(data: PreparedData) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    return (0.4 * data.labels + 0.6 * rng.random(len(data.labels))).astype(np.float32)[:, np.newaxis]


def curves(
    store: Store, data: PreparedData, attribute: str = ATTRIBUTE.name, *, drawn: bool = False
) -> RunCurves:
    entry: dict[str, Any] = {"method": "baseline", "parameters": {}, "training": {}, "seed": 0}
    made = store.add_comparison("t", [RunEntry("b", entry)], "nobody").id
    store.start(made)
    own = scores(data)
    decisions = (own[:, 0] > 0.3).astype(np.int64) if drawn else None
    validation, test = (
        report(data, rows, own[rows], None if decisions is None else decisions[rows], floor=floor)
        for rows, floor in ((data.split.validation, False), (data.split.test, True))
    )
    run = store.runs(made)[0]
    store.add_results(made, [ResultEntry(run.id, 1, validation.to_json(), test.to_json(), own)])
    run, public = store.run(run.id), data.task.public
    book = Redecided(store, lambda _: data)

    def steps() -> list[FairnessReport]:
        return [told for at in book.steps(run) if (told := Run.told(at, public=public).test) is not None]

    told = Run.told(run, public=public)
    return run_curves(data, told, own[:, 0].astype(np.float64), attribute, None if public else steps)


def members(data: PreparedData, group: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rows = data.split.test
    inside = data.attributes[0].codes[rows] == data.attributes[0].values.index(group)
    return data.labels[rows][inside], scores(data)[rows][inside][:, 0].astype(np.float64)


def test_every_step_of_public_data_is_told(store: Store) -> None:
    found = curves(store, DATA)
    assert found.complete
    assert tuple(found.groups) == ATTRIBUTE.values
    for group, own in found.groups.items():
        labels, risks = members(DATA, group)
        assert own.roc is not None
        assert own.calibration is not None
        assert len(own.roc.fpr) == len(np.unique(risks)) + 1
        assert np.trapezoid(own.roc.tpr, own.roc.fpr) == pytest.approx(roc_auc(labels, risks))
        assert own.calibration.n.sum() == len(labels)
        assert (own.calibration.n >= FEWEST_IN_BIN).all()


def test_intersections_have_curves(store: Store) -> None:
    name = " & ".join(attribute.name for attribute in DATA.attributes[:2])
    found = curves(store, DATA, name)
    assert len(found.groups) == np.prod([len(attribute.values) for attribute in DATA.attributes[:2]])


def test_private_steps_and_bins_tell_of_no_one_to_ten_patients(store: Store) -> None:
    found = curves(store, PRIVATE)
    assert not found.complete
    for group, own in found.groups.items():
        labels, _ = members(PRIVATE, group)
        assert own.roc is not None
        assert own.calibration is not None
        assert 3 < len(own.roc.fpr) < 40
        for rate, label in ((own.roc.tpr, 1), (own.roc.fpr, 0)):
            passed = np.diff(rate * (labels == label).sum())
            assert ((np.abs(passed) < 1e-6) | (passed > 10.5)).all()
        positives = own.calibration.observed * own.calibration.n
        for count in (positives, own.calibration.n - positives):
            assert ((count < 1e-6) | (count > 10.5)).all()
        assert own.calibration.n.sum() == len(labels)
        assert 2 < len(own.calibration.n) <= 10


def test_private_steps_lie_on_the_whole_curve(store: Store) -> None:
    private, public = curves(store, PRIVATE), curves(store, DATA)
    for group, own in private.groups.items():
        whole = public.groups[group].roc
        assert own.roc is not None
        assert whole is not None
        points = set(zip(whole.fpr.round(9), whole.tpr.round(9), strict=True))
        assert set(zip(own.roc.fpr.round(9), own.roc.tpr.round(9), strict=True)) <= points


def test_few_private_patients_have_no_curves_and_the_reason_is_said(store: Store) -> None:
    found = curves(store, SMALL_PRIVATE)
    for own in found.groups.values():
        assert own.roc is None
        assert own.calibration is None
        assert own.reason == {"roc": SUPPRESSED, "calibration": SUPPRESSED}


def test_scores_that_are_no_risks_have_no_curves(store: Store) -> None:
    found = curves(store, DATA, drawn=True)
    assert found.groups == {}
    assert "probabilities of a decision" in found.reason


def test_an_unknown_attribute_is_refused(store: Store) -> None:
    with pytest.raises(NotFoundError, match="attribute"):
        curves(store, DATA, "shoe size")
