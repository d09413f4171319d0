"""Random predictions that are hard on a metric: few distinct scores, groups of one class or of one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from fairviz.metrics.inputs import FloatArray, IntArray

TEXTS = ("zeta", "eta", "", "Ärzte", "0")
NUMBERS = (30, -2, 7, 0, 11)


@dataclass(frozen=True)
class TiedCase:
    """Rows whose scores are ``places / steps``.

    Attributes:
        labels: [N].
        places: [N] from 0 to ``steps``.
        steps: of the grid of scores.
        threshold: from which a row is decided positive.
        codes: [N] group of each row; -1 where it has none.
        kind: of the values that name the groups.
    """

    labels: IntArray
    places: IntArray
    steps: int
    threshold: float
    codes: IntArray
    kind: str

    @property
    def scores(self) -> FloatArray:
        return np.asarray(self.places / self.steps)

    @property
    def decisions(self) -> IntArray:
        return (self.scores >= self.threshold).astype(np.int64)

    @property
    def sensitive(self) -> Any:
        """The groups as a caller has them: [N] values of one kind, some of them missing."""
        if self.kind == "numbers":
            values = [None if code < 0 else NUMBERS[code] for code in self.codes]
            return pd.array(values, "Int64") if None in values else np.array(values)
        if self.kind == "floats":
            return np.where(self.codes < 0, np.nan, np.array(NUMBERS, dtype=float)[self.codes])
        texts = [None if code < 0 else TEXTS[code] for code in self.codes]
        # A category that no row has is no group.
        return pd.Categorical(texts, [*TEXTS[::-1], "nobody"]) if self.kind == "categories" else texts

    @property
    def groups(self) -> dict[Any, IntArray]:
        """Rows of each group, in the order of the values that name them."""
        names = NUMBERS if self.kind in ("numbers", "floats") else TEXTS
        return {
            names[g]: np.flatnonzero(self.codes == g) for g in sorted(self._present, key=names.__getitem__)
        }

    @property
    def _present(self) -> set[int]:
        return set(self.codes[self.codes >= 0].tolist())


def make_tied(
    seed: int, rows: int, groups: int, steps: int, threshold: float, kind: str, oddity: str, missing: float
) -> TiedCase:
    """``oddity`` is what is wrong with the groups or the scores."""
    rng = np.random.default_rng(seed)
    labels = rng.binomial(1, rng.choice([0.1, 0.5, 0.8]), rows)
    codes = rng.choice(groups, rows, p=rng.dirichlet(np.full(groups, 2.0)))
    codes[rng.random(rows) < missing] = -1
    places = np.clip(np.round(steps * rng.normal(0.35 + 0.3 * labels, 0.3)), 0, steps).astype(np.int64)
    last = groups - 1
    if oddity == "one score":
        places[:] = places[0]
    if oddity == "one class":
        labels[codes == last] = rng.integers(2)
    if oddity == "one class everywhere":
        labels[:] = labels[0]
    if oddity == "one row":
        codes[codes == last] = 0
        codes[0] = last
    return TiedCase(labels, places, steps, threshold, codes, kind)


def tied_cases(*, most_rows: int = 60, missing: bool = True) -> st.SearchStrategy[TiedCase]:
    """Cases of up to so many rows; without ``missing`` every row has a group."""
    return st.builds(
        make_tied,
        seed=st.integers(0, 2**32 - 1),
        # Drawn from lists: ranges of whole numbers are searched near their start most of the time.
        rows=st.sampled_from([1, 2, 4, most_rows // 4, most_rows // 2, most_rows]),
        groups=st.sampled_from([1, 2, 2, 3, 4, 5]),
        steps=st.sampled_from([1, 2, 4, 10, 100]),
        threshold=st.sampled_from([0.0, 0.3, 0.5, 0.5, 0.8, 1.1]),
        kind=st.sampled_from(["texts", "categories", "numbers", "floats"]),
        oddity=st.sampled_from(["", "", "one score", "one class", "one class everywhere", "one row"]),
        missing=st.sampled_from([0.0, 0.0, 0.1] if missing else [0.0]),
    )
