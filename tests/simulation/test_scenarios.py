from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.evaluation import PARTS
from fairviz.evaluation.intervals import NO_INTERVAL
from fairviz.metrics.ranking import roc_auc
from tests.simulation.coverage import reported
from tests.simulation.scenarios import ATTRIBUTE, SCENARIOS, Scenario

LARGE = Scenario("large", (90_000, 60_000, 30_000), 0.3, (0.85, 0.75, 0.7))


@pytest.mark.parametrize("scenario", [LARGE, replace(LARGE, positives_spread=2.0)], ids=["alike", "wide"])
def test_the_truth_is_what_a_large_table_shows(scenario: Scenario) -> None:
    report = reported(scenario.draw(0), 3, floor=False)
    found = report.attributes[ATTRIBUTE]
    assert report.auc == pytest.approx(scenario.auc, abs=0.006)
    truth = scenario.truth(found)
    assert set(truth) == set(PARTS) - set(NO_INTERVAL)
    for gap, value in truth.items():
        assert getattr(found, gap) == pytest.approx(value, abs=0.02), gap
    for group, auc, tpr, fpr in zip(
        found.groups.values(), scenario.aucs, scenario.tprs, scenario.fprs, strict=True
    ):
        assert [group.auc, group.tpr, group.fpr] == pytest.approx([auc, tpr, fpr], abs=0.012)


def test_every_gap_is_zero_where_groups_are_equal() -> None:
    for scenario in SCENARIOS:
        report = reported(scenario.draw(0), len(scenario.sizes), floor=False).attributes[ATTRIBUTE]
        gaps = {
            value
            for gap, value in scenario.truth(report).items()
            if gap not in ("es_auc", "worst_group_auc") and not np.isnan(value)
        }
        assert (gaps <= {0.0}) is scenario.equal, scenario.name


def test_the_truth_is_over_the_groups_that_enter() -> None:
    scenario = Scenario("small-third", (400, 400, 12), 0.3, (0.8, 0.7, 0.5))
    report = reported(scenario.draw(0), 3, floor=False).attributes[ATTRIBUTE]
    assert report.groups_used["auc_gap"] == 2
    truth = scenario.truth(report)
    assert truth["auc_gap"] == pytest.approx(0.1)
    assert truth["worst_group_auc"] == pytest.approx(0.7)


def test_a_repetition_is_always_the_same_table_and_no_two_are() -> None:
    scenario = SCENARIOS[0]
    first, again, other = scenario.draw(3), scenario.draw(3), scenario.draw(4)
    np.testing.assert_array_equal(first.scores, again.scores)
    assert (first.scores != other.scores).all()


def test_scenarios_have_names_of_their_own() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_visits_of_a_patient_resemble_each_other_and_single_rows_do_not_differ() -> None:
    visited = replace(LARGE, visits=3)
    drawn = visited.draw(0)
    assert drawn.patients is not None
    assert len(np.unique(drawn.patients)) == pytest.approx(60_000, rel=0.06)
    assert drawn.labels.mean() == pytest.approx(0.3, abs=0.01)
    for group, auc in enumerate(LARGE.aucs):
        rows = drawn.codes == group
        assert roc_auc(drawn.labels[rows], drawn.scores[rows]) == pytest.approx(auc, abs=0.012)
    order = np.argsort(drawn.patients, kind="stable")
    same = np.flatnonzero(np.diff(drawn.patients[order]) == 0)
    both = np.stack([drawn.labels[order][same], drawn.labels[order][same + 1]])
    assert np.asarray(np.corrcoef(both))[0, 1] > 0.3
    in_groups = {(int(p), int(g)) for p, g in zip(drawn.patients, drawn.codes, strict=True)}
    assert len(in_groups) == len(np.unique(drawn.patients))


def test_reports_on_visits_count_patients() -> None:
    visited = [own for own in SCENARIOS if own.visits > 1]
    assert visited
    for scenario in visited:
        report = reported(scenario.draw(0), len(scenario.sizes), floor=False)
        assert report.clusters is not None
        assert report.n is not None
        assert report.clusters < report.n / 2
