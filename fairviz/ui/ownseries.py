"""What thresholds of single groups do, beside one threshold for all: sentences and rows; pure functions.

A person's own words are escaped in sentences, and stand as they are in rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fairviz.reports.joined import Estimate, joined_rows
from fairviz.reports.own_thresholds import DecidedGroup, DecidedGroups
from fairviz.ui import words
from fairviz.ui.groupseries import GroupNumber, note

OWN: Final = ("missed", "false alarms", "ppv", "flagged")
EVERYONE: Final = "all patients"


@dataclass(frozen=True)
class OwnThreshold:
    """One group of one configuration, seeds joined: at its own threshold, and at that of all.

    Attributes:
        group: its name.
        own: at its own threshold.
        usual: at the threshold of all groups.
        moved: whether it has one of its own.
    """

    group: str
    own: Sequence[DecidedGroup]
    usual: Sequence[DecidedGroup]
    moved: bool

    def estimates(self, number: GroupNumber) -> tuple[Estimate, Estimate]:
        """One number, own and usual."""
        own, usual = (
            joined_rows([seed.performance for seed in part], number.metric) for part in (self.own, self.usual)
        )
        return own, usual


def own_thresholds(
    own: Sequence[DecidedGroups], usual: Sequence[DecidedGroups], moved: Mapping[str, float]
) -> list[OwnThreshold]:
    """Groups in the order of the report.

    Args:
        own: of each seed, with thresholds of some groups.
        usual: of the same seeds, without.
        moved: these thresholds, by group.
    """
    return [
        OwnThreshold(
            group,
            [seed.groups[group] for seed in own],
            [seed.groups[group] for seed in usual],
            group in moved,
        )
        for group in own[0].groups
    ]


def turns(decided: Sequence[DecidedGroup]) -> str:
    """From which predicted risk patients are flagged, over the seeds."""
    known = [one.threshold for one in decided if one.threshold is not None]
    if len(known) < len(decided):
        return words.SUPPRESSED
    lowest, highest = words.number(min(known)), words.number(max(known))
    return lowest if lowest == highest else f"{lowest} to {highest}"


def own_sentences(found: Sequence[OwnThreshold], numbers: Mapping[str, GroupNumber]) -> list[str]:
    """What the groups with a threshold of their own gain and lose."""
    return [_sentence(one, [numbers[name] for name in OWN]) for one in found if one.moved]


def _sentence(one: OwnThreshold, shown: Sequence[GroupNumber]) -> str:
    if turns(one.own) == turns(one.usual):
        return (
            f"**{words.plain(one.group)}** stays at {turns(one.usual)}: no threshold at which its decisions "
            "may be told is nearer to the chosen one."
        )
    told = [
        f"{words.plain(_inside(number.title))}: {_beside(one.estimates(number), number)}" for number in shown
    ]
    return (
        f"**{words.plain(one.group)}**, flagged from {turns(one.own)} in place of {turns(one.usual)}. "
        f"{words.upper('; '.join(told))}."
    )


def everyone_sentence(
    own: Sequence[DecidedGroups], usual: Sequence[DecidedGroups], numbers: Mapping[str, GroupNumber]
) -> str:
    """What becomes of all patients together; empty where they are not told."""
    sides = [[seed.everyone for seed in part if seed.everyone is not None] for part in (own, usual)]
    if any(len(part) < len(own) for part in sides):
        return ""
    told = []
    for number in (numbers[name] for name in OWN):
        estimates = joined_rows(sides[0], number.metric), joined_rows(sides[1], number.metric)
        told.append(f"{words.plain(_inside(number.title))}: {_beside(estimates, number)}")
    return f"**{words.upper(EVERYONE)}**. {words.upper('; '.join(told))}."


def own_rows(found: Sequence[OwnThreshold], numbers: Mapping[str, GroupNumber]) -> list[dict[str, Any]]:
    """A row per group, numbers as text with their limits; of groups that were moved also what they were."""
    return [
        {
            "group": one.group,
            "from": turns(one.own) + (f", before {turns(one.usual)}" if one.moved else ""),
            **{numbers[name].title: _cell(one, numbers[name]) for name in OWN},
        }
        for one in found
    ]


def _cell(one: OwnThreshold, number: GroupNumber) -> str:
    own, usual = one.estimates(number)
    return _beside((own, usual), number) if one.moved else _text(own, number)


def _beside(estimates: tuple[Estimate, Estimate], number: GroupNumber) -> str:
    """A number, and what it was."""
    own, usual = estimates
    is_known = own.value is not None and usual.value is not None
    return _text(own, number) + (f", before {number.text(usual)}" if is_known else "")


def _text(estimate: Estimate, number: GroupNumber) -> str:
    return number.text(estimate) if estimate.value is not None else note(estimate.reason)


def _inside(title: str) -> str:
    return title[:1].lower() + title[1:]
