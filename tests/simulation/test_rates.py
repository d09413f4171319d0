from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from fairviz.metrics import wilson_interval
from tests.simulation.expected import percent
from tests.simulation.rates import HIGHEST, LOWEST, PATIENTS, judge
from tests.simulation.shares import count


def test_shares_are_near_those_of_the_binomial_distribution() -> None:
    shares = count("made-up", judge, 3000).shares
    rates = np.linspace(LOWEST, HIGHEST, 451)
    for patients in PATIENTS:
        having = np.arange(patients + 1)
        chance = binom.pmf(having, patients, rates[:, None])
        low, high = wilson_interval(having, np.full(patients + 1, patients))
        wilson = (chance * ((low <= rates[:, None]) & (rates[:, None] <= high))).sum(axis=1).mean()
        share = having / patients
        half = 1.96 * np.sqrt(share * (1 - share) / patients)
        wald = (chance * (abs(share - rates[:, None]) <= half)).sum(axis=1).mean()
        assert percent(shares[f"wilson_{patients}"]) == pytest.approx(100 * wilson, abs=1.5)
        assert percent(shares[f"wald_{patients}"]) == pytest.approx(100 * wald, abs=3)
