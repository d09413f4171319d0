"""Thresholds of single groups in words and rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fairviz.data.groups import Attribute
from fairviz.evaluation.binary import evaluate
from fairviz.reports.own_thresholds import DecidedGroup, DecidedGroups
from fairviz.suppression import SUPPRESSED
from fairviz.ui.groupseries import numbers
from fairviz.ui.ownseries import everyone_sentence, own_rows, own_sentences, own_thresholds, turns
from tests.fairviz.reports.test_group_curves import ATTRIBUTE, DATA, scores
from tests.fairviz.small import small_spec
from tests.fairviz.ui.made import report, report_json

NUMBERS = numbers(small_spec())
FIRST, SECOND = ATTRIBUTE.values
MISSED = NUMBERS["missed"].title


def decided(first: float, second: float = 0.4, *, told: bool = True) -> DecidedGroups:
    rows = DATA.split.test
    at = {FIRST: first, SECOND: second}
    reports = {
        value: evaluate(
            DATA.labels[rows],
            scores(DATA)[rows, 0].astype(float),
            threshold=value,
            attributes=[_own()],
            floor=False,
        )
        for value in at.values()
    }
    groups = {
        group: DecidedGroup(value, reports[value].attribute(ATTRIBUTE.name).groups[group])
        for group, value in at.items()
    }
    return DecidedGroups(groups, reports[second] if told else None)


def _own() -> Attribute:
    return replace(ATTRIBUTE, codes=ATTRIBUTE.codes[DATA.split.test])


def test_a_moved_group_is_told_in_patients_beside_what_it_was() -> None:
    own, usual = [decided(0.7), decided(0.7)], [decided(0.4), decided(0.4)]
    found = own_thresholds(own, usual, {FIRST: 0.7})
    (sentence,) = own_sentences(found, NUMBERS)
    assert sentence.startswith(f"**{FIRST}**, flagged from 0.700 in place of 0.400. Missed cases per 100")
    before = 100 * (1 - usual[0].groups[FIRST].performance.sensitivity)
    assert f", before {before:.0f} (" in sentence
    assert "right alarms per 100 flagged patients" in sentence
    rows = {row["group"]: row for row in own_rows(found, NUMBERS)}
    assert rows[FIRST]["from"] == "0.700, before 0.400"
    assert f", before {before:.0f} (" in rows[FIRST][MISSED]
    assert "before" not in rows[SECOND][MISSED]


def test_nothing_moved_has_no_sentence_and_nothing_before() -> None:
    found = own_thresholds([decided(0.4)], [decided(0.4)], {})
    assert own_sentences(found, NUMBERS) == []
    assert not any("before" in str(cell) for row in own_rows(found, NUMBERS) for cell in row.values())


def test_a_group_that_may_not_be_told_elsewhere_stays() -> None:
    (sentence,) = own_sentences(own_thresholds([decided(0.4)], [decided(0.4)], {FIRST: 0.1}), NUMBERS)
    assert sentence.startswith(f"**{FIRST}** stays at 0.400")


def test_thresholds_of_several_seeds_have_their_range() -> None:
    parts = [decided(0.2).groups[FIRST], decided(0.3).groups[FIRST]]
    assert turns(parts) == "0.200 to 0.300"
    assert turns([DecidedGroup(None, parts[0].performance)]) == "suppressed"


def test_all_patients_are_told_only_where_they_may_be() -> None:
    told = everyone_sentence([decided(0.2)], [decided(0.4)], NUMBERS)
    assert told.startswith("**All patients**. Missed cases")
    assert everyone_sentence([decided(0.2, told=False)], [decided(0.4, told=False)], NUMBERS) == ""


def test_a_withheld_number_says_so() -> None:
    record = report_json()
    record["attributes"]["sex"]["groups"]["a"] |= {
        "sensitivity": None, "fpr": 0.2, "reason": {"sensitivity": SUPPRESSED},
    }  # fmt: skip
    silent = report(**record).attributes["sex"].groups["a"]
    groups = [DecidedGroups({"a": DecidedGroup(at, silent)}, None) for at in (0.2, 0.4)]
    found = own_thresholds(groups[:1], groups[1:], {"a": 0.2})
    (sentence,) = own_sentences(found, NUMBERS)
    assert "died = 1: suppressed;" in sentence.replace("\\", "")
    assert own_rows(found, NUMBERS)[0][MISSED] == "suppressed"


@pytest.mark.parametrize("first", [0.1, 0.6])
def test_more_are_missed_from_a_higher_threshold(first: float) -> None:
    (own, _) = own_thresholds([decided(first)], [decided(0.4)], {FIRST: first})
    estimates = own.estimates(NUMBERS["missed"])
    values = [NUMBERS["missed"].of(one)[0] for one in estimates]
    assert (values[0] > values[1]) == (first > 0.4)
