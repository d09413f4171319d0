"""The first sentence of the groups page."""

from __future__ import annotations

from dataclasses import replace

from fairviz.metrics.sensitivity_drop import SensitivityDrop
from fairviz.reports.evidence import Evidence, Unavailable
from fairviz.ui.findings import Proof, Result, results
from fairviz.ui.harmwords import who_is_harmed
from tests.fairviz.ui.made import run
from tests.fairviz.ui.test_evidencewords import ALIKE, HARMED

RACE = {"race": ALIKE.attributes["race"]}


def found(**evidence: Evidence | Unavailable) -> list[Result]:
    runs = [run(1), *(run(2 + place, name) for place, name in enumerate(evidence))]
    return results(runs, "test", Proof({name.capitalize(): own for name, own in evidence.items()}))


def test_the_harmed_group_comes_first_with_its_configuration_and_that_it_is_no_chance() -> None:
    text = who_is_harmed(found(fairgrad=ALIKE, multifair=HARMED))
    fall = HARMED.attributes["race"].groups["b"].auc.difference
    assert text.startswith(
        "**Ranked worse than with the baseline, by more than chance** under **Multifair**: b (AUC "
        f"\u2212{abs(fall):.3f}) of race"
    )
    assert "Under **Fairgrad** no group that could be tested is found to be ranked worse; a fall of" in text


def test_where_no_harm_is_found_it_is_said_how_large_one_might_be() -> None:
    text = who_is_harmed(found(fairgrad=replace(ALIKE, attributes=RACE)))
    worst = ALIKE.attributes["race"].could_miss
    assert text == (
        "**No group is found to be ranked worse than with the baseline** under **Fairgrad**; a fall of the "
        f"AUC of up to {worst:.3f} could be missed."
    )


def test_groups_too_small_for_any_test_are_not_called_unharmed() -> None:
    ward = ALIKE.attributes["ward"]
    untested = {name: replace(own, p_worse_holm=float("nan")) for name, own in ward.groups.items()}
    text = who_is_harmed(found(fairgrad=replace(ALIKE, attributes={"ward": replace(ward, groups=untested)})))
    assert text == "Under **Fairgrad** no group has enough patients for a test."


def test_without_evidence_the_reason_is_said() -> None:
    assert "without a baseline" in who_is_harmed(found(fairgrad=Unavailable.NO_BASELINE))
    assert "Choose a method beside the baseline" in who_is_harmed(found())


def test_names_are_escaped() -> None:
    race = HARMED.attributes["race"]
    hostile = replace(race, groups={"a": race.groups["a"], "![x](http://x)": race.groups["b"]})
    text = who_is_harmed(found(fairgrad=replace(HARMED, attributes={"race": hostile})))
    assert "![x]" not in text


def test_patients_who_are_missed_more_are_harmed_too_whatever_the_ranks() -> None:
    race = ALIKE.attributes["race"]
    drop = race.groups["b"].sensitivity
    assert isinstance(drop, SensitivityDrop)
    groups = {
        name: replace(own, sensitivity_p_holm=0.01 if name == "b" else 0.5)
        for name, own in race.groups.items()
    }
    text = who_is_harmed(
        found(fairgrad=replace(ALIKE, attributes={"race": replace(race, groups=groups)}), multifair=ALIKE)
    )
    assert text.startswith(
        "**More patients with the outcome are missed than with the baseline** under **Fairgrad**: "
        f"b ({drop.lost} lost, {drop.gained} gained; p = 0.010) of race. "
    )
    assert "under **Multifair**: " not in text
