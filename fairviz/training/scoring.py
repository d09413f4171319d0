"""From the scores of some rows to their report, the same for whatever was trained.

Axis letter: C score columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fairviz.data.prepare import PreparedData
from fairviz.evaluation import FairnessReport, evaluate, evaluate_outcome
from fairviz.metrics.clusters import chosen


def report(
    data: PreparedData,
    rows: NDArray[np.int64],
    scores: NDArray[np.floating],
    decisions: NDArray[np.int64] | None = None,
    *,
    thresholds: Sequence[float] | None = None,
    floor: bool,
) -> FairnessReport:
    """Report on some rows.

    Args:
        data: the task.
        rows: their numbers.
        scores: of these rows [rows, C].
        decisions: of these rows [rows] where the method itself decides.
        thresholds: [C] where a decision turns otherwise; without them at the shares of the classes among
            training rows.
        floor: also simulate what each gap would be by chance.
    """
    labels, own = data.labels[rows], scores.astype(np.float64)
    patients = chosen(data.patients, rows)
    attributes = [replace(attribute, codes=attribute.codes[rows]) for attribute in data.attributes]
    thresholds = thresholds or prevalences(data)
    if decisions is None:
        return evaluate_outcome(
            labels,
            own,
            thresholds=thresholds,
            attributes=attributes,
            floor=floor,
            classes=data.classes if data.score_columns > 1 else (),
            patients=patients,
        )
    return evaluate(
        labels,
        own[:, 0],
        threshold=thresholds[0],
        attributes=attributes,
        floor=floor,
        decisions=decisions,
        patients=patients,
    )


def prevalences(data: PreparedData) -> list[float]:
    """Share of training rows in the class of each score column [C]: of two classes the positive one."""
    shares = np.bincount(data.labels[data.split.train], minlength=len(data.classes)) / len(data.split.train)
    return [float(share) for share in (shares[1:] if data.score_columns == 1 else shares)]
