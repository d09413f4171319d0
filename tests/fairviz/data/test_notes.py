from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.data.notes import notes_on
from fairviz.data.specs import ModalitySpec, SplitSpec, TaskNote, TaskSpec
from tests.fairviz.data.tables import noted, staged, ward, ward_task


def about_everything(frame: pd.DataFrame, spec: TaskSpec) -> list[TaskNote]:
    """Notes that concern no single column."""
    return [note for note in notes_on(spec, frame) if note.column is None]


def labs_apart(**changes: object) -> TaskSpec:
    modalities = (
        ModalitySpec(name="labs", columns=("lactate",)),
        ModalitySpec(name="rest", columns=("age", "ward")),
    )
    return ward_task(modalities=modalities, **changes)


def test_two_values_need_no_explanation() -> None:
    assert about_everything(ward(), ward_task()) == []


def test_several_classes_are_named() -> None:
    (note,) = about_everything(staged(), ward_task(outcome="stage", positive=None))
    assert note.text.startswith('"stage" has 3 values and each is a class of its own: I, II, III. ')
    assert note.severity == "info"


def test_one_value_against_the_rest_is_said_with_its_rows() -> None:
    frame = staged()
    (note,) = about_everything(frame, ward_task(outcome="stage", positive="II"))
    rows = (frame["stage"] == "II").sum()
    assert note.text == f'"stage" has 3 values: "II" ({rows} rows) is predicted against all others.'


def test_the_rarest_class_of_a_group_is_noted() -> None:
    frame = staged()
    frame.loc[(frame["sex"] == "female") & (frame["stage"] == "III"), "stage"] = "II"
    texts = [note.text for note in notes_on(ward_task(outcome="stage", positive=None), frame)]
    expected = 'group "female" of "sex" has 0 rows of class "III": its figures will be uncertain or not'
    assert any(text.startswith(expected) for text in texts)


@pytest.mark.parametrize("public", [True, False])
def test_rows_of_few_patients_are_not_counted(public: bool) -> None:
    """20 rows of 5 patients have an outcome, and 30 rows of 6 lack a modality."""
    frame, place = ward(), np.arange(300)
    frame["mrn"] = np.where(place < 20, place % 5, np.where(place < 50, 5 + place % 6, 10 + place))
    frame["stage"] = np.where(place < 20, "III", np.where(place % 2, "I", "II"))
    frame["lactate"] = np.where((place >= 20) & (place < 50), np.nan, 1.0 + place)
    named = {"outcome": "stage", "positive": "III", "public": public}
    by_row, by_patient = (
        " ".join(note.text for note in about_everything(frame, labs_apart(**named, split=split)))
        for split in (SplitSpec(), SplitSpec(group_id="mrn"))
    )
    assert '"III" (20 rows)' in by_row
    assert "missing in 30 of 300 rows" in by_row
    if public:
        assert by_patient == by_row
    else:
        assert '"III" (rows of fewer than 11 patients)' in by_patient
        assert "missing in some of 300 rows" in by_patient


def test_rows_that_lack_a_modality_are_counted() -> None:
    frame = ward()
    (note,) = about_everything(frame, labs_apart())
    lacking = int(frame["lactate"].isna().sum())
    assert note.text == (
        f'modality "labs" is missing in {lacking} of 300 rows; predicted from the others there.'
    )
    assert note.severity == "info", "it is missing at random here"


@pytest.mark.parametrize(
    ("column", "high", "low"), [("died", "1", "0"), ("sex", "male", "female"), ("race", "black", "")]
)
def test_what_is_missing_by_outcome_or_group_is_a_warning(column: str, high: str, low: str) -> None:
    frame = ward()
    frame["lactate"] = np.where(frame[column].astype(str) == high, np.nan, 1.0 + frame.index % 5)
    (note,) = about_everything(frame, labs_apart())
    assert note.severity == "warning"
    assert f'It is missing in 100% of rows with "{high}" and in 0% of those with "{low}' in note.text
    assert f'of "{column}".' in note.text


def test_small_groups_and_small_differences_raise_no_suspicion() -> None:
    frame = ward(rows=2000)
    few = frame.index < 15
    frame.loc[few, "race"] = "hawaiian"
    # All of a small group, and .05 more of one sex than of the other.
    missing = few | (np.arange(2000) % 20 < np.where(frame["sex"] == "male", 4, 3))
    frame["lactate"] = np.where(missing, np.nan, 1.0 + frame.index % 5)
    (note,) = about_everything(frame, labs_apart())
    assert note.severity == "info"


def few_women(**changes: object) -> list[str]:
    """Notes on a table with three women, and two rows of unknown race."""
    frame = ward()
    frame["sex"] = np.where(frame.index < 3, "female", "male")
    frame.loc[:1, "race"] = None
    frame["lactate"] = np.where(frame.index < 5, np.nan, 1.0 + frame.index % 5)
    return [note.text for note in notes_on(labs_apart(**changes), frame)]


def test_few_rows_are_counted_in_public_data_alone() -> None:
    text = " ".join(few_women(public=True))
    assert 'group "female" of "sex" has 3 rows' in text
    assert '2 rows without a value of "race"' in text
    assert "missing in 5 of 300 rows" in text
    withheld = " ".join(few_women(public=False))
    assert 'group "female" of "sex" has fewer than 11 rows' in withheld
    assert 'Rows without a value of "race"' in withheld
    assert "missing in fewer than 11 of 300 rows" in withheld


def test_where_nearly_all_rows_lack_a_modality_the_others_are_not_counted() -> None:
    frame = ward()
    frame["lactate"] = np.where(frame.index < 5, 1.0 + frame.index, np.nan)
    (note,) = about_everything(frame, labs_apart(public=False))
    assert "missing in nearly all of 300 rows" in note.text


def test_what_is_missing_by_group_is_said_without_shares() -> None:
    frame = ward()
    frame["lactate"] = np.where(frame["sex"] == "male", np.nan, 1.0 + frame.index % 5)
    (note,) = about_everything(frame, labs_apart(public=False))
    assert 'more often in rows with "male" than in those with "female" of "sex".' in note.text
    assert "%" not in note.text


def test_free_text_may_hold_names() -> None:
    notes = ModalitySpec(name="notes", columns=("note",), kind="text")
    (warning,) = about_everything(noted(), ward_task(modalities=(*ward_task().modalities, notes)))
    assert warning.severity == "warning"
    assert warning.text.startswith('modality "notes" is free text. It may hold names and other personal data')
