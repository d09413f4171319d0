"""What happened in the steps of one configuration, over its seeds where several: sentences for markdown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Final

import numpy as np

from fairviz.figures.modulation import Part
from fairviz.metrics.step_summary import course, gap_course, mean_known, opposed_share
from fairviz.ui import multifairwords, words
from fairviz.ui.modulationseries import Floats, Steps
from fairviz.ui.stepwords import (
    all_names,
    bold,
    delta_course,
    moved,
    over,
    tau_and_floor,
    told_attributes,
    two,
    went,
)
from models.specs import MethodEntry


def sentences(part: Part, steps: Steps) -> list[str]:
    """What a part shows, in words."""
    told = _SENTENCES[part.key.split("-", maxsplit=1)[0]](part, steps)
    return [words.upper(sentence) for sentence in told]


def nothing_to_show(entry: MethodEntry) -> str:
    """Why a method has no steps to look at."""
    if not entry.trains_network:
        return f"{entry.title} is a model of a library: it takes no steps that could be steered."
    if entry.name == "baseline":
        return (
            "The baseline modulates nothing: every step follows the loss alone. Train FairGrad, MultiFair or "
            "MultiFair+ beside it to see what they change."
        )
    return f"{entry.title} recorded nothing of its steps that may be shown."


def withheld(steps: Steps) -> list[str]:
    """Whose steps are not told, of private data."""
    return [
        f"Suppressed, since few patients stand behind it: what the steps tell of {all_names(groups)} "
        f"({words.plain(attribute)}), whatever compares the groups of {words.plain(attribute)}, and the "
        "factors in which they have a part."
        for attribute, groups in steps.first.withheld.items()
    ]


def _controller(_: Part, steps: Steps) -> Iterator[str]:
    tau, bound = steps.parameters["tau"], steps.parameters["delta_max"]
    for attribute in told_attributes(steps, "gap"):
        courses = [gap_course(gap) for gap in steps.of_attribute("gap", attribute)]
        if any(math.isnan(own.begin) for own in courses):
            yield f"no two groups of {bold(attribute)} had both outcomes often enough to be compared."
            continue
        yield (
            f"for {bold(attribute)} {delta_course(steps, attribute)} and the gap of averaged AUCs "
            f"{moved([own.begin for own in courses], [own.end for own in courses])}; tau is {tau:g}."
        )
        yield from _known_groups(steps, attribute)
        at_bound = [float((delta >= bound).mean()) for delta in steps.of_attribute("delta", attribute)]
        if max(at_bound) > 0:
            yield (
                f"delta stood at its bound {bound:g} in {over(at_bound, words.percent)} of steps: there the "
                "controller asked for more."
            )
    yield from tau_and_floor(steps, "of that average in one step of twenty")


def _known_groups(steps: Steps, attribute: str) -> Iterator[str]:
    """Whether groups have joined the gap on the way, which makes it grow; known of public data alone."""
    if not steps.has("fused_auc"):
        return
    own = steps.first.part_of(attribute)
    known = [np.isfinite(trace[:, own]).sum(axis=1) for trace in steps.traces("fused_auc")]
    first, last = min(int(counts[counts > 1][0]) for counts in known), max(int(c[-1]) for c in known)
    if first < last:
        whole = len(steps.first.groups_of(attribute))
        yield f"at first {first} of its {whole} groups were compared, at the end {last}: rare ones join late."


def _group_weight(part: Part, steps: Steps) -> Iterator[str]:
    groups, own = steps.first.groups_of(part.attribute), steps.first.part_of(part.attribute)
    traces = [trace[..., own] for trace in steps.traces("group_weight")]
    ends = np.array([[course(trace[:, g]).end for g in range(len(groups))] for trace in traces])
    told = sorted(np.flatnonzero(np.isfinite(ends).all(axis=0)), key=lambda g: -ends[:, g].mean())
    shown = [f"{bold(groups[g])} {over(list(ends[:, g]), two)}" for g in told]
    if steps.first.method == "group-dro":
        yield f"at the end the groups' losses had these parts of the whole: {words.listed(shown)}."
        return
    yield (
        f"at the end a row weighed, before weights are made to average 1 in a batch: {words.listed(shown)}."
    )


def _conflicts(_: Part, steps: Steps) -> Iterator[str]:
    names = ("the task", *steps.first.attributes)
    opposed = [opposed_share(trace) for trace in steps.traces("cosines")]
    means = [mean_known(trace) for trace in steps.traces("cosines")]
    for i, j in combinations(range(len(names)), 2):
        shares = [float(own[i, j]) for own in opposed]
        if any(map(math.isnan, shares)):
            continue
        pair = f"{bold(names[j])} and {names[i] if i == 0 else bold(names[i])}"
        yield (
            f"{pair} pulled apart in {over(shares, words.percent)} of steps (mean cosine "
            f"{over([float(own[i, j]) for own in means], two)})."
        )


def _reconciled(_: Part, steps: Steps) -> Iterator[str]:
    rule = steps.parameters.get("reconciliation", "projection")
    how = "projection" if rule == "projection" else f"reconciliation by '{rule}'"
    # A projection on a short gradient may weigh it a hundredfold: single steps would make a mean.
    weights = [np.median(trace, axis=0) for trace in steps.traces("weights")]
    lengths = [_relative_lengths(trace) for trace in steps.traces("norms")]
    for k, attribute in enumerate(steps.first.attributes, start=1):
        kept = [float(own[k]) for own in weights]
        if any(map(math.isnan, kept)):
            continue
        yield (
            f"after {how} {bold(attribute)} kept weight {over(kept, two)} (median over steps). Its gradient "
            f"was {over([own[k] for own in lengths], two)} times as long as the task's."
        )
    yield f"the task's own gradient kept weight {over([float(own[0]) for own in weights], two)}."
    if steps.has("update_norm"):
        lengthened = [
            float(np.median(update[norm > 0] / norm[norm > 0]))
            for update, norm in zip(
                steps.traces("update_norm"), (trace[:, 0] for trace in steps.traces("norms")), strict=True
            )
        ]
        yield f"the update was {over(lengthened, two)} times as long as the task's gradient."


def _relative_lengths(norms: Floats) -> list[float]:
    """Median over steps of each gradient's length in lengths of the task's, of norms [T, K]."""
    usable = norms[norms[:, 0] > 0]
    return [float(np.median(usable[:, k] / usable[:, 0])) for k in range(norms.shape[1])]


def _gaps(_: Part, steps: Steps) -> Iterator[str]:
    for k, attribute in enumerate(steps.first.attributes, start=1):
        traces = [trace[:, k] for trace in steps.traces("losses")]
        if all(np.isfinite(trace).any() for trace in traces):
            yield f"the soft gap of {bold(attribute)} in a batch {went(traces)}."
    if "strength" in steps.parameters:
        yield f"it joins the loss with weight {steps.parameters['strength']:g}."


_SENTENCES: Final[dict[str, Callable[[Part, Steps], Iterator[str]]]] = {
    "gate": multifairwords.gate,
    "group_factors": multifairwords.group_factors,
    "encoders": multifairwords.encoders,
    "losses": multifairwords.losses,
    "controller": _controller,
    "group_weight": _group_weight,
    "conflicts": _conflicts,
    "reconciled": _reconciled,
    "gaps": _gaps,
}
