from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fairviz.data.external import task_table
from fairviz.data.prepare import prepare
from fairviz.data.specs import ModalitySpec, SplitSpec
from fairviz.data.task import check_task
from fairviz.errors import TaskError
from tests.fairviz.data.tables import Change, noted, ward, ward_task

TASK = ward_task(external="1" * 64)
ELSEWHERE = ward(200, seed=9)


def test_all_rows_elsewhere_are_tested_on_and_training_stays_the_same() -> None:
    alone = prepare(ward(), ward_task())
    both = prepare(ward(), TASK, ELSEWHERE)
    assert both.split.test.tolist() == list(range(300, 500))
    assert both.split.train.tolist() == alone.split.train.tolist()
    assert both.split.validation.tolist() == alone.split.validation.tolist()
    for alike, own in zip(alone.inputs, both.inputs, strict=True):
        assert np.array_equal(own[:300], alike)
    assert both.labels[300:].tolist() == ELSEWHERE["died"].tolist()


def test_rows_elsewhere_are_encoded_by_what_training_rows_say() -> None:
    data = prepare(ward(), TASK, ELSEWHERE)
    train = ward().iloc[data.split.train]["age"]
    assert np.allclose(
        data.inputs[0][300:, 0], (ELSEWHERE["age"] - train.mean()) / train.std(ddof=0), atol=1e-5
    )


def test_columns_that_the_task_does_not_use_may_be_missing() -> None:
    prepare(ward().assign(note="x"), TASK, ELSEWHERE[::-1])


def test_the_same_number_is_another_patient_elsewhere() -> None:
    task = TASK.model_copy(update={"split": SplitSpec(group_id="mrn")})
    here, there = (table.assign(mrn=np.arange(len(table)) // 2) for table in (ward(), ELSEWHERE))
    patients = prepare(here, task, there).patients
    assert patients is not None
    assert len(np.unique(patients)) == 150 + 100
    assert patients[300] not in patients[:300]


def test_it_is_said_whose_rows_are_tested_on() -> None:
    notes = [note.text for note in check_task(TASK, ward(), ELSEWHERE)]
    assert any(text.startswith("Test rows are the 200 rows of a second dataset.") for text in notes)
    assert not any("written alike" in text for text in notes)
    coded = ELSEWHERE.assign(sex=ELSEWHERE["sex"].str[0])
    notes = [note.text for note in check_task(TASK, ward(), coded)]
    assert '"sex": no value of the second dataset occurs in the first. Are they written alike?' in notes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns=["lactate", "ward"]), "found no lactate, ward"),
        (
            lambda t: t.assign(lactate="high"),
            'column "lactate": expected numbers, as in the first, found words',
        ),
        (lambda t: t.assign(ward=1.5), 'column "ward": expected words, as in the first, found numbers'),
        (lambda t: t.assign(died=t["died"] + 1), "the values of the first dataset: 0, 1, found 2"),
        (lambda t: t.assign(died=0), "at least 10 rows of each value, found fewer of one of them"),
        (lambda t: t.assign(died=np.where(np.arange(len(t)) < 1, None, t["died"])), "found "),
    ],
)
def test_a_dataset_that_cannot_be_tested_on_is_refused(change: Change, message: str) -> None:
    elsewhere: Any = change(ELSEWHERE.copy())
    with pytest.raises(TaskError) as error:
        check_task(TASK, ward(), pd.DataFrame(elsewhere))
    assert message in str(error.value)


def test_text_elsewhere_is_never_written_alike() -> None:
    text = ModalitySpec(name="notes", columns=("note",), kind="text")
    task = TASK.model_copy(update={"modalities": (*TASK.modalities, text)})
    other = noted(200, seed=9).assign(note=lambda frame: frame["note"] + " again")
    notes = check_task(task, noted(), other)
    assert not [note for note in notes if "written alike" in note.text]
    assert prepare(noted(), task, other).available[300:, 2].all()


def test_categories_stay_categories_whatever_their_numbers() -> None:
    words = pd.concat([ward()["ward"], ELSEWHERE["ward"]], ignore_index=True)
    here = ward().assign(ward=lambda f: f["ward"].astype("category"))
    there = ELSEWHERE.assign(ward=lambda f: f["ward"].astype("category").cat.reorder_categories([*"cba"]))
    table = task_table(here, TASK, there)
    assert isinstance(table.frame["ward"].dtype, pd.CategoricalDtype)
    np.testing.assert_array_equal(table.frame["ward"].astype(object).fillna("-"), words.fillna("-"))
