from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from fairviz.data.groups import Attribute
from fairviz.metrics.inputs import Groups
from fairviz.metrics.resampling import Strata, mean_over_seeds, resampled_metrics
from tests.effect.comparing import GAPS, metric_key
from tests.effect.experiments import Arm
from tests.effect.made import ATTRIBUTE, arm_runs, held_out, scores_of
from tests.effect.resampling import change, relative_change

ROWS = held_out()
RUNS = arm_runs(Arm("baseline"), ROWS)


def strata_of(attribute: Attribute, replicates: int) -> Strata:
    return Strata.draw(ROWS.labels, Groups(attribute.codes, len(attribute.values)), replicates)


STRATA = strata_of(ROWS.attributes[0], 40)


def test_every_stratum_keeps_its_size() -> None:
    totals = np.array([STRATA.weights[rows].sum(axis=0) for rows in STRATA.rows.values()])
    sizes = np.array([len(rows) for rows in STRATA.rows.values()])
    assert sizes.sum() == len(ROWS.labels)
    assert (totals == sizes[:, None]).all()
    assert (STRATA.weights[:, 0] == 1).all()
    assert (STRATA.weights[:, 1:] != 1).any(axis=0).all()


@pytest.mark.parametrize("gap", ["auc", *GAPS])
def test_unweighted_metrics_are_those_of_the_report(gap: str) -> None:
    found = resampled_metrics(STRATA, RUNS.scores, RUNS.decisions)
    key = gap if gap == "auc" else metric_key(gap, ATTRIBUTE)
    assert found[gap][:, 0] == pytest.approx(np.array(RUNS.metrics[key], dtype=float))


def test_resampled_aucs_are_those_of_scikit_learn_with_weights() -> None:
    found = resampled_metrics(STRATA, RUNS.scores, RUNS.decisions)
    codes, labels = ROWS.attributes[0].codes, ROWS.labels
    for column in (1, 7):
        weights = STRATA.weights[:, column]
        groups = [
            roc_auc_score(labels[codes == g], RUNS.scores[1][codes == g], sample_weight=weights[codes == g])
            for g in range(3)
        ]
        assert found["auc_gap"][1, column] == pytest.approx(max(groups) - min(groups))
        overall = roc_auc_score(labels, RUNS.scores[1], sample_weight=weights)
        assert found["auc"][1, column] == pytest.approx(overall)


def test_resampled_rates_are_those_of_the_rows_drawn() -> None:
    found = resampled_metrics(STRATA, RUNS.scores, RUNS.decisions)
    codes, labels = ROWS.attributes[0].codes, ROWS.labels
    drawn = np.repeat(np.arange(len(labels)), STRATA.weights[:, 5].astype(int))
    ranges = []
    for label in (0, 1):
        rates = [
            RUNS.decisions[2][[r for r in drawn if codes[r] == g and labels[r] == label]].mean()
            for g in range(3)
        ]
        ranges.append(max(rates) - min(rates))
    assert found["equalized_odds_difference"][2, 5] == pytest.approx(max(ranges))
    assert found["equalized_odds_difference_mean"][2, 5] == pytest.approx(np.mean(ranges))


def test_a_group_with_too_few_cases_takes_no_part() -> None:
    attribute = ROWS.attributes[0]
    rare = np.flatnonzero((attribute.codes == 2) & (ROWS.labels == 1))[9:]
    codes = attribute.codes.copy()
    codes[rare] = -1
    strata = strata_of(Attribute(ATTRIBUTE, attribute.values, codes), 5)
    assert strata.large_enough(0, 1) == [0, 1]
    assert strata.large_enough(0) == [0, 1, 2]


def test_one_group_alone_has_no_gap() -> None:
    attribute = Attribute(ATTRIBUTE, ("a",), np.zeros(len(ROWS.labels), dtype=np.int64))
    found = resampled_metrics(strata_of(attribute, 5), RUNS.scores, RUNS.decisions)
    assert set(found) == {"auc"}


def test_a_run_does_not_change_against_itself() -> None:
    values = np.random.default_rng(0).random((4, 50))
    assert change(values, values) == (0.0, 0.0, 0.0)
    assert relative_change(values, values) == (0.0, 0.0, 0.0)


def test_a_constant_change_is_certain_and_its_share_is_not() -> None:
    values = np.random.default_rng(1).uniform(0.5, 1, (4, 200))
    assert change(values - 0.1, values) == pytest.approx((-0.1, -0.1, -0.1))
    halved = relative_change(values / 2, values)
    assert halved == pytest.approx((-0.5, -0.5, -0.5))
    shifted = relative_change(values - 0.1, values)
    assert shifted.low < shifted.estimate < shifted.high


def test_seeds_are_drawn_anew_in_every_replicate_but_the_first() -> None:
    by_seed = np.repeat(np.arange(5.0)[:, None], 300, axis=1)
    means = mean_over_seeds(by_seed)
    assert means[0] == 2.0
    # The standard deviation of a mean of 5 draws from 0..4 is sqrt(2 / 5).
    assert means[1:].std() == pytest.approx(np.sqrt(2 / 5), rel=0.15)


def test_a_lottery_has_the_chance_of_its_decisions() -> None:
    drawn = RUNS.runs[0]
    lottery = type(drawn)(
        arm=drawn.arm,
        seed=0,
        test=replace(drawn.test, threshold=math.nan),
        validation=drawn.validation,
        scores=scores_of(ROWS, 0),
        rows=ROWS,
    )
    assert lottery.draws_lots
    assert not drawn.draws_lots
    assert (type(RUNS)(drawn.arm, (lottery,)).decisions == lottery.scores).all()
