from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics.group_estimates import GroupEstimates
from fairviz.metrics.hanley_mcneil import hanley_mcneil_variance
from fairviz.metrics.intervals import auc_interval, normal_quantile, wilson_interval
from fairviz.metrics.ranking import Placements

SIZES = ((40, 160), (12, 30), (30, 9))


def _placements() -> list[Placements]:
    rng = np.random.default_rng(0)
    return [
        Placements.of(np.repeat([1, 0], sizes), rng.normal(np.repeat([1.0, 0.0], sizes))) for sizes in SIZES
    ]


def test_limits_are_those_of_each_group_alone() -> None:
    placements, z = _placements(), normal_quantile(0.99)
    estimates = GroupEstimates.of_aucs(placements)
    for place, (own, sizes) in enumerate(zip(placements, SIZES, strict=True)):
        auc, variance = np.array([own.auc]), np.array([own.variance])
        alone = auc_interval(auc, variance, *(np.array([size]) for size in sizes), level=0.99)
        assert estimates.values[place] == own.auc
        assert [limit[place] for limit in estimates.limits(z)] == pytest.approx(np.ravel(alone).tolist())
    rates = GroupEstimates.of_rates([3, 0], [20, 7])
    np.testing.assert_allclose(rates.limits(z), wilson_interval([3, 0], [20, 7], level=0.99))


def test_noise_of_aucs_is_at_the_auc_of_all_pairs_inside_groups() -> None:
    placements = _placements()
    pairs = np.array([m * n for m, n in SIZES])
    pooled = float(np.average([own.auc for own in placements], weights=pairs))
    known = hanley_mcneil_variance(pooled, *np.array(SIZES).T)
    np.testing.assert_allclose(GroupEstimates.of_aucs(placements).null_variance, known)


def test_noise_of_rates_falls_with_trials() -> None:
    variance = GroupEstimates.of_rates([1, 2, 0], [10, 20, 40]).null_variance
    np.testing.assert_allclose(variance / variance[0], [1, 0.5, 0.25])
