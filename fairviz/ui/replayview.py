"""The replay on the page: two dials, what they would have done in a chart and in words. No training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import streamlit as st

from fairviz.figures.replayed import replayed, replayed_text
from fairviz.figures.whatif_series import Replayed
from fairviz.reports.run import Run
from fairviz.training.runs import method_entry
from fairviz.ui import replaywords, whatifcache
from fairviz.ui.bench import workbench
from fairviz.ui.cache import drawing
from fairviz.ui.drawn import draw
from fairviz.ui.errors import shown_errors
from fairviz.ui.facts import facts
from fairviz.ui.replayseries import common_steps, gated, steered
from fairviz.ui.replaywords import Gaps
from fairviz.whatif import can_replay, can_steer

# Steps that look alike on a logarithmic scale.
_TAUS: Final = (
    0.002, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0,
)  # fmt: skip
_DELTAS: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0)

Offer = Callable[[dict[str, float]], None]
"""Draws what can be done with the dials as they stand."""


def replayable(runs: Sequence[Run]) -> list[Run]:
    """Runs of MultiFair or MultiFair+ that have recorded steps on which tau and delta act."""
    return [
        run
        for run in runs
        if run.epoch and (can_steer(run.spec["parameters"]) or can_replay(run.spec["parameters"]))
    ]


def choose_run(runs: Sequence[Run]) -> Run:
    """Which of several runs is replayed; kept in the address."""
    names = {run.id: f"{run.label}, seed {run.spec['seed']}" for run in runs}
    chosen = st.selectbox(
        "Run", list(names), 0, names.__getitem__, key="run", bind="query-params", filter_mode=None, width=480,
        help="A run whose recorded steps are replayed; its settings are those of what is trained again.",
    )  # fmt: skip
    return next((run for run in runs if run.id == chosen), runs[0])


def replay_view(run: Run, task_id: str, offer: Offer) -> None:
    """Dials, chart and words; turning a dial reruns nothing else on the page."""
    st.fragment(_replay_view)(run, task_id, offer)


@shown_errors()
def _replay_view(run: Run, task_id: str, offer: Offer) -> None:
    chance = whatifcache.chance(run.id) if run.test is not None else {}
    parameters = run.spec["parameters"]
    is_steered = can_steer(parameters)
    left, right, buttons = st.columns([5, 5, 2], vertical_alignment="top", gap="medium")
    with left:
        tau = _dial("tau", _TAUS, run)
        st.caption(replaywords.noise_in_words(chance, averaged=is_steered))
    with right:
        delta = _set_by_controller(parameters) if is_steered else _dial("delta", _DELTAS, run)
    with buttons:
        offer({"tau": tau} if is_steered else {"tau": tau, "delta": delta})
    shown, told = (
        _steered(run, task_id, tau, chance) if is_steered else _gated(run, task_id, tau, delta, chance)
    )
    chart, beside = st.columns([5, 2], gap="medium")
    with chart:
        revision = f"{run.epoch} {tau} {delta} {sorted(chance)}"
        if shown.panels:
            draw(drawing(replayed(shown), replayed_text(shown)), key=f"replay-{run.id}", revision=revision)
        else:
            st.markdown("Nothing of these steps may be told: few patients stand behind them.")
    with beside:
        st.header("In words", anchor=False)
        told += replaywords.withheld_in_words(workbench().untraced_groups(task_id))
        st.markdown("\n".join(f"- {sentence}" for sentence in told))
        st.caption(replaywords.ESTIMATE)
        if (known := facts(method_entry(run.spec["method"]))) is not None:
            with st.expander(known.title):
                st.caption(known.text)


def _dial(name: str, steps: Sequence[float], run: Run) -> float:
    own = float(run.spec["parameters"][name])
    value: float = st.select_slider(
        f"{name} (trained with {own:g})",
        sorted({*steps, own}),
        own,
        lambda value: f"{value:g}",
        key=f"{name}-{run.id}",
        bind="query-params",
    )
    return value


def _set_by_controller(parameters: dict[str, float]) -> float:
    """MultiFair+ has no delta to turn."""
    st.caption(
        f"delta is set by the controller: a step adds {parameters['gain']:g} times (gap \u2212 tau) to it, "
        f"from 0 to {parameters['delta_max']:g} at most. Tau is the dial."
    )
    return 0.0


def _gated(run: Run, task_id: str, tau: float, delta: float, chance: Gaps) -> tuple[Replayed, list[str]]:
    names = whatifcache.names(task_id)
    found, recorded = common_steps(
        workbench().what_if(run.id, tau=tau, delta=delta), whatifcache.recorded(run.id, run.epoch)
    )
    own = float(run.spec["parameters"]["tau"]), float(run.spec["parameters"]["delta"])
    told = [
        *replaywords.gate_in_words(names, recorded, found, chance, tau=tau, own_tau=own[0]),
        *replaywords.delta_in_words(recorded, found, dials=(tau, delta), own=own),
    ]
    return gated(run, names, recorded, found, tau=tau, delta=delta, floors=_floors(chance)), told


def _steered(run: Run, task_id: str, tau: float, chance: Gaps) -> tuple[Replayed, list[str]]:
    names = whatifcache.names(task_id)
    found, recorded = common_steps(
        workbench().what_if_controller(run.id, tau=tau), whatifcache.recorded(run.id, run.epoch)
    )
    own = float(run.spec["parameters"]["tau"])
    told = replaywords.controller_in_words(names, recorded, found, chance, tau=tau, own_tau=own)
    return steered(run, names, recorded, found, tau=tau, floors=_floors(chance)), told


def _floors(chance: Gaps) -> dict[str, float]:
    return {name: float(np.quantile(gaps, 0.95)) for name, gaps in chance.items()}
