from __future__ import annotations

import json
import math
from typing import Any

import pytest

from fairviz.metrics import holm
from fairviz.reports.evidence import Evidence, Unavailable, evidence_json, family_p_values
from tests.fairviz.reports.test_comparing import compared
from tests.fairviz.reports.two_configurations import two_configurations

FOUND: dict[str, Evidence | Unavailable] = {
    "one": compared(two_configurations(0)),
    "lots": compared(two_configurations(1, lots=True)),
    "harmful": compared(two_configurations(2, harmed=True)),
    "alone": Unavailable.NO_BASELINE,
}
RECORDS: dict[str, Any] = json.loads(json.dumps(evidence_json(FOUND), allow_nan=False))


def test_numbers_are_those_of_the_evidence() -> None:
    own = FOUND["one"]
    assert isinstance(own, Evidence)
    record = RECORDS["one"]
    assert record["seeds"] == [0, 1]
    assert record["auc"]["difference"] == own.auc.difference
    assert (record["auc"]["difference_low"], record["auc"]["difference_high"]) == own.auc.interval
    group, known = record["attributes"]["race"]["groups"]["b"], own.attributes["race"].groups["b"]
    assert group["p_value"] == known.auc.p_value
    assert group["p_value_holm"] == known.p_holm
    assert group["grade"] == known.grade
    gap, change = record["attributes"]["race"]["gaps"]["auc_gap"], own.attributes["race"].gaps["auc_gap"]
    assert change is not None
    assert (gap["percentile_2_5"], gap["changed"]) == (change.low, change.changed)
    assert record["attributes"]["race"]["could_miss_drops_up_to"] == own.attributes["race"].could_miss


def test_what_is_not_estimable_is_null_with_a_reason() -> None:
    ward = RECORDS["one"]["attributes"]["ward"]
    assert ward["groups"]["z"]["difference"] is None
    assert "not estimable" in ward["groups"]["z"]["reason"]
    assert ward["groups"]["z"]["sensitivity"] is None
    assert ward["gaps"]["auc_gap"] is None
    assert ward["heterogeneity"] == {"groups": 1, "statistic": None, "p_value": None}
    assert ward["groups_tested"] == 1


def test_harmed_groups_are_listed_without_a_bound_on_what_was_missed() -> None:
    race = RECORDS["harmful"]["attributes"]["race"]
    assert race["harmed"] == ["b"]
    assert race["groups"]["b"]["harmed"]
    assert race["could_miss_drops_up_to"] is None


def test_what_is_not_available_says_why() -> None:
    assert RECORDS["alone"] == {"reason": Unavailable.NO_BASELINE.value}
    lots = RECORDS["lots"]
    assert lots["few_valued_scores"]
    assert lots["attributes"]["race"]["groups"]["a"]["sensitivity"] == {
        "reason": Unavailable.DRAWN_BY_LOT.value
    }


def test_overall_p_values_are_adjusted_over_configurations() -> None:
    family = family_p_values(FOUND)
    raw = [own.auc.p_value for own in FOUND.values() if isinstance(own, Evidence)]
    assert list(family) == ["one", "lots", "harmful"]
    assert list(family.values()) == pytest.approx(holm(raw))
    assert RECORDS["one"]["auc"]["p_value_holm"] == family["one"]
    assert not any(math.isnan(value) for value in family.values())
    assert family_p_values({"alone": Unavailable.NO_BASELINE}) == {}
