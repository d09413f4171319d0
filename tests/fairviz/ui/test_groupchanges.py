"""Changes of groups against the baseline, as a figure shows them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.evaluation.report import FairnessReport
from fairviz.reports.evidence import Evidence, Unavailable
from fairviz.suppression import SUPPRESSED
from fairviz.ui.findings import Proof, Result, results
from fairviz.ui.groupchanges import changes_forest
from tests.fairviz.ui.made import report_json, run
from tests.fairviz.ui.test_evidencewords import HARMED


def found(evidence: Evidence | Unavailable) -> list[Result]:
    own = report_json()
    race = own["attributes"]["sex"]
    own["attributes"]["race"] = race | {"groups": {name: race["groups"][name] for name in ("a", "b")}}
    told = FairnessReport.from_json(own)
    runs = [run(1, test=told), run(2, "fairgrad", test=told)]
    return results(runs, "test", Proof({"Fairgrad": evidence}))


def test_changes_are_those_of_the_evidence_and_the_harmed_group_is_marked() -> None:
    shown = changes_forest(found(HARMED), "race")
    assert shown is not None
    assert shown.is_change
    assert [own.label for own in shown.configurations] == ["Fairgrad"]
    (panel,) = shown.panels
    groups = HARMED.attributes["race"].groups
    assert panel.value[0] == pytest.approx([groups[name].auc.difference for name in ("a", "b")])
    assert (panel.low[0, 1], panel.high[0, 1]) == groups["b"].auc.interval
    assert panel.marks[0][1] == "worse"
    assert panel.marks[0][0] != "worse"


def test_a_change_that_may_not_be_told_says_so() -> None:
    race = HARMED.attributes["race"]
    silent = replace(race.groups["a"], auc=replace(race.groups["a"].auc, reason=SUPPRESSED))
    withheld = replace(race, groups={**race.groups, "a": silent})
    shown = changes_forest(found(replace(HARMED, attributes={"race": withheld})), "race")
    assert shown is not None
    assert np.isnan(shown.panels[0].value[0, 0])
    assert shown.panels[0].notes[0] == ("suppressed", "")


def test_without_evidence_on_these_groups_there_is_no_figure() -> None:
    assert changes_forest(found(Unavailable.NO_BASELINE), "race") is None
    assert changes_forest(found(replace(HARMED, attributes={})), "race") is None
