from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from fairlearn import metrics as fairlearn_metrics
from hypothesis import given
from sklearn.metrics import accuracy_score, precision_score

from fairviz.errors import MetricError
from fairviz.metrics import fpr, group_rates, selection_rate, tpr, wilson_interval
from fairviz.metrics.rates import RATES
from tests.fairviz.metrics.cases import Case, cases, checked

KNOWN: dict[str, Callable[..., float]] = {
    "selection_rate": fairlearn_metrics.selection_rate,
    "tpr": fairlearn_metrics.true_positive_rate,
    "sensitivity": fairlearn_metrics.true_positive_rate,
    "fpr": fairlearn_metrics.false_positive_rate,
    "specificity": fairlearn_metrics.true_negative_rate,
    "ppv": lambda y, d: precision_score(y, d, zero_division=0),
    "npv": lambda y, d: precision_score(1 - y, 1 - d, zero_division=0),
    "accuracy": accuracy_score,
}


def test_every_rate_has_a_known_answer() -> None:
    assert set(KNOWN) == set(RATES)


@checked
@given(cases)
def test_agrees_with_fairlearn_and_scikit_learn_wherever_defined(case: Case) -> None:
    rates = group_rates(case.labels, case.decisions, sensitive_features=case.groups)
    assert rates.index.tolist() == np.unique(case.groups).tolist()
    for group, row in rates.iterrows():
        y, d = (values[case.groups == group] for values in (case.labels, case.decisions))
        assert [row["n"], row["positives"], row["negatives"]] == [len(y), y.sum(), (1 - y).sum()]
        trials = {"positives": y, "negatives": 1 - y, "patients": np.ones_like(y)}
        trials |= {"predicted positives": d, "predicted negatives": 1 - d}
        for name, known in KNOWN.items():
            if trials[RATES[name].noun].sum():
                assert row[name] == pytest.approx(known(y, d), abs=1e-12)
            else:
                assert np.isnan([row[name], row[f"{name}_low"], row[f"{name}_high"]]).all()


def test_limits_are_wilsons() -> None:
    labels, decisions = np.repeat([1, 0], [29, 20]), np.repeat([1, 0], [1, 48])
    row = group_rates(labels, decisions, sensitive_features=np.zeros(49)).loc[0.0]
    assert (row["tpr_low"], row["tpr_high"]) == wilson_interval(1, 29)
    assert (row["fpr_low"], row["fpr_high"]) == wilson_interval(0, 20)
    wider = group_rates(labels, decisions, sensitive_features=np.zeros(49), level=0.99).loc[0.0]
    assert wider["tpr_low"] < row["tpr_low"] < row["tpr"] < row["tpr_high"] < wider["tpr_high"]


@checked
@given(cases)
def test_overall_rates_are_those_of_one_group(case: Case) -> None:
    everyone = np.zeros(len(case.labels))
    row = group_rates(case.labels, case.decisions, sensitive_features=everyone).iloc[0]
    for name, rate in (("selection_rate", selection_rate), ("tpr", tpr), ("fpr", fpr)):
        assert rate(case.labels, case.decisions) == pytest.approx(row[name], nan_ok=True)


def test_rows_without_a_group_are_left_out() -> None:
    rates = group_rates([1, 1, 0], [1, 0, 1], sensitive_features=["a", "a", None])
    assert rates.index.tolist() == ["a"]
    assert rates.loc["a", ["n", "tpr"]].tolist() == [2, 0.5]
    assert np.isnan(rates.loc["a", "fpr"])


def test_errors_name_the_argument() -> None:
    with pytest.raises(MetricError, match=r"y_pred: expected only labels 0 and 1, found 0\.7 at row 0"):
        selection_rate([1], [0.7])
    with pytest.raises(MetricError, match="y_pred: expected 1 values, one for each of y_true, found 2"):
        tpr([1], [1, 0])
