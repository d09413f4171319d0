"""Made-up patients of two attributes, of whom two runs are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairviz.data.groups import Attribute
from fairviz.evaluation import Grouped, evaluate
from fairviz.evaluation.intersections import Intersection, intersections
from fairviz.metrics.rates import CELLS
from tests.fairviz.reports.attacker import Count

Json = Mapping[str, Any]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Test rows of two attributes, scores of two runs, and patients of rows where some have several."""

    labels: Ints
    attributes: tuple[Attribute, ...]
    scores: tuple[NDArray[np.float64], ...]
    patients: Ints | None = None

    def reports(self, *, floor: bool = False) -> list[Json]:
        return [
            evaluate(
                self.labels,
                own,
                threshold=0.5,
                attributes=self.attributes,
                floor=floor,
                patients=self.patients,
            ).to_json()
            for own in self.scores
        ]

    def repeated(self, times: int) -> Rows:
        """Every row so many times, under an id of its own."""
        patients = np.repeat(np.arange(len(self.labels)), times)
        attributes = (Attribute(own.name, own.values, own.codes[patients]) for own in self.attributes)
        scores = (own[patients] for own in self.scores)
        return Rows(self.labels[patients], tuple(attributes), tuple(scores), patients)

    @property
    def crossed(self) -> list[Intersection]:
        """Of both attributes."""
        return intersections(self.attributes)

    def count(self, count: Count) -> int:
        """The truth."""
        decided = self.scores[count.run] >= 0.5
        cells = np.array(CELLS)[2 * self.labels + decided]
        inside = np.ones(len(cells), dtype=bool)
        if count.group is not None:
            each: list[Grouped] = [*self.attributes, *self.crossed]
            (own,) = (a for a in each if a.name == count.attribute)
            inside = own.codes == own.values.index(count.group)
        return int(np.isin(cells[inside], count.cells).sum())

    def counts(self, *, crossed: bool = False) -> Iterator[Count]:
        """Every count of patients that somebody may ask for; those of intersections only where asked to."""
        some = [CELLS, ("tp", "fn"), ("fp", "tn"), ("tp", "fp"), ("fn", "tn"), *((cell,) for cell in CELLS)]
        for run in range(len(self.scores)):
            for own in (*self.attributes, *(self.crossed if crossed else ())):
                for group in (None, *own.values):
                    yield from (Count(run, own.name, group, cells) for cells in some)


def make_rows(sizes: tuple[list[int], list[int]], prevalence: float, skill: float, seed: int) -> Rows:
    """Groups of about these sizes, the last of each attribute without a value."""
    rng = np.random.default_rng(seed)
    rows = max(sum(own) for own in sizes)
    attributes = []
    for name, own in zip("ab", sizes, strict=True):
        share = np.array(own) / sum(own)
        codes = rng.choice(len(own), rows, p=share)
        codes = np.where(codes == len(own) - 1, -1, codes)
        attributes.append(Attribute(name, tuple(f"{name}{g}" for g in range(len(own) - 1)), codes))
    labels = (rng.random(rows) < prevalence).astype(np.int64)
    scores = tuple(1 / (1 + np.exp(-skill * (2 * labels - 1) - rng.normal(size=rows))) for _ in range(2))
    return Rows(labels, tuple(attributes), scores)


Cell = tuple[int, tuple[float, float]]
"""Rows, and the share of them that each run decides positive."""


def make_crossed(cells: Mapping[tuple[int, int, int], Cell], seed: int = 0) -> Rows:
    """Rows of every group of the first attribute, group of the second (-1: no value) and outcome."""
    rng = np.random.default_rng(seed)
    places = np.array(list(cells)).reshape(-1, 3)
    sizes = [rows for rows, _ in cells.values()]
    first, second, labels = np.repeat(places, sizes, axis=0).T
    scores = []
    for run in range(2):
        counts = [(rows, round(shares[run] * rows)) for rows, shares in cells.values()]
        decided = np.concatenate([np.arange(rows) < positive for rows, positive in counts])
        scores.append((decided + rng.random(len(decided))) / 2)
    names = [
        Attribute(name, tuple(f"{name}{g}" for g in range(codes.max() + 1)), codes)
        for name, codes in (("a", first), ("b", second))
    ]
    return Rows(labels, tuple(names), tuple(scores))
