from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from fairviz.evaluation.binary import evaluate
from fairviz.metrics import delong_test, holm, paired_auc_test, sensitivity_drop_test
from fairviz.metrics.gap_change import GapChange
from fairviz.metrics.sensitivity_drop import SensitivityDrop
from fairviz.reports.comparing import Comparer, ScoredRuns
from fairviz.reports.differences import GAPS
from fairviz.reports.evidence import Evidence, Unavailable
from tests.fairviz.reports.two_configurations import TwoConfigurations, two_configurations

MADE = two_configurations()


def compared(
    made: TwoConfigurations, new: ScoredRuns | None = None, old: ScoredRuns | None = None
) -> Evidence:
    comparer = Comparer(made.labels, made.attributes)
    baseline = old or made.old
    return comparer.evidence(new or made.new, baseline, comparer.resampled(baseline))


EVIDENCE = compared(MADE)


def test_overall_it_is_the_paired_test() -> None:
    assert EVIDENCE.auc == paired_auc_test(MADE.labels, MADE.new.scores, MADE.old.scores)
    assert EVIDENCE.seeds == (0, 1)
    one = two_configurations(seeds=1)
    assert compared(one).auc == delong_test(one.labels, one.new.scores[0], one.old.scores[0])
    assert EVIDENCE.own.auc - EVIDENCE.baseline.auc == pytest.approx(EVIDENCE.auc.difference)


def test_each_group_has_its_own_test_adjusted_over_groups() -> None:
    race = MADE.attributes[0]
    tests = [
        paired_auc_test(MADE.labels[rows], MADE.new.scores[:, rows], MADE.old.scores[:, rows])
        for rows in (race.codes == group for group in (0, 1))
    ]
    found = EVIDENCE.attributes["race"]
    assert [found.groups[name].auc for name in ("a", "b")] == tests
    assert [found.groups[name].p_holm for name in ("a", "b")] == holm([own.p_value for own in tests]).tolist()
    assert [found.groups[name].p_worse_holm for name in ("a", "b")] == holm(
        [own.p_worse for own in tests]
    ).tolist()
    assert found.heterogeneity.groups == 2


def test_a_group_that_is_too_small_is_not_tested() -> None:
    ward = EVIDENCE.attributes["ward"]
    assert "too few" in str(ward.groups["z"].auc.reason)
    assert np.isnan(ward.groups["z"].p_holm)
    assert not ward.groups["z"].harmed
    assert ward.groups["z"].sensitivity is None
    assert ward.tested == 1
    assert np.isnan(ward.heterogeneity.p_value)
    assert ward.groups["x"].p_holm == ward.groups["x"].auc.p_value
    assert set(ward.gaps.values()) == {None}
    assert not ward.levelling_down("auc_gap")


def test_changes_of_gaps_are_those_of_the_reports() -> None:
    for gap in GAPS:
        values = [
            getattr(
                evaluate(
                    MADE.labels, scores, threshold=0.4, attributes=MADE.attributes, floor=False
                ).attributes["race"],
                gap,
            )
            for scores in (*MADE.new.scores, *MADE.old.scores)
        ]
        found = EVIDENCE.attributes["race"].gaps[gap]
        assert isinstance(found, GapChange)
        assert found.difference == pytest.approx(np.mean(values[:2]) - np.mean(values[2:]))
        assert found.low < found.difference < found.high


def test_sensitivity_is_compared_at_each_runs_own_threshold() -> None:
    other = replace(MADE.new, thresholds=(0.4, 0.7))
    found = compared(MADE, other).attributes["race"].groups["b"].sensitivity
    rows = (MADE.attributes[0].codes == 1) & (MADE.labels == 1)
    assert found == sensitivity_drop_test(
        MADE.old.scores[:, rows] >= 0.4, MADE.new.scores[:, rows] >= np.array([[0.4], [0.7]])
    )
    one = two_configurations(seeds=1)
    exact = compared(one).attributes["race"].groups["a"].sensitivity
    assert isinstance(exact, SensitivityDrop)
    known = stats.binomtest(exact.lost, exact.lost + exact.gained, 0.5, alternative="greater")
    assert exact.p_value == pytest.approx(known.pvalue)


def test_a_harmed_group_is_named_and_is_levelling_down_where_a_gap_fell() -> None:
    made = two_configurations(harmed=True)
    race = compared(made).attributes["race"]
    assert race.harmed == ("b",)
    assert np.isnan(race.could_miss)
    gap = race.gaps["auc_gap"]
    assert gap is not None
    assert gap.difference >= 0
    assert not race.levelling_down("auc_gap")
    # A third model, which ranks both groups at random, has closed the gap again.
    scores = np.random.default_rng(1).random(made.new.scores.shape)
    levelled = compared(made, replace(made.new, scores=scores), made.new).attributes["race"]
    assert levelled.harmed == ("a",)
    assert levelled.levelling_down("auc_gap")


def test_the_same_configuration_proves_nothing() -> None:
    found = compared(MADE, MADE.old)
    assert (found.auc.difference, found.auc.p_value) == (0, 1)
    for attribute in found.attributes.values():
        assert attribute.harmed == ()
        assert attribute.could_miss == 0
    race = found.attributes["race"]
    assert {group.p_holm for group in race.groups.values()} == {1}
    assert race.heterogeneity.p_value == 1
    assert not any(change.changed for change in race.gaps.values() if change is not None)


def test_exchanging_configurations_changes_signs() -> None:
    there, back = EVIDENCE.attributes["race"], compared(MADE, MADE.old, MADE.new).attributes["race"]
    for name, group in there.groups.items():
        assert back.groups[name].auc.difference == pytest.approx(-group.auc.difference)
        assert back.groups[name].p_holm == pytest.approx(group.p_holm)
    for gap, change in there.gaps.items():
        mirrored = back.gaps[gap]
        assert change is not None
        assert mirrored is not None
        assert (mirrored.difference, mirrored.low) == pytest.approx((-change.difference, -change.high))


def test_lots_leave_chances_of_decisions_to_compare() -> None:
    made = two_configurations(lots=True)
    found = compared(made)
    assert found.few_valued
    assert not EVIDENCE.few_valued
    group = found.attributes["race"].groups["a"]
    assert group.sensitivity is Unavailable.DRAWN_BY_LOT
    assert np.isnan(group.sensitivity_p_holm)
    assert (made.new.decisions == made.new.scores).all()
    assert group.auc.reason is None


def _told(times: int, *, ids: bool, seeds: int) -> Evidence:
    """Evidence on rows that are told several times, with or without ids."""
    made = two_configurations(seeds=seeds)
    rows = np.repeat(np.arange(len(made.labels)), times)
    comparer = Comparer(
        made.labels[rows],
        [replace(own, codes=own.codes[rows]) for own in made.attributes],
        patients=rows if ids else None,
    )
    new, old = (replace(own, scores=own.scores[:, rows]) for own in (made.new, made.old))
    return comparer.evidence(new, old, comparer.resampled(old))


@pytest.mark.parametrize("seeds", [1, 2])
def test_rows_told_twice_tell_nothing_new(seeds: int) -> None:
    once, twice = _told(1, ids=False, seeds=seeds), _told(2, ids=True, seeds=seeds)
    naive = _told(2, ids=False, seeds=seeds)
    assert twice.auc.interval == pytest.approx(once.auc.interval)
    assert naive.auc.p_value < once.auc.p_value
    for name, own in once.attributes.items():
        found = twice.attributes[name]
        assert found.could_miss == pytest.approx(own.could_miss, nan_ok=True)
        assert found.heterogeneity.p_value == pytest.approx(own.heterogeneity.p_value, nan_ok=True)
        for gap, change in own.gaps.items():
            other = found.gaps[gap]
            assert (change is None) is (other is None)
            if change is not None and other is not None:
                assert [other.low, other.high] == pytest.approx([change.low, change.high], abs=1e-6)
        for group, evidence in own.groups.items():
            assert found.groups[group].grade == evidence.grade
            assert found.groups[group].p_holm == pytest.approx(evidence.p_holm, nan_ok=True)
            assert found.groups[group].sensitivity_p_holm == pytest.approx(
                evidence.sensitivity_p_holm, nan_ok=True
            )
