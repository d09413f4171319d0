from __future__ import annotations

import json
import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from fairviz.data.checks import MIN_ROWS
from fairviz.data.prepare import prepare
from fairviz.data.task import ModalitySpec, SplitSpec, TaskSpec, check_task
from fairviz.errors import DataError, TaskError
from tests.fairviz.data.tables import Change, ward, ward_task


def modality(*columns: str, name: str = "m") -> ModalitySpec:
    return ModalitySpec(name=name, columns=columns)


REFUSED_SPECS = [
    (
        {"outcome": "gone"},
        'outcome "gone": expected a column of the table, found no such column among "age", "lac',
    ),
    ({"sensitive": ("gone",)}, 'sensitive attribute "gone": expected a column of the table'),
    ({"modalities": (modality("gone"),)}, 'modality "m", column "gone": expected a column of the table'),
    ({"drop": ("gone",)}, 'dropped column "gone": expected a column of the table'),
    ({"split": SplitSpec(group_id="gone")}, 'group id "gone": expected a column of the table'),
    ({"sensitive": ()}, "sensitive attributes: expected at least one column, found none."),
    (
        {"sensitive": ("sex", "sex")},
        'sensitive attribute "sex": expected each named once, found it more than once.',
    ),
    ({"modalities": ()}, "modalities: expected at least one, found none."),
    (
        {"modalities": (modality("age"), modality("age", name="n"))},
        'column "age": expected each named once, found it more than once. Keep it in one modality.',
    ),
    ({"modalities": (modality("age"), modality("ward"))}, 'modality "m": expected each named once'),
    (
        {"modalities": (modality("age", "died"),)},
        'outcome "died": expected a column that no modality holds, found '
        "the same column among the inputs: it would predict itself. Take it out of the modality.",
    ),
    (
        {"sensitive": ("sex", "died")},
        'outcome "died": expected a column of its own, found the same column among the sensitive attributes.',
    ),
    ({"drop": ("age",)}, 'dropped columns "age": expected columns that no modality holds'),
    (
        {"split": SplitSpec(train=0.5)},
        "split: expected three shares above 0 that add to 1, found train 0.5, "
        "validation 0.2, test 0.2, together 0.9. Change the shares, for example to 0.6, 0.2 and 0.2.",
    ),
    ({"split": SplitSpec(train=0.8, test=0.0)}, "split: expected three shares above 0 that add to 1"),
    (
        {"positive": "yes"},
        'positive value "yes": expected a value of "died": "0", "1", found a value that does not',
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED_SPECS)
def test_a_task_that_contradicts_itself_or_its_table(changes: dict[str, object], message: str) -> None:
    with pytest.raises(TaskError, match=re.escape(message)):
        check_task(ward_task(**changes), ward())


def _without_values(frame: pd.DataFrame, rows: Iterable[int]) -> pd.DataFrame:
    changed = frame.copy()
    changed.loc[list(rows), ["age", "lactate", "ward"]] = None
    return changed


def _set(column: str, values: object) -> Change:
    return lambda frame: frame.assign(**{column: values})


REFUSED_TABLES: list[tuple[Change, type[Exception], str]] = [
    (
        lambda f: f.head(0),
        TaskError,
        f"table: expected at least {MIN_ROWS} rows, the fewest that can be split into "
        "training, validation and test, found 0 rows.",
    ),
    (
        lambda f: f.head(1),
        TaskError,
        f"expected at least {MIN_ROWS} rows, the fewest that can be split into training, "
        "validation and test, found 1 row. Load a larger table.",
    ),
    (
        lambda f: _without_values(f, [2, 4]),
        DataError,
        "inputs: expected a value in at least one input column of every row, found 2 rows without any: "
        "rows 3, 5. Remove these rows from the file, or add",
    ),
    (lambda f: _without_values(f, [0]), DataError, "found 1 row without any: row 1. Remove"),
    (lambda f: _without_values(f, range(9)), DataError, "9 rows without any: rows 1, 2, 3, 4, 5 and 4 more."),
    (lambda f: f.head(10), TaskError, "found 10 rows. Load a larger table."),
    (
        _set("died", 1),
        TaskError,
        'outcome "died": expected at least two values, found 1 ("1"). Choose a column whose values differ',
    ),
    (
        _set("died", [0, 1, None] * 100),
        TaskError,
        'outcome "died": expected a value in every row, found 100 rows without one, first row 3. Fill in',
    ),
    (
        _set("died", [1] * 3 + [0] * 297),
        TaskError,
        'outcome "died": expected at least 10 rows of each value, found 3 with "1".',
    ),
    (
        _set("sex", "female"),
        TaskError,
        'sensitive attribute "sex": expected at least two groups to compare, found one value, "female".',
    ),
    (
        _set("sex", None),
        TaskError,
        'sensitive attribute "sex": expected groups to compare, found no value in any',
    ),
    (
        _set("sex", range(300)),
        TaskError,
        'sensitive attribute "sex": expected at most 20 groups, found 300 values. Cut a number into bands',
    ),
    (
        _set("ward", "a"),
        TaskError,
        'modality "place": expected at least one usable column, found "ward": empty, the',
    ),
    (_set("ward", None), TaskError, 'modality "place": expected at least one usable column'),
    (
        _set("ward", [f"seen on day {day}" for day in range(300)]),
        TaskError,
        'found "ward": empty, the same in every row, or free text whose values hardly repeat. Add a column',
    ),
    (
        _set("lactate", [np.nan] * 4 + [np.inf] + [1.0] * 295),
        DataError,
        'column "lactate", row 5: expected finite numbers up to 1e+30, found an infinite or larger',
    ),
    (
        _set("lactate", [1.0, -1e300] * 150),
        DataError,
        'column "lactate", row 2: expected finite numbers up to 1e+30, found an infinite or larger',
    ),
]


@pytest.mark.parametrize(("change", "error", "message"), REFUSED_TABLES)
def test_a_table_that_cannot_answer(change: Change, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        check_task(ward_task(), change(ward()))


REFUSED_OUTCOMES = [
    (
        ["0", "1"],
        None,
        'positive value of "died": expected one of its two values, "0", "1", found none. Name',
    ),
    (
        [str(at) for at in range(11)],
        None,
        'outcome "died": expected at most 10 values as classes, or one that means it happened, '
        "found 11 values and none of them named. Name the value to be predicted against all others",
    ),
    (["a", "b", "c"], "d", 'positive value "d": expected a value of "died": "a", "b", "c", found a value'),
    (["b"], None, 'outcome "died": expected at least two values, found 1 ("b").'),
    (
        ["a", "b"] * 49 + ["c", "a"],
        None,
        'outcome "died": expected at least 10 rows of each value, found 3 with "c"',
    ),
    (["a"] * 30 + ["b"] * 69 + ["c"], "c", 'expected at least 10 rows of each value, found 3 with "c".'),
    ((["a"] + ["b"] * 99), "b", 'expected at least 10 rows of each value, found 3 with "a".'),
]


@pytest.mark.parametrize(("values", "positive", "message"), REFUSED_OUTCOMES)
def test_an_outcome_that_cannot_be_read(values: list[str], positive: str | None, message: str) -> None:
    frame = ward().assign(died=np.resize(values, 300))
    with pytest.raises(TaskError, match=re.escape(message)):
        check_task(ward_task(positive=positive), frame)


@pytest.mark.parametrize("values", [3, 10])
def test_three_to_ten_values_are_classes(values: int) -> None:
    frame = ward().assign(died=np.resize([f"v{at}" for at in range(values)], 300))
    data = prepare(frame, ward_task(positive=None))
    assert data.classes == tuple(f"v{at}" for at in range(values))
    assert data.score_columns == values
    assert (np.bincount(data.labels) == 300 // values).all()


def test_rows_without_a_patient_cannot_be_kept_together() -> None:
    frame = ward().assign(patient=[None, *range(299)])
    with pytest.raises(TaskError, match=r'group id "patient": expected a value in every row, found 1'):
        check_task(ward_task(split=SplitSpec(group_id="patient")), frame)


def test_a_table_of_texts_alone() -> None:
    frame = ward()[["sex", "race", "died"]].assign(note=[f"seen on {day}" for day in range(300)])
    spec = ward_task(modalities=(modality("note"),))
    with pytest.raises(TaskError, match='modality "m": expected at least one usable column'):
        check_task(spec, frame)


def test_a_group_of_one_patient_is_a_note_not_an_error() -> None:
    frame = ward()
    frame.loc[7, "race"] = "hawaiian"
    notes = {note.text: note for note in check_task(ward_task(), frame)}
    note = notes['group "hawaiian" of "race" has 1 row: its figures will be not estimable.']
    assert (note.severity, note.column) == ("warning", "race")
    assert prepare(frame, ward_task()).attributes[0].values == ("black", "hawaiian", "other", "white")


def test_notes_count_rows_left_out_of_groups() -> None:
    frame = ward()
    frame.loc[:4, "sex"] = None
    texts = [note.text for note in check_task(ward_task(drop=("sex",)), frame)]
    left_out = '5 rows without a value of "sex" left out of its groups'
    assert sum(text.startswith(left_out) for text in texts) == 1
    assert texts[-1] == '"sex" is not an input.'


def test_few_outcomes_in_a_group_are_noted() -> None:
    frame = ward().assign(sex=["x"] * 15 + ["y"] * 285)
    frame.loc[:14, "died"] = 0
    texts = [note.text for note in check_task(ward_task(sensitive=("sex",)), frame)]
    assert 'group "x" of "sex" has 0 with and 15 without the outcome' in texts[0]


def test_hostile_names_work_from_end_to_end() -> None:
    image, link = "<img src=x onerror=alert(1)>", "![x](http://x)"
    frame = ward().rename(columns={"age": image, "sex": link})
    spec = ward_task(sensitive=(link,), modalities=(modality(image, "ward"),))
    data = prepare(frame, spec)
    assert data.encoders[0].feature_names[0] == image
    assert data.attributes[0].name == link


def test_a_task_survives_json() -> None:
    spec = ward_task(drop=("age",), split=SplitSpec(seed=3, group_id="ward"), public=True)
    assert TaskSpec.from_json(spec.to_json()) == spec
    several = ward_task(positive=None)
    assert TaskSpec.from_json(several.to_json()) == several
    assert json.loads(several.to_json())["positive"] is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "task file: expected a task as FairViz writes it, found Invalid JSON"),
        ("{}", 'field "name": expected a task as FairViz writes it, found Field required'),
    ],
)
def test_a_broken_task_file(text: str, message: str) -> None:
    with pytest.raises(TaskError, match=re.escape(message)):
        TaskSpec.from_json(text)


def test_check_task_leaves_the_table_alone() -> None:
    frame = ward()
    check_task(ward_task(), frame)
    pd.testing.assert_frame_equal(frame, ward())


def test_numbers_are_no_text() -> None:
    spec = ward_task(modalities=(ModalitySpec(name="notes", columns=("ward", "age"), kind="text"),))
    message = 'modality "notes": expected texts, found "age", a column of numbers.'
    with pytest.raises(TaskError, match=re.escape(message)):
        check_task(spec, ward())


def test_the_same_text_in_every_row_tells_nothing() -> None:
    spec = ward_task(modalities=(ModalitySpec(name="notes", columns=("note",), kind="text"),))
    with pytest.raises(TaskError, match='modality "notes": expected at least one usable column'):
        check_task(spec, ward().assign(note="seen today"))
