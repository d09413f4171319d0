"""What makes a task trainable: one check per function, each with its own remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.availability import available_modalities
from fairviz.data.encode import RARE_BELOW, is_number
from fairviz.data.groups import Attribute
from fairviz.data.outcome import MOST_CLASSES, outcome_classes, outcome_labels
from fairviz.data.specs import ModalityKind, ModalitySpec, SplitSpec, TaskSpec
from fairviz.data.values import text_codes
from fairviz.errors import DataError, TaskError
from fairviz.suppression import FEW, is_small

MIN_ROWS: Final = 60
"""Fewer rows leave fewer than 12 to test on: an interval for a rate would span most of 0 to 1."""
MIN_PER_OUTCOME: Final = 10
"""Fewer leave a 20 % part with none or one: no AUC there could be told from chance."""
MAX_GROUPS: Final = 20
"""More groups than this cannot be told apart on a chart, and each holds few rows."""
LARGEST_NUMBER: Final = 1e30
"""No measurement is this large; means and deviations of such numbers say nothing."""

_SHARE_TOLERANCE: Final = 1e-6
_BINARY: Final = 2
_ROWS_NAMED: Final = 5


def check_names(spec: TaskSpec, frame: pd.DataFrame) -> None:
    """Every column that the task names exists and plays one part only."""
    _require_something(spec)
    for use, column in _uses(spec):
        if column not in frame.columns:
            raise TaskError(
                f'{use} "{column}"',
                expected="a column of the table",
                found=f"no such column among {_listed(map(str, frame.columns))}",
                remedy="Choose one of these columns, or correct the spelling.",
            )
    _require_one_part_each(spec)


def check_split(split: SplitSpec) -> None:
    """Shares are positive and add to 1."""
    shares = {"train": split.train, "validation": split.validation, "test": split.test}
    told = ", ".join(f"{name} {share:g}" for name, share in shares.items())
    if min(shares.values()) <= 0 or abs(sum(shares.values()) - 1) > _SHARE_TOLERANCE:
        raise TaskError(
            "split",
            expected="three shares above 0 that add to 1",
            found=f"{told}, together {sum(shares.values()):g}",
            remedy="Change the shares, for example to 0.6, 0.2 and 0.2.",
        )


def check_rows(frame: pd.DataFrame) -> None:
    """There are enough rows to split and train on."""
    if len(frame) < MIN_ROWS:
        raise TaskError(
            "table",
            expected=f"at least {MIN_ROWS} rows, the fewest that can be split into training, "
            "validation and test",
            found=f"{len(frame)} row{'s' * (len(frame) != 1)}",
            remedy="Load a larger table.",
        )


def check_outcome(spec: TaskSpec, frame: pd.DataFrame) -> None:
    """The outcome is known in every row, its classes follow from the task, and each has enough rows."""
    levels, codes = text_codes(frame[spec.outcome])
    _require_known(f'outcome "{spec.outcome}"', codes)
    _require_two(spec.outcome, levels)
    if spec.positive is None:
        _require_classes(spec.outcome, levels)
    elif spec.positive not in levels:
        raise TaskError(
            f'positive value "{spec.positive}"',
            expected=f'a value of "{spec.outcome}": {_listed(levels)}',
            found="a value that does not occur",
            remedy="Choose one of the values that occur.",
        )
    rows = np.bincount(outcome_labels(frame, spec.outcome, spec.positive))
    if rows.min() < MIN_PER_OUTCOME:
        fewest = outcome_classes(frame, spec.outcome, spec.positive)[int(rows.argmin())]
        raise TaskError(
            f'outcome "{spec.outcome}"',
            expected=f"at least {MIN_PER_OUTCOME} rows of each value",
            found=f'{rows.min() if spec.public else "fewer"} with "{fewest}"',
            remedy="Choose a more frequent outcome or load more rows."
            if spec.positive is not None
            else "Merge it with another value, or name one value to be predicted against all others.",
        )


def _require_two(outcome: str, levels: Sequence[str]) -> None:
    if len(levels) < _BINARY:
        raise TaskError(
            f'outcome "{outcome}"',
            expected="at least two values",
            found=f"{len(levels)} ({_listed(levels)})",
            remedy="Choose a column whose values differ, or make one, such as died: yes or no.",
        )


def _require_classes(outcome: str, levels: Sequence[str]) -> None:
    """Without a positive value, every one of at least three values is a class, and they are not many."""
    if len(levels) == _BINARY:
        raise TaskError(
            f'positive value of "{outcome}"',
            expected=f"one of its two values, {_listed(levels)}",
            found="none",
            remedy="Name the value that means it happened.",
        )
    if len(levels) > MOST_CLASSES:
        raise TaskError(
            f'outcome "{outcome}"',
            expected=f"at most {MOST_CLASSES} values as classes, or one that means it happened",
            found=f"{len(levels)} values and none of them named",
            remedy="Name the value to be predicted against all others, or choose another column.",
        )


def check_sensitive(grouping: Attribute) -> None:
    """A sensitive attribute has at least two groups, and not too many."""
    found = len(grouping.values)
    name = f'sensitive attribute "{grouping.name}"'
    if found == 0:
        raise TaskError(
            name,
            expected="groups to compare",
            found="no value in any row",
            remedy="Choose another column.",
        )
    if found == 1:
        raise TaskError(
            name,
            expected="at least two groups to compare",
            found=f'one value, "{grouping.values[0]}"',
            remedy="Choose a column whose values differ.",
        )
    if found > MAX_GROUPS:
        raise TaskError(
            name,
            expected=f"at most {MAX_GROUPS} groups",
            found=f"{found} values",
            remedy="Cut a number into bands (such as age into under 45, 45-64, 65+), or merge groups.",
        )


def check_group_id(spec: TaskSpec, frame: pd.DataFrame) -> None:
    """Every row says which patient it belongs to, where rows are kept together."""
    if spec.split.group_id is not None:
        codes = np.asarray(pd.factorize(frame[spec.split.group_id])[0], dtype=np.int64)
        _require_known(f'group id "{spec.split.group_id}"', codes)


def check_numbers(spec: TaskSpec, frame: pd.DataFrame) -> None:
    """Inputs hold no infinite number."""
    for modality in spec.modalities:
        for column in modality.columns:
            refuse_infinite(frame[column])


def refuse_infinite(column: pd.Series) -> None:
    """Refuse a column with an infinite number, which no mean or model survives.

    Raises:
        DataError: naming the column, the first such row and the remedy.
    """
    if not is_number(column) or pd.api.types.is_integer_dtype(column):
        return
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if max(np.fmax.reduce(values, initial=0.0), -np.fmin.reduce(values, initial=0.0)) > LARGEST_NUMBER:
        too_large = np.abs(values) > LARGEST_NUMBER
        row = int(np.flatnonzero(too_large)[0])
        raise DataError(
            f'column "{column.name}", row {row + 1}',
            expected=f"finite numbers up to {LARGEST_NUMBER:g}",
            found=f"an infinite or larger one ({int(too_large.sum())} such in the column)",
            remedy="Leave the cell empty where the value is unknown, or enter the measured value.",
        )


def check_modalities(spec: TaskSpec, frame: pd.DataFrame) -> None:
    """Every modality of a table's columns has one that can tell rows apart; one of text has no numbers."""
    for modality in spec.modalities:
        _require_no_table(modality)
        if modality.kind == "text":
            _require_texts(modality, frame)
        if not any(is_usable(frame[column], modality.kind) for column in modality.columns):
            raise TaskError(
                f'modality "{modality.name}"',
                expected="at least one usable column",
                found=f"{_listed(modality.columns)}: empty, the same in every row, or free text "
                "whose values hardly repeat",
                remedy="Add a column of numbers or categories to it, or remove the modality.",
            )


def _require_no_table(modality: ModalitySpec) -> None:
    if modality.pretrained is not None and modality.kind == "table":
        raise TaskError(
            f'modality "{modality.name}"',
            expected="free text or images for a pretrained model",
            found="numbers or categories",
            remedy="Leave out the pretrained model, or name a modality of free text or images.",
        )


def check_available(spec: TaskSpec, frame: pd.DataFrame) -> None:
    """Every row has at least one modality: from nothing, nothing can be predicted."""
    empty = np.flatnonzero(~available_modalities(frame, spec.modalities).any(axis=1))
    if empty.size:
        named = ", ".join(str(row + 1) for row in empty[:_ROWS_NAMED])
        more = f" and {empty.size - _ROWS_NAMED} more" if empty.size > _ROWS_NAMED else ""
        raise DataError(
            "inputs",
            expected="a value in at least one input column of every row",
            found=f"{rows_in_words(empty.size)} without any: row{'s' * (empty.size != 1)} {named}{more}",
            remedy="Remove these rows from the file, or add a column that they have to a modality.",
        )


def is_usable(column: pd.Series, kind: ModalityKind = "table") -> bool:
    """Tell whether a column can tell rows apart, in a modality of this kind; of images another check does."""
    if kind == "image":
        return True
    if is_number(column) or kind == "text":
        return bool(column.nunique(dropna=False) > 1)
    levels, codes = text_codes(column)
    rows = np.bincount(codes + 1, minlength=len(levels) + 1)
    return bool(np.count_nonzero(rows) > 1 and rows.max() >= RARE_BELOW)


def _require_texts(modality: ModalitySpec, frame: pd.DataFrame) -> None:
    for column in modality.columns:
        if is_number(frame[column]):
            raise TaskError(
                f'modality "{modality.name}"',
                expected="texts",
                found=f'"{column}", a column of numbers',
                remedy="Put numbers into a modality of their own.",
            )


def _require_something(spec: TaskSpec) -> None:
    if not spec.sensitive:
        raise TaskError(
            "sensitive attributes",
            expected="at least one column",
            found="none",
            remedy="Choose the column whose groups are to be compared, such as sex.",
        )
    if not spec.modalities:
        raise TaskError(
            "modalities",
            expected="at least one",
            found="none",
            remedy="Assign the columns to predict from to a modality.",
        )


def _uses(spec: TaskSpec) -> Iterator[tuple[str, str]]:
    yield "outcome", spec.outcome
    for name in spec.sensitive:
        # Groups that are made of columns have checks of their own.
        if spec.grouping(name) is None:
            yield "sensitive attribute", name
    for modality in spec.modalities:
        yield from ((f'modality "{modality.name}", column', column) for column in modality.columns)
    yield from (("dropped column", column) for column in spec.drop)
    if spec.split.group_id is not None:
        yield "group id", spec.split.group_id
    if spec.split.column is not None:
        yield "split column", spec.split.column


def _require_one_part_each(spec: TaskSpec) -> None:
    inputs = [column for modality in spec.modalities for column in modality.columns]
    dropped_and_used = sorted(set(spec.drop) & set(inputs))
    rules = (
        (
            spec.outcome in spec.sensitive_columns,
            f'outcome "{spec.outcome}"',
            "a column of its own",
            "the same column among the sensitive attributes",
            "Choose another outcome or another sensitive attribute.",
        ),
        (
            spec.outcome in inputs,
            f'outcome "{spec.outcome}"',
            "a column that no modality holds",
            "the same column among the inputs: it would predict itself",
            "Take it out of the modality.",
        ),
        (
            spec.split.group_id in inputs,
            f'group id "{spec.split.group_id}"',
            "a column that no modality holds",
            "the same column among the inputs: it would tell patients apart, not sick from well",
            "Take it out of the modality.",
        ),
        (
            spec.split.column is not None
            and spec.split.column in (spec.outcome, spec.split.group_id, *spec.sensitive_columns, *inputs),
            f'split column "{spec.split.column}"',
            "a column of its own",
            "the same column among outcome, sensitive attributes, group id or inputs",
            "Take it out there, or let FairViz split the rows.",
        ),
        (
            bool(dropped_and_used),
            f"dropped columns {_listed(dropped_and_used)}",
            "columns that no modality holds",
            "the same columns among the inputs",
            "Take them out of the modality or out of the dropped columns.",
        ),
        *(
            _once(names, what, remedy)
            for names, what, remedy in (
                (inputs, "column", "Keep it in one modality."),
                (spec.sensitive, "sensitive attribute", "Name it once."),
                ([m.name for m in spec.modalities], "modality", "Give each its own name."),
            )
        ),
    )
    for broken, argument, expected, found, remedy in rules:
        if broken:
            raise TaskError(argument, expected=expected, found=found, remedy=remedy)


def _once(names: Sequence[str], what: str, remedy: str) -> tuple[bool, str, str, str, str]:
    twice = [name for name, count in Counter(names).items() if count > 1]
    return bool(twice), f"{what} {_listed(twice)}", "each named once", "it more than once", remedy


def _require_known(name: str, codes: NDArray[np.int64]) -> None:
    absent = np.flatnonzero(codes < 0)
    if absent.size:
        raise TaskError(
            name,
            expected="a value in every row",
            found=f"{rows_in_words(absent.size)} without one, first row {int(absent[0]) + 1}",
            remedy="Fill in the values or remove these rows from the file.",
        )


def rows_in_words(count: int) -> str:
    """Say how many rows."""
    return f"{count:,} row{'s' * (count != 1)}"


def few_rows(count: int, *, public: bool) -> str:
    """Say how many rows, or where data are of patients that they are few."""
    return f"{FEW} rows" if is_small(count) and not public else rows_in_words(count)


def _listed(names: Iterable[str], *, most: int = 12) -> str:
    """Join names in quotes, the first few of many."""
    every = [f'"{name}"' for name in names]
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
