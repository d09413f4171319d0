from __future__ import annotations

import numpy as np
import pandas as pd

from fairviz.data.counts import group_counts
from fairviz.data.groups import attribute
from fairviz.data.specs import SplitSpec
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


def test_patients_are_counted_once_in_each_group_and_outcome() -> None:
    frame = ward()
    frame.loc[:9, "race"] = None
    frame["mrn"] = np.random.default_rng(0).integers(0, 40, len(frame))
    task = ward_task(split=SplitSpec(group_id="mrn"))
    rows, patients = group_counts(frame, task), group_counts(frame, task, by_patient=True)
    assert rows[["attribute", "group"]].equals(patients[["attribute", "group"]])
    for _, own in patients.iterrows():
        members = frame[frame[own["attribute"]].fillna("(missing)") == own["group"]]
        assert own["n"] == members["mrn"].nunique()
        assert own["positives"] == members.loc[members["died"] == 1, "mrn"].nunique()
        assert own["negatives"] == members.loc[members["died"] == 0, "mrn"].nunique()
    assert (patients["n"] < rows["n"]).any()
    assert (patients["positives"] + patients["negatives"] > patients["n"]).any()


def test_without_ids_each_row_is_a_patient() -> None:
    counts = group_counts(ward(), ward_task())
    pd.testing.assert_frame_equal(group_counts(ward(), ward_task(), by_patient=True), counts)


def test_several_classes_are_counted_each_in_a_column_of_its_own() -> None:
    frame = staged().replace({"stage": {"I": "n", "II": "group"}})
    counts = group_counts(frame, ward_task(outcome="stage", positive=None))
    assert list(counts.columns) == ["attribute", "group", "n", '"III"', '"group"', '"n"']
    assert (counts[['"III"', '"group"', '"n"']].sum(axis=1) == counts["n"]).all()
    men = counts[counts["group"] == "male"].iloc[0]
    assert men['"III"'] == ((frame["sex"] == "male") & (frame["stage"] == "III")).sum()
