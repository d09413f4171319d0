"""Trains a run of a comparator and yields the same events as the engine of the networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fairviz.data.prepare import PreparedData
from fairviz.evaluation import FairnessReport
from fairviz.training.comparators.exponentiated_gradient import exponentiated
from fairviz.training.comparators.learners import learn
from fairviz.training.comparators.reweighing import reweighed
from fairviz.training.comparators.stages import Model, Stage
from fairviz.training.comparators.threshold_optimizer import thresholded
from fairviz.training.events import EpochEnd, Event, MemberEpoch, MemberResult, PackEnd, Tick
from fairviz.training.packing import Pack
from fairviz.training.scoring import report
from models.specs import (
    ComparatorSpec,
    ExponentiatedGradientSpec,
    GradientBoostingSpec,
    LogisticRegressionSpec,
    ReweighingSpec,
    ThresholdOptimizerSpec,
)

Comparator = Callable[[Any, PreparedData, int], Iterator[Stage]]
"""From a specification, a task and a seed to the stages of a fit."""

_COMPARATORS: Final[dict[type[ComparatorSpec], Comparator]] = {
    LogisticRegressionSpec: learn,
    GradientBoostingSpec: learn,
    ReweighingSpec: reweighed,
    ExponentiatedGradientSpec: exponentiated,
    ThresholdOptimizerSpec: thresholded,
}


def train(pack: Pack, data: PreparedData) -> Iterator[Event]:
    """Train the one run of ``pack``.

    Yields:
        ``Tick`` after parts of a fit, ``EpochEnd`` after each model that can be judged, ``PackEnd`` last.

    Raises:
        SettingError: if the method cannot be trained on this task.
    """
    (run,) = pack.runs
    assert isinstance(run.parameters, ComparatorSpec)
    epoch, best_epoch, best_auc, best = 0, 0, -np.inf, None
    for stage in _COMPARATORS[type(run.parameters)](run.parameters, data, run.seed):
        if isinstance(stage, Tick):
            yield stage
            continue
        epoch += 1
        validation = _report(stage, data, data.split.validation, floor=False)
        if best is None or validation.auc > best_auc:
            best_epoch, best_auc, best = epoch, validation.auc, stage
        yield EpochEnd(epoch, (MemberEpoch(validation, {}),))
    assert best is not None
    yield PackEnd({0: _result(best_epoch, best, data)})


def _result(epoch: int, model: Model, data: PreparedData) -> MemberResult:
    """Reports and scores of the model that validation chose."""
    validation, test = (
        _report(model, data, rows, floor=floor)
        for rows, floor in ((data.split.validation, False), (data.split.test, True))
    )
    return MemberResult(epoch, validation, test, model.scores, model.weights)


def _report(model: Model, data: PreparedData, rows: NDArray[np.int64], *, floor: bool) -> FairnessReport:
    """Report on some rows of what a model says of all."""
    decisions = None if model.decisions is None else model.decisions[rows]
    return report(data, rows, model.scores[rows], decisions, floor=floor)
