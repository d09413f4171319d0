from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from fairviz.evaluation import evaluate
from fairviz.evaluation.report import FairnessReport
from fairviz.reports.gate import told_report
from fairviz.suppression import SUPPRESSED
from tests.fairviz.reports.patients import Rows, make_rows

Json = Mapping[str, Any]


def made() -> Rows:
    """Groups of about 900, 600, 150 and 6."""
    return make_rows(([900, 600, 150, 6, 0], [900, 600, 0]), 0.4, 0.5, 1)


def with_modalities(rows: Rows) -> dict[str, Any]:
    """A report, and those on all rows and on the half of them that have each of two modalities."""
    report = dict(rows.reports()[0])
    half = Rows(
        rows.labels[::2],
        tuple(type(own)(own.name, own.values, own.codes[::2]) for own in rows.attributes),
        tuple(own[::2] for own in rows.scores),
    )
    return report | {"modalities": {"notes": rows.reports()[1], "image": half.reports()[0]}}


def numbers(record: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Everything in a record that is not nested, by where it is."""
    if isinstance(record, Mapping):
        for name, value in record.items():
            yield from numbers(value, (*path, name))
    else:
        yield path, record


def test_of_a_modality_areas_under_curves_alone_are_told() -> None:
    report = with_modalities(made())
    told = told_report(report, public=False)["modalities"]
    assert list(told) == ["notes", "image"]
    found = dict(numbers(told))
    truth = dict(numbers(report["modalities"]))
    for path, value in found.items():
        if "reason" in path:
            assert value == SUPPRESSED
        elif path[-1] == "auc" and value is not None:
            assert value == round(truth[path], 2)
        else:
            assert value is None
    assert told["image"]["auc"] == round(report["modalities"]["image"]["auc"], 2)


def test_what_is_told_can_be_read() -> None:
    told = told_report(with_modalities(made()), public=False)
    read = FairnessReport.from_json(told).modalities["image"]
    assert read.n is None
    assert 0 < read.auc < 1
    assert read.reason["sensitivity"] == SUPPRESSED


def test_of_a_group_that_is_withheld_nothing_is_told() -> None:
    report = with_modalities(made())
    told = told_report(report, public=False)
    for name, own in told["attributes"].items():
        for group, record in own["groups"].items():
            for modality in told["modalities"].values():
                shown = modality["attributes"][name]["groups"][group]["auc"]
                assert (shown is not None) == (record["auc"] is not None)
    assert told["attributes"]["a"]["groups"]["a3"]["auc"] is None


def test_an_area_that_a_withheld_group_would_have_is_not_told() -> None:
    report = json.loads(json.dumps(with_modalities(made())))
    report["modalities"]["notes"]["attributes"]["a"]["groups"]["a3"] |= {"auc": 0.75, "brier": 0.1}
    told = told_report(report, public=False)["modalities"]["notes"]
    assert told["attributes"]["a"]["groups"]["a3"]["auc"] is None


def test_scores_that_are_decisions_do_not_tell_of_them() -> None:
    rows = made()
    decided = (rows.scores[0] >= 0.5).astype(np.int64)
    by_lot = evaluate(
        rows.labels,
        rows.scores[0],
        threshold=0.5,
        attributes=rows.attributes,
        floor=False,
        decisions=decided,
    ).to_json()
    told = told_report(dict(rows.reports()[0]) | {"modalities": {"notes": by_lot}}, public=False)
    assert {value for path, value in numbers(told["modalities"]) if path[-1] == "auc"} == {SUPPRESSED, None}


def test_public_modalities_pass_as_they_are() -> None:
    report = with_modalities(made())
    assert told_report(report, public=True) == report


@pytest.mark.parametrize(("positives", "negatives"), [(10, 10), (11, 10), (13, 40)])
def test_two_decimals_do_not_tell_of_how_many_rows_they_are(positives: int, negatives: int) -> None:
    pairs = positives * negatives
    possible = np.round(np.arange(2 * pairs + 1) / (2 * pairs), 2)
    assert len(np.unique(possible)) == 101
