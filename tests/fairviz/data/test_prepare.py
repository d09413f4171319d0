from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.data.encode import TableEncoder
from fairviz.data.prepare import prepare
from fairviz.data.task import ModalitySpec, SplitSpec
from fairviz.data.text import TextEncoder
from fairviz.errors import TaskError
from tests.fairviz.data.tables import noted, staged, ward, ward_task


def test_arrays_follow_the_table_and_the_task() -> None:
    frame = ward()
    data = prepare(frame, ward_task())
    assert [inputs.shape for inputs in data.inputs] == [(300, 3), (300, 4)]
    assert [inputs[:].dtype for inputs in data.inputs] == [np.float32, np.float32]
    np.testing.assert_array_equal(data.labels, frame["died"])
    assert [grouping.name for grouping in data.attributes] == ["race", "sex"]


def test_the_positive_value_decides_the_labels() -> None:
    frame = ward().assign(died=lambda f: np.where(f["died"] == 1, "yes", "no"))
    yes, no = (prepare(frame, ward_task(positive=value)).labels for value in ("yes", "no"))
    np.testing.assert_array_equal(yes, 1 - no)


def test_one_value_of_several_stands_against_the_rest() -> None:
    frame = staged()
    data = prepare(frame, ward_task(outcome="stage", positive="II"))
    np.testing.assert_array_equal(data.labels, frame["stage"] == "II")
    assert (data.classes, data.score_columns) == (("not II", "II"), 1)


def test_classes_are_coded_in_the_order_of_their_texts() -> None:
    frame = staged()
    data = prepare(frame, ward_task(outcome="stage", positive=None))
    assert (data.classes, data.score_columns) == (("I", "II", "III"), 3)
    np.testing.assert_array_equal(np.array(data.classes)[data.labels], frame["stage"])
    for rows in (data.split.train, data.split.validation, data.split.test):
        assert set(data.labels[rows]) == {0, 1, 2}


def test_rows_know_which_modalities_they_have() -> None:
    frame = ward()
    frame.loc[:4, ["age", "lactate"]] = np.nan
    frame.loc[5:9, "ward"] = None
    data = prepare(frame, ward_task())
    assert data.available.shape == (300, 2)
    assert not data.available[:5, 0].any()
    assert not data.available[5:10, 1].any()
    assert data.available.sum() == 2 * 300 - 10


def test_a_modality_that_no_training_row_has_is_refused() -> None:
    frame = ward()
    training = prepare(frame, ward_task()).split.train
    frame.loc[training, ["age", "lactate"]] = np.nan
    with pytest.raises(
        TaskError, match=r'modality "numbers": expected a column that tells training rows apart'
    ):
        prepare(frame, ward_task())


def test_encoders_see_training_rows_only() -> None:
    frame = ward()
    data = prepare(frame, ward_task())
    expected = TableEncoder.fit(frame.iloc[data.split.train], ["age", "lactate"])
    assert data.encoders[0] == expected


def test_rows_without_a_sensitive_value_stay() -> None:
    frame = ward()
    frame.loc[:9, "sex"] = None
    data = prepare(frame, ward_task())
    assert (data.attributes[1].codes[:10] == -1).all()
    assert sum(map(len, (data.split.train, data.split.validation, data.split.test))) == 300


def test_patients_stay_in_one_part() -> None:
    frame = ward().assign(patient=np.repeat([f"p{at}" for at in range(100)], 3))
    split = prepare(frame, ward_task(split=SplitSpec(group_id="patient"))).split
    parts = pd.Series(0, index=frame.index)
    parts.iloc[split.validation], parts.iloc[split.test] = 1, 2
    assert (parts.groupby(frame["patient"]).nunique() == 1).all()


def test_rows_know_their_patients() -> None:
    frame = ward().assign(patient=np.repeat([f"p{at}" for at in range(100)], 3))
    data = prepare(frame, ward_task(split=SplitSpec(group_id="patient")))
    assert data.patients is not None
    assert (data.patients == np.repeat(np.arange(100), 3)).all()
    assert prepare(frame, ward_task()).patients is None


NOTES = ModalitySpec(name="notes", columns=("note",), kind="text")


def test_text_is_encoded_from_training_rows_only() -> None:
    frame = noted()
    task = ward_task(modalities=(*ward_task().modalities, NOTES))
    data = prepare(frame, task)
    expected = TextEncoder.fit(frame.iloc[data.split.train], ["note"])
    np.testing.assert_array_equal(data.inputs[2], expected.transform(frame))


def test_a_row_without_a_text_lacks_the_modality() -> None:
    frame = noted()
    frame.loc[:4, "note"] = [None, " ", None, "", None]
    data = prepare(frame, ward_task(modalities=(*ward_task().modalities, NOTES)))
    assert not data.available[:5, 2].any()
    assert data.available[5:, 2].all()


def test_texts_that_share_no_word_are_refused() -> None:
    frame = ward().assign(note=[f"w{at}q x{at}z" for at in range(300)])
    with pytest.raises(TaskError, match=r'modality "notes": expected a column that tells training rows'):
        prepare(frame, ward_task(modalities=(*ward_task().modalities, NOTES)))
