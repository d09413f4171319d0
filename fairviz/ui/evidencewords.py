"""What test rows prove about a configuration against the baseline, in careful sentences; pure functions.

A person's own words are escaped. No wording here says that groups are treated alike: only that no difference
was found, and how large one might be that was not.
"""

from __future__ import annotations

import math
from typing import Any, Final

from fairviz.metrics.sensitivity_drop import SensitivityDrop
from fairviz.reports.evidence import AttributeEvidence, Evidence
from fairviz.ui import words
from fairviz.ui.series import Axes, short

LEVEL: Final = 0.05


def evidence_sentences(evidence: Evidence, p_holm: float, axes: Axes) -> list[str]:
    """AUC, gap, then who gains and who loses; most important first.

    Args:
        evidence: on one configuration.
        p_holm: of the overall AUC, adjusted over all configurations.
        axes: whose attribute and gap are told.
    """
    told = [_auc(evidence, p_holm)]
    attribute = evidence.attributes.get(axes.attribute)
    if attribute is not None:
        told += [_gap(attribute, axes.gap), *_levelling_down(attribute, axes.gap), *who_loses(attribute)]
    return [sentence for sentence in told if sentence]


def who_loses(attribute: AttributeEvidence) -> list[str]:
    """Groups that are ranked worse, or miss more patients, and whether changes differ between groups."""
    told = _groups(attribute), _missed(attribute), _uneven(attribute)
    return [sentence for sentence in told if sentence]


def evidence_row(evidence: Evidence, p_holm: float, axes: Axes) -> dict[str, Any]:
    """The same as numbers of a table; None where there are none."""
    low, high = evidence.auc.interval
    attribute = evidence.attributes.get(axes.attribute)
    change = attribute.gaps[axes.gap] if attribute else None
    return {
        "auc_change": _known(evidence.auc.difference),
        "auc_change_low": _known(low),
        "auc_change_high": _known(high),
        "auc_change_p_holm": _known(p_holm),
        "gap_change": change.difference if change else None,
        "gap_changed": ("yes" if change.changed else "not found") if change else None,
        "ranked_worse": _worse(attribute) if attribute else None,
    }


def group_changes(evidence: Evidence, attribute: str) -> dict[str, str]:
    """By group, how its AUC has changed, as text for a table."""
    found = evidence.attributes.get(attribute)
    return {name: _group_change(found, name) for name in found.groups} if found else {}


def _auc(evidence: Evidence, p_holm: float) -> str:
    auc = evidence.auc
    if auc.reason is not None:
        return f"AUC against the baseline: {words.plain(auc.reason)}."
    amount = (
        f"AUC {words.change(auc.difference)} against the baseline ({_limits(auc.interval)}; {_p(p_holm)})"
    )
    verdict = f"{amount}: {_found(p_holm, auc.difference)}."
    return verdict + (
        " Its scores are chances of a decision and rank coarsely." if evidence.few_valued else ""
    )


def _found(p: float, difference: float) -> str:
    if math.isnan(p) or p >= LEVEL:
        return "no change found"
    return "better" if difference > 0 else "worse"


def _gap(attribute: AttributeEvidence, gap: str) -> str:
    change = attribute.gaps[gap]
    name = short(gap)
    if change is None:
        return f"{name}: whether it has changed is not estimable, or withheld."
    amount = f"{name} {words.change(change.difference)}"
    if not change.changed:
        return f"{amount}: no change beyond chance."
    drawn = f"{words.change(change.low)} to {words.change(change.high)}"
    return f"{amount}: changed beyond chance ({drawn} when drawn again)."


def _levelling_down(attribute: AttributeEvidence, gap: str) -> list[str]:
    if not attribute.levelling_down(gap):
        return []
    return [f"**Levelling down:** groups are closer while the ranking got worse for {_names(attribute)}."]


def _groups(attribute: AttributeEvidence) -> str:
    if not attribute.tested:
        return "In no group are there enough patients to test whether it is ranked worse."
    if attribute.harmed:
        return f"Ranked worse: {_worse_in_full(attribute)}."
    tested, count = attribute.tested, len(attribute.groups)
    return (
        f"No group is found to be ranked worse ({tested} of {words.counted(count, 'group')} tested; "
        f"a fall of up to {words.number(attribute.could_miss)} could be missed)."
    )


def missed_more(attribute: AttributeEvidence) -> list[str]:
    """Groups in which more patients with the outcome are found to be missed, and how many."""
    return [
        f"{words.plain(name)} ({drop.lost} lost, {drop.gained} gained; {_p(own.sensitivity_p_holm)})"
        for name, own in attribute.groups.items()
        if isinstance(drop := own.sensitivity, SensitivityDrop) and own.sensitivity_p_holm < LEVEL
    ]


def _missed(attribute: AttributeEvidence) -> str:
    lost = missed_more(attribute)
    return f"More patients with the outcome are missed: {words.listed(lost)}." if lost else ""


def _uneven(attribute: AttributeEvidence) -> str:
    p = attribute.heterogeneity.p_value
    if math.isnan(p) or p >= LEVEL:
        return ""
    return f"The change of AUC differs between groups ({_p(p)})."


def _worse_in_full(attribute: AttributeEvidence) -> str:
    return words.listed(
        [
            f"{words.plain(name)} (AUC {words.change(own.auc.difference)}, {_p(own.p_worse_holm)})"
            for name, own in attribute.groups.items()
            if own.harmed
        ]
    )


def _names(attribute: AttributeEvidence) -> str:
    return words.listed([words.plain(name) for name in attribute.harmed])


def _worse(attribute: AttributeEvidence) -> str:
    """For a table: who is ranked worse, in a person's own words as they are."""
    if not attribute.tested:
        return "not testable"
    return words.listed(list(attribute.harmed)) if attribute.harmed else "none found"


def _group_change(attribute: AttributeEvidence, name: str) -> str:
    own = attribute.groups[name]
    if own.auc.reason is not None or math.isnan(own.auc.difference):
        return own.auc.reason or words.NOT_ESTIMABLE
    marks = "; worse" if own.harmed else "; better" if own.p_holm < LEVEL and own.auc.difference > 0 else ""
    low, high = own.auc.interval
    return f"{words.change(own.auc.difference)} ({words.change(low)} to {words.change(high)}){marks}"


def _limits(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{words.change(low)} to {words.change(high)}"


def _p(value: float) -> str:
    return words.NOT_ESTIMABLE if math.isnan(value) else words.p_value(value)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
