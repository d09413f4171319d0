"""What is said of steps, where the answer is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from fairviz.ui.modulationseries import Steps, parts
from fairviz.ui.modulationwords import nothing_to_show, sentences, withheld
from models.specs import METHODS
from tests.fairviz.ui.steps import COUNT, fairgrad, full, multifair, multifair_plus, steps_of


def said(steps: Steps, key: str) -> str:
    """All that is said of one part, without markdown's escapes."""
    (part,) = (part for part in parts(steps) if part.key == key)
    return " ".join(sentences(part, steps)).replace("\\", "")


def chance(race: float = 0.27, sex: float = 0.5, seeds: int = 1) -> dict[str, list[float]]:
    return {"race": [race] * seeds, "sex": [sex] * seeds}


def test_a_gate_is_told_beside_what_chance_alone_would_do() -> None:
    text = said(steps_of("multifair", multifair(), chance=chance()), "gate")
    assert "The gate for **race** was open in 31 % of batches; chance alone would open it in 27 %." in text
    assert "27 %. That cannot be told from noise." in text
    assert "The gate for **sex** was open in 100 % of batches; chance alone would open it in 50 %." in text
    assert "50 %. That is more than chance." in text


def test_a_gate_that_is_open_less_often_than_chance_is_said_to_be() -> None:
    text = said(steps_of("multifair", multifair(), chance=chance(race=0.9)), "gate")
    assert "in 90 %. That is less than chance." in text


def test_a_moving_average_is_less_certain() -> None:
    for gate, verdict in (("batch", "That is more than chance."), ("ema", "That cannot be told from noise.")):
        steps = steps_of("multifair", multifair(0.45), chance=chance(race=0.3), gate=gate)
        assert f"30 %. {verdict}" in said(steps, "gate")


def test_where_chance_cannot_be_told_it_is_said() -> None:
    several = said(steps_of("multifair", multifair(), chance=None), "gate")
    assert "was open in 31 % of batches." in several
    assert "several classes" in several
    few = said(steps_of("multifair", multifair(), chance=chance(race=math.nan)), "gate")
    assert "31 % of batches. How often chance alone would open it is not estimable" in few


def test_delta_and_tau_act_as_their_ratio() -> None:
    text = said(steps_of("multifair", multifair(), chance=chance()), "gate")
    assert "Once a gate is open, delta 0.3 and tau 0.04 act only as delta / tau = 7.5." in text
    assert "Tau 0.04 lies inside the grey band: chance alone makes a gap beyond 0.09" in text
    never_closed = said(steps_of("multifair", multifair(), gate="none"), "gate")
    assert "There is no gate" in never_closed
    assert "Delta 0.3 and tau 0.04 act only as" in never_closed


def test_a_controlled_delta_is_followed() -> None:
    traces = multifair() | {"delta": np.linspace([0, 0], [0.2, 0], COUNT, dtype=np.float32)}
    steps = steps_of("multifair", traces, chance=chance(), delta_rule="adaptive", granularity="sample")
    text = said(steps, "gate")
    assert "For **race** the controller's delta rose to 0.20." in text
    assert "For **sex** the controller's delta stayed at 0." in text
    assert "delta / tau" not in text


def test_group_factors_tell_whom_they_favour_and_where_they_stop() -> None:
    text = said(steps_of("multifair", multifair()), "group_factors-race")
    assert "F was largest for **asian** (1.30 on average) and smallest for **white** (0.63)" in text
    assert "it ran from 0.00 to 1.30" in text
    assert "It reached its bound 0 for **white** (20 % of steps, in notes)" in text
    sex = said(steps_of("multifair", multifair()), "group_factors-sex")
    assert "F was 1.00 on average for every group" in sex
    assert "It never reached its bound 0." in sex


@pytest.mark.parametrize(
    ("factor", "range_", "change", "speed"),
    [
        (1.02, "between 1.000 and 1.020", "at most 2 %", "sped up by 1.0 %"),
        (0.97, "between 0.970 and 1.000", "at most 3 %", "slowed by 1.5 %"),
        (1.004, "between 1.000 and 1.004", "less than 0.4 %", "sped up by 0.2 %"),
    ],
)
def test_the_factors_are_told_by_what_they_changed(
    factor: float, range_: str, change: str, speed: str
) -> None:
    traces = multifair()
    traces["scale"][: COUNT // 2] = 1.2 * 0.5 * factor
    traces["scale"][COUNT // 2 :] = 1.2 * 0.5
    text = said(steps_of("multifair", traces), "encoders")
    assert f"the factors f stayed {range_}: they changed the encoders' gradients by {change}" in text
    assert f"the encoders were {speed} on average" in text
    assert "With 2 modalities B adds up to 1: 0.50 on average" in text


def test_gates_that_never_open_change_nothing() -> None:
    text = said(steps_of("multifair", multifair(factor=1.0), scales="update"), "encoders")
    assert "changed the encoders' updates by nothing" in text


def test_both_halves_of_multifair_tell_their_half() -> None:
    m = steps_of("multifair-m", multifair())
    assert [part.key for part in parts(m)] == ["encoders", "losses"]
    assert "factors f" not in said(m, "encoders")
    g = steps_of("multifair-g", multifair())
    assert "modalities B" not in said(g, "encoders")
    assert "L_gm" not in said(g, "losses")


def test_extra_losses_are_shares_of_the_loss() -> None:
    text = said(steps_of("multifair", multifair()), "losses")
    assert "F_G of **race** stayed at 0.020." in text
    # Gates are open in 31 and 100 of 100 steps: .5 * (.31 + 1) / 2 * .02 beside a loss of .5.
    assert f"F_G made up {100 * 0.00655 / 0.50655:.1f} % of the loss" in text
    assert f"with lambda_gm 0.15 it made up {100 * 0.075 / 0.575:.0f} % of the loss" in text
    assert "Neither trains the network" in said(
        steps_of("multifair", multifair(), losses="released"), "losses"
    )


def test_fairgrad_tells_who_pulls_apart_and_what_is_kept() -> None:
    steps = steps_of("fairgrad", fairgrad())
    text = said(steps, "conflicts")
    assert "**race** and the task pulled apart in 41 % of steps (mean cosine 0.09)." in text
    assert "**sex** and **race** pulled apart in 0 % of steps" in text
    kept = said(steps, "reconciled")
    assert (
        "After projection **race** kept weight 1.30 (median over steps). Its gradient was 0.25 times" in kept
    )
    assert "The update was 1.10 times as long as the task's gradient." in kept
    assert "After reconciliation by 'upgrad'" in said(
        steps_of("fairgrad", fairgrad(), reconciliation="upgrad"), "reconciled"
    )
    assert "The soft gap of **race** in a batch stayed at 0.030." in said(steps, "gaps")


def test_older_runs_without_the_length_of_the_update_are_told_without_it() -> None:
    traces = fairgrad()
    del traces["update_norm"]
    assert "The update" not in said(steps_of("fairgrad", traces), "reconciled")


def test_the_controller_of_multifair_plus_is_followed_to_tau() -> None:
    text = said(steps_of("multifair-plus", multifair_plus()), "controller")
    assert "For **race** delta rose to 0.42 and the gap of averaged AUCs came down" in text
    assert "from 0.090 to 0.050; tau is 0.04." in text
    assert "For **sex** delta stayed at 0 and the gap of averaged AUCs stayed at 0.010" in text
    assert "at its bound" not in text
    weights = said(steps_of("multifair-plus", multifair_plus()), "group_weight-race")
    assert "**asian** 1.30 and **white** 1.00" in weights


def test_a_bound_controller_and_late_groups_are_told() -> None:
    text = said(steps_of("multifair-plus", multifair_plus(), delta_max=0.2), "controller")
    assert "Delta stood at its bound 0.2 in 52 % of steps" in text
    auc = full(0.8, 5)
    auc[:20, 1:3], auc[:50, 2] = np.nan, np.nan
    late = steps_of("multifair-plus", multifair_plus() | {"fused_auc": auc})
    object.__setattr__(late.first, "groups", (("asian", "black", "white"), ("female", "male")))
    text = said(late, "controller")
    assert "At first 2 of its 3 groups were compared, at the end 3" in text
    assert text.count("At first") == 1
    nobody = multifair_plus() | {"gap": full(0.0, 2)}
    assert "No two groups of **race** had both outcomes" in said(
        steps_of("multifair-plus", nobody), "controller"
    )


def test_over_seeds_means_come_with_their_range() -> None:
    steps = steps_of("multifair", multifair(0.28), multifair(0.34), chance=chance(seeds=2))
    assert "open in 31 % (28 to 34 % over 2 seeds) of batches; chance alone would open it in 27 %" in said(
        steps, "gate"
    )
    alike = steps_of("multifair", multifair(), multifair(), chance=chance(seeds=2))
    assert "over 2 seeds" not in said(alike, "gate")


def _private() -> Steps:
    nan = np.float32(np.nan)
    own: dict[str, Any] = multifair()
    own["group_factors"][:, :, :2] = nan
    for name in ("gate", "gap", "delta", "fairness_loss"):
        own[name][:, 0] = nan
    del own["scale"], own["batch_factors"]
    return steps_of("multifair", own, chance=chance(), withheld={"race": ("asian", "white")})


def test_withheld_steps_are_named_and_nothing_is_said_of_them() -> None:
    steps = _private()
    keys = [part.key for part in parts(steps)]
    assert "group_factors-race" not in keys
    assert "group_factors-sex" in keys
    text = " ".join(sentence for part in parts(steps) for sentence in sentences(part, steps))
    assert "**race**" not in text
    assert "nan" not in text
    assert "**sex**" in text
    (told,) = withheld(steps)
    assert "few patients" in told
    assert "**asian** and **white**" in told


def test_methods_without_steps_say_why() -> None:
    assert "Train FairGrad, MultiFair or MultiFair+" in nothing_to_show(METHODS["baseline"])
    assert "library" in nothing_to_show(METHODS["logistic-regression"])


def test_names_stay_text() -> None:
    steps = steps_of("multifair", multifair(), chance=chance())
    object.__setattr__(steps.first, "groups", (("![x](http://x.invalid)", "white"), ("female", "male")))
    part = next(part for part in parts(steps) if part.key == "group_factors-race")
    assert "![x](http://x.invalid)" not in " ".join(sentences(part, steps))
