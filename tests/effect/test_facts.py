"""What the pages say of MultiFair+ is what the stored results found."""

from __future__ import annotations

import re

from fairviz.ui.facts import facts
from models.specs import METHODS
from tests.effect.comparing import metric_key
from tests.effect.experiments import PLUS, Arm
from tests.effect.results import load_results, mean_of

STUDY = load_results()["planted"]


def change(arm: Arm, key: str) -> float:
    """Mean change of a metric on test rows against the baseline."""
    own, baseline = STUDY.find(arm), STUDY.find(Arm("baseline"))
    assert own is not None
    assert baseline is not None
    ours, theirs = mean_of(own.test[key]), mean_of(baseline.test[key])
    assert ours is not None
    assert theirs is not None
    return ours - theirs


def shown(value: float) -> str:
    return f"{value:.3f}".replace("-", "\u2212").replace("\u22120.000", "0.000")


def test_the_table_of_tau_is_that_of_the_results() -> None:
    known = facts(METHODS["multifair-plus"])
    assert known is not None
    rows = re.findall(r"\| (0\.\d+) \| (\S+) \| (\S+) \|", known.text)
    assert len(rows) == 5
    for tau, gap, auc in rows:
        arm = Arm(PLUS) if tau == "0.04" else Arm(PLUS, {"tau": float(tau)})
        assert (gap, auc) == (shown(change(arm, metric_key("auc_gap", "race"))), shown(change(arm, "auc")))


def test_what_the_best_served_group_lost_is_that_of_the_results() -> None:
    known = facts(METHODS["multifair-plus"])
    assert known is not None
    (lost,) = re.findall(r"best served group lost about (0\.\d+)", known.text)
    found = change(Arm(PLUS), metric_key("auc", "race", "White"))
    assert abs(found + float(lost)) < 0.0005
