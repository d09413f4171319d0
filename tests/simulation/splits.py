"""Two learners of equal skill, trained and tested on many random splits of one table.

Both are least squares, Fisher's linear discriminant but for its scale: real learners, fitted in well under a
millisecond. The first reads one half of the features, the second the other, and the halves are drawn alike.
So over tables of this size neither is better, while on any one table one of them is, a little. Training sets
of two splits overlap as those of any learner do.

Axis letters: J splits, N rows, F features.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from fairviz.metrics import mean_over_splits, roc_auc
from fairviz.metrics.inputs import FloatArray, IntArray
from tests.simulation.scenarios import NORMAL
from tests.simulation.shares import ALPHA, Outcome, generator

NUMBERS: Final = (5, 10, 30)
ROWS: Final = 400
TEST_ROWS: Final = 80
_PREVALENCE: Final = 0.3


@dataclass(frozen=True)
class Table:
    """A population of tables.

    Attributes:
        name: that of its results.
        features: F, how many each learner reads; with many it depends more on its training rows.
        auc: what the best weights of the features of one learner would reach.
    """

    name: str
    features: int
    auc: float = 0.8

    @property
    def distance(self) -> float:
        """Distance between the outcomes' means in every feature, whose spread is 1."""
        return NORMAL.inv_cdf(self.auc) * sqrt(2 / self.features)


def judge(table: Table, repetition: int) -> Iterator[Outcome]:
    """Whether the first 5, 10 and all 30 splits of a table are said to show a difference."""
    values = differences(table, repetition, max(NUMBERS))
    for splits in NUMBERS:
        first = values[:splits]
        corrected = mean_over_splits(first, test_per_train=TEST_ROWS / (ROWS - TEST_ROWS))
        yield Outcome(f"corrected_{splits}", corrected.p_value < ALPHA)
        yield Outcome(f"naive_{splits}", mean_over_splits(first, test_per_train=0).p_value < ALPHA)


def differences(table: Table, repetition: int, splits: int) -> FloatArray:
    """AUC of the first learner less that of the second on the test rows of each split [J]."""
    rng = generator(table.name, repetition)
    labels = (np.arange(ROWS) < _PREVALENCE * ROWS).astype(np.int64)
    features = rng.normal(table.distance * labels[:, None], 1.0, (ROWS, 2 * table.features))
    found = []
    for _ in range(splits):
        order = rng.permutation(ROWS)
        train, test = order[TEST_ROWS:], order[:TEST_ROWS]
        first, second = (
            roc_auc(labels[test], least_squares_scores(own[train], labels[train], own[test]))
            for own in (features[:, : table.features], features[:, table.features :])
        )
        found.append(first - second)
    return np.array(found)


def least_squares_scores(train: FloatArray, labels: IntArray, test: FloatArray) -> FloatArray:
    """Fit to training rows [N, F] and score test rows, but for a constant."""
    centred = train - train.mean(axis=0)
    weights = np.linalg.solve(centred.T @ centred, centred.T @ labels)
    return np.asarray(test @ weights)


SCENARIOS: Final = tuple(Table(f"splits-{features}-features", features) for features in (5, 20))
