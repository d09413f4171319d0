"""Two models on the same rows, whose AUCs in every group are known.

Scores are normal in both outcomes, with spread 1, and related: all scores of a row share a part, and those of
one model's seeds share a further one. Decisions turn half way between the outcomes' means. How far apart a
seed sets the outcomes of a group is itself normal.

Axis letters: S seeds, N rows, G groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from fairviz.metrics.inputs import FloatArray, IntArray
from tests.simulation.scenarios import NORMAL
from tests.simulation.shares import generator

# Parts of a score's variance: what both models see of a row, one model with every seed, one of its seeds.
ROW, MODEL, RUN = 0.70, 0.15, 0.15
THRESHOLD: Final = 0.5


@dataclass(frozen=True)
class Drawn:
    """A table: outcomes and groups of N rows, and probabilities [S, N] of both models."""

    labels: IntArray
    codes: IntArray
    old: FloatArray
    new: FloatArray


@dataclass(frozen=True)
class TwoModels:
    """A population, what both models reach in it, and how many rows are drawn from each group.

    Attributes:
        name: that of its results.
        sizes: rows of each group.
        prevalence: share of positives in every group, which is drawn exactly.
        old: true AUC of the old model in each group, the mean over all seeds.
        new: that of the new model.
        seeds: how many there are of each model.
        seed_sd: standard deviation over seeds of the true AUC of a group, to first order.
    """

    name: str
    sizes: tuple[int, ...]
    prevalence: float
    old: tuple[float, ...]
    new: tuple[float, ...]
    seeds: int = 1
    seed_sd: float = 0.0

    @property
    def alike(self) -> bool:
        """Whether nothing changes from one model to the other."""
        return self.old == self.new

    @property
    def positives(self) -> IntArray:
        """Rows with the outcome in each group [G]."""
        return np.round(np.array(self.sizes) * self.prevalence).astype(np.int64)

    @property
    def negatives(self) -> IntArray:
        """Rows without it [G]."""
        return np.array(self.sizes) - self.positives

    def draw(self, repetition: int) -> Drawn:
        """The table of one repetition, always the same."""
        rng = generator(self.name, repetition)
        counts = np.stack([self.positives, self.negatives], axis=1).ravel()
        labels = np.repeat(np.tile([1, 0], len(self.sizes)), counts)
        codes = np.repeat(np.arange(len(self.sizes)), self.sizes)
        row = rng.normal(0, sqrt(ROW), len(labels))
        old, new = (row + self._own_part(rng, np.array(aucs), labels, codes) for aucs in (self.old, self.new))
        return Drawn(labels, codes, 1 / (1 + np.exp(-old)), 1 / (1 + np.exp(-new)))

    def _own_part(
        self, rng: np.random.Generator, aucs: FloatArray, labels: IntArray, codes: IntArray
    ) -> FloatArray:
        """What one model adds to the rows' scores [S, N]."""
        half, sd = self._distances(aucs)
        halves = half + sd * rng.normal(size=(self.seeds, len(aucs)))
        noise = rng.normal(0, sqrt(MODEL), len(labels)) + rng.normal(0, sqrt(RUN), (self.seeds, len(labels)))
        return np.asarray(np.where(labels == 1, 1, -1) * halves[:, codes] + noise)

    def _distances(self, aucs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Half the distance [G] between the outcomes' mean scores, and its standard deviation over seeds.

        The AUC of a seed is ``Phi(sqrt(2) half)``. Its mean over seeds, ``Phi(2 half / sqrt(2 + 4 sd^2))``,
        is the AUC that is asked for.
        """
        quantiles = np.array([NORMAL.inv_cdf(auc) for auc in aucs])
        slopes = sqrt(2) * np.array([NORMAL.pdf(quantile) for quantile in quantiles])
        sd = self.seed_sd / slopes
        return quantiles * np.sqrt(2 + 4 * sd**2) / 2, sd
