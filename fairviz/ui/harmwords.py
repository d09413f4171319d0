"""Who is ranked worse or missed more than with the baseline, in the first sentence of a page; pure functions.

A person's own words are escaped. That no group is found to lose is never told as proof that none does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from fairviz.reports.evidence import AttributeEvidence, Evidence, Unavailable
from fairviz.ui import words
from fairviz.ui.evidencewords import missed_more
from fairviz.ui.findings import Result

HOW_TESTED: Final = (
    "A group is ranked worse where its AUC on test rows is below that of the baseline on the same patients "
    "and seeds by more than chance makes: a one-sided paired test at 5 %, corrected for the number of groups "
    "of each attribute (Holm). More are missed where, at the chosen threshold, more of its patients with the "
    "outcome are no longer flagged than newly flagged: an exact one-sided test, corrected in the same way."
)


def who_is_harmed(found: Sequence[Result]) -> str:
    """Which groups each configuration ranks worse, and whether that is more than chance.

    Args:
        found: results of the configurations that are looked at, with their evidence.
    """
    proven = {result.label: own for result in found if isinstance(own := result.evidence, Evidence)}
    if not proven:
        return _unknown(found)
    tested = {label: own for label, own in proven.items() if _tested(own)}
    harmful = {label: own for label, own in tested.items() if _harmed(own)}
    quiet = [label for label in tested if label not in harmful]
    told = [
        _worse(harmful) if harmful else "",
        _more_missed(proven),
        _not_found(quiet, [tested[label] for label in quiet], after=bool(harmful)) if quiet else "",
        _untested([label for label in proven if label not in tested]),
    ]
    return " ".join(sentence for sentence in told if sentence)


def _unknown(found: Sequence[Result]) -> str:
    reasons = sorted({str(result.evidence) for result in found if isinstance(result.evidence, Unavailable)})
    if not reasons:
        return "Choose a method beside the baseline to see whether it ranks a group worse."
    return f"Whether a method ranks a group worse than the baseline: {words.plain(words.listed(reasons))}."


def _tested(evidence: Evidence) -> bool:
    return any(own.tested for own in evidence.attributes.values())


def _harmed(evidence: Evidence) -> list[str]:
    """Groups that are found to be ranked worse, with their attribute and by how much."""
    return [
        f"{words.listed([_fall(own, name) for name in own.harmed])} of {words.plain(attribute)}"
        for attribute, own in evidence.attributes.items()
        if own.harmed
    ]


def _fall(attribute: AttributeEvidence, group: str) -> str:
    change = words.change(attribute.groups[group].auc.difference)
    return f"{words.plain(group)} (AUC {change})"


def _worse(harmful: dict[str, Evidence]) -> str:
    who = "; ".join(
        f"under **{words.plain(label)}**: {', '.join(_harmed(own))}" for label, own in harmful.items()
    )
    return f"**Ranked worse than with the baseline, by more than chance** {who}."


def _more_missed(proven: dict[str, Evidence]) -> str:
    """Whose patients with the outcome are missed more often, at the threshold that decisions follow."""
    found = {label: _missing(own) for label, own in proven.items()}
    who = "; ".join(
        f"under **{words.plain(label)}**: {', '.join(own)}" for label, own in found.items() if own
    )
    return f"**More patients with the outcome are missed than with the baseline** {who}." if who else ""


def _missing(evidence: Evidence) -> list[str]:
    return [
        f"{words.listed(lost)} of {words.plain(attribute)}"
        for attribute, own in evidence.attributes.items()
        if (lost := missed_more(own))
    ]


def _not_found(labels: Sequence[str], evidence: Sequence[Evidence], *, after: bool) -> str:
    """Where no harm is found, how large one might be all the same."""
    falls = [own.could_miss for one in evidence for own in one.attributes.values()]
    known = [fall for fall in falls if not math.isnan(fall)]
    missed = f"; a fall of the AUC of up to {words.number(max(known))} could be missed" if known else ""
    names = words.listed([f"**{words.plain(label)}**" for label in labels])
    parts = [own for one in evidence for own in one.attributes.values()]
    group = (
        "no group" if all(own.tested == len(own.groups) for own in parts) else "no group that could be tested"
    )
    if after:
        return f"Under {names} {group} is found to be ranked worse{missed}."
    return (
        f"**{words.upper(group)} is found to be ranked worse than with the baseline** under {names}{missed}."
    )


def _untested(labels: Sequence[str]) -> str:
    names = words.listed([f"**{words.plain(label)}**" for label in labels])
    return f"Under {names} no group has enough patients for a test." if labels else ""
