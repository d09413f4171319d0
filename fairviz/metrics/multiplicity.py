"""P-values of several tests at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.metrics.inputs import FloatArray


def holm(p_values: npt.ArrayLike) -> FloatArray:
    """P-values adjusted so that any is at most alpha by chance with a probability of at most alpha.

    Holm 1979, Scandinavian Journal of Statistics 6:65. Holds however the tests depend on each other.

    Args:
        p_values: [K]; NaN where a test could not be made, which is then no member of the family.

    Returns:
        [K], never below what was given; NaN where that was.

    Raises:
        MetricError: a p-value is not between 0 and 1.
    """
    given = np.asarray(p_values, dtype=np.float64)
    wrong = (given < 0) | (given > 1)
    if wrong.any():
        raise MetricError(
            "p_values",
            expected="numbers between 0 and 1",
            found=f"{given[wrong][0]:g} at place {int(wrong.argmax())}",
            remedy="Pass the p-values themselves, NaN for a test that could not be made.",
        )
    made = np.flatnonzero(~np.isnan(given))
    order = made[np.argsort(given[made], kind="stable")]
    steps = given[order] * np.arange(len(order), 0, -1)
    adjusted = np.full(len(given), np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
