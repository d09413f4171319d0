from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fairviz.errors import MetricError
from fairviz.metrics.sensitivity_drop import sensitivity_drop_test
from tests.fairviz.metrics.cases import checked

decisions = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


@checked
@given(decisions)
def test_one_seed_is_the_binomial_test_of_discordant_pairs(pairs: list[tuple[bool, bool]]) -> None:
    before, now = np.array(pairs).T
    found = sensitivity_drop_test(before, now)
    lost, gained = int((before & ~now).sum()), int((~before & now).sum())
    assert (found.lost, found.gained) == (lost, gained)
    assert found.change == pytest.approx(now.mean() - before.mean())
    if lost + gained:
        known = stats.binomtest(lost, lost + gained, 0.5, alternative="greater")
        assert found.p_value == pytest.approx(known.pvalue)
    else:
        assert found.p_value == 1


def test_the_same_decisions_are_no_drop() -> None:
    before = np.random.default_rng(0).integers(0, 2, (3, 20))
    assert sensitivity_drop_test(before, before).p_value == 1
    assert sensitivity_drop_test(before, before).change == 0


def test_exchanging_models_exchanges_losses_and_gains() -> None:
    before, now = np.random.default_rng(1).integers(0, 2, (2, 3, 25))
    one, other = sensitivity_drop_test(before, now), sensitivity_drop_test(now, before)
    assert (one.lost, one.gained, one.change) == (other.gained, other.lost, -other.change)


def test_everything_lost_on_every_seed_is_found_though_nothing_varies() -> None:
    found = sensitivity_drop_test(np.ones((3, 12), dtype=int), np.zeros((3, 12), dtype=int))
    assert found.change == -1
    assert found.p_value == pytest.approx(0.5**12)


def test_a_drop_on_one_seed_of_three_proves_nothing_of_other_seeds() -> None:
    before = np.ones((3, 40), dtype=int)
    now = before.copy()
    now[0, :20] = 0
    assert sensitivity_drop_test(before[0], now[0]).p_value < 1e-5
    assert sensitivity_drop_test(before, now).p_value > 0.1


@pytest.mark.parametrize("seeds", [1, 4])
def test_equal_sensitivities_rarely_seem_to_have_fallen(seeds: int) -> None:
    rng = np.random.default_rng(2)
    found = [
        sensitivity_drop_test(*(rng.random((2, seeds, 30)) < 0.7).astype(int)).p_value for _ in range(400)
    ]
    assert np.mean(np.array(found) < 0.05) < 0.06


def test_wrong_decisions_are_refused() -> None:
    with pytest.raises(MetricError, match=r"detected_now: expected only labels 0 and 1, found 0\.5 at row 1"):
        sensitivity_drop_test([0, 1], [0, 0.5])
    with pytest.raises(MetricError, match="detected_now: expected 2 values"):
        sensitivity_drop_test([[0, 1], [1, 1]], [[0, 1]])
    with pytest.raises(MetricError, match=r"found an array of shape \(\)"):
        sensitivity_drop_test(1, [0, 1])


def test_patients_count_once_by_their_net_change() -> None:
    """Patient 0 loses two and gains one, patient 1 gains one, patient 2 loses and gains one."""
    before = np.array([1, 1, 0, 0, 1, 0])
    now = np.array([0, 0, 1, 1, 0, 1])
    found = sensitivity_drop_test(before, now, patients=[0, 0, 0, 1, 2, 2])
    assert (found.lost, found.gained) == (1, 1)
    assert found.p_value == pytest.approx(stats.binomtest(1, 2, 0.5, alternative="greater").pvalue)
    assert found.change == sensitivity_drop_test(before, now).change


def test_rows_told_twice_tell_nothing_new() -> None:
    before, now = np.random.default_rng(1).integers(0, 2, (2, 3, 25))
    twice = np.repeat(np.arange(25), 2)
    for seeds in (1, 3):
        one, other = before[:seeds], now[:seeds]
        found = sensitivity_drop_test(one[:, twice], other[:, twice], patients=twice)
        once = sensitivity_drop_test(one, other)
        assert (found.lost, found.gained) == (once.lost, once.gained)
        assert [found.change, found.p_value] == pytest.approx([once.change, once.p_value])
