"""Turns of phrase about steps that sentences of several methods share; numbers are those of each seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

import numpy as np

from fairviz.metrics.step_summary import course
from fairviz.ui import words
from fairviz.ui.modulationseries import Floats, Steps


def told_attributes(steps: Steps, trace: str) -> list[str]:
    """Attributes of whose trace anything is told."""
    return [
        attribute
        for attribute in steps.first.attributes
        if all(np.isfinite(own).any() for own in steps.of_attribute(trace, attribute))
    ]


def went(traces: Sequence[Floats]) -> str:
    """From where to where a trace [T] went."""
    courses = [course(trace) for trace in traces]
    return moved([own.begin for own in courses], [own.end for own in courses])


def moved(begins: Sequence[float], ends: Sequence[float]) -> str:
    """From where to where something went."""
    begin, end = words.number(fmean(begins)), over(ends, words.number)
    if begin == words.number(fmean(ends)):
        return f"stayed at {end}"
    return f"{'came down' if fmean(ends) < fmean(begins) else 'rose'} from {begin} to {end}"


def over(values: Sequence[float], show: Callable[[float], str]) -> str:
    """A number of every seed: their mean, and their range where it shows."""
    low, high = show(min(values)), show(max(values))
    spread = f" ({low.removesuffix(' %')} to {high} over {len(values)} seeds)" if low != high else ""
    return f"{show(fmean(values))}{spread}"


def two(value: float) -> str:
    """Two decimals, for factors and weights."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", words.MINUS)


def small_share(value: float) -> str:
    """A share that may be small, in percent."""
    return words.percent(value) if value >= 0.095 or value == 0 else f"{100 * value:.1f} %"


def bold(name: str) -> str:
    """A user's own name, to be seen in a sentence."""
    return f"**{words.plain(name)}**"


def all_names(names: Sequence[str]) -> str:
    """Several of them."""
    return words.listed([bold(name) for name in names])


def tau_and_floor(steps: Steps, how_often: str) -> Iterator[str]:
    """How tau lies to the gap that chance alone makes, where both are known."""
    tau, floors = steps.first.tau, [run.noise_floor for run in steps.runs]
    known = [floor for floor in floors if floor is not None]
    if tau is None or not known:
        return
    floor = fmean(known)
    where = "inside the grey band" if tau < floor else "above the grey band"
    widest = " for the attribute with the smallest groups" if len(steps.first.attributes) > 1 else ""
    yield f"tau {tau:g} lies {where}: chance alone makes a gap beyond {two(floor)} {how_often}{widest}."


def delta_course(steps: Steps, attribute: str) -> str:
    """What a controller's delta did."""
    deltas = steps.of_attribute("delta", attribute)
    ends, peaks = [course(delta).end for delta in deltas], [float(delta.max()) for delta in deltas]
    if max(peaks) < 0.005:
        return "delta stayed at 0"
    fell = fmean(peaks) - fmean(ends) > 0.05
    return f"delta rose to {over(peaks, two)}" + (f", fell back to {over(ends, two)}" if fell else "")
