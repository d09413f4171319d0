from __future__ import annotations

import pandas as pd

from fairviz.data.groups import attribute, group_counts
from tests.fairviz.data.tables import staged, ward, ward_task


def test_codes_point_at_sorted_values() -> None:
    found = attribute(pd.DataFrame({"sex": ["m", "f", None, "m"]}), "sex")
    assert found.values == ("f", "m")
    assert found.codes.tolist() == [1, 0, -1, 1]
    assert found.counts().tolist() == [1, 2]
    assert found.missing == 1


def test_counts_cover_every_row_once_per_attribute() -> None:
    frame = ward()
    frame.loc[:9, "race"] = None
    counts = group_counts(frame, ward_task())
    assert list(counts.columns) == ["attribute", "group", "n", "positives", "negatives"]
    assert counts.groupby("attribute")["n"].sum().eq(len(frame)).all()
    assert counts.groupby("attribute")["positives"].sum().eq(frame["died"].sum()).all()
    assert (counts["positives"] + counts["negatives"] == counts["n"]).all()
    missing = counts[counts["group"] == "(missing)"]
    assert missing[["attribute", "n"]].to_numpy().tolist() == [["race", 10]]


def test_several_classes_are_counted_each_in_a_column_of_its_own() -> None:
    frame = staged().replace({"stage": {"I": "n", "II": "group"}})
    counts = group_counts(frame, ward_task(outcome="stage", positive=None))
    assert list(counts.columns) == ["attribute", "group", "n", '"III"', '"group"', '"n"']
    assert (counts[['"III"', '"group"', '"n"']].sum(axis=1) == counts["n"]).all()
    men = counts[counts["group"] == "male"].iloc[0]
    assert men['"III"'] == ((frame["sex"] == "male") & (frame["stage"] == "III")).sum()
