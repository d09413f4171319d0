"""Estimates whose variance is itself estimated: intervals and tests by Student's t.

A variance that is a sum of several estimated ones has, to two moments, the chi-squared distribution with
``v^2 / sum(v_k^2 / df_k)`` degrees of freedom (Satterthwaite 1946, Biometrics Bulletin 2:110; Welch 1947,
Biometrika 34:28).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import NamedTuple

from scipy.special import stdtr, stdtrit

from fairviz.metrics.inputs import FloatArray, check_level


class Variance(NamedTuple):
    """An estimated variance and its degrees of freedom, infinitely many where it is taken as known."""

    value: float
    freedom: float

    @classmethod
    def of_mean(cls, values: FloatArray) -> Variance:
        """Variance of the mean of independent values [J]; NaN for fewer than two."""
        count = len(values)
        return cls(float(values.var(ddof=1)) / count, count - 1) if count > 1 else cls(nan, nan)

    @classmethod
    def total(cls, parts: Sequence[Variance]) -> Variance:
        """Variance of a sum of independent estimates, its degrees of freedom after Satterthwaite."""
        value = sum(part.value for part in parts)
        if value == 0:
            return cls(0.0, inf)
        return cls(value, value**2 / sum(part.value**2 / part.freedom for part in parts if part.value != 0))


@dataclass(frozen=True)
class Estimate:
    """A number and the variance of its error.

    Nothing can be tested where the variance is 0 and the number is not; both at 0 is a certain nothing.
    """

    value: float
    variance: Variance

    @property
    def standard_error(self) -> float:
        """Of the number."""
        return sqrt(self.variance.value)

    @property
    def statistic(self) -> float:
        """The number in standard errors."""
        if self.standard_error == 0:
            return 0.0 if self.value == 0 else nan
        return self.value / self.standard_error

    @property
    def p_value(self) -> float:
        """Two-sided, of the truth being 0."""
        return 2 * float(stdtr(self.variance.freedom, -abs(self.statistic)))

    @property
    def p_negative(self) -> float:
        """One-sided: small where the truth lies below 0."""
        if self.standard_error == 0:
            return 1.0 if self.value == 0 else nan
        return float(stdtr(self.variance.freedom, self.statistic))

    def interval(self, level: float) -> tuple[float, float]:
        """Limits that leave the same out on both sides."""
        half = float(stdtrit(self.variance.freedom, 0.5 + check_level(level) / 2)) * self.standard_error
        return self.value - half, self.value + half

    def lower_limit(self, level: float) -> float:
        """Limit that the truth lies above."""
        return self.value - float(stdtrit(self.variance.freedom, check_level(level))) * self.standard_error
