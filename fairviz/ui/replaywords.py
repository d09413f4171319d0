"""What other dials would have changed at the recorded steps, in careful sentences; pure functions.

Axis letters: T optimisation steps, A attributes, M modalities, G groups. A person's own words are escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairviz.ui import words
from fairviz.ui.replayseries import Names, Traces
from fairviz.whatif import ControllerReplay, Replay

ESTIMATE: Final = (
    "An estimate: the recorded course of the run is held fixed. With other dials the run itself would have "
    "gone another way; training the point tells."
)
_HARDLY: Final = 0.005
_EXACTLY: Final = 1e-5
_USUALLY: Final = 95

Gaps = Mapping[str, NDArray[np.float64]]
"""By attribute, gaps that chance alone makes [draws]; of those for which they are known."""


def noise_in_words(chance: Gaps, *, averaged: bool = False) -> str:
    """How large a gap chance alone makes, to stand at tau; empty where unknown.

    Args:
        chance: such gaps.
        averaged: whether they are of a moving mean over batches.
    """
    told = [f"{float(np.quantile(gaps, 0.95)):.3f} ({words.plain(name)})" for name, gaps in chance.items()]
    if not told:
        return ""
    where = "in its averaged gap, 19 times of 20," if averaged else "in 19 of 20 batches"
    floors = words.listed(told)
    return f"Noise floor: {where} chance alone makes up to {floors}. A smaller tau acts on noise, too."


def gate_in_words(
    names: Names, recorded: Traces, found: Replay, chance: Gaps, *, tau: float, own_tau: float
) -> list[str]:
    """How often each attribute's gate would have been open, a sentence each."""
    told = []
    for place, name in enumerate(names.attributes):
        if np.isnan(found.gate[:, place]).all():
            continue
        beside = [f"as trained: {words.percent(float(recorded['gate'][:, place].mean()))}"]
        if name in chance:
            beside.append(f"chance alone {words.percent(float((chance[name] >= tau).mean()))}")
        verb = "was" if tau == own_tau else "would have been"
        share = words.percent(float(found.gate[:, place].mean()))
        shown = [part for part in beside if tau != own_tau or not part.startswith("as trained")]
        note = f" ({'; '.join(shown)})" if shown else ""
        told.append(
            f"With tau {tau:g} the gate of {words.plain(name)} {verb} open in {share} of batches{note}."
        )
    return told


def delta_in_words(
    recorded: Traces, found: Replay, *, dials: tuple[float, float], own: tuple[float, float]
) -> list[str]:
    """What delta can do there: a ratio, and whether anything comes of it.

    Args:
        recorded: the run's traces.
        found: the replay.
        dials: tau and delta as chosen.
        own: tau and delta as trained.
    """
    if np.isnan(found.acting).all():
        return [_ratio(dials, own)]
    if not found.gate.any():
        return ["The gate would never have been open: no delta changes anything at this tau."]
    return [_ratio(dials, own), _strength(found, dials[1]), *_stopped(found), *_steps(recorded, found)]


def controller_in_words(
    names: Names, recorded: Traces, found: ControllerReplay, chance: Gaps, *, tau: float, own_tau: float
) -> list[str]:
    """How MultiFair+'s controller would have moved under another tau."""
    told = [
        _controller(words.plain(name), recorded["delta"][:, k], found.delta[:, k], tau=tau, own_tau=own_tau)
        for k, name in enumerate(names.attributes)
        if not np.isnan(found.delta[:, k]).all()
    ]
    weights = found.group_weight[np.isfinite(found.group_weight)]
    if len(weights) and np.nan_to_num(found.delta).any():
        told.append(
            f"Rows of a group would have weighed between {words.number(float(weights.min()))} and "
            f"{words.number(float(weights.max()))} times the usual."
        )
    noisy = [name for name, gaps in chance.items() if tau < float(np.quantile(gaps, 0.95))]
    if noisy:
        named = words.listed([words.plain(name) for name in noisy])
        told.append(f"Tau lies below the averaged gap of {named} that chance alone makes: it chases noise.")
    return told


def withheld_in_words(groups: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Of whose steps nothing is told, by attribute."""
    return [
        "Suppressed, since few patients stand behind it: what the steps tell of "
        f"{words.listed([words.plain(name) for name in small])} ({words.plain(attribute)}), whatever "
        f"compares the groups of {words.plain(attribute)}, and the factors in which they have a part."
        for attribute, small in groups.items()
    ]


def _ratio(dials: tuple[float, float], own: tuple[float, float]) -> str:
    (tau, delta), (own_tau, own_delta) = dials, own
    ratio, recorded = delta / tau, own_delta / own_tau
    if np.isclose(ratio, recorded, rtol=1e-3):
        beside = "as trained: where both gates are open, no factor changes"
    else:
        beside = f"as trained {recorded:.3g}"
    return f"Once the gate is open only delta / tau acts: {ratio:.3g} ({beside})."


def _strength(found: Replay, delta: float) -> str:
    """How far the factors leave 1 while a gate is open."""
    is_open = found.gate.any(axis=1)
    away = np.abs(found.acting[is_open] - 1)
    usual = float(np.percentile(away, _USUALLY))
    if delta == 0:
        return "At delta 0 every factor is 1: an open gate changes nothing."
    if away.max() < _EXACTLY and np.abs(found.group_factors[is_open] - 1).max() > _HARDLY:
        return "Groups have equal shares of each batch, so that their factors cancel: f is 1 at any delta."
    if usual < _HARDLY:
        return (
            f"While it is open, f is 1 to within {usual:.3f} in {_USUALLY} of 100 batches: "
            "this delta can hardly matter."
        )
    return f"While it is open, f is within 1 \u00b1 {usual:.3f} in {_USUALLY} of 100 batches."


def _stopped(found: Replay) -> list[str]:
    """Group factors that would have turned negative."""
    share = float((found.group_factors <= 0).mean())
    if share == 0:
        return []
    shown = "under 1 %" if share < 0.01 else words.percent(share)
    return [f"{words.upper(shown)} of the group factors stop at 0, where learning would turn to its reverse."]


def _steps(recorded: Traces, found: Replay) -> list[str]:
    """By how much the encoders' gradients would have been scaled otherwise."""
    before = recorded["scale"]
    known = before > 0
    if not known.any() or np.abs(found.scale - before).max() < _EXACTLY:
        return []
    change = float(np.abs(found.scale[known] / before[known] - 1).mean())
    return [f"Encoders' gradients would have been scaled {100 * change:.1f} % otherwise on average."]


def _controller(
    name: str, before: NDArray[np.float32], after: NDArray[np.float32], *, tau: float, own_tau: float
) -> str:
    at_work, before_at_work = (words.percent(float((path > 0).mean())) for path in (after, before))
    ended, before_ended = float(after[-1]), float(before[-1])
    who = f"With tau {tau:g} the controller of {name}"
    if tau == own_tau:
        if not after.any():
            return f"{who} stayed at rest: its averaged gap hardly exceeds tau."
        return f"{who} was at work in {at_work} of batches and ended at delta {ended:.3f}."
    if not after.any():
        return f"{who} would have stayed at rest (as trained it ended at delta {before_ended:.3f})."
    return (
        f"{who} would have been at work in {at_work} of batches (as trained: {before_at_work}) and have "
        f"ended at delta {ended:.3f} (as trained: {before_ended:.3f})."
    )
