"""The first sentence of the groups page."""

from __future__ import annotations

from dataclasses import replace

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
