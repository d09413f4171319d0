from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.errors import MetricError
from fairviz.metrics.inputs import (
    Groups,
    check_classes,
    check_groups,
    check_labels,
    check_level,
    check_probabilities,
    check_same_length,
    check_scores,
    ratio,
)


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 1],
        (False, True, True),
        np.array([0.0, 1.0, 1.0], dtype=np.float32),
        pd.Series([0, 1, 1], dtype="Int64"),
        pd.Series([0, 1, 1], dtype=object, index=[7, 8, 9]),
    ],
)
def test_labels_come_in_many_forms(labels: object) -> None:
    assert check_labels(labels, "y_true").tolist() == [0, 1, 1]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ([0, 1, 2], "2 at row 2"),
        ([0, np.nan, 1], "nan at row 1"),
        ([-1, 1], "-1 at row 0"),
        ([0.5], "0.5 at row 0"),
    ],
)
def test_refuses_other_labels_and_says_where(labels: list[float], found: str) -> None:
    with pytest.raises(MetricError) as caught:
        check_labels(labels, "y_pred")
    assert str(caught.value) == (
        f"y_pred: expected only labels 0 and 1, found {found}. "
        "Write 1 for the positive class and 0 for the other; leave out rows without."
    )


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ([0, 1, 3], "3 at row 2"),
        ([-1, 0], "-1 at row 0"),
        ([1, 0.5], "0.5 at row 1"),
        ([np.nan], "nan at row 0"),
    ],
)
def test_class_codes_are_places_of_columns(codes: list[float], found: str) -> None:
    assert check_classes([2.0, 0, 1], "labels", 3).tolist() == [2, 0, 1]
    with pytest.raises(MetricError, match=f"labels: expected class codes from 0 to 2, one .* found {found}"):
        check_classes(codes, "labels", 3)


@pytest.mark.parametrize("values", [["0", "1"], [None, 1], np.array(["0", 1], dtype=object), [1j]])
def test_refuses_what_is_no_number(values: object) -> None:
    with pytest.raises(MetricError, match=r"y_score: expected numbers, found values of type \S+\. Convert"):
        check_scores(values, "y_score")  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "found"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")])
def test_refuses_scores_that_are_not_finite(value: float, found: str) -> None:
    message = rf"y_score: expected finite numbers, found {found} at row 1\. Leave out rows"
    with pytest.raises(MetricError, match=message):
        check_scores([0.1, value], "y_score")


@pytest.mark.parametrize("value", [-0.01, 1.5])
def test_refuses_probabilities_outside_their_range(value: float) -> None:
    message = rf"y_score: expected probabilities between 0 and 1, found {value} at row 2\. Pass a logit"
    with pytest.raises(MetricError, match=message):
        check_probabilities([0, 1, value], "y_score")


def test_refuses_tables() -> None:
    message = r"y_score: expected one value per row, found an array of shape \(2, 1\)\. Pass one column"
    with pytest.raises(MetricError, match=message):
        check_scores([[0.1], [0.2]], "y_score")
    with pytest.raises(MetricError, match=r"sensitive_features: expected one value per row"):
        check_groups(pd.DataFrame({"sex": ["f", "m"], "race": ["a", "b"]}))


def test_refuses_different_lengths() -> None:
    message = "y_score: expected 2 values, one for each of y_true, found 3. Take all arrays"
    with pytest.raises(MetricError, match=message):
        check_same_length(y_true=[0, 1], y_score=[1, 2, 3])


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_refuses_levels_that_are_no_share(level: float) -> None:
    message = rf"level: expected a share between 0 and 1, found {level:g}\. Use 0\.95"
    with pytest.raises(MetricError, match=message):
        check_level(level)


@pytest.mark.parametrize(
    ("values", "names", "codes"),
    [
        (["b", "a", None, "b"], ["a", "b"], [1, 0, -1, 1]),
        ([10, 9, 10, 9], [9, 10], [1, 0, 1, 0]),
        ([2.0, np.nan, 1.0, 2.0], [1.0, 2.0], [1, -1, 0, 1]),
        (pd.Series(["x", pd.NA, "y", "x"], dtype="string"), ["x", "y"], [0, -1, 1, 0]),
        (pd.Series(["x", "y", "x", "x"], dtype="category"), ["x", "y"], [0, 1, 0, 0]),
        (["b", 1, "b", 1], [1, "b"], [1, 0, 1, 0]),
        ([None, None, None, None], [], [-1, -1, -1, -1]),
    ],
)
def test_groups_are_sorted_and_missing_values_belong_to_none(
    values: object, names: list[object], codes: list[int]
) -> None:
    groups, index = check_groups(values)  # type: ignore[arg-type]
    assert list(index) == names
    assert groups.count == len(names)
    assert groups.codes.tolist() == codes


def test_the_name_of_a_column_is_kept() -> None:
    assert check_groups(pd.Series(["f", "m"], name="sex"))[1].name == "sex"


def test_sums_means_and_rows_leave_out_rows_of_no_group() -> None:
    groups = Groups(np.array([1, -1, 0, 1]), 3)
    values = np.array([1.0, 100.0, 5.0, 3.0])
    assert groups.sums().tolist() == [1, 2, 0]
    assert groups.sums(values).tolist() == [5, 4, 0]
    np.testing.assert_array_equal(groups.means(values), [5, 2, np.nan])
    assert [rows.tolist() for rows in groups.rows()] == [[2], [0, 3], []]


def test_rows_of_a_group_keep_their_order() -> None:
    codes = np.random.default_rng(0).integers(-1, 3, 500)
    for group, rows in enumerate(Groups(codes, 3).rows()):
        np.testing.assert_array_equal(rows, np.flatnonzero(codes == group))


def test_nothing_divided_by_nothing_is_undefined() -> None:
    np.testing.assert_array_equal(ratio(np.array([0, 1, 4]), np.array([0, 0, 2])), [np.nan, np.nan, 2])
