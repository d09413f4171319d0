"""What recipes say of finished runs: more than chance or not, not estimable, withheld, not finished yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fairviz.evaluation.report import FairnessReport
from fairviz.recipes import RECIPES
from fairviz.reports.comparing import Comparer
from fairviz.reports.evidence import Unavailable
from fairviz.reports.run import Run
from fairviz.store.records import State
from fairviz.suppression import SUPPRESSED
from fairviz.training.runs import RunSpec
from fairviz.ui.findings import Proof, results
from fairviz.ui.recipeended import beyond_chance, change_told
from fairviz.ui.recipewords import READERS, is_whole, still_to_come
from tests.fairviz.reports.two_configurations import two_configurations
from tests.fairviz.ui.made import report_json
from tests.fairviz.ui.recipes import Reported, finished, recipe, rows, steady, told, two_attributes
from tests.fairviz.ui.steps import COUNT, full, multifair, multifair_plus, steps_of

ALL = [own.name for own in RECIPES]


def steps_for(name: str) -> dict[str, Any]:
    """Recorded steps, where a recipe reads any."""
    plus, own = steps_of("multifair-plus", multifair_plus()), steps_of("multifair", multifair())
    known = {"gates": {"MultiFair": own, "MultiFair+": plus}, "batches": {"MultiFair, batch size 8": own}}
    return {"steps": known[name]} if name in known else {}


def closing(method: str, **gaps: float) -> Reported:
    """A method that changes gaps on every seed; the others are steady."""

    def reported(spec: RunSpec) -> FairnessReport:
        luck = 0.001 * spec.seed
        if spec.method != method:
            return two_attributes(0.8, sex=0.1 + luck, race=0.1 - luck)
        return two_attributes(0.8, **{name: gap + 1.5 * luck for name, gap in gaps.items()})

    return reported


def nothing(_: RunSpec) -> FairnessReport:
    """No gap is estimable."""
    return two_attributes(0.8, sex=None, race=None)


def private(_: RunSpec) -> FairnessReport:
    """Every gap is withheld."""
    found = report_json(0.8, None)["attributes"]["sex"]
    hidden = {**found, "reason": dict.fromkeys(found["groups_used"], SUPPRESSED)}
    return FairnessReport.from_json(report_json(0.8, attributes={"sex": hidden, "race": hidden}))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("reported", [steady, nothing, private], ids=["steady", "not estimable", "private"])
@pytest.mark.parametrize("seeds", [1, 3])
def test_no_reading_calls_a_model_fair_or_makes_a_number_up(
    name: str, reported: Reported, seeds: int
) -> None:
    text = told(name, finished(name, reported, seeds), **steps_for(name))
    assert text
    assert "fair" not in text.lower().replace("fairgrad", "").replace("multifair", "")
    assert "nan" not in text.lower()
    assert "None" not in text.replace("None of these", "")


@pytest.mark.parametrize("name", ["halves", "tau-off", "batches", "elsewhere", "attributes"])
def test_changes_that_seeds_could_make_are_not_clear_of_chance(name: str) -> None:
    text = told(name, finished(name), **steps_for(name))
    assert "is not clear of chance with" in text
    assert "Beyond chance" not in text


@pytest.mark.parametrize("reported", [nothing, private], ids=["not estimable", "private"])
@pytest.mark.parametrize("name", ["halves", "tau-off", "elsewhere", "attributes"])
def test_what_cannot_be_told_is_said(name: str, reported: Reported) -> None:
    assert "not estimable here, or withheld" in told(name, finished(name, reported))


def test_a_private_gap_is_withheld_and_not_called_small() -> None:
    text = told("gates", finished("gates", private), **steps_for("gates"))
    assert f"AUC gap of **sex** on test rows: {SUPPRESSED}." in text
    assert "none over" not in text


def test_the_half_that_changes_the_gap_is_named_with_its_seeds() -> None:
    text = told("halves", finished("halves", closing("multifair-g", sex=0.05, race=0.1)))
    assert "Beyond chance the AUC gap of **sex** became smaller with **MultiFair G**" in text
    assert "with **MultiFair M** and **MultiFair** its change is not clear of chance" in text
    assert "lower on 3 of 3" in text


def test_on_test_rows_what_is_proven_decides_and_not_the_seeds() -> None:
    made = two_configurations(harmed=True)
    comparer = Comparer(made.labels, made.attributes)
    proven = comparer.evidence(made.new, made.old, comparer.resampled(made.old))
    runs = finished("halves", closing("multifair", sex=0.05, race=0.05))
    (found,) = [
        own for own in results(runs, "test", Proof({"MultiFair": proven})) if own.evidence is not None
    ]
    change = proven.attributes["race"].gaps["auc_gap"]
    assert change is not None
    said = {True: "not clear of chance", False: "worse"}[not change.changed]
    assert change_told(found, "auc_gap", "race").endswith(f"({said})")
    unchanged = replace(change, low=-1.0, high=1.0)
    groups = replace(proven.attributes["race"], gaps={"auc_gap": unchanged})
    unclear = replace(found, evidence=replace(proven, attributes={"race": groups}))
    assert "is not clear of chance with **MultiFair**" in beyond_chance([unclear], "auc_gap", "race")
    withheld = replace(
        found, evidence=replace(proven, attributes={"race": replace(groups, gaps={"auc_gap": None})})
    )
    assert change_told(withheld, "auc_gap", "race") == "not estimable, or withheld"


def test_without_evidence_seeds_tell() -> None:
    runs = finished("halves", closing("multifair", sex=0.05, race=0.1))
    proof = Proof(dict.fromkeys(("MultiFair", "MultiFair M"), Unavailable.SEVERAL_CLASSES))
    assert "smaller with **MultiFair**" in told("halves", runs, found=results(runs, "test", proof))


def test_another_attributes_gap_that_opens_is_said() -> None:
    def reported(spec: RunSpec) -> FairnessReport:
        luck = 0.001 * spec.seed
        first = spec.parameters.model_dump().get("attributes") == "first"
        if first:
            return two_attributes(0.8, sex=0.02 + 2 * luck, race=0.2 + 2 * luck)
        return two_attributes(0.8, sex=0.1 + luck, race=0.1 - luck)

    runs = finished("attributes", reported)
    text = told("attributes", runs)
    assert "Acting on **sex** alone, the gap of **race** grew beyond chance." in text
    assert "soft equalized-odds gap of **sex** became smaller with **FairGrad, attributes first**" in text
    table = {row["groups of"]: row for row in rows("attributes", runs)}
    assert table["sex"]["FairGrad, attributes first"].endswith("(better)")
    assert table["race"]["FairGrad, attributes first"].endswith("(worse)")
    assert "not proof that there is none" in told("attributes", finished("attributes"))


def test_every_definition_of_a_gap_has_a_row() -> None:
    runs = finished("definitions", closing("fairgrad", sex=0.04, race=0.1))
    table = {row["definition"]: row for row in rows("definitions", runs)}
    assert len(table) == 9
    assert table["Equalized-odds difference"]["FairGrad"].endswith("(better)")
    assert table["Equalized-odds difference"]["MultiFair"].endswith("(not clear of chance)")
    assert table["Predictive quality disparity"]["FairGrad"] == "not estimable, or withheld"
    assert "beyond chance better by AUC gap, Demographic-parity difference" in told("definitions", runs)


def test_definitions_may_disagree() -> None:
    def reported(spec: RunSpec) -> FairnessReport:
        found = closing("fairgrad", sex=0.04, race=0.1)(spec)
        own = found.attributes["sex"]
        auc_gap = 0.2 if spec.method == "fairgrad" else 0.1 + 0.001 * spec.seed
        return replace(found, attributes={**found.attributes, "sex": replace(own, auc_gap=auc_gap)})

    assert "**the definitions disagree.** Beyond chance better by" in told(
        "definitions", finished("definitions", reported)
    )


def test_a_gap_over_a_tenth_is_flagged_and_traced_to_gate_and_controller() -> None:
    def reported(spec: RunSpec) -> FairnessReport:
        return two_attributes(
            0.8, sex=0.05 + 0.001 * spec.seed, race=0.11 if spec.method == "baseline" else 0.3
        )

    steps = {
        "MultiFair": steps_of("multifair", multifair(), chance={"race": [0.5], "sex": [0.9]}),
        "MultiFair+": steps_of("multifair-plus", multifair_plus()),
    }
    text = told("gates", finished("gates", reported), steps=steps)
    assert "AUC gap of **sex** on test rows: 0.051 with **Baseline**" in text
    assert "none over 0.1" in text
    assert "**Flagged, over 0.1.** AUC gap of **race** on test rows: 0.110 with **Baseline**, 0.300" in text
    assert "With **Baseline** that is not clear of chance" in text
    assert "the gate for **race** was open in 31 % of batches; chance alone would open it in 50 %" in text
    assert "delta rose to 0.42 for **race**" in text
    assert "gate for **sex**" not in text


def test_steps_that_are_withheld_are_said() -> None:
    hidden = multifair()
    hidden["gap"][:, 0] = hidden["gate"][:, 0] = np.nan
    steps = {"MultiFair": steps_of("multifair", hidden, withheld={"race": ("asian",)})}
    runs = finished("gates", lambda _: two_attributes(sex=0.05, race=0.3))
    assert "what its steps tell of **race** is withheld" in told("gates", runs, steps=steps)


def test_aucs_that_vary_by_more_than_a_twentieth_are_flagged() -> None:
    noisy = multifair() | {
        "surrogate_auc": full(0.4, 2, 4),
        "fused_auc": np.tile(np.array([[0.0, 1.0, 0.5, 0.6]]), (COUNT, 1)),
        "modality_auc": full(0.6, 2),
    }
    noisy["fused_auc"][::2, 0] = 1.0
    calm = multifair() | {"surrogate_auc": full(0.4, 2, 4), "modality_auc": full(0.6, 2)}
    steps = {
        "MultiFair, batch size 32": steps_of("multifair", calm),
        "MultiFair, batch size 8": steps_of("multifair", noisy, noisy),
    }
    runs = finished("batches")
    small, large = rows("batches", runs, steps=steps)
    assert (small["batch size"], large["batch size"]) == ("8", "32")
    expected = noisy["fused_auc"][:, 0].var(ddof=1)
    assert small["group, single batches"] == f"{expected:.3f} (asian, flagged)"
    assert small["group in modality, averaged"] == "0.000 (asian in labs)"
    assert large["group, single batches"] == "not estimable, or withheld"
    assert "**Flagged:** in batches of 8 some AUC varies" in told("batches", runs, steps=steps)
    quiet = told("batches", runs, steps={"MultiFair, batch size 32": steps_of("multifair", calm)})
    assert "No variance over steps of an AUC that may be told exceeds 0.05" in quiet


def with_modalities(spec: RunSpec) -> FairnessReport:
    """Notes tell more with MultiFair+ than without, on every seed; labs the same with luck."""
    luck = 0.004 * ((spec.seed + len(spec.method)) % 3)
    gain = 0.05 + 0.001 * spec.seed if spec.method == "multifair-plus" else 0.0
    own = {"labs": report_json(0.7 + luck), "notes": report_json(0.6 + gain)}
    return two_attributes(modalities=own)


def test_each_modality_alone_is_told_of_all_and_of_each_group() -> None:
    runs = finished("modalities", with_modalities)
    text = told("modalities", runs)
    assert "**MultiFair+**: beyond what seeds make, **notes** +0.051 (+0.049 to +0.053)" in text
    assert "**notes** in **a** +0.051" in text
    assert "3 of 6 comparisons, one in twenty would be by chance alone" in text
    assert "**MultiFair**: no change of a modality's AUC is clear of what seeds make" in text
    assert "Without modulation **labs** tells most by itself (AUC 0.70" in text
    table = {row["modality"]: row for row in rows("modalities", runs)}
    assert table["notes: all"]["MultiFair+"] == "0.651"
    assert table["notes: c"]["Baseline"] == "not estimable, or withheld"


def test_modalities_of_which_nothing_may_be_told() -> None:
    assert "not estimable here, or withheld" in told("modalities", finished("modalities"))


def test_seconds_of_an_epoch_are_compared_with_the_baselines() -> None:
    speed = {"baseline": 3.0, "fairgrad": 6.0, "multifair": 4.5, "multifair-plus": 3.3}
    runs = [replace(own, seconds=speed[own.spec["method"]]) for own in finished("overhead")]
    text = told("overhead", runs)
    assert (
        "An epoch took 1.00 s with the baseline, and **FairGrad** 2.0 times, **MultiFair** 1.5 times" in text
    )
    assert "A prediction takes the same time with every method" in text
    table = {row["method"]: row for row in rows("overhead", runs)}
    assert table["FairGrad"]["times the baseline"] == "2.0"
    assert table["FairGrad"]["runs at once"] == "3"


def test_elsewhere_is_told_beside_home() -> None:
    def there(spec: RunSpec) -> FairnessReport:
        return two_attributes(0.7, sex=0.3 + 0.001 * spec.seed)

    runs = [replace(own, validation=two_attributes(0.9)) for own in finished("elsewhere", there)]
    text = told("elsewhere", runs)
    assert "**Baseline**: AUC 0.900 on validation rows at home, 0.700 (0." in text
    assert "equalized-odds difference of **sex** 0.100 at home, 0.301 elsewhere" in text


def test_a_grid_says_which_points_cannot_be_told_apart() -> None:
    rng = np.random.default_rng(0)
    text = told("dials", finished("dials", lambda _: two_attributes(sex=0.1 + 0.01 * rng.normal())))
    assert "Over 12 points, the AUC gap of sex lies between" in text
    assert "no point can be called better" in text
    assert told("tau-off", finished("tau-off")).startswith("From tau 0.02 to 0.06 the AUC gap of sex")


def with_state(runs: list[Run], state: State, *labels: str) -> list[Run]:
    """Some configurations without a result."""
    return [
        replace(own, state=state, test=None, validation=None) if own.label in labels else own for own in runs
    ]


@pytest.mark.parametrize("name", ALL)
def test_a_recipe_in_training_says_what_is_still_to_come(name: str) -> None:
    runs = finished(name)
    assert is_whole(runs)
    running = with_state(runs, State.RUNNING, runs[-1].label)
    assert not is_whole(running)
    assert still_to_come(recipe(name), running).startswith(
        f"Still to come, once all {len(runs)} runs are finished:"
    )


def test_what_never_finished_is_named() -> None:
    runs = with_state(finished("halves"), State.CANCELLED, "MultiFair", "MultiFair G")
    assert not is_whole(runs)
    assert "no run of MultiFair G and MultiFair was finished" in still_to_come(recipe("halves"), runs)
    one_seed = [
        replace(own, test=None, state=State.FAILED) if own.id == 0 else own for own in finished("halves")
    ]
    assert is_whole(one_seed), "the other seeds still answer"


def test_every_recipe_has_its_reading() -> None:
    assert READERS.keys() == set(ALL)
