"""Two learners of equal skill, trained and tested on many random splits of one table.

Both are least squares, Fisher's linear discriminant but for its scale: real learners, which a split takes well
under a millisecond to fit. The first reads one half of the features, the second the other, and the halves are
drawn alike. So over tables of this size neither is better, while on any one table one of them is, a little.
Training sets of two splits overlap as those of any learner do.

Axis letters: J splits, N rows, F features.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from fairviz.metrics import mean_over_splits, roc_auc
from fairviz.metrics.inputs import FloatArray, IntArray
from tests.simulation.shares import ALPHA, Outcome, generator

NAME: Final = "splits"
NUMBERS: Final = (5, 10, 30)
ROWS, TEST_ROWS, FEATURES = 400, 80, 5
_PREVALENCE: Final = 0.3
# Distance between the outcomes' means in every feature: AUCs are about 0.8.
_DISTANCE: Final = 0.55


def judge(repetition: int) -> Iterator[Outcome]:
    """Whether the first 5, 10 and all 30 splits of a table are said to show a difference."""
    values = differences(repetition, max(NUMBERS))
    for splits in NUMBERS:
        first = values[:splits]
        corrected = mean_over_splits(first, test_per_train=TEST_ROWS / (ROWS - TEST_ROWS))
        yield Outcome(f"corrected_{splits}", corrected.p_value < ALPHA)
        yield Outcome(f"naive_{splits}", mean_over_splits(first, test_per_train=0).p_value < ALPHA)


def differences(repetition: int, splits: int) -> FloatArray:
    """AUC of the first learner less that of the second on the test rows of each split [J]."""
    rng = generator(NAME, repetition)
    labels = (np.arange(ROWS) < _PREVALENCE * ROWS).astype(np.int64)
    features = rng.normal(_DISTANCE * labels[:, None], 1.0, (ROWS, 2 * FEATURES))
    found = []
    for _ in range(splits):
        order = rng.permutation(ROWS)
        train, test = order[TEST_ROWS:], order[:TEST_ROWS]
        first, second = (
            roc_auc(labels[test], _scores(own[train], labels[train], own[test]))
            for own in (features[:, :FEATURES], features[:, FEATURES:])
        )
        found.append(first - second)
    return np.array(found)


def _scores(train: FloatArray, labels: IntArray, test: FloatArray) -> FloatArray:
    """Fit to training rows [N, F] and score test rows."""
    centred = train - train.mean(axis=0)
    weights = np.linalg.solve(centred.T @ centred, centred.T @ labels)
    return np.asarray(test @ weights)
