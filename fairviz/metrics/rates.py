"""Rates of a yes-or-no decision, overall and per group: one table says what divides what.

Axis letters: N rows, G groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from fairviz.metrics.inputs import (
    FloatArray,
    Groups,
    GroupValues,
    IntArray,
    check_groups,
    check_labels,
    check_same_length,
    ratio,
)
from fairviz.metrics.intervals import wilson_interval

# Order of the cells of a confusion matrix: 2 * label + decision.
CELLS = ("tn", "fp", "fn", "tp")


@dataclass(frozen=True)
class Rate:
    """A share of rows.

    Attributes:
        successes: cells of the confusion matrix that are counted.
        trials: cells they are a share of.
        noun: what the trials are, in the plural.
    """

    successes: tuple[str, ...]
    trials: tuple[str, ...]
    noun: str

    def counts(self, cells: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Successes and trials [G] from the cells [G, 4] of confusion matrices."""
        return _total(cells, self.successes), _total(cells, self.trials)


def _total(cells: FloatArray, names: tuple[str, ...]) -> FloatArray:
    return np.asarray(cells[:, [CELLS.index(name) for name in names]].sum(axis=1))


RATES = {
    "selection_rate": Rate(("fp", "tp"), CELLS, "patients"),
    "tpr": Rate(("tp",), ("fn", "tp"), "positives"),
    "fpr": Rate(("fp",), ("tn", "fp"), "negatives"),
    "sensitivity": Rate(("tp",), ("fn", "tp"), "positives"),  # clinicians' name of the TPR
    "specificity": Rate(("tn",), ("tn", "fp"), "negatives"),
    "ppv": Rate(("tp",), ("fp", "tp"), "predicted positives"),
    "npv": Rate(("tn",), ("tn", "fn"), "predicted negatives"),
    "accuracy": Rate(("tn", "tp"), CELLS, "patients"),
}


def confusion_cells(labels: IntArray, decisions: IntArray, groups: Groups) -> FloatArray:
    """Rows of each group in each cell of its confusion matrix, [G, 4] in the order of CELLS."""
    inside = groups.codes >= 0
    codes = 4 * groups.codes[inside] + 2 * labels[inside] + decisions[inside]
    return Groups(codes, 4 * groups.count).sums().reshape(groups.count, 4)


def group_rates(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    sensitive_features: GroupValues,
    level: float = 0.95,
) -> pd.DataFrame:
    """Counts and rates of each group, with Wilson's interval of each rate.

    Args:
        y_true: [N] labels 0 or 1.
        y_pred: [N] decisions 0 or 1.
        sensitive_features: [N] group of each row; missing values belong to no group.
        level: nominal coverage of the intervals.

    Returns:
        A row for each group in sorted order: n, positives, negatives; then for each rate of
        ``RATES`` its value and, as ``<rate>_low`` and ``<rate>_high``, its limits. NaN where a
        rate has no trials.

    Raises:
        MetricError: lengths differ, or a label or decision is not 0 or 1.
    """
    labels, decisions = check_labels(y_true, "y_true"), check_labels(y_pred, "y_pred")
    groups, names = check_groups(sensitive_features)
    check_same_length(y_true=labels, y_pred=decisions, sensitive_features=groups.codes)
    cells = confusion_cells(labels, decisions, groups)
    counts = {
        "n": cells.sum(axis=1),
        "positives": _total(cells, ("fn", "tp")),
        "negatives": _total(cells, ("tn", "fp")),
    }
    columns: dict[str, FloatArray | IntArray] = {k: v.astype(int) for k, v in counts.items()}
    return pd.DataFrame(columns | rate_columns(cells, level=level), index=names)


def rate_columns(
    cells: FloatArray, *, level: float = 0.95, shares: Mapping[str, FloatArray] | None = None
) -> dict[str, FloatArray]:
    """Every rate of ``RATES`` [G] and its limits, from the cells [G, 4] of confusion matrices.

    ``shares`` [G] by rate are those of its trials that are effective; all where they are not given.
    """
    columns: dict[str, FloatArray] = {}
    for name, rate in RATES.items():
        successes, trials = rate.counts(cells)
        columns[name] = ratio(successes, trials)
        if shares is not None:
            successes, trials = successes * shares[name], trials * shares[name]
        columns[f"{name}_low"], columns[f"{name}_high"] = wilson_interval(successes, trials, level=level)
    return columns


def selection_rate(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """Share of rows [N] that are decided positive; NaN without rows."""
    return _overall("selection_rate", y_true, y_pred)


def tpr(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """Sensitivity: share of positives [N] decided positive; NaN without positives."""
    return _overall("tpr", y_true, y_pred)


def fpr(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """One less specificity: share of negatives [N] decided positive; NaN without negatives."""
    return _overall("fpr", y_true, y_pred)


def _overall(name: str, y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    labels, decisions = check_labels(y_true, "y_true"), check_labels(y_pred, "y_pred")
    check_same_length(y_true=labels, y_pred=decisions)
    cells = confusion_cells(labels, decisions, Groups(np.zeros_like(labels), 1))
    return float(ratio(*RATES[name].counts(cells))[0])
