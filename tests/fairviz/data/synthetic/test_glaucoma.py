from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier

from fairviz.data.synthetic.glaucoma import RACES, draw_glaucoma, make_glaucoma

TRAIN, TEST = slice(0, 6_000), slice(8_000, 14_000)


def group_aucs(model: object, part: str, *, null: bool = False) -> dict[str, float]:
    frame = make_glaucoma(14_000, seed=0, null=null)
    inputs = frame.filter(regex=f"^{part}_").to_numpy()
    labels, races = frame["glaucoma"].to_numpy(), frame["race"].to_numpy()[TEST]
    fitted = model.fit(inputs[TRAIN], labels[TRAIN])  # type: ignore[attr-defined]
    scores = fitted.predict_proba(inputs[TEST])[:, 1]
    return {race: roc_auc_score(labels[TEST][races == race], scores[races == race]) for race in RACES}


def test_shares_and_prevalences() -> None:
    frame = make_glaucoma(40_000, seed=1)
    shares = frame["race"].value_counts(normalize=True)
    assert [shares[race] for race in RACES] == pytest.approx([0.72, 0.18, 0.10], abs=0.01)
    rates = frame.groupby("race")["glaucoma"].mean()
    assert [rates[race] for race in RACES] == pytest.approx([0.40, 0.46, 0.40], abs=0.025)


def test_the_cup_alone_works_least_well_for_black_patients() -> None:
    found = group_aucs(LogisticRegression(max_iter=1000), "cup")
    assert [found[race] for race in RACES] == pytest.approx([0.92, 0.70, 0.89], abs=0.03)


def test_the_field_needs_a_network() -> None:
    linear = group_aucs(LogisticRegression(max_iter=1000), "field")
    network = MLPClassifier((64, 32), alpha=1e-2, early_stopping=True, random_state=0)
    found = group_aucs(network, "field")
    assert max(linear.values()) < 0.55
    assert [found[race] for race in RACES] == pytest.approx([0.75, 0.72, 0.74], abs=0.08)


def test_the_null_control_has_no_gap() -> None:
    found = group_aucs(LogisticRegression(max_iter=1000), "cup", null=True)
    # 600 rows in the smallest group: standard error .011.
    assert max(found.values()) - min(found.values()) < 0.04
    frame = make_glaucoma(40_000, seed=1, null=True)
    assert np.ptp(frame.groupby("race")["glaucoma"].mean()) < 0.03


def test_the_seed_decides() -> None:
    one, same, other = (draw_glaucoma(50, seed).cup for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)
