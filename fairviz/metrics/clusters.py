"""Patients with several rows: how much less their rows tell than as many rows of different patients.

Rows of one patient resemble each other. A mean over rows keeps its value; its error is that of sums over
patients, who are independent of each other. What that costs is the design effect, the variance so found over
the one that rows would have if each were a patient (Rao & Scott 1992, Biometrics 48:577): rows divided by it
are the *effective* number of rows, which every recipe that takes counts then takes in their place.

``None`` in place of patients everywhere means that each row is a patient of its own.

Axis letters: N rows, P patients, G groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from fairviz.errors import MetricError
from fairviz.metrics.inputs import FloatArray, Groups, IntArray, check_same_length, ratio
from fairviz.metrics.student import Variance

# Two-sided 95 %: limits at other levels take the same effective numbers.
_QUANTILE = 0.975


def check_patients(values: npt.ArrayLike | None, labels: npt.NDArray[Any]) -> IntArray | None:
    """Patient of each row [N], numbered from 0 as they appear; None where no two rows share one.

    Raises:
        MetricError: there are not as many as ``labels`` [N], or one is missing.
    """
    if values is None:
        return None
    column = np.asarray(values)
    check_same_length(labels=labels, patients=column)
    codes, names = pd.factorize(column)
    if (codes < 0).any():
        raise MetricError(
            "patients",
            expected="a patient for every row",
            found=f"none at row {(codes < 0).argmax()}",
            remedy="Give rows of unknown patients an id of their own.",
        )
    return None if len(names) == len(codes) else codes.astype(np.int64)


def chosen(patients: IntArray | None, rows: npt.NDArray[np.bool_] | IntArray) -> IntArray | None:
    """Patients of some of the rows."""
    return None if patients is None else patients[rows]


def count_patients(patients: IntArray | None, rows: npt.NDArray[np.bool_]) -> int:
    """How many patients have any of the rows [N] that are marked."""
    return int(rows.sum()) if patients is None else len(np.unique(patients[rows]))


def patients_by_group(groups: Groups, patients: IntArray | None) -> IntArray:
    """How many patients [G] have rows in each group; one who has rows in several counts in each."""
    if patients is None:
        return groups.sums().astype(np.int64)
    inside = PatientsInGroups.of(patients, groups)
    return inside.having(inside.pairs.sums()).astype(np.int64)


def sums_by_patient(values: FloatArray, patients: IntArray | None) -> FloatArray:
    """Sum over the rows of each patient, [P] or [P, K], of values [N] or [N, K]."""
    if patients is None:
        return values
    _, codes = np.unique(patients, return_inverse=True)
    sums = np.zeros((codes.max(initial=-1) + 1, *values.shape[1:]))
    np.add.at(sums, codes, values)
    return sums


def variance_of_mean(values: FloatArray, patients: IntArray | None) -> Variance:
    """Variance of the mean of values [N] from their sums over patients; NaN for fewer than two of these."""
    if patients is None:
        return Variance.of_mean(values)
    sums = sums_by_patient(values - values.mean(), patients)
    of_sums = Variance.of_mean(sums)
    return Variance(of_sums.value * (len(sums) / len(values)) ** 2, of_sums.freedom)


@dataclass(frozen=True)
class PatientsInGroups:
    """Every pair of a group and a patient with rows in it.

    A patient whose group changes from row to row counts in each of these groups.

    Attributes:
        pairs: the rows' pairs.
        group: of each pair, [P].
        groups: G.
    """

    pairs: Groups
    group: IntArray
    groups: int

    @classmethod
    def of(cls, patients: IntArray, groups: Groups) -> PatientsInGroups:
        """Pairs of rows of these patients [N]; rows without a group have none."""
        keys = np.where(groups.codes < 0, -1, patients * groups.count + groups.codes)
        known, codes = np.unique(keys, return_inverse=True)
        nowhere = int(known[0] < 0) if len(known) else 0
        found = known[nowhere:]
        return cls(Groups(codes - nowhere, len(found)), found % max(groups.count, 1), groups.count)

    def totals(self, values: FloatArray) -> FloatArray:
        """Sum [G] over the patients of each group of values [P]."""
        return np.bincount(self.group, values, self.groups).astype(np.float64)

    def having(self, rows: FloatArray) -> FloatArray:
        """How many patients of each group [G] have any of the rows counted by pair [P]."""
        return self.totals((rows > 0).astype(np.float64))

    def effective_shares(self, successes: FloatArray, trials: FloatArray) -> FloatArray:
        """Effective share [G] of the trials of a rate, from counts [P]; NaN where a group has none.

        The variance of the rate is that of a ratio of sums over patients.
        """
        size = self.totals(trials)
        rate = ratio(self.totals(successes), size)
        by_patient = self.totals((successes - rate[self.group] * trials) ** 2)
        return effective_share(
            size, ratio(by_patient, size * rate * (1 - rate)), even_patients(size, self.totals(trials**2))
        )


def even_patients(rows: FloatArray, squares: FloatArray) -> FloatArray:
    """Patients with equally many rows who would weigh as these do: rows^2 over the sum of their squares."""
    return ratio(rows**2, squares)


def effective_share(rows: FloatArray, design_effect: FloatArray, even: FloatArray) -> FloatArray:
    """Which share of the rows are effective, [...]; effective rows are at least one and at most all.

    A design effect below 1 is taken to be 1: chance alone makes it so among few patients. It is known with as
    many degrees of freedom as there are patients; effective rows are fewer by the square of what Student's
    quantile is wider for that (Korn & Graubard 1998, Survey Methodology 24:193). Simulated coverage of
    Wilson's interval with 6 to 60 patients of one to ten rows: 91 to 99 %, on average 95; without effective
    rows 63 to 96 %, without the second step down to 84 %. Where no row differs from any other the design
    effect is unknown, and rows of a patient are taken to be the same one again.

    Args:
        rows: numbers of rows.
        design_effect: variance by patients over that by rows; NaN where both are 0.
        even: patients, as ``even_patients`` counts them.
    """
    unknown = np.isnan(design_effect)
    effective = rows / np.where(unknown, ratio(rows, even), np.maximum(design_effect, 1.0))
    narrow, wide = (stdtrit(np.maximum(size - 1, 1.0), _QUANTILE) for size in (effective, even))
    shrunk = np.where(unknown, effective, effective * np.minimum(narrow / wide, 1.0) ** 2)
    return ratio(np.maximum(shrunk, 1.0), rows)
