"""What MultiFair's gate, factors and losses did in the steps of one configuration, in sentences for markdown.

Sources of what is said: MultiFair, Zubair et al. 2025, arXiv:2510.07328.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Final

import numpy as np

from fairviz.figures.modulation import Part
from fairviz.metrics.gate_chance import BATCHES
from fairviz.metrics.step_summary import (
    applied_factors,
    bound_share,
    extremes,
    mean_known,
    movement,
    share_of_loss,
)
from fairviz.ui import words
from fairviz.ui.modulationseries import Floats, Steps
from fairviz.ui.stepwords import (
    bold,
    delta_course,
    over,
    small_share,
    tau_and_floor,
    told_attributes,
    two,
    went,
)

_ALIKE: Final = 0.05
# Of percents: traces are in single precision.
_ROUNDING: Final = 1e-3


def gate(_: Part, steps: Steps) -> Iterator[str]:
    """How often gates were open and would be by chance; what tau and delta do together."""
    parameters = steps.parameters
    if parameters["gate"] == "none":
        yield "there is no gate: the factors act in every batch."
    elif steps.has("gate"):
        for attribute in told_attributes(steps, "gate"):
            yield gate_sentence(steps, attribute)
        yield from tau_and_floor(steps, "in one batch of twenty")
        if steps.chance is None:
            yield (
                "of an outcome with several classes it is not known how often chance alone would open a gate."
            )
    ratio = parameters["delta"] / parameters["tau"]
    if parameters["delta_rule"] == "fixed":
        once = "" if parameters["gate"] == "none" else "once a gate is open, "
        yield (
            f"{once}delta {parameters['delta']:g} and tau {parameters['tau']:g} act only as delta / tau = "
            f"{ratio:.3g}."
        )
        return
    for attribute in told_attributes(steps, "delta"):
        yield f"for {bold(attribute)} the controller's {delta_course(steps, attribute)}."


def gate_sentence(steps: Steps, attribute: str) -> str:
    """How often the gate for an attribute was open, and would be by chance."""
    gates = steps.of_attribute("gate", attribute)
    opened = [float(gate.mean()) for gate in gates]
    text = f"the gate for {bold(attribute)} was open in {over(opened, words.percent)} of batches"
    chance = (steps.chance or {}).get(attribute)
    if chance is None:
        return f"{text}."
    if any(math.isnan(share) for share in chance):
        return (
            f"{text}. How often chance alone would open it is not estimable: too few patients have both "
            "outcomes."
        )
    expected = fmean(chance)
    verdict = _against_chance(fmean(opened), expected, sum(map(len, gates)), steps)
    return f"{text}; chance alone would open it in {words.percent(expected)}. {verdict}"


def _against_chance(opened: float, expected: float, batches: int, steps: Steps) -> str:
    """Whether a gate was open more or less often than chance, beyond the error of both shares."""
    memory = steps.parameters["ema_decay"] if steps.parameters["gate"] == "ema" else 0.0
    # A moving average says in many steps what few independent ones would.
    independent = (1 - memory) / (1 + memory)
    error = math.sqrt(expected * (1 - expected) * (1 / batches + 1 / BATCHES) / independent)
    if abs(opened - expected) <= max(_ALIKE, 2 * error):
        return "That cannot be told from noise."
    return f"That is {'more' if opened > expected else 'less'} than chance."


def group_factors(part: Part, steps: Steps) -> Iterator[str]:
    """Whom the factors F favour, how far they go, and whether they reach their bound."""
    run, own = steps.first, steps.first.part_of(part.attribute)
    factors = [trace[..., own] for trace in steps.traces("group_factors")]
    groups = run.groups_of(part.attribute)
    means = np.mean([mean_known(trace).mean(axis=0) for trace in factors], axis=0)
    told = [g for g in range(len(groups)) if np.isfinite(means[g])]
    best, worst = max(told, key=lambda g: means[g]), min(told, key=lambda g: means[g])
    if two(means[best]) == two(means[worst]):
        yield f"F was {two(means[best])} on average for every group. It counts in batches with the gate open."
    else:
        yield (
            f"F was largest for {bold(groups[best])} ({two(means[best])} on average) and smallest for "
            f"{bold(groups[worst])} ({two(means[worst])}). It counts in batches with the gate open."
        )
    low, high = (min(extremes(t).low for t in factors), max(extremes(t).high for t in factors))
    yield f"over all steps and modalities it ran from {two(low)} to {two(high)}."
    yield _bounds([bound_share(trace) for trace in factors], groups, run.modalities)


def _bounds(shares: Sequence[Floats], groups: Sequence[str], modalities: Sequence[str]) -> str:
    """Which groups' factors stood at 0, of shares of steps [M, G] of each seed."""
    mean = np.mean(shares, axis=0)
    reached = [
        f"{bold(group)} ({small_share(mean[:, g].max())} of steps"
        + (f", in {words.plain(modalities[mean[:, g].argmax()])}" if len(modalities) > 1 else "")
        + ")"
        for g, group in enumerate(groups)
        if np.nanmax(mean[:, g], initial=0) > 0
    ]
    if not reached:
        return "it never reached its bound 0."
    return (
        f"it reached its bound 0 for {words.listed(reached)}: without the bound it would have been negative "
        "there."
    )


def encoders(_: Part, steps: Steps) -> Iterator[str]:
    """What B and f did to the encoders."""
    parameters = steps.parameters
    if parameters["modalities"]:
        yield from _balance(steps)
    if not parameters["groups"]:
        return
    if parameters["granularity"] == "sample":
        yield "each patient's gradient is scaled by F of their own group; f, their mean, is shown to compare."
    elif steps.has("scale", "balance"):
        yield from _factors(steps)


def _balance(steps: Steps) -> Iterator[str]:
    modalities, rho = len(steps.first.modalities), steps.parameters["rho"]
    if modalities == 1:
        yield f"with one modality there is nothing to balance: B is 1, and rho {rho:g} acts alone."
        return
    mean = (modalities - 1) / modalities
    moved = [movement(trace) for trace in steps.traces("balance")]
    yield (
        f"with {modalities} modalities B adds up to {modalities - 1}: {two(mean)} on average, whatever they "
        f"learn, and with rho {rho:g} a factor of {two(rho * mean)}."
    )
    if not any(map(math.isnan, moved)):
        yield f"from one step to the next B moved by {over(moved, two)}."


def _factors(steps: Steps) -> Iterator[str]:
    """What f did to what the encoders got."""
    scales, balances = steps.traces("scale"), steps.traces("balance")
    applied = [
        applied_factors(scale, balance, steps.parameters["rho"])
        for scale, balance in zip(scales, balances, strict=True)
    ]
    low, high = (min(extremes(t).low for t in applied), max(extremes(t).high for t in applied))
    if math.isnan(low):
        return
    what = "updates" if steps.parameters["scales"] == "update" else "gradients"
    most = max(1 - low, high - 1, 0.0)
    if most < 0.0005:
        yield f"the factors f changed the encoders' {what} by nothing: no gate was open, or they were 1."
        return
    yield (
        f"where a gate was open, the factors f stayed between {words.number(low)} and {words.number(high)}: "
        f"they changed the encoders' {what} by {_less_than(most)}."
    )
    mean = [float(np.nanmean(trace)) - 1 for trace in applied]
    if abs(fmean(mean)) < 0.0005:
        yield "over all steps that evened out."
    else:
        speed = "slowed" if fmean(mean) < 0 else "sped up"
        size = over([abs(m) for m in mean], small_share)
        yield f"over all steps the encoders were {speed} by {size} on average."


def _less_than(most: float) -> str:
    """An upper limit in whole percent, in tenths where it is small."""
    if most >= 0.01:
        return f"at most {math.ceil(100 * most - _ROUNDING)} %"
    return f"less than {math.ceil(1000 * most - _ROUNDING) / 10:g} %"


def losses(_: Part, steps: Steps) -> Iterator[str]:
    """What F_G and L_gm did, and how much of the loss they were."""
    parameters = steps.parameters
    if parameters["losses"] == "released":
        yield "neither trains the network: losses is 'released', as in the published code."
    if parameters["groups"] and steps.has("fairness_loss"):
        for attribute in told_attributes(steps, "fairness_loss"):
            yield f"F_G of {bold(attribute)} {went(steps.of_attribute('fairness_loss', attribute))}."
        if not steps.first.withheld:
            yield from _share_of_fairness(steps)
    if parameters["lambda_gm"] > 0 and steps.has("guidance_loss", "loss"):
        guidance, weight = steps.traces("guidance_loss"), parameters["lambda_gm"]
        shares = _shares_of_loss([weight * trace for trace in guidance], steps)
        made_up = over(shares, small_share)
        yield f"L_gm {went(guidance)}; with lambda_gm {weight:g} it made up {made_up} of the loss."


def _share_of_fairness(steps: Steps) -> Iterator[str]:
    weight = steps.parameters["lambda_f"]
    added = [
        weight * (gate * loss).mean(axis=-1)
        for gate, loss in zip(steps.traces("gate"), steps.traces("fairness_loss"), strict=True)
    ]
    shares = _shares_of_loss(added, steps)
    yield f"with lambda_f {weight:g} and the gate, F_G made up {over(shares, small_share)} of the loss."


def _shares_of_loss(added: Sequence[Floats], steps: Steps) -> list[float]:
    return [share_of_loss(own, task) for own, task in zip(added, steps.traces("loss"), strict=True)]
