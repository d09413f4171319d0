"""Random predictions for property tests: small, so that ties and one-class groups are common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from fairviz.metrics.inputs import FloatArray, IntArray

# derandomize: the same cases every time; a failure found today is found tomorrow.
checked = settings(max_examples=80, deadline=None, derandomize=True, database=None)


@dataclass(frozen=True)
class Case:
    """Labels, probabilities with ties, decisions and groups of the same N rows."""

    labels: IntArray
    scores: FloatArray
    decisions: IntArray
    groups: IntArray

    @property
    def both_classes(self) -> bool:
        return set(self.labels) == {0, 1}

    @property
    def both_classes_in_every_group(self) -> bool:
        return all(0 < self.labels[self.groups == g].mean() < 1 for g in np.unique(self.groups))


def make_case(seed: int, rows: int, groups: int, decimals: int, prevalence: float) -> Case:
    rng = np.random.default_rng(seed)
    labels = rng.binomial(1, prevalence, rows)
    logits = rng.normal(labels - 0.5, 1.0)
    scores = np.round(1 / (1 + np.exp(-logits)), decimals)
    return Case(labels, scores, (scores >= 0.5).astype(np.int64), rng.integers(0, groups, rows))


cases = st.builds(
    make_case,
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 90),
    groups=st.integers(1, 5),
    decimals=st.integers(1, 6),
    prevalence=st.sampled_from([0.1, 0.4, 0.7]),
)
