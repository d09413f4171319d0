from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairviz.errors import MetricError
from fairviz.metrics import front_frequency, pareto_front
from fairviz.metrics.inputs import FloatArray
from tests.fairviz.metrics.cases import checked


def make_places(
    seed: int, points: int, axes: int, replicates: int, distinct: int, undefined: float
) -> FloatArray:
    """Few distinct values, so that ties and equal points are common; and some that are undefined."""
    rng = np.random.default_rng(seed)
    places = rng.integers(0, distinct, (points, axes, 1 + replicates)).astype(np.float64)
    return np.where(rng.random(places.shape) < undefined, np.nan, places)


many_places = st.builds(
    make_places,
    seed=st.integers(0, 2**32 - 1),
    points=st.integers(1, 8),
    axes=st.integers(1, 3),
    replicates=st.integers(1, 12),
    distinct=st.integers(1, 5),
    undefined=st.sampled_from([0.0, 0.0, 0.1, 0.5]),
)


@checked
@given(many_places)
def test_it_is_the_share_of_fronts_one_replicate_at_a_time(places: FloatArray) -> None:
    maximize = [axis % 2 == 0 for axis in range(places.shape[1])]
    known = np.isfinite(places[:, :, 0]).all(axis=1)
    counts = np.zeros(len(places))
    for replicate in range(1, places.shape[2]):
        points = places[:, :, replicate].copy()
        points[~known] = np.nan
        counts += pareto_front(points, maximize=maximize)
    expected = np.where(known, counts / (places.shape[2] - 1), np.nan)
    np.testing.assert_allclose(front_frequency(places, maximize=maximize), expected)


@checked
@given(many_places)
def test_order_of_points_and_of_replicates_does_not_matter(places: FloatArray) -> None:
    rng = np.random.default_rng(0)
    points, replicates = rng.permutation(len(places)), rng.permutation(places.shape[2] - 1)
    shuffled = np.concatenate([places[:, :, :1], places[:, :, 1:][:, :, replicates]], axis=2)[points]
    expected = front_frequency(places, maximize=True)[points]
    np.testing.assert_allclose(front_frequency(shuffled, maximize=True), expected)


@checked
@given(many_places)
def test_twins_stay_and_have_the_same_share(places: FloatArray) -> None:
    alone = front_frequency(places, maximize=False)
    together = front_frequency(np.concatenate([places, places[:1]]), maximize=False)
    np.testing.assert_array_equal(together, np.append(alone, alone[0]))


def test_who_dominates_everywhere_is_always_on_it_and_who_is_dominated_never() -> None:
    places = np.random.default_rng(1).random((4, 2, 101))
    best = np.stack([places[:, 0].max(axis=0) + 0.1, places[:, 1].min(axis=0) - 0.1])
    worst = np.stack([places[:, 0].min(axis=0) - 0.1, places[:, 1].max(axis=0) + 0.1])
    shares = front_frequency([best, *places, worst], maximize=[True, False])
    assert shares.tolist() == [1, 0, 0, 0, 0, 0]
    without = front_frequency([*places, worst], maximize=[True, False])
    assert without[-1] == 0
    assert 0 < without[:-1].min() < without[:-1].max() < 1


def test_the_first_place_decides_only_whether_there_is_one() -> None:
    places = np.zeros((2, 1, 4))
    places[0, 0] = [9, 0, 1, 1]
    places[1, 0] = [0, 1, 0, 1]
    assert front_frequency(places, maximize=True).tolist() == pytest.approx([2 / 3, 2 / 3])
    places[0, 0, 0] = np.nan
    shares = front_frequency(places, maximize=True)
    assert np.isnan(shares[0])
    assert shares[1] == 1


def test_undefined_in_a_replicate_is_not_on_its_front() -> None:
    places = np.array([[[2.0, np.nan, 2.0]], [[1.0, 1.0, 1.0]]])
    assert front_frequency(places, maximize=True).tolist() == [0.5, 0.5]


def test_no_points_no_shares() -> None:
    assert front_frequency(np.empty((0, 2, 5)), maximize=True).shape == (0,)


@pytest.mark.parametrize("shape", [(3, 2), (3, 2, 1)])
def test_errors_name_the_argument(shape: tuple[int, ...]) -> None:
    with pytest.raises(MetricError, match=r"places: expected \[trade-offs, axes, 1 \+ replicates\]"):
        front_frequency(np.zeros(shape), maximize=True)
    with pytest.raises(MetricError, match="maximize: expected one truth value, or one for each of 2 axes"):
        front_frequency(np.zeros((3, 2, 5)), maximize=[True])
