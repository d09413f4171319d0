"""Populations whose gaps are known, and tables drawn from them.

In every group scores are normal, with one mean and spread for each outcome, and half way between the means
is where decisions turn. Prevalence is the same in all groups. Rows may be visits of patients, which resemble
each other in outcome and score; single rows are then as they would be of different patients.

Axis letters: N rows, G groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from statistics import NormalDist
from typing import Final

import numpy as np

from fairviz.evaluation import AttributeReport
from fairviz.metrics.equity import combine_odds, equity_scaled, spread
from fairviz.metrics.inputs import BoolArray, FloatArray, IntArray
from tests.simulation.shares import generator

NORMAL: Final = NormalDist()
ATTRIBUTE: Final = "group"


@dataclass(frozen=True)
class Drawn:
    """A table: outcomes, probabilities and groups of N rows, and their patients where they share them."""

    labels: IntArray
    scores: FloatArray
    codes: IntArray
    patients: IntArray | None = None


@dataclass(frozen=True)
class Scenario:
    """A population and how many rows are drawn from each of its groups.

    Attributes:
        name: that of its results.
        sizes: rows of each group.
        prevalence: share of positives in every group.
        aucs: true AUC of each group.
        positives_spread: standard deviation of the scores of positives; that of negatives is 1.
        visits: mean number of rows of a patient.
        resemblance: correlation between the rows of a patient, of what makes scores and of what makes
            outcomes.
    """

    name: str
    sizes: tuple[int, ...]
    prevalence: float
    aucs: tuple[float, ...]
    positives_spread: float = 1.0
    visits: int = 1
    resemblance: float = 0.6

    @property
    def equal(self) -> bool:
        """Whether all groups are alike, so that every gap is 0."""
        return len(set(self.aucs)) == 1

    @property
    def half_distance(self) -> FloatArray:
        """Half the distance [G] between the mean scores of both outcomes."""
        quantiles = np.array([NORMAL.inv_cdf(auc) for auc in self.aucs])
        return np.asarray(quantiles * np.hypot(self.positives_spread, 1) / 2)

    def draw(self, repetition: int) -> Drawn:
        """The table of one repetition, always the same."""
        rng = generator(self.name, repetition)
        codes = np.repeat(np.arange(len(self.sizes)), self.sizes)
        if self.visits > 1:
            return self._of_patients(codes, rng)
        labels = (rng.random(len(codes)) < self.prevalence).astype(np.int64)
        mean = np.where(labels == 1, 1, -1) * self.half_distance[codes]
        latent = rng.normal(mean, np.where(labels == 1, self.positives_spread, 1.0))
        return Drawn(labels, 1 / (1 + np.exp(-latent)), codes)

    def _of_patients(self, codes: IntArray, rng: np.random.Generator) -> Drawn:
        """A table whose rows are dealt out among as many patients as there are rows over visits."""
        first = np.cumsum((0, *self.sizes)) // self.visits
        patients = rng.integers(first[codes], first[codes + 1])
        outcome, luck = (_alike(patients, self.resemblance, rng) for _ in range(2))
        labels = (outcome < NORMAL.inv_cdf(self.prevalence)).astype(np.int64)
        mean = np.where(labels == 1, 1, -1) * self.half_distance[codes]
        latent = mean + luck * np.where(labels == 1, self.positives_spread, 1.0)
        return Drawn(labels, 1 / (1 + np.exp(-latent)), codes, patients)

    @property
    def tprs(self) -> FloatArray:
        """True positive rates [G]."""
        return _normal_cdf(self.half_distance / self.positives_spread)

    @property
    def fprs(self) -> FloatArray:
        """False positive rates [G]."""
        return _normal_cdf(-self.half_distance)

    @property
    def selection_rates(self) -> FloatArray:
        """Shares of positive decisions [G]."""
        return self.prevalence * self.tprs + (1 - self.prevalence) * self.fprs

    @property
    def auc(self) -> float:
        """True AUC of all rows: over pairs of groups, positives of one against negatives of the other."""
        half = self.half_distance
        pairs = _normal_cdf((half[:, None] + half[None]) / np.hypot(self.positives_spread, 1))
        shares = np.array(self.sizes) / sum(self.sizes)
        return float(shares @ pairs @ shares)

    def truth(self, report: AttributeReport) -> dict[str, float]:
        """The true value of each gap over the groups that enter it in a report; NaN where it has none."""
        groups = list(report.groups.values())
        rates = ("auc", "tpr", "fpr", "selection_rate")
        return self.truth_among({rate: ~np.isnan([getattr(own, rate) for own in groups]) for rate in rates})

    def truth_among(self, entering: Mapping[str, BoolArray]) -> dict[str, float]:
        """The true value of each gap, from the groups [G] that enter by AUC, TPR, FPR and selection rate."""
        aucs = np.where(entering["auc"], self.aucs, np.nan)
        tpr = spread(np.where(entering["tpr"], self.tprs, np.nan))
        fpr = spread(np.where(entering["fpr"], self.fprs, np.nan))
        selection_rates = np.where(entering["selection_rate"], self.selection_rates, np.nan)
        several = np.count_nonzero(entering["auc"]) > 1
        return {
            "auc_gap": spread(aucs),
            "es_auc": equity_scaled(self.auc, aucs) if several else np.nan,
            "worst_group_auc": float(np.nanmin(aucs)) if several else np.nan,
            "demographic_parity_difference": spread(selection_rates),
            "equal_opportunity_difference": tpr,
            "equalized_odds_difference": combine_odds(tpr, fpr),
            "equalized_odds_difference_mean": combine_odds(tpr, fpr, "mean"),
        }


def _alike(patients: IntArray, resemblance: float, rng: np.random.Generator) -> FloatArray:
    """Standard normal numbers [N] with one correlation between rows of a patient, and none between others."""
    shared = rng.standard_normal(patients.max() + 1)[patients]
    return np.asarray(
        np.sqrt(resemblance) * shared + np.sqrt(1 - resemblance) * rng.standard_normal(len(patients))
    )


def _normal_cdf(values: FloatArray) -> FloatArray:
    return np.asarray(np.vectorize(NORMAL.cdf)(values))


_SHARES: Final = (0.80, 0.15, 0.04, 0.01)
_SIZES: Final[Mapping[str, tuple[int, ...]]] = {
    **{f"{rows}-rows": tuple(round(share * rows) for share in _SHARES) for rows in (500, 2_000, 10_000)},
    "fixed": (1000, 100, 60, 30),
    "five-of-80": (80, 80, 80, 80, 80),
}
_VISITS: Final = 3
_VISITED: Final[Mapping[str, tuple[int, ...]]] = {
    "visits-fixed": tuple(_VISITS * size for size in _SIZES["fixed"]),
    "visits-five-of-80": tuple(_VISITS * size for size in _SIZES["five-of-80"]),
}
_EQUAL: Final = 0.8
_UNEQUAL: Final = (0.85, 0.80, 0.75, 0.70, 0.78)


def _scenarios() -> list[Scenario]:
    found = []
    for (name, sizes), prevalence in product(_SIZES.items(), (0.1, 0.3)):
        for truth, aucs in (("equal", (_EQUAL,) * len(sizes)), ("unequal", _UNEQUAL[: len(sizes)])):
            found.append(
                Scenario(f"{name}-{prevalence:.0%}-{truth}".replace("%", ""), sizes, prevalence, aucs)
            )
            if name == "fixed":
                wide = f"{name}-{prevalence:.0%}-{truth}-wide".replace("%", "")
                found.append(Scenario(wide, sizes, prevalence, aucs, positives_spread=2.0))
    for name, sizes in _VISITED.items():
        for truth, aucs in (("equal", (_EQUAL,) * len(sizes)), ("unequal", _UNEQUAL[: len(sizes)])):
            found.append(Scenario(f"{name}-{truth}", sizes, 0.3, aucs, visits=_VISITS))
    return found


SCENARIOS: Final = tuple(_scenarios())
