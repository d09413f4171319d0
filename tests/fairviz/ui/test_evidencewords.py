from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.metrics.sensitivity_drop import SensitivityDrop
from fairviz.reports.comparing import Comparer
from fairviz.reports.evidence import Evidence
from fairviz.ui.evidencewords import evidence_row, evidence_sentences, group_changes
from fairviz.ui.series import Axes
from tests.fairviz.reports.two_configurations import TwoConfigurations, two_configurations

AXES = Axes("auc", "auc_gap", "race")
WARDS = Axes("auc", "auc_gap", "ward")


def compared(made: TwoConfigurations) -> Evidence:
    comparer = Comparer(made.labels, made.attributes)
    return comparer.evidence(made.new, made.old, comparer.resampled(made.old))


ALIKE, HARMED = compared(two_configurations()), compared(two_configurations(harmed=True))


def told(evidence: Evidence, axes: Axes = AXES, p_holm: float | None = None) -> str:
    return " ".join(evidence_sentences(evidence, evidence.auc.p_value if p_holm is None else p_holm, axes))


def test_no_change_is_told_with_what_could_be_missed() -> None:
    text = told(ALIKE, p_holm=0.4)
    assert "p = 0.40): no change found." in text
    assert "No group is found to be ranked worse (2 of 2 groups tested; a fall of up to 0." in text
    assert "Levelling down" not in text


def test_a_change_that_chance_does_not_explain_has_its_direction() -> None:
    assert "p < 0.001): worse." in told(HARMED, p_holm=0.0001)
    better = replace(HARMED, auc=replace(HARMED.auc, estimate=replace(HARMED.auc.estimate, value=0.1)))
    assert "AUC +0.100 against the baseline" in told(better, p_holm=0.01)
    assert ": better." in told(better, p_holm=0.01)


def test_the_group_that_is_ranked_worse_is_named_with_its_p_value() -> None:
    text = told(HARMED)
    assert "Ranked worse: b (AUC \u2212" in text
    assert "a (AUC" not in text
    assert "The change of AUC differs between groups (p " in text


def test_a_smaller_gap_with_a_harmed_group_is_levelling_down() -> None:
    attribute = HARMED.attributes["race"]
    change = attribute.gaps["auc_gap"]
    assert change is not None
    fell = replace(attribute, gaps={**attribute.gaps, "auc_gap": replace(change, difference=-0.05)})
    assert "**Levelling down:** groups are closer while the ranking got worse for b." in told(
        replace(HARMED, attributes={"race": fell})
    )
    rose = replace(attribute, gaps={**attribute.gaps, "auc_gap": replace(change, difference=0.05)})
    assert "Levelling down" not in told(replace(HARMED, attributes={"race": rose}))


def test_a_gap_has_changed_or_not() -> None:
    attribute = ALIKE.attributes["race"]
    change = attribute.gaps["auc_gap"]
    assert change is not None
    for low, high, words in ((-0.1, 0.1, "no change beyond chance"), (0.02, 0.1, "changed beyond chance")):
        gaps = {**attribute.gaps, "auc_gap": replace(change, low=low, high=high)}
        evidence = replace(ALIKE, attributes={"race": replace(attribute, gaps=gaps)})
        assert words in told(evidence)
        assert evidence_row(evidence, 0.5, AXES)["gap_changed"] == ("yes" if low > 0 else "not found")


def test_a_group_too_small_to_test_is_counted() -> None:
    text = told(ALIKE, WARDS)
    assert "(1 of 2 groups tested;" in text
    assert "AUC gap: whether it has changed is not estimable, or withheld." in text
    assert "too few" in group_changes(ALIKE, "ward")["z"]


def test_more_missed_patients_are_counted() -> None:
    attribute = HARMED.attributes["race"]
    drop = attribute.groups["b"].sensitivity
    assert isinstance(drop, SensitivityDrop)
    lost = replace(attribute.groups["b"], sensitivity_p_holm=0.01)
    groups = {"a": replace(attribute.groups["a"], sensitivity_p_holm=0.5), "b": lost}
    text = told(replace(HARMED, attributes={"race": replace(attribute, groups=groups)}))
    assert f"More patients with the outcome are missed: b ({drop.lost} lost, {drop.gained} gained" in text


def test_an_intersection_has_no_evidence_beside_the_auc() -> None:
    crossed = Axes("auc", "auc_gap", "race & ward")
    assert len(evidence_sentences(ALIKE, 0.5, crossed)) == 1
    row = evidence_row(ALIKE, 0.5, crossed)
    assert (row["gap_change"], row["ranked_worse"]) == (None, None)
    assert group_changes(ALIKE, "race & ward") == {}


def test_names_of_groups_are_escaped_in_sentences_and_kept_in_tables() -> None:
    attribute = HARMED.attributes["race"]
    hostile = {"a": attribute.groups["a"], "<b>*x*": attribute.groups["b"]}
    evidence = replace(HARMED, attributes={"race": replace(attribute, groups=hostile)})
    assert "<b>*x*" not in told(evidence)
    assert evidence_row(evidence, 0.5, AXES)["ranked_worse"] == "<b>*x*"
    assert group_changes(evidence, "race")["<b>*x*"].endswith("; worse")


def test_a_row_has_limits_and_no_nan() -> None:
    row = evidence_row(ALIKE, np.nan, AXES)
    assert row["auc_change_low"] < row["auc_change"] < row["auc_change_high"]
    assert row["auc_change_p_holm"] is None
    assert row["ranked_worse"] == "none found"


@pytest.mark.parametrize("evidence", [ALIKE, HARMED])
def test_no_wording_calls_a_model_fair(evidence: Evidence) -> None:
    assert "fair" not in told(evidence).lower()
