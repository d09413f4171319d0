from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from fairviz.evaluation import FairnessReport, evaluate
from fairviz.reports.collapse import Collapse, collapse_of, collapses, collapses_by_label
from tests.fairviz.ui import made
from tests.fairviz.ui.made import run


def report(
    auc: float = 0.8,
    half: float = 0.03,
    sensitivity: float | None = 0.7,
    specificity: float | None = 0.7,
) -> FairnessReport:
    limits = {"auc_low": auc - half, "auc_high": auc + half}
    return made.report(auc, sensitivity=sensitivity, specificity=specificity, **limits)


@pytest.mark.parametrize(
    ("sensitivity", "specificity", "expected"),
    [
        (1.0, 0.0, Collapse.FLAGS_ALL),
        (0.97, 0.06, Collapse.FLAGS_ALL),
        (0.0, 1.0, Collapse.FLAGS_NONE),
        (0.06, 0.97, Collapse.FLAGS_NONE),
        # Nothing is wrong with these:
        (1.0, 1.0, None),  # perfect
        (0.98, 0.4, None),  # a screening test
        (0.96, 0.15, None),  # one that misses nearly nobody and still spares some
        (0.15, 0.99, None),  # one that is nearly always right when it warns
        (0.05, 0.5, None),  # ranks the wrong way round: the ranking tells that, not the decisions
        (None, 0.5, None),
        (0.5, None, None),
    ],
)
def test_decisions_collapse_only_where_both_kinds_of_patients_are_treated_alike(
    sensitivity: float | None, specificity: float | None, expected: Collapse | None
) -> None:
    assert collapse_of(report(sensitivity=sensitivity, specificity=specificity)) is expected


@pytest.mark.parametrize(
    ("auc", "half", "expected"),
    [
        (0.50, 0.05, Collapse.AT_CHANCE),
        (0.50, 0.0, Collapse.AT_CHANCE),  # all scores tie
        (0.30, 0.05, Collapse.AT_CHANCE),  # the wrong way round
        (0.54, 0.05, Collapse.AT_CHANCE),
        (0.58, 0.05, None),  # weak, but clear of chance
        (0.62, 0.15, None),  # few patients: chance is not excluded, and neither is a useful ranking
        (0.50, 0.15, None),
    ],
)
def test_a_ranking_is_at_chance_only_where_patients_suffice_to_say_so(
    auc: float, half: float, expected: Collapse | None
) -> None:
    assert collapse_of(report(auc, half)) is expected


@pytest.mark.parametrize(
    ("auc", "half", "expected"),
    [
        (0.70, 0.02, Collapse.FAR_BELOW),
        (0.76, 0.005, None),  # clearly worse, but not by much: what a smaller gap may cost
        (0.70, 0.09, None),  # much worse, but not clearly
        (0.90, 0.02, None),
    ],
)
def test_far_below_the_baseline_needs_a_margin_and_intervals_that_lie_apart(
    auc: float, half: float, expected: Collapse | None
) -> None:
    assert collapse_of(report(auc, half), report(0.8, 0.02)) is expected
    assert collapse_of(report(auc, half)) is None, "without a baseline there is nothing to be below"


def test_scores_of_decisions_may_rank_coarsely() -> None:
    coarse = replace(report(0.7, 0.02), brier=math.nan)
    assert collapse_of(coarse, report(0.8, 0.02)) is None
    assert collapse_of(replace(coarse, sensitivity=1.0, specificity=0.0)) is Collapse.FLAGS_ALL


def test_what_is_not_estimable_is_no_collapse() -> None:
    unknown = replace(report(), auc=math.nan, auc_low=math.nan, auc_high=math.nan)
    assert collapse_of(unknown, report()) is None
    assert collapse_of(report(0.6, 0.01), unknown) is None


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ("constant", Collapse.FLAGS_ALL),
        ("low", Collapse.FLAGS_NONE),
        ("random", Collapse.AT_CHANCE),
        ("good", None),
    ],
)
def test_real_reports_of_models_that_are_known(scores: str, expected: Collapse | None) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 2_000)
    given = {
        "constant": np.full(2_000, 0.6),
        "low": np.full(2_000, 0.1),
        "random": rng.random(2_000),
        "good": np.clip(labels * 0.3 + rng.random(2_000) * 0.7, 0, 1),
    }[scores]
    found = evaluate(labels, given, threshold=0.5, attributes=[])
    assert collapse_of(found) is expected


def test_the_baseline_of_the_same_seed_decides() -> None:
    good, poor = report(0.8, 0.02), report(0.7, 0.02)
    runs = [run(1, test=good), run(2, seed=1, test=poor), run(3, "fairgrad", test=poor)]
    runs += [run(4, "fairgrad", seed=1, test=poor)]
    assert collapses(runs) == {3: Collapse.FAR_BELOW}


def test_unfinished_runs_have_no_name_yet() -> None:
    assert collapses([replace(run(1, test=report(sensitivity=1.0, specificity=0.0)), test=None)]) == {}


def test_configurations_are_told_with_their_seeds() -> None:
    everyone, no_one = report(sensitivity=1.0, specificity=0.0), report(sensitivity=0.0, specificity=1.0)
    runs = [run(seed, seed=seed) for seed in range(3)]
    runs += [run(10 + seed, "fairgrad", seed=seed, test=everyone) for seed in range(2)]
    runs += [run(12, "fairgrad", seed=2, test=no_one), run(20, "multifair", test=everyone)]
    assert collapses_by_label(runs) == {
        "Fairgrad": "flags nearly every patient on 2 of 3 seeds, flags hardly anyone on 1 of 3 seeds",
        "Multifair": "flags nearly every patient",
    }
