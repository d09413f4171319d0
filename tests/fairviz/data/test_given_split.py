from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fairviz.data.given_split import SPELLINGS, UNKNOWN, find_split, given_parts
from fairviz.data.prepare import prepare
from fairviz.data.specs import PARTS, SplitSpec, TaskSpec
from fairviz.data.suggest import suggest_task
from fairviz.data.task import check_task
from fairviz.errors import TaskError
from tests.fairviz.data.tables import ward, ward_task

GIVEN = ward_task(split=SplitSpec(column="use"))


def told(**changes: Any) -> pd.DataFrame:
    return ward().assign(use=np.resize(["Training", "Training", "val", " test"], 300), **changes)


def test_every_part_is_what_the_table_says() -> None:
    split = prepare(told(), GIVEN).split
    rows = np.arange(300)
    np.testing.assert_array_equal(split.train, rows[rows % 4 < 2])
    np.testing.assert_array_equal(split.validation, rows[2::4])
    np.testing.assert_array_equal(split.test, rows[3::4])


def test_neither_shares_nor_seed_count() -> None:
    other = ward_task(split=SplitSpec(train=0.2, validation=0.2, test=0.6, seed=7, column="use"))
    np.testing.assert_array_equal(prepare(told(), other).split.test, prepare(told(), GIVEN).split.test)


def test_parts_have_their_usual_names() -> None:
    column = pd.Series(["TRAIN", "dev", " Testing ", "other", None, 1])
    assert given_parts(column).tolist() == [0, 1, 2, UNKNOWN, UNKNOWN, UNKNOWN]
    assert set(SPELLINGS.values()) == set(range(len(PARTS)))


@pytest.mark.parametrize("cell", ["holdout", None, "Smith"])
def test_another_word_is_counted_and_not_quoted(cell: str | None) -> None:
    frame = told()
    frame.loc[5, "use"] = cell
    with pytest.raises(TaskError) as caught:
        check_task(GIVEN, frame)
    assert "something else or nothing in 1 of 300 rows, first row 6" in str(caught.value)
    assert "Smith" not in str(caught.value)
    assert "holdout" not in str(caught.value)


def test_a_part_needs_both_outcomes() -> None:
    frame = told()
    frame.loc[3::4, "died"] = 0
    with pytest.raises(TaskError, match=re.escape('Put such rows into this part in "use", or let FairViz')):
        prepare(frame, GIVEN)


def test_patients_in_several_parts_are_refused() -> None:
    spec = ward_task(split=SplitSpec(column="use", group_id="mrn"))
    assert check_task(spec, told(mrn=np.arange(300)))
    with pytest.raises(TaskError, match=r'with one value of "mrn" in one part, found patients with rows in'):
        check_task(spec, told(mrn=np.arange(300) // 2))


@pytest.mark.parametrize(
    "changes",
    [{"outcome": "use", "positive": "val"}, {"modalities": (*ward_task().modalities[:1],)}],
)
def test_the_column_plays_no_other_part(changes: dict[str, Any]) -> None:
    column = "use" if "outcome" in changes else "age"
    spec = ward_task(split=SplitSpec(column=column), **changes)
    with pytest.raises(TaskError, match=f'split column "{column}": expected a column of its own'):
        check_task(spec, told())


def test_a_column_that_is_absent_is_named() -> None:
    with pytest.raises(TaskError, match='split column "gone": expected a column of the table'):
        check_task(ward_task(split=SplitSpec(column="gone")), told())


def test_the_split_is_said() -> None:
    texts = [note.text for note in check_task(GIVEN, told())]
    assert 'rows are split as "use" says: 150 rows train, 75 rows validation, 75 rows test.' in texts


def proposed(frame: pd.DataFrame, **given: Any) -> TaskSpec:
    return suggest_task(frame, dataset="0" * 64, name="t", **given)


def test_a_column_that_tells_the_parts_is_proposed_and_is_no_input() -> None:
    spec = proposed(told())
    assert spec.split.column == "use"
    assert "use" not in {column for modality in spec.modalities for column in modality.columns}
    assert check_task(spec, told())


def test_what_is_dropped_or_an_input_is_not_proposed() -> None:
    assert proposed(told(), drop=["use"]).split.column is None
    assert proposed(told(), sensitive=["use"]).split.column is None
    assert proposed(told(), modalities=ward_task().modalities, split_column="ward").split.column == "ward"


@pytest.mark.parametrize("values", [["train", "test"], ["train", "test", "other"], ["train", "val", "dev"]])
def test_other_columns_tell_no_split(values: list[str]) -> None:
    assert find_split(ward().assign(use=np.resize(values, 300))) is None


def test_a_second_dataset_takes_the_place_of_the_given_test_rows() -> None:
    spec = ward_task(split=SplitSpec(column="use"), external="1" * 64)
    split = prepare(told(), spec, ward(200, seed=9)).split
    alone = prepare(told(), GIVEN).split
    np.testing.assert_array_equal(split.train, alone.train)
    np.testing.assert_array_equal(split.test, np.arange(300, 500))
    notes = [note.text for note in check_task(spec, told(), ward(200, seed=9))]
    assert 'rows are split as "use" says: 150 rows train, 75 rows validation, 75 rows test.' in notes
