from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics import roc_auc
from tests.simulation.two_models import MODEL, ROW, RUN, TwoModels

LARGE = TwoModels("large", (40_000, 20_000), 0.3, (0.85, 0.75), (0.8, 0.7), seeds=2)
LUCKY = TwoModels("lucky", (3_000, 3_000), 0.3, (0.85, 0.75), (0.8, 0.7), seeds=400, seed_sd=0.04)


def test_every_group_has_the_auc_that_is_stated() -> None:
    drawn = LARGE.draw(0)
    for scores, aucs in ((drawn.old, LARGE.old), (drawn.new, LARGE.new)):
        for group, auc in enumerate(aucs):
            own = drawn.codes == group
            for seed in range(2):
                assert roc_auc(drawn.labels[own], scores[seed, own]) == pytest.approx(auc, abs=0.012)


def test_seeds_lie_about_the_auc_that_is_stated_as_widely_as_stated() -> None:
    drawn = LUCKY.draw(0)
    for group, auc in enumerate(LUCKY.new):
        own = drawn.codes == group
        found = [roc_auc(drawn.labels[own], scores[own]) for scores in drawn.new]
        assert np.mean(found) == pytest.approx(auc, abs=0.02)
        # Rows of 3,000 are the same for all seeds; runs add little chance of their own.
        assert np.std(found) == pytest.approx(LUCKY.seed_sd, rel=0.15)


def test_seeds_share_less_with_another_model_than_with_each_other() -> None:
    drawn = LARGE.draw(1)
    own = (drawn.labels == 0) & (drawn.codes == 0)
    logits = [np.log(p[own] / (1 - p[own])) for p in (drawn.old[0], drawn.old[1], drawn.new[0])]
    found = np.corrcoef(logits)
    assert pytest.approx(1) == ROW + MODEL + RUN
    assert np.std(logits, axis=1) == pytest.approx(1, abs=0.02)
    assert found[0, 1] == pytest.approx(ROW + MODEL, abs=0.01)
    assert found[0, 2] == pytest.approx(ROW, abs=0.01)


def test_positives_are_drawn_exactly() -> None:
    drawn = LARGE.draw(2)
    assert [drawn.labels[drawn.codes == group].sum() for group in (0, 1)] == [12_000, 6_000]
    assert LARGE.positives.tolist() == [12_000, 6_000]
    assert LARGE.negatives.tolist() == [28_000, 14_000]


def test_a_repetition_is_always_the_same_table_and_no_two_are() -> None:
    small = TwoModels("small", (50,), 0.3, (0.8,), (0.8,), seeds=2)
    first, again, other = small.draw(0), small.draw(0), small.draw(1)
    np.testing.assert_array_equal(first.new, again.new)
    assert (first.new != other.new).all()
    assert (first.new != first.old).all()
