"""What each modality tells about each group, beside the baseline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fairviz.evaluation.report import FairnessReport
from fairviz.reports.run import Run
from fairviz.suppression import SUPPRESSED
from fairviz.ui.modalityseries import change_sentence, changes, modality_plane, modality_rows, probed
from tests.fairviz.ui.made import report, report_json, run


def with_modalities(labs: float, notes: float, withheld: bool = False) -> FairnessReport:
    parts: dict[str, Any] = {"labs": report_json(labs), "notes": report_json(notes)}
    if withheld:
        for part in parts.values():
            part["attributes"]["sex"]["groups"]["b"] |= {"auc": None, "reason": {"auc": SUPPRESSED}}
    return report(modalities=parts)


def runs(withheld: bool = False) -> list[Run]:
    return [
        run(1, test=with_modalities(0.70, 0.6, withheld)),
        run(2, seed=1, test=with_modalities(0.72, 0.6, withheld)),
        run(3, "fairgrad", test=with_modalities(0.73, 0.6, withheld)),
        run(4, "fairgrad", seed=1, test=with_modalities(0.73, 0.61, withheld)),
        run(5, "logistic-regression"),
    ]


LABELS = ("Baseline", "Fairgrad", "Logistic-regression")


def test_only_methods_with_encoders_are_probed_and_held_against_the_same_seeds() -> None:
    found = probed(runs(), LABELS)
    assert [own.label for own in found] == ["Baseline", "Fairgrad"]
    assert not found[0].reference
    assert sorted(found[1].reference) == [0, 1]


def test_seeds_are_joined_and_the_baseline_stands_beside_each_other_method() -> None:
    shown = modality_plane(probed(runs(), LABELS), "sex")
    (panel,) = shown.panels
    assert (shown.modalities, shown.groups) == (("labs", "notes"), ("a", "b", "c"))
    assert panel.own.value[0, :2] == pytest.approx([0.73, 0.71])
    assert panel.reference is not None
    assert panel.reference.value[0, :2] == pytest.approx([0.71, 0.69])
    assert (panel.own.low[0, :2] < panel.own.value[0, :2]).all()
    assert np.isnan(panel.own.value[:, 2]).all()
    assert panel.own.notes[0] == ("", "", "not estimable")
    assert shown.details == ("mean over 2 seeds",)


def test_the_baseline_alone_has_a_panel_of_its_own() -> None:
    (panel,) = modality_plane(probed(runs(), LABELS[:1]), "sex").panels
    assert panel.configuration.label == "Baseline"
    assert panel.reference is None


def test_changes_are_paired_by_seed_and_the_largest_is_said() -> None:
    (own,) = probed(runs(), ("Fairgrad",))
    found = {(change.modality, change.group): change for change in changes(own, "sex")}
    assert len(found) == 4
    assert found["labs", "a"].by_seed == pytest.approx((0.03, 0.01))
    assert change_sentence(own, "sex") == (
        "Sex: in labs, a patients are ranked at 0.710 in the baseline and 0.730 with Fairgrad (difference "
        "+0.020, over 2 seeds +0.010 to +0.030). This is the largest of 4 changes."
    )


def test_withheld_groups_are_neither_compared_nor_told() -> None:
    found = probed(runs(withheld=True), LABELS)
    assert {change.group for change in changes(found[1], "sex")} == {"a"}
    rows = {(row["modality"], row["group"]): row for row in modality_rows(found, "sex")}
    assert rows["labs", "b"]["Fairgrad"] == "suppressed"
    assert rows["labs", "b"]["Fairgrad: change"] == ""
    assert rows["labs", "a"]["Fairgrad: change"] == "+0.020 (+0.010 to +0.030 over seeds)"


def test_nothing_in_common_is_said() -> None:
    (own,) = probed(runs()[2:4], ("Fairgrad",))
    assert "No modality has a number" in change_sentence(own, "sex")
