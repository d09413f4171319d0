"""Reports without scores: counts stay, everything else says why it is not there."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from fairviz.data.groups import Attribute
from fairviz.evaluation import PARTS, FairnessReport, Performance, evaluate_outcome
from fairviz.evaluation.binary import METRICS
from fairviz.evaluation.unscored import unscored
from fairviz.metrics.estimable import Grade

REASON = "not estimable: the encoder is silent"
ROWS = 300


def scored(columns: int, *, floor: bool) -> FairnessReport:
    rng = np.random.default_rng(0)
    race = Attribute("race", ("Black", "White"), rng.integers(2, size=ROWS))
    return evaluate_outcome(
        rng.integers(max(2, columns), size=ROWS),
        rng.uniform(size=(ROWS, columns)),
        thresholds=[0.5] * columns,
        attributes=[race],
        floor=floor,
    )


def assert_only_counts(record: Performance, before: Performance) -> None:
    assert (record.n, record.positives, record.negatives) == (before.n, before.positives, before.negatives)
    for name in METRICS:
        assert math.isnan(getattr(record, name))
        assert record.grade[name] is Grade.NONE
        assert record.reason[name] == REASON
        assert math.isnan(getattr(record, f"{name}_low", math.nan))
        assert math.isnan(getattr(record, f"{name}_high", math.nan))


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("floor", [False, True])
def test_counts_stay_and_the_rest_has_a_reason(columns: int, floor: bool) -> None:
    before = scored(columns, floor=floor)
    report = unscored(before, REASON)
    assert len(report.classes) == len(before.classes) == (columns if columns > 1 else 0)
    for own, was in [(report, before), *zip(report.classes.values(), before.classes.values(), strict=True)]:
        assert_only_counts(own, was)
        attribute = own.attributes["race"]
        for group, performance in attribute.groups.items():
            assert_only_counts(performance, was.attributes["race"].groups[group])
        assert all(math.isnan(getattr(attribute, gap)) for gap in PARTS)
        assert attribute.reason == dict.fromkeys(PARTS, REASON)
        assert attribute.groups_used == dict.fromkeys(PARTS, 0)
        assert not attribute.floors
        assert not attribute.intervals


def test_it_is_json_like_any_report() -> None:
    before = scored(1, floor=False)
    record = unscored(before, REASON).to_json()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record.keys() == before.to_json().keys() | {"reason"}
    assert record["auc"] is None
    assert record["reason"]["auc"] == REASON
