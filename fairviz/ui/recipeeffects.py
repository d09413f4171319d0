"""Readings of recipes that compare configurations with the baseline on test rows; pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from fairviz.reports.differences import GAPS
from fairviz.ui import words
from fairviz.ui.findings import Result, against_baseline, clear_of_chance, in_brackets, level, results
from fairviz.ui.recipeended import (
    Ended,
    Told,
    beyond_chance,
    change_told,
    gap_named,
    named,
    verdict,
)
from fairviz.ui.series import Axes, short
from fairviz.ui.stepwords import all_names, bold
from fairviz.ui.sweepseries import Cut, cut_sweep, swept
from fairviz.ui.sweepwords import collapsed, sentences


def effects(ended: Ended) -> Told:
    """What every configuration changes, and whether any of it is more than chance."""
    axes = ended.axes
    return Told(
        (
            beyond_chance(ended.others, axes.gap, axes.attribute),
            f"{named(ended.baseline)}: {level(ended.baseline, axes)} {clear_of_chance(ended.baseline, axes)}",
            *(f"{named(own)}: {' '.join(against_baseline(own, axes))}" for own in ended.others),
            *collapsed(ended.runs),
        )
    )


def dials(ended: Ended) -> Told:
    """What the dials of a grid did, as far as seeds tell."""
    found = swept(ended.runs)
    assert found is not None, "a recipe of a grid has dials"
    cut = Cut(tuple(dial.name for dial in found.dials))
    sweep = cut_sweep(found, ended.runs, cut, ended.axes, "test")
    return Told((*sentences(sweep, ended.axes.attribute), *collapsed(ended.runs)))


def one_dial(ended: Ended) -> Told:
    """What a dial did between its ends, and at each of its values against the baseline."""
    by_value = effects(ended).sentences
    along = dials(ended).sentences
    return Told((along[0], *by_value))


def attributes(ended: Ended) -> Told:
    """What every attribute's gap did while one of them, or all, were being closed."""
    gap, names = ended.axes.gap, ended.task.sensitive
    first = [own for own in ended.others if ended.spec(own.label)["parameters"]["attributes"] == "first"]
    rows = [
        {"groups of": name, **{own.label: change_told(own, gap, name) for own in ended.others}}
        for name in names
    ]
    return Told(
        (
            _opened(first, gap, names),
            *(beyond_chance(ended.others, gap, name) for name in names),
            *(_auc_told(own, ended.axes) for own in ended.others),
            f"The table has the changes of the {short(gap).lower()} against the baseline.",
        ),
        tuple(rows),
    )


def _opened(first: Sequence[Result], gap: str, names: Sequence[str]) -> str:
    """Whether closing the first attribute's gap opened that of another."""
    judged = {name: verdict(own, gap, name) for own in first for name in names[1:]}
    known = {name: own for name, own in judged.items() if own is not None}
    if not known:
        return (
            f"Whether acting on {bold(names[0])} alone opens another gap is not estimable here, or withheld."
        )
    opened = [name for name, own in known.items() if own == "worse"]
    if opened:
        return f"Acting on {bold(names[0])} alone, the gap of {all_names(opened)} grew beyond chance."
    return (
        f"Acting on {bold(names[0])} alone, no growth of the gap of {all_names(list(known))} is clear of "
        "chance; that is not proof that there is none."
    )


def _auc_told(result: Result, axes: Axes) -> str:
    """What a configuration did to the AUC."""
    return f"{named(result)}: {against_baseline(result, axes)[0]}"


def definitions(ended: Ended) -> Told:
    """How every definition of a gap has changed with every configuration."""
    attribute = ended.axes.attribute
    rows = [
        {"definition": short(gap), **{own.label: change_told(own, gap, attribute) for own in ended.others}}
        for gap in GAPS
    ]
    return Told(
        (
            _clear(ended.others, attribute),
            *(_agreement(own, attribute) for own in ended.others),
            "The table has the changes against the baseline.",
        ),
        tuple(rows),
    )


def _clear(found: Sequence[Result], attribute: str) -> str:
    """How many changes are more than chance, over all definitions and configurations."""
    judged = [own for result in found for gap in GAPS if (own := verdict(result, gap, attribute))]
    if not judged:
        return f"Between the groups of {bold(attribute)} no change is estimable, or all are withheld."
    clear = sum(own != "none" for own in judged)
    count = words.counted(len(judged), "change")
    return (
        f"Between the groups of {bold(attribute)} {clear or 'none'} of {count} "
        f"{'is' if clear < 2 else 'are'} clear of chance; where nothing changes, a few in a hundred look so."
    )


def _agreement(result: Result, attribute: str) -> str:
    """Whether definitions agree on one configuration."""
    judged = {gap: verdict(result, gap, attribute) for gap in GAPS}
    better, worse = ([short(gap) for gap in GAPS if judged[gap] == way] for way in ("better", "worse"))
    known = sum(own is not None for own in judged.values())
    if not known:
        return f"{named(result)}: not estimable by any definition, or withheld."
    if not better and not worse:
        return (
            f"{named(result)}: by none of {words.counted(known, 'definition')} is the change clear of chance."
        )
    if better and worse:
        return (
            f"{named(result)}: **the definitions disagree.** Beyond chance better by {words.listed(better)}, "
            f"worse by {words.listed(worse)}."
        )
    ways = f"better by {words.listed(better)}" if better else f"worse by {words.listed(worse)}"
    count = len(better) + len(worse)
    unclear = f"by {known - count} of {known} definitions not clear of chance"
    return f"{named(result)}: beyond chance {ways}; {unclear}."


def elsewhere(ended: Ended) -> Told:
    """What is left elsewhere of the AUC at home, and what methods change there."""
    axes, at_home = ended.axes, {own.label: own for own in results(ended.runs, "validation")}
    return Told(
        (
            *(_at_both(at_home[own.label], own, axes) for own in ended.results),
            f"Elsewhere: {clear_of_chance(ended.baseline, axes)}",
            beyond_chance(ended.others, axes.gap, axes.attribute),
            *(f"{named(own)}: {against_baseline(own, axes)[0]}" for own in ended.others),
            "Validation rows chose the epoch, so that the AUC at home flatters a little.",
        )
    )


def _at_both(home: Result, away: Result, axes: Axes) -> str:
    """AUC and gap of a configuration on validation rows of the first dataset and on rows of the second."""
    here, there = home.joined.performance("auc"), away.joined.performance("auc")
    gaps = (own.joined.gap(axes.attribute, axes.gap).value for own in (home, away))
    at_home, elsewhere_ = (words.number(gap) for gap in gaps)
    auc = f"{words.number(there.value)}{in_brackets(there.interval)}"
    return (
        f"{named(away)}: AUC {words.number(here.value)} on validation rows at home, {auc} elsewhere; "
        f"{gap_named(axes.gap, axes.attribute)} {at_home} at home, {elsewhere_} elsewhere."
    )
