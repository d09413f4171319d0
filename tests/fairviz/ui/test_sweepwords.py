from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import ArrayLike

from fairviz.figures.series import Dial, Measure, Response, Sweep
from fairviz.reports.run import Run
from fairviz.ui.sweepwords import collapsed, differ, sentences
from tests.fairviz.ui.made import report
from tests.fairviz.ui.sweeps import swept_run, tau_sweep

AUC = Measure("AUC", "area under ROC", "up")
GAP = Measure("Equalized-odds difference", "greatest less least", "down")
TAU, DELTA = Dial("tau", ("0.12", "0.01")), Dial("delta", ("0.3", "0.5"))


def sweep(auc: ArrayLike, gap: ArrayLike, *, floor: float | None = None, baseline: bool = False) -> Sweep:
    """One dial for values [V, S], two for values [V, W, S]."""
    made = [
        Response(measure, values, np.full(values.shape, 0.5 if baseline else np.nan), noise)
        for measure, given, noise in ((AUC, auc, None), (GAP, gap, floor))
        for values in [np.array(given, dtype=float)]
    ]
    shape = made[0].values.shape[:-1]
    dials = (TAU, DELTA)[: len(shape)]
    return Sweep("multifair-plus", dials, (made[0], made[1]), np.zeros(shape, bool), "validation")


def told(*args: ArrayLike, **kwargs: object) -> str:
    return " ".join(sentences(sweep(*args, **kwargs), "race"))  # type: ignore[arg-type]


STEADY_AUC = [[0.91, 0.912, 0.908], [0.9, 0.9019, 0.8981]]
STEADY_GAP = [[0.1, 0.102, 0.098], [0.06, 0.0615, 0.0585]]


def test_a_steady_change_is_told_from_end_to_end() -> None:
    text = told(STEADY_AUC, STEADY_GAP)
    assert text == (
        "From tau 0.12 to 0.01 the equalized-odds difference of race fell from 0.100 to 0.060, "
        "and AUC fell from 0.910 to 0.900, over 3 seeds."
    )


def test_a_change_that_seeds_could_make_is_none() -> None:
    text = told(STEADY_AUC, [[0.1, 0.12, 0.08], [0.08, 0.13, 0.07]])
    assert "the equalized-odds difference of race stayed within the seeds' spread (0.100 to 0.093)" in text
    assert "AUC fell from" in text


def test_a_large_change_on_too_few_seeds_is_neither_sure_nor_nothing() -> None:
    text = told([[0.857, 0.86], [0.67, 0.52]], [[0.2, 0.18], [0.0, 0.0]])
    assert "AUC fell from 0.859 to 0.595 (on every seed, but these are too few to be sure)" in text
    assert "stayed" not in text


def test_one_seed_proves_nothing() -> None:
    text = told([[0.9], [0.8]], [[0.1], [0.05]])
    assert "went from 0.100 to 0.050" in text
    assert "One seed cannot be told from the luck of its start." in text
    assert "fell" not in text


def test_what_is_not_estimable_is_said() -> None:
    text = told(STEADY_AUC, np.full((2, 3), np.nan))
    assert "the equalized-odds difference of race is not estimable, and AUC fell" in text


def test_only_seeds_at_both_ends_are_compared() -> None:
    gap = [[0.1, 0.102, 0.098, 0.9], [0.06, 0.0615, 0.0585, np.nan]]
    auc = [[*row, np.nan] for row in STEADY_AUC]
    assert "fell from 0.100 to 0.060" in told(auc, gap)


def test_gaps_within_chance_are_counted() -> None:
    assert "None of these gaps is clear of chance" in told(STEADY_AUC, STEADY_GAP, floor=0.2)
    assert "1 of 2 gaps are not clear of chance" in told(STEADY_AUC, STEADY_GAP, floor=0.08)
    assert "clear of chance" not in told(STEADY_AUC, STEADY_GAP, floor=0.01)


def test_the_baseline_is_told_where_there_is_one() -> None:
    text = told(STEADY_AUC, STEADY_GAP, baseline=True)
    assert "Baseline on the same seeds: the equalized-odds difference of race 0.500, AUC 0.500." in text
    assert "Baseline" not in told(STEADY_AUC, STEADY_GAP)


def test_two_dials_are_told_by_their_extremes() -> None:
    noise = np.array([-0.001, 0.0, 0.001])
    auc = np.array([[0.91, 0.905], [0.9, 0.88]])[..., None] + noise
    text = told(auc, np.array([[0.1, 0.1], [0.1, 0.1]])[..., None] + noise)
    assert (
        "Over 4 points, AUC lies between 0.880 (tau 0.01, delta 0.5) and 0.910 (tau 0.12, delta 0.3): "
        "the points differ by more than the seeds' spread." in text
    )
    assert "Over 4 points, the equalized-odds difference of race is 0.100 throughout." in text


def test_points_that_seeds_cannot_tell_apart_are_not_ranked() -> None:
    rng = np.random.default_rng(0)
    text = told(rng.normal(0.9, 0.02, (2, 2, 3)), rng.normal(0.1, 0.02, (2, 2, 3)))
    assert text.count("no point can be called better") == 2


def test_the_test_of_points_holds_its_level_where_points_rise_and_fall_together() -> None:
    rng = np.random.default_rng(1)
    points, seeds, trials = 6, 4, 2_000
    # Neighbours share most of their noise: points of one seed differ by little, but not by nothing.
    near = 0.9 ** np.abs(np.subtract.outer(np.arange(points), np.arange(points)))
    noise = np.linalg.cholesky(near) @ rng.normal(size=(trials, points, seeds))
    alarms = sum(bool(differ(values + rng.normal(size=seeds))) for values in noise)
    assert alarms / trials <= 0.06


def test_the_test_of_points_finds_what_is_there() -> None:
    rng = np.random.default_rng(2)
    trend = np.linspace(0, 1, 5)[:, None]
    found = [differ(trend + rng.normal(scale=0.05, size=(5, 3)) + rng.normal(size=3)) for _ in range(200)]
    assert found.count(True) > 180, "what seeds share is no noise between points"


@pytest.mark.parametrize("values", [[[0.1]], [[0.1, 0.2]], [[0.1], [0.2]], [[0.1, np.nan], [0.2, 0.3]]])
def test_too_little_to_compare_is_no_answer(values: list[list[float]]) -> None:
    assert differ(np.array(values)) is None


def everyone(run: Run) -> Run:
    return replace(run, test=report(sensitivity=1.0, specificity=0.0))


def test_a_few_collapsed_points_are_named_and_many_counted() -> None:
    runs = tau_sweep()
    assert collapsed(runs) == []
    (text,) = collapsed([*runs[:-1], everyone(runs[-1])])
    assert "tau 0\\.01 flags nearly every patient on 1 of 3 seeds (test rows): its gap says nothing" in text
    many = [everyone(swept_run(i, "multifair", parameters={"tau": i / 100})) for i in range(1, 6)]
    (text,) = collapsed(many)
    assert text.startswith("On test rows, 5 of 5 configurations no longer tell patients apart on some seed")


def test_a_persons_own_words_are_escaped() -> None:
    text = " ".join(sentences(sweep(STEADY_AUC, STEADY_GAP), "![x](http://x.invalid)"))
    assert "](" not in text.replace("\\]\\(", "")
