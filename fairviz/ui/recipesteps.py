"""Readings of recipes that look at what MultiFair recorded at every step; pure functions.

Axis letters: T steps, M modalities, G groups of all attributes side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fairviz.metrics.step_summary import variance_known
from fairviz.ui import words
from fairviz.ui.findings import in_brackets
from fairviz.ui.modulationseries import Steps
from fairviz.ui.multifairwords import gate_sentence
from fairviz.ui.recipeeffects import one_dial
from fairviz.ui.recipeended import Ended, Told, all_named, named
from fairviz.ui.stepwords import bold, delta_course, told_attributes

Floats = NDArray[np.floating[Any]]

FLAGGED_GAP: Final = 0.1
FLAGGED_VARIANCE: Final = 0.05


def gates(ended: Ended) -> Told:
    """Which gaps of test rows exceed 0.1, and what gate and controller did about each attribute."""
    names = ended.task.sensitive
    flagged = [name for name in names if any(gap > FLAGGED_GAP for gap in _gaps(ended, name))]
    traced = flagged or list(names)
    sentences = [
        *(sentence for name in names for sentence in _held_out(ended, name)),
        *(sentence for name in traced for sentence in _traced(ended, name)),
    ]
    if flagged:
        sentences.append(
            "A gate that is as often open as chance alone would open it does not follow the gap: it cannot "
            "be what closes it."
        )
    return Told(tuple(sentences))


def _gaps(ended: Ended, attribute: str) -> list[float]:
    """AUC gaps of all configurations that are known."""
    found = [own.joined.gap(attribute, "auc_gap").value for own in ended.results]
    return [gap for gap in found if gap is not None]


def _held_out(ended: Ended, attribute: str) -> Iterator[str]:
    """The AUC gaps of test rows, flagged where they exceed 0.1."""
    gaps = [(own, own.joined.gap(attribute, "auc_gap")) for own in ended.results]
    known = [(own, gap, gap.value) for own, gap in gaps if gap.value is not None]
    if not known:
        reason = ended.baseline.joined.gap(attribute, "auc_gap").reason
        yield f"AUC gap of {bold(attribute)} on test rows: {words.plain(reason)}."
        return
    amounts = [
        f"{words.number(value)}{in_brackets(gap.interval)} with {named(own)}" for own, gap, value in known
    ]
    over = [(own, value) for own, _, value in known if value > FLAGGED_GAP]
    told = f"AUC gap of {bold(attribute)} on test rows: {words.listed(amounts)}"
    yield f"**Flagged, over {FLAGGED_GAP:g}.** {told}." if over else f"{told}: none over {FLAGGED_GAP:g}."
    floors = [(own, value, own.joined.floor(attribute, "auc_gap")) for own, value in over]
    if unclear := [own for own, value, floor in floors if floor is not None and value <= floor]:
        yield f"With {all_named(unclear)} that is not clear of chance, so small are the groups."


def _traced(ended: Ended, attribute: str) -> Iterator[str]:
    """What gate and controller did about an attribute in training."""
    for label, steps in ended.steps.items():
        title = f"**{words.plain(label)}**"
        # MultiFair's gate compares one batch, MultiFair+'s controller a moving average.
        if attribute not in told_attributes(steps, "gap"):
            yield f"{title}: what its steps tell of {bold(attribute)} is withheld, or not estimable."
        elif steps.has("gate"):
            yield f"{title}: {gate_sentence(steps, attribute)}"
        else:
            yield (
                f"{title}: its controller's {delta_course(steps, attribute)} for {bold(attribute)}; at 0 no "
                "row weighs more than another."
            )


def batches(ended: Ended) -> Told:
    """What MultiFair changes at each batch size, and which AUCs vary by more than 0.05 over steps."""
    by_size = sorted(ended.steps, key=lambda label: _batch_size(ended, label))
    rows = [_variances(ended.steps[label], _batch_size(ended, label)) for label in by_size]
    flagged = [str(row["batch size"]) for row in rows if any(_FLAG in value for value in row.values())]
    along = one_dial(ended).sentences
    return Told((_verdict(flagged, rows), *along, _WHAT_VARIES), tuple(rows))


_FLAG: Final = "flagged"
_WHAT_VARIES: Final = (
    "The table has the largest variance over the steps in which it is known of each kind of recorded AUC, "
    "learning included, as a mean over seeds. The averaged AUCs, of each group in each modality, make the "
    "factors; those of single batches open the gate and make B."
)


def _batch_size(ended: Ended, label: str) -> int:
    return int(ended.spec(label)["training"]["batch_size"])


def _verdict(flagged: Sequence[str], rows: Sequence[dict[str, str]]) -> str:
    if flagged:
        return (
            f"**Flagged:** in batches of {words.listed(flagged)} some AUC varies over steps by more than "
            f"{FLAGGED_VARIANCE:g} (variance)."
        )
    if all(value in (row["batch size"], _UNTOLD) for row in rows for value in row.values()):
        return "How much the AUCs of groups and modalities vary over steps is not estimable, or withheld."
    return (
        f"No variance over steps of an AUC that may be told exceeds {FLAGGED_VARIANCE:g}, at any batch size."
    )


_UNTOLD: Final = "not estimable, or withheld"


def _variances(steps: Steps, batch_size: int) -> dict[str, str]:
    """The largest variance of each kind of AUC, and whose it is."""
    groups = [group for own in steps.first.groups for group in own]
    modalities = steps.first.modalities

    def in_both(place: tuple[int, ...]) -> str:
        return f"{groups[place[1]]} in {modalities[place[0]]}"

    return {
        "batch size": str(batch_size),
        "group in modality, averaged": _largest(steps, "surrogate_auc", in_both),
        "group, single batches": _largest(steps, "fused_auc", lambda place: groups[place[0]]),
        "modality, single batches": _largest(steps, "modality_auc", lambda place: modalities[place[0]]),
    }


def _largest(steps: Steps, trace: str, whose: Callable[[tuple[int, ...]], str]) -> str:
    """Of a trace [T, ...]: its largest variance over steps, a mean over seeds."""
    if not steps.has(trace):
        return _UNTOLD
    variances: Floats = np.mean([variance_known(own) for own in steps.traces(trace)], axis=0)
    if not np.isfinite(variances).any():
        return _UNTOLD
    place = tuple(int(p) for p in np.unravel_index(np.nanargmax(variances), variances.shape))
    flag = f", {_FLAG}" if variances[place] > FLAGGED_VARIANCE else ""
    return f"{float(variances[place]):.3f} ({whose(place)}{flag})"
