from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from fairviz.data.leakage import ranking_strength


@pytest.fixture
def labels() -> np.ndarray:
    return (np.random.default_rng(0).random(400) < 0.3).astype(np.int64)


def test_numbers_agree_with_scikit_learn_in_either_direction(labels: np.ndarray) -> None:
    score = np.random.default_rng(1).normal(size=400).round(1) + 0.5 * labels
    expected = roc_auc_score(labels, score)
    assert ranking_strength(pd.Series(score), labels) == pytest.approx(expected)
    assert ranking_strength(pd.Series(-score), labels) == pytest.approx(expected)


def test_missingness_alone_can_tell(labels: np.ndarray) -> None:
    year = pd.Series(np.where(labels == 1, 1990.0, np.nan))
    assert ranking_strength(year, labels) == 1


def test_a_category_that_names_the_outcome(labels: np.ndarray) -> None:
    status = pd.Series(np.where(labels == 1, "expired", "home"))
    assert ranking_strength(status, labels) == 1


def test_free_text_is_not_ranked(labels: np.ndarray) -> None:
    assert ranking_strength(pd.Series([f"note {at}" for at in range(400)]), labels) == 0.5
