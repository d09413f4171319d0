from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy.stats import norm

from fairviz.errors import MetricError
from fairviz.metrics import bootstrap, bootstrap_group_auc, group_roc_auc, roc_auc
from fairviz.metrics.bootstrap import weighted_auc
from tests.fairviz.metrics.cases import Case, cases, checked, make_case

CASE = make_case(seed=8, rows=400, groups=3, decimals=2, prevalence=0.4)


@checked
@given(cases)
def test_a_weight_is_as_many_rows(case: Case) -> None:
    weights = np.random.default_rng(0).integers(0, 4, (3, len(case.labels)))
    order = np.argsort(case.scores)
    sums = weighted_auc(case.labels[order], case.scores[order], weights[:, order].astype(float))
    for weight, auc in zip(weights, sums, strict=True):
        repeated = roc_auc(np.repeat(case.labels, weight), np.repeat(case.scores, weight))
        assert auc == pytest.approx(repeated, abs=1e-12, nan_ok=True)


def test_shape_and_estimates() -> None:
    names = np.array(["c", "a", "b"])[CASE.groups]
    table = bootstrap_group_auc(CASE.labels, CASE.scores, sensitive_features=names, n_boot=200)
    assert table.columns.tolist() == ["group", "estimate", "low", "high"]
    assert table["group"].tolist() == table.index.tolist() == ["a", "b", "c"]
    aucs = group_roc_auc(CASE.labels, CASE.scores, sensitive_features=names)
    np.testing.assert_allclose(table["estimate"], aucs)
    assert ((table["low"] < table["estimate"]) & (table["estimate"] < table["high"])).all()


def test_one_seed_one_answer_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    def table(**options: int) -> pd.DataFrame:
        return bootstrap_group_auc(
            CASE.labels, CASE.scores, sensitive_features=CASE.groups, n_boot=50, **options
        )

    first = table(seed=4)
    assert not first.equals(table(seed=5))
    monkeypatch.setattr(bootstrap, "_WEIGHTS_AT_ONCE", 7 * len(CASE.labels))
    pd.testing.assert_frame_equal(table(seed=4), first)


def test_higher_level_wider_interval() -> None:
    tables = [
        bootstrap_group_auc(CASE.labels, CASE.scores, sensitive_features=CASE.groups, level=level)
        for level in (0.5, 0.95)
    ]
    narrow, wide = (table["high"] - table["low"] for table in tables)
    assert (narrow < wide).all()


def test_coverage_in_a_group_that_is_not_small() -> None:
    rng = np.random.default_rng(2)
    labels = np.repeat([1, 0], [60, 90])
    shift = np.sqrt(2) * norm.ppf(0.8)
    covered = 0
    for seed in range(150):
        row = bootstrap_group_auc(
            labels,
            rng.normal(labels * shift),
            sensitive_features=np.ones(150),
            n_boot=300,
            seed=seed,
        ).iloc[0]
        covered += row["low"] <= 0.8 <= row["high"]
    assert covered / 150 == pytest.approx(0.94, abs=0.05)


def test_a_group_without_both_classes_has_no_interval() -> None:
    table = bootstrap_group_auc([0, 1, 1, 1], [0.1, 0.2, 0.3, 0.4], sensitive_features=["a", "a", "b", "b"])
    assert table.loc["b", ["estimate", "low", "high"]].isna().all()
    # Where "a" keeps both classes its two rows are in order.
    assert table.loc["a", ["estimate", "low", "high"]].tolist() == [1, 1, 1]


@pytest.mark.parametrize("rows", [0, 3])
def test_no_groups_no_rows(rows: int) -> None:
    table = bootstrap_group_auc([1] * rows, [0.5] * rows, sensitive_features=[None] * rows)
    assert table.empty
    assert table.columns.tolist() == ["group", "estimate", "low", "high"]


def test_errors_name_the_argument() -> None:
    groups = CASE.groups
    with pytest.raises(MetricError, match=r"n_boot: expected at least 1 replicate, found 0\. Use 1000"):
        bootstrap_group_auc(CASE.labels, CASE.scores, sensitive_features=groups, n_boot=0)
    with pytest.raises(MetricError, match="level: expected a share between 0 and 1, found 95"):
        bootstrap_group_auc(CASE.labels, CASE.scores, sensitive_features=groups, level=95)
