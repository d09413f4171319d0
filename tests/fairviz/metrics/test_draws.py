from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics import draws as module
from fairviz.metrics.draws import Draws, under_draws
from fairviz.metrics.inputs import Groups
from fairviz.metrics.resampling import Strata, resampled_metrics
from tests.fairviz.metrics.cases import make_case

CASE = make_case(seed=3, rows=300, groups=3, decimals=6, prevalence=0.4)
GROUPS = Groups(CASE.groups, 3)
REPLICATES = 200
SCORES = CASE.scores[None]
DECISIONS = (SCORES > 0.5).astype(np.float64)


def _metrics(draws: Draws) -> dict[str, np.ndarray]:
    return under_draws(draws, lambda strata: resampled_metrics(strata, SCORES, DECISIONS))


def test_what_fits_is_drawn_once_as_ever() -> None:
    draws = Draws(CASE.labels, GROUPS, REPLICATES)
    (first,), (second,) = draws, draws
    assert first is second
    expected = resampled_metrics(Strata.draw(CASE.labels, GROUPS, REPLICATES), SCORES, DECISIONS)
    found = _metrics(draws)
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


def test_parts_are_the_same_law_and_as_many_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = Draws(CASE.labels, GROUPS, REPLICATES)
    whole = _metrics(draws)
    monkeypatch.setattr(module, "WEIGHTS_AT_ONCE", 300 * 31)
    sizes = [strata.weights.shape for strata in draws]
    assert sizes == [(300, 31)] * 6 + [(300, 21)]
    parts = _metrics(draws)
    for name, values in whole.items():
        assert parts[name].shape == values.shape == (1, REPLICATES + 1)
        np.testing.assert_allclose(parts[name][:, 0], values[:, 0])
        spread = values[0, 1:].std()
        assert parts[name][0, 1:].mean() == pytest.approx(values[0, 1:].mean(), abs=0.4 * spread)
        assert parts[name][0, 1:].std() == pytest.approx(spread, rel=0.3)
        # Parts are not each other again.
        assert len(np.unique(parts[name][0, 1:])) > 0.5 * len(np.unique(values[0, 1:]))
    again = _metrics(draws)
    for name, values in parts.items():
        np.testing.assert_array_equal(again[name], values)
