"""Means over random splits of one table into training and test rows.

Axis letter: J splits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.metrics.inputs import check_scores
from fairviz.metrics.student import Estimate, Variance


def mean_over_splits(values: npt.ArrayLike, *, test_per_train: float) -> Estimate:
    """Mean of a metric, or of a difference between two models, over splits of one table.

    Splits share rows, so that their values are not independent: the variance of their mean is
    ``(1 / J + test_per_train) s^2``, with J - 1 degrees of freedom (Nadeau & Bengio 2003, Machine Learning
    52:239).

    Args:
        values: [J], at least two.
        test_per_train: test rows for each training row; 0 where every value is of a table of its own.

    Raises:
        MetricError: fewer than two values, one that is not finite, or a negative share.
    """
    numbers = check_scores(values, "values")
    count = len(numbers)
    if count < 2:
        raise MetricError(
            "values",
            expected="at least 2, one for each split",
            found=str(count),
            remedy="Compare on more splits: one does not tell how much splits differ.",
        )
    if not (np.isfinite(test_per_train) and test_per_train >= 0):
        raise MetricError(
            "test_per_train",
            expected="a share of at least 0",
            found=f"{test_per_train:g}",
            remedy="Divide the number of test rows by that of training rows.",
        )
    independent = Variance.of_mean(numbers)
    variance = Variance(independent.value * (1 + count * test_per_train), independent.freedom)
    return Estimate(float(numbers.mean()), variance)
