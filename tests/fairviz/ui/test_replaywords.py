from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fairviz.ui.replayseries import Names, common_steps, gated, steered
from fairviz.ui.replaywords import (
    controller_in_words,
    delta_in_words,
    gate_in_words,
    noise_in_words,
    withheld_in_words,
)
from fairviz.whatif import ControllerReplay, Replay, replay
from tests.benchmarks.whatif import RHO, SIZES, recorded
from tests.fairviz.ui.sweeps import swept_run

NAMES = Names(("labs", "notes"), ("race", "sex"), ("a", "b", "c", "f", "m"))
CHANCE = {"race": np.linspace(0, 0.1, 101)}
OWN = (0.04, 0.3)


def gates(*shares: float, steps: int = 100) -> Any:
    return np.column_stack([np.arange(steps) < share * steps for share in shares]).astype(np.float32)


def replayed_with(**changes: Any) -> Replay:
    flat = np.ones((100, 2), dtype=np.float32)
    values: dict[str, Any] = {
        "gate": gates(0.78, 0.31),
        "group_factors": np.ones((100, 2, 5), dtype=np.float32),
        "batch_factors": flat,
        "acting": flat,
        "scale": flat,
    }
    return Replay(**(values | changes))


def said(found: Replay, *, dials: tuple[float, float] = (0.02, 0.3)) -> str:
    return " ".join(
        delta_in_words({"scale": np.ones((100, 2), dtype=np.float32)}, found, dials=dials, own=OWN)
    )


def test_how_often_the_gate_would_open_beside_training_and_chance() -> None:
    told = gate_in_words(
        NAMES, {"gate": gates(0.31, 0.1)}, replayed_with(), CHANCE, tau=0.026, own_tau=OWN[0]
    )
    assert told == [
        "With tau 0.026 the gate of race would have been open in 78 % of batches "
        "(as trained: 31 %; chance alone 74 %).",
        "With tau 0.026 the gate of sex would have been open in 31 % of batches (as trained: 10 %).",
    ]


def test_at_the_run_s_own_tau_nothing_is_conditional() -> None:
    told = gate_in_words(NAMES, {"gate": gates(0.78, 0.31)}, replayed_with(), {}, tau=0.04, own_tau=0.04)
    assert told[0] == "With tau 0.04 the gate of race was open in 78 % of batches."


def test_a_gate_that_never_opens_leaves_delta_nothing_to_do() -> None:
    assert said(replayed_with(gate=gates(0.0, 0.0))) == (
        "The gate would never have been open: no delta changes anything at this tau."
    )


def test_the_ratio_is_named_as_what_acts() -> None:
    assert "only delta / tau acts: 15 (as trained 7.5)" in said(replayed_with())
    doubled = said(replayed_with(), dials=(0.08, 0.6))
    assert "only delta / tau acts: 7.5 (as trained: where both gates are open, no factor changes)" in doubled


def test_equal_shares_are_told_from_a_weak_delta() -> None:
    groups = np.full((100, 2, 5), 1.4, dtype=np.float32)
    assert "equal shares" in said(replayed_with(group_factors=groups))
    weak = np.full((100, 2), 1.003, dtype=np.float32)
    assert "f is 1 to within 0.003 in 95 of 100 batches: this delta can hardly matter" in said(
        replayed_with(group_factors=groups, acting=weak)
    )
    strong = said(replayed_with(group_factors=groups, acting=weak + 0.05))
    assert "f is within 1 \u00b1 0.053 in 95 of 100 batches" in strong
    assert "hardly" not in strong


def test_equal_shares_are_found_in_a_replay() -> None:
    shares = np.tile(np.array([1 / 3, 1 / 3, 1 / 3, 0.5, 0.5], dtype=np.float32), (720, 1))
    traces = recorded() | {"shares": shares}
    found = replay(traces, SIZES, tau=0.04, delta=0.3, rho=RHO)
    assert "equal shares" in " ".join(delta_in_words(traces, found, dials=OWN, own=OWN))


def test_delta_zero_and_factors_that_stop_are_said() -> None:
    assert "At delta 0 every factor is 1" in said(replayed_with(), dials=(0.04, 0.0))
    groups = np.ones((100, 2, 5), dtype=np.float32)
    groups[:50] = 0
    assert "50 % of the group factors stop at 0" in said(replayed_with(group_factors=groups))


def test_by_how_much_gradients_would_be_scaled_otherwise() -> None:
    assert "10.0 % otherwise" in said(replayed_with(scale=np.full((100, 2), 1.1, dtype=np.float32)))
    assert "otherwise" not in said(replayed_with())


def controller(*ends: float) -> Any:
    return np.linspace(0, 1, 101)[:, None] * np.array(ends)


def test_the_controller_has_words_of_its_own() -> None:
    found = ControllerReplay(controller(0.4, 0.0), np.ones((101, 5), dtype=np.float32))
    told = controller_in_words(
        NAMES, {"delta": controller(0.1, 0.2)}, found, {"race": np.array([0.2])}, tau=0.02, own_tau=0.04
    )
    assert told[0] == (
        "With tau 0.02 the controller of race would have been at work in 99 % of batches "
        "(as trained: 99 %) and have ended at delta 0.400 (as trained: 0.100)."
    )
    assert told[1] == (
        "With tau 0.02 the controller of sex would have stayed at rest (as trained it ended at delta 0.200)."
    )
    assert told[-1].endswith("that chance alone makes: it chases noise.")


@pytest.mark.parametrize(("averaged", "where"), [(False, "in 19 of 20 batches"), (True, "averaged gap")])
def test_the_noise_floor_stands_at_tau(averaged: bool, where: str) -> None:
    told = noise_in_words(CHANCE, averaged=averaged)
    assert where in told
    assert "0.095 (race)" in told
    assert noise_in_words({}) == ""


def test_what_is_withheld_is_said_and_left_out() -> None:
    gate = gates(0.5, 0.5)
    gate[:, 0] = np.nan
    nothing = np.full((100, 2), np.nan, dtype=np.float32)
    found = replayed_with(gate=gate, batch_factors=nothing, acting=nothing, scale=nothing)
    (told,) = gate_in_words(NAMES, {"gate": gate}, found, {}, tau=0.02, own_tau=0.04)
    assert "the gate of sex" in told
    assert said(found) == "Once the gate is open only delta / tau acts: 15 (as trained 7.5)."
    (line,) = withheld_in_words({"race": ("asian", "other")})
    assert "asian and other (race)" in line.replace("\\", "")
    steps = {"gap": np.full((100, 2), 0.1, dtype=np.float32), "gate": gate}
    shown = gated(swept_run(1, "multifair"), NAMES, steps, found, tau=0.02, delta=0.3, floors={})
    assert [panel.title for panel in shown.panels][-1] == "Share of steps with the gate open"


def test_names_are_escaped() -> None:
    names = Names(("labs",), ("<b>[x](y)", "sex"), ())
    told = gate_in_words(names, {"gate": gates(0.1, 0.1)}, replayed_with(), {}, tau=0.02, own_tau=0.04)
    assert "[x](" not in told[0]


def test_a_run_that_goes_on_between_two_looks_is_cut_to_the_steps_of_both() -> None:
    earlier, later = recorded(30), recorded(50)
    found = replay(later, SIZES, tau=0.02, delta=0.5, rho=RHO)
    cut, past = common_steps(found, earlier)
    assert {len(array) for array in (*vars(cut).values(), *past.values())} == {30}
    np.testing.assert_array_equal(cut.scale, found.scale[:30])


def test_what_is_drawn_is_what_was_replayed() -> None:
    traces = recorded(50)
    names = Names(tuple("abcdef"), ("race", "sex"), tuple("vwxyz"))
    found = replay(traces, SIZES, tau=0.02, delta=0.5, rho=RHO)
    shown = gated(swept_run(1, "multifair"), names, traces, found, tau=0.02, delta=0.5, floors={"sex": 0.1})
    assert [panel.noise_floor for panel in shown.panels[:2]] == [None, 0.1]
    assert shown.recorded_tau == 0.04
    for panel in shown.panels:
        assert panel.estimate.shape == (50, len(panel.names))
    np.testing.assert_array_equal(shown.panels[-1].estimate, found.scale)
    plus = ControllerReplay(controller(0.4, 0.0), np.ones((101, 5), dtype=np.float32))
    past = {"gap": controller(0.1, 0.1), "delta": controller(0.1, 0.2), "group_weight": np.ones((101, 5))}
    untold = replace(plus, group_weight=np.full((101, 5), np.nan, dtype=np.float32))
    fewer = steered(swept_run(1, "multifair-plus"), names, past, untold, tau=0.02, floors={})
    assert [len(panel.names) for panel in fewer.panels] == [1, 1, 2]
    own = steered(swept_run(1, "multifair-plus"), names, past, plus, tau=0.02, floors={})
    assert [len(panel.names) for panel in own.panels] == [1, 1, 2, 5]
