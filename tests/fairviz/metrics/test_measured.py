from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import balanced_accuracy_score

from fairviz import metrics
from fairviz.metrics.inputs import Groups
from fairviz.metrics.measured import NEEDS, measure
from tests.fairviz.metrics.cases import Case, cases, checked, make_case


def _partitions(case: Case) -> list[Groups]:
    """Everyone; five groups, one of them without rows; two groups and rows of neither."""
    rows = len(case.labels)
    return [
        Groups(np.zeros(rows, np.int64), 1),
        Groups(np.where(case.groups == 1, 4, case.groups), 5),
        Groups(np.arange(rows) % 3 - 1, 2),
    ]


@checked
@given(cases)
def test_every_group_is_measured_as_if_alone(case: Case) -> None:
    partitions = _partitions(case)
    measured = measure(case.labels, case.scores, 0.5, partitions)
    for groups, part in zip(partitions, measured, strict=True):
        assert {len(values) for values in part.columns.values()} == {groups.count}
        for g in range(groups.count):
            rows = groups.codes == g
            y, p, d = case.labels[rows], case.scores[rows], case.decisions[rows]
            expected = {
                "auc": metrics.roc_auc(y, p),
                "tpr": metrics.tpr(y, d),
                "fpr": metrics.fpr(y, d),
                "selection_rate": metrics.selection_rate(y, d),
                "brier": metrics.brier_score(y, p),
                "log_loss": metrics.log_loss(y, p),
                "calibration_error": metrics.calibration_error(y, p),
            }
            if 0 < y.sum() < len(y):
                expected["balanced_accuracy"] = balanced_accuracy_score(y, d)
            found = {name: part.columns[name][g] for name in expected}
            assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)
            assert part.cases["positives"][g] == y.sum()
            assert part.cases["predicted negatives"][g] == (1 - d).sum()


def test_every_metric_says_what_it_needs() -> None:
    case = make_case(seed=0, rows=50, groups=2, decimals=3, prevalence=0.4)
    (part,) = measure(case.labels, case.scores, 0.5, [Groups(case.groups, 2)])
    assert {name for name in part.columns if not name.endswith(("_low", "_high"))} == set(NEEDS)
    assert {noun for nouns in NEEDS.values() for noun in nouns} == set(part.cases)


@pytest.mark.parametrize(("positives", "number", "limits"), [(4, 0, 0), (5, 0, 1), (9, 0, 1), (10, 1, 1)])
def test_small_groups_are_withheld_by_what_a_metric_rests_on(
    positives: int, number: int, limits: int
) -> None:
    labels = np.repeat([1, 0], [positives, 30])
    scores = np.random.default_rng(0).uniform(size=len(labels))
    (part,) = measure(labels, scores, 0.5, [Groups(np.zeros_like(labels), 1)])
    shown = {name: int(~np.isnan(values[0])) for name, values in part.withheld().columns.items()}
    for name in ("auc", "tpr", "sensitivity"):
        assert [shown[name], shown[f"{name}_low"], shown[f"{name}_high"]] == [number, limits, limits]
    assert shown["balanced_accuracy"] == shown["positives_risk"] == number
    assert shown["fpr"] == shown["selection_rate"] == shown["brier"] == shown["negatives_risk"] == 1
    assert not np.isnan(part.columns["auc"][0]), "what is withheld is not forgotten"
