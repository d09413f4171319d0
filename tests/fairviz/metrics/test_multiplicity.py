from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairviz.errors import MetricError
from fairviz.metrics.multiplicity import holm
from tests.fairviz.metrics.cases import checked

families = st.lists(st.floats(0, 1), min_size=1, max_size=9)


def _step_down(p_values: list[float], alpha: float) -> list[bool]:
    """Holm's procedure in his words: smallest at alpha / K, next at alpha / (K - 1), until one fails."""
    rejected = [False] * len(p_values)
    for step, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[place] > alpha / (len(p_values) - step):
            break
        rejected[place] = True
    return rejected


def test_known_values() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]) == pytest.approx([1.0, 1.0])
    assert holm([]).shape == (0,)


@checked
@given(families, st.sampled_from([0.01, 0.05, 0.2]))
def test_rejects_what_the_procedure_rejects(p_values: list[float], alpha: float) -> None:
    # A hair of room: alpha / k and p * k do not round alike.
    adjusted = holm(p_values)
    clear = np.abs(adjusted - alpha) > 1e-9
    assert ((adjusted <= alpha) == _step_down(p_values, alpha))[clear].all()


@checked
@given(families)
def test_order_does_not_matter_and_nothing_becomes_smaller(p_values: list[float]) -> None:
    order = np.random.default_rng(len(p_values)).permutation(len(p_values))
    adjusted = holm(p_values)
    assert holm(np.array(p_values)[order]) == pytest.approx(adjusted[order])
    assert (adjusted >= p_values).all()
    assert (adjusted <= 1).all()


def test_a_test_that_could_not_be_made_is_no_member() -> None:
    adjusted = holm([0.02, np.nan, 0.03])
    assert np.isnan(adjusted[1])
    assert adjusted[[0, 2]] == pytest.approx(holm([0.02, 0.03]))


def test_wrong_values_are_refused() -> None:
    with pytest.raises(
        MetricError, match=r"p_values: expected numbers between 0 and 1, found 1\.2 at place 1"
    ):
        holm([0.1, 1.2])
