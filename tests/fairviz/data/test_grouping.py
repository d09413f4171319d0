from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fairviz.data.grouping import NOT_RECORDED, attributes, band_names, suggest_cuts
from fairviz.data.groups import Attribute, attribute
from fairviz.data.prepare import prepare
from fairviz.data.specs import GroupingSpec, MergeSpec, SplitSpec, TaskSpec, columns_of
from fairviz.data.suggest import suggest_task
from fairviz.data.task import check_task
from fairviz.errors import TaskError
from tests.fairviz.data.tables import ward, ward_task


def made(frame: pd.DataFrame, *groupings: GroupingSpec, **changes: Any) -> Attribute:
    """The attribute that the last of some groupings makes."""
    task = ward_task(sensitive=(groupings[-1].name,), groupings=groupings, **changes)
    (found,) = attributes(frame, task)
    return found


def named(found: Attribute) -> list[str | None]:
    return [None if code < 0 else found.values[code] for code in found.codes]


def test_without_a_grouping_the_values_of_the_column_are_the_groups() -> None:
    frame = ward()
    found = attributes(frame, ward_task())
    for own in found:
        assert own.values == attribute(frame, own.name).values
        assert np.array_equal(own.codes, attribute(frame, own.name).codes)


def test_bands_agree_with_pandas_and_hold_their_lower_end() -> None:
    frame = ward().assign(age=np.random.default_rng(0).integers(20, 90, 300))
    frame.loc[0, "age"], frame.loc[1, "age"] = 45, 44
    found = made(frame, GroupingSpec(name="age", columns=("age",), cuts=(45, 65)))
    assert found.values == ("under 45", "45 to under 65", "65 and over")
    cut = pd.cut(frame["age"], [-np.inf, 45, 65, np.inf], right=False, labels=band_names((45, 65)))
    assert named(found) == cut.tolist()
    assert named(found)[:2] == ["45 to under 65", "under 45"]


def test_a_band_without_a_row_is_no_group() -> None:
    frame = ward().assign(age=np.tile([30.0, 80.0, np.nan], 100))
    found = made(frame, GroupingSpec(name="age", columns=("age",), cuts=(45, 65)))
    assert found.values == ("under 45", "65 and over")
    assert np.bincount(found.codes + 1).tolist() == [100, 100, 100]


def test_merged_values_are_one_group() -> None:
    merge = MergeSpec(name="not white", values=("black", "other"))
    found = made(ward(), GroupingSpec(name="race", columns=("race",), merged=(merge,)))
    assert found.values == ("not white", "white")
    assert named(found) == np.where(ward()["race"] == "white", "white", "not white").tolist()


def test_a_value_may_be_merged_into_a_group_that_exists() -> None:
    merge = MergeSpec(name="black", values=("other",))
    found = made(ward(), GroupingSpec(name="race", columns=("race",), merged=(merge,)))
    assert found.values == ("black", "white")


def test_rows_without_a_value_become_a_group_where_the_task_says_so() -> None:
    frame = ward()
    frame.loc[:19, "race"] = None
    frame.loc[20, "race"] = NOT_RECORDED
    own = made(frame, GroupingSpec(name="race", columns=("race",), missing="own group"))
    assert named(own).count(NOT_RECORDED) == 21
    assert own.missing == 0
    assert made(frame, GroupingSpec(name="race", columns=("race",))).missing == 20


def test_crossed_groups_are_the_combinations_that_occur() -> None:
    frame = ward()
    frame = frame[~((frame["race"] == "other") & (frame["sex"] == "male"))].reset_index(drop=True)
    frame.loc[0, "sex"] = None
    found = made(frame, GroupingSpec(name="both", columns=("race", "sex")))
    expected = [
        None if pd.isna(s) else f"{r} & {s}" for r, s in zip(frame["race"], frame["sex"], strict=True)
    ]
    assert named(found) == expected
    assert len(found.values) == 5


def test_groupings_are_crossed_as_they_were_made_before() -> None:
    bands = GroupingSpec(name="age band", columns=("age",), cuts=(60,))
    both = GroupingSpec(name="both", columns=("age band", "sex"))
    found = made(ward(), bands, both)
    assert set(found.values) == {
        f"{a} & {s}" for a in ("under 60", "60 and over") for s in ("female", "male")
    }
    assert columns_of("both", (bands, both)) == ("age", "sex")


def test_groups_of_few_patients_are_left_out() -> None:
    frame = ward().assign(mrn=np.arange(300))
    frame.loc[frame["race"] == "other", "mrn"] = -1
    fewest = int((frame["race"] == "black").sum())
    grouping = GroupingSpec(name="race", columns=("race",), fewest=fewest)
    assert made(frame, grouping).values == ("black", "white")
    by_patient = made(frame, grouping.model_copy(update={"fewest": 2}), split=SplitSpec(group_id="mrn"))
    assert by_patient.values == ("black", "white")
    assert made(frame, grouping.model_copy(update={"fewest": 2})).values == ("black", "other", "white")


def test_groups_reach_what_is_trained_on() -> None:
    grouping = GroupingSpec(name="age band", columns=("age",), cuts=(50, 70))
    data = prepare(ward(), ward_task(sensitive=("age band", "sex"), groupings=(grouping,)))
    assert [own.name for own in data.attributes] == ["age band", "sex"]
    assert data.attributes[0].values == ("under 50", "50 to under 70", "70 and over")


def test_a_task_with_groupings_survives_its_file() -> None:
    merge = MergeSpec(name="rest", values=("black", "other"))
    grouping = GroupingSpec(name="race", columns=("race",), merged=(merge,), fewest=20, missing="own group")
    task = ward_task(groupings=(grouping,), measured_alike="no")
    assert TaskSpec.from_json(task.to_json()) == task


def test_columns_that_groups_are_made_of_are_not_proposed_as_inputs() -> None:
    grouping = GroupingSpec(name="age band", columns=("age",), cuts=(50, 70))
    spec = suggest_task(ward(), dataset="0", name="ward", sensitive=("age band",), groupings=(grouping,))
    assert "age" not in {column for modality in spec.modalities for column in modality.columns}
    assert spec.sensitive_columns == ("age",)
    check_task(spec, ward())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"columns": ("age",), "cuts": (65, 45)}, "expected cuts in ascending order, found 65, 45"),
        ({"columns": ("age",), "cuts": (45, np.inf)}, "expected cuts in ascending order, found 45, inf"),
        ({"columns": ("sex",), "cuts": (1,)}, 'found "sex", whose values are words'),
        (
            {"columns": ("age", "sex"), "cuts": (1,)},
            "expected one column of the table to cut, found age, sex",
        ),
        ({"columns": ("nothing",)}, 'groups "made", column "nothing": expected a column of the table'),
        ({"columns": ()}, "expected at least one column, each named once, found none"),
        ({"columns": ("sex", "sex")}, "expected at least one column, each named once, found sex, sex"),
        ({"columns": ("race",), "name": "sex"}, "found one that another column or attribute has"),
        ({"columns": ("race",), "name": " "}, "expected a name of their own, found none"),
        (
            {"columns": ("race",), "merged": (MergeSpec(name="x", values=("green",)),)},
            'value "green": expected one of black, other, white, found a value that no row has',
        ),
        (
            {
                "columns": ("race",),
                "merged": (MergeSpec(name="x", values=("black",)), MergeSpec(name="y", values=("black",))),
            },
            'expected every value in one of them, found "black" in several',
        ),
        (
            {"columns": ("race",), "merged": (MergeSpec(name="", values=("black",)),)},
            "expected a name for each, found one without",
        ),
        ({"columns": ("race",), "fewest": 200}, "expected groups to compare, found no value in any row"),
    ],
)
def test_a_grouping_that_cannot_be_made_is_refused(changes: dict[str, Any], message: str) -> None:
    grouping = GroupingSpec(**({"name": "made"} | changes))
    with pytest.raises(TaskError) as error:
        check_task(ward_task(sensitive=(grouping.name,), groupings=(grouping,)), ward())
    assert message in str(error.value)


def test_two_groupings_of_one_name_are_refused() -> None:
    grouping = GroupingSpec(name="made", columns=("race",))
    with pytest.raises(TaskError, match="found one that another column or attribute has"):
        check_task(ward_task(groupings=(grouping, grouping)), ward())


def test_private_data_are_divided_by_a_column_in_one_way_only() -> None:
    both = GroupingSpec(name="both", columns=("race", "sex"))
    task = ward_task(sensitive=("race", "both"), groupings=(both,), public=False)
    with pytest.raises(TaskError, match=r'column "race": .* found groups of several'):
        check_task(task, ward())
    check_task(task.model_copy(update={"public": True}), ward())
    check_task(task.model_copy(update={"sensitive": ("both",)}), ward())


def test_proposed_bands_hold_rows_each() -> None:
    rng = np.random.default_rng(0)
    ages = pd.Series(rng.integers(20, 90, 300), name="Patient age")
    assert suggest_cuts(ages) == (45, 65)
    for column in (ages.rename("bmi"), ages.clip(50).rename("age"), pd.Series([0.0] * 250 + [1.0] * 50)):
        cuts = suggest_cuts(column)
        assert cuts
        assert np.bincount(np.searchsorted(cuts, column, side="right"), minlength=len(cuts) + 1).min() > 0
    assert suggest_cuts(pd.Series([np.nan, np.nan])) == ()
    assert suggest_cuts(pd.Series([5.0, 5.0])) == ()
