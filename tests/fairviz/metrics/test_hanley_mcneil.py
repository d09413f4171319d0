from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics.hanley_mcneil import hanley_mcneil_variance


@pytest.mark.parametrize(("positives", "negatives"), [(1, 1), (8, 20), (30, 6)])
def test_variance_is_that_of_exponential_scores(positives: int, negatives: int) -> None:
    """The formula is exact where scores of both outcomes are exponential: AUC .8 at means 4 and 1."""
    rng = np.random.default_rng(0)
    above = rng.exponential(4, (20_000, positives, 1)) > rng.exponential(1, (20_000, 1, negatives))
    aucs = above.mean(axis=(1, 2))
    found = hanley_mcneil_variance(0.8, np.array([positives]), np.array([negatives]))
    assert aucs.mean() == pytest.approx(0.8, abs=0.005)
    assert found[0] == pytest.approx(aucs.var(), rel=0.04)


def test_a_sure_auc_has_none() -> None:
    assert hanley_mcneil_variance(1.0, np.array([5, 9]), np.array([7, 1])).tolist() == [0, 0]
