"""What is claimed of each recipe for comparisons, and in which scenarios that is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from fairviz.reports.differences import GAPS
from tests.simulation import evidence, few_positives, rates, seeds, splits
from tests.simulation.claims import Family, Line
from tests.simulation.expected import Expected, Source
from tests.simulation.gap_tables import RECIPES


class Named(Protocol):
    """A scenario."""

    @property
    def name(self) -> str:
        """That of its results."""


def _names(scenarios: Iterable[Named]) -> tuple[str, ...]:
    return tuple(own.name for own in scenarios)


_LEVEL: Final = Expected.figure(5, Source.NOMINAL)
_AT_MOST_LEVEL: Final = Expected(0, 5, Source.NOMINAL)
_ALIKE: Final = _names((*evidence.ALIKE, evidence.ALIKE_WITH_SEEDS))
_NOTHING_WORSE: Final = (*_ALIKE, *_names((evidence.ALL_GAIN, *evidence.ONE_GAINS)))
_GAP_CHANGES: Final = _names((*evidence.ONE_GAINS, *evidence.LEVELLED, evidence.CROSSED))
_ONE_DIFFERS: Final = (evidence.ALL_GAIN.name, *_GAP_CHANGES)
_LABELS: Final = {own.name: own.label for own in RECIPES} | {
    "soft_equalized_odds_gap": "Soft equalized-odds gap",
    "predictive_quality_disparity": "Predictive quality disparity",
}
# Gaps whose true value is not known in closed form.
_NO_TRUTH: Final = ("soft_equalized_odds_gap", "predictive_quality_disparity")

_TWO_MODELS: Final = Family(
    "AUC of two models on one test set",
    "Of all rows by DeLong's paired test, of a group by a t quantile with Welch's degrees of freedom. Where"
    " models are alike, an interval holds 0 exactly where the test finds nothing: its coverage is what the"
    " error leaves of 100.",
    (
        Line("All rows, models alike: a difference is found", "auc_differs", _names(evidence.ALIKE), _LEVEL),
        Line(
            "All rows, models differ: coverage",
            "auc_difference_covered",
            _ONE_DIFFERS,
            Expected.figure(95, Source.NOMINAL),
        ),
        Line(
            "Any group, models alike: a difference is found",
            "auc_of_a_group_differs",
            _ALIKE,
            _AT_MOST_LEVEL,
        ),
        Line(
            "Any group, models differ: coverage",
            "auc_of_a_group_difference_covered",
            _ONE_DIFFERS,
            Expected(95, 100, Source.NOMINAL),
        ),
        *(
            Line(
                f"{positives} positives, models alike: a difference is found",
                f"differs_{positives}",
                (few_positives.ALIKE.name,),
                Expected(1, 4) if positives <= 8 else _AT_MOST_LEVEL,
            )
            for positives in few_positives.POSITIVES
        ),
        *(
            Line(
                f"{positives} positives, AUC {own.old[0]:.2f} and {own.new[0]:.2f}: coverage",
                f"difference_covered_{positives}",
                (own.name,),
                Expected(95, 100, Source.NOMINAL),
            )
            for own in (few_positives.BETTER, few_positives.FAR_BETTER)
            for positives in few_positives.POSITIVES
        ),
    ),
)

_GAPS: Final = Family(
    "Gap of two models",
    "A gap is said to have changed where 0 lies outside the stratified paired percentile interval. It is not"
    " claimed that these limits hold the true change; how often they do is told for that reason.",
    (
        *(
            Line(f"{_LABELS[gap]}, models alike: changed", f"{gap}_changed", _ALIKE, Expected(0, 3))
            for gap in GAPS
        ),
        *(
            Line(
                f"{_LABELS[gap]}, models differ: limits hold the change",
                f"{gap}_change_covered",
                _GAP_CHANGES,
                told="down to 63",
            )
            for gap in GAPS
            if gap not in _NO_TRUTH
        ),
    ),
)

_GROUPS_DIFFER: Final = Family(
    "Do groups gain differently?",
    "The max-T test that the difference of two models is the same in all groups. In the last scenario one"
    " group gains what another loses, so that the gap itself stays as it is.",
    (
        Line(
            "The same in all groups: found to differ",
            "groups_differ",
            (*_ALIKE, evidence.ALL_GAIN.name),
            Expected(4, 8),
        ),
        Line(
            "One gains what another loses: found to differ",
            "groups_differ",
            (evidence.CROSSED.name,),
            told="60",
        ),
        Line(
            "One gains what another loses: AUC gap changed",
            f"{evidence.CHANGED_GAP}_changed",
            (evidence.CROSSED.name,),
            told="3",
        ),
    ),
)


def _over_seeds(recipe: str, label: str, expected: Expected | None, told: str = "") -> list[Line]:
    return [
        Line(
            f"{label}, {number} seeds",
            recipe,
            tuple(seeds.scenario_of(number, seed_sd).name for seed_sd in seeds.SEED_SDS),
            expected,
            told,
        )
        for number in seeds.NUMBERS
    ]


_SEEDS: Final = Family(
    "Several seeds on one test set",
    "Coverage of what a method reaches on average over seeds. Rows and seeds add their variances; limits of"
    " rows alone are there for contrast, and the worse the more seeds differ: from seed to seed the true AUC"
    f" has a standard deviation of {', '.join(f'{own:g}' for own in seeds.SEED_SDS)}, a scenario each.",
    (
        *_over_seeds("mean", "Mean AUC", Expected(90, 96)),
        *_over_seeds("difference", "Difference", Expected(90, 96)),
        *_over_seeds("mean_rows_alone", "Mean AUC, rows alone", None, "34 to 92"),
        *_over_seeds("difference_rows_alone", "Difference, rows alone", None, "34 to 92"),
    ),
)

_SPLITS: Final = Family(
    "Different splits",
    "How often two learners of equal skill are found to differ on random splits of one table into"
    f" {splits.ROWS - splits.TEST_ROWS} training and {splits.TEST_ROWS} test rows. Both are real: least"
    f" squares on {' or '.join(str(own.features) for own in splits.SCENARIOS)} features, a scenario each;"
    " they read other features, which are drawn alike. Training sets of two splits overlap.",
    tuple(
        Line(
            f"{label}, {number} splits",
            f"{recipe}_{number}",
            _names(splits.SCENARIOS),
            Expected.figure(figure),
        )
        for recipe, label, figures in (
            ("corrected", "Corrected test", (4, 7, 6)),
            ("naive", "Plain t test", (12, 30, 51)),
        )
        for number, figure in zip(splits.NUMBERS, figures, strict=True)
    ),
)

_LEVELLING_DOWN: Final = Family(
    "Levelling down",
    "A group is harmed where the paired one-sided test finds its AUC fallen, after Holm over groups; the flag"
    " is raised where the AUC gap fell too. The bare rule goes by point estimates: the gap fell, and so did"
    " any group.",
    (
        Line("Nothing is worse: a group is harmed", "harmed", _NOTHING_WORSE, _AT_MOST_LEVEL),
        Line("Nothing is worse: flag", "levelling_down", _NOTHING_WORSE, Expected(1, 2)),
        Line(
            "A group gains, none is worse: bare rule",
            "bare_levelling_down",
            _names(evidence.ONE_GAINS),
            Expected(71, 94),
        ),
        Line("Models alike: bare rule", "bare_levelling_down", _ALIKE),
        Line("The best group is worse: a group is harmed", "harmed", _names(evidence.LEVELLED)),
        Line("The best group is worse: flag", "levelling_down", _names(evidence.LEVELLED)),
    ),
)

_SENSITIVITY: Final = Family(
    "Sensitivity",
    "One-sided exact test of McNemar, after Holm over groups: whether any group is said to have lost"
    " sensitivity. Among few positives it is careful, and finds little.",
    (
        Line("Nothing is worse: a loss is found", "sensitivity_fell", _NOTHING_WORSE, _AT_MOST_LEVEL),
        Line("The best group is worse: a loss is found", "sensitivity_fell", _names(evidence.LEVELLED)),
    ),
)

_RATES: Final = Family(
    "Rates of few patients",
    "Coverage of Wilson's interval, and of Wald's for contrast, of rates drawn evenly from"
    f" {rates.LOWEST:g} to {rates.HIGHEST:g}.",
    (
        *(
            Line(f"Wilson, {patients} patients", f"wilson_{patients}", (rates.NAME,), Expected(95, 96))
            for patients in rates.PATIENTS
        ),
        Line("Wald, 5 patients", "wald_5", (rates.NAME,), Expected.figure(69)),
        Line("Wald, 20 patients", "wald_20", (rates.NAME,)),
    ),
)

FAMILIES: Final = (
    _TWO_MODELS,
    _GAPS,
    _GROUPS_DIFFER,
    _SEEDS,
    _SPLITS,
    _LEVELLING_DOWN,
    _SENSITIVITY,
    _RATES,
)
