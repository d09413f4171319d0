"""Proposals for a task from a table's names and values; every one of them a person can change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.adapters.formats import known_format
from fairviz.data.checks import MAX_GROUPS, check_rows
from fairviz.data.describe import Kind, describe_column
from fairviz.data.encode import is_number
from fairviz.data.given_split import find_split
from fairviz.data.leakage import LEAK_AUC, ranking_strength
from fairviz.data.outcome import FEWEST_CLASSES, MOST_CLASSES
from fairviz.data.personal import personal_data
from fairviz.data.specs import GroupingSpec, ModalitySpec, SplitSpec, TaskSpec, columns_of
from fairviz.data.values import text_codes
from fairviz.data.vocabulary import (
    DATE_NAMES,
    FUTURE_NAMES,
    MODALITY_NAMES,
    NEGATIVE_TEXTS,
    OUTCOME_NAMES,
    POSITIVE_TEXTS,
    SENSITIVE_NAMES,
    is_named,
    plain_name,
)
from fairviz.errors import TaskError

MAX_SENSITIVE: Final = 3
MAX_MODALITIES: Final = 6

_BINARY: Final = 2
# A copy may disagree in a few rows (typing errors) and still give the attribute away.
_COPY_AGREEMENT: Final = 0.995
_SERIES: Final = 4
_KIND_REASONS: Final[Mapping[Kind, str]] = {
    "date": "a date",
    "identifier": "identifies a row or a place",
    "constant": "the same in every row",
    "empty": "no values",
    "text": "free text",
}


def suggest_task(
    frame: pd.DataFrame,
    *,
    dataset: str,
    name: str,
    outcome: str | None = None,
    positive: str | None = None,
    sensitive: Sequence[str] | None = None,
    modalities: Sequence[ModalitySpec] | None = None,
    drop: Collection[str] = (),
    use_sensitive: bool = False,
    use_text: bool = False,
    group_id: str | None = None,
    split_column: str | None = None,
    images: Collection[str] = (),
    groupings: Sequence[GroupingSpec] = (),
) -> TaskSpec:
    """Propose what was not given, and keep what was.

    Args:
        frame: the table.
        dataset: its content hash.
        name: of the task.
        outcome: column to predict.
        positive: text of its positive value, against which all others stand; where none is given and
            the outcome has more than two values, each of them is a class.
        sensitive: columns whose groups are compared.
        modalities: the inputs; a column named here is not dropped for any proposed reason.
        drop: columns to keep out of the inputs, beside those proposed.
        use_sensitive: make the sensitive attributes inputs as well.
        use_text: make free text an input too, as a modality of its own: it may hold names.
        group_id: column of the patient, whose rows stay in one part of the split and count once in
            intervals; never an input. Proposed only for a known format.
        split_column: column that tells the part of each row, train, validation or test; where none is given
            but one column tells just that, it is proposed, unless it is dropped.
        images: columns that name the image of each row; each is a modality of its own.
        groupings: how the groups of some of the sensitive attributes are made; the columns they are made of
            are inputs only where a sensitive attribute would be.

    Raises:
        TaskError: no outcome, sensitive attribute or input can be proposed, a name is unknown, or the
            table has too few rows for any task.
    """
    single = [name for name in (outcome, group_id, split_column) if name]
    named_columns = [c for name in sensitive or () for c in columns_of(name, groupings)]
    _require_columns(frame, [*single, *named_columns, *drop])
    check_rows(frame)
    named = {column for modality in modalities or () for column in modality.columns}
    free = [column for column in frame.columns if column not in {*drop, *single, *named_columns, *named}]
    part = split_column or find_split(frame[free])
    known = known_format(frame.columns)
    chosen = outcome or suggest_outcome(frame.drop(columns=[*drop, *([part] if part else [])]))
    value = positive if positive is not None else suggest_positive(frame, chosen)
    patient = group_id or (None if known is None else known.group_id)
    attributes = tuple(suggest_sensitive(frame, chosen) if sensitive is None else sensitive)
    made_of = [column for name in attributes for column in columns_of(name, groupings)]
    reasons = dict.fromkeys(drop, "dropped by choice")
    reasons |= suggest_drops(
        frame, chosen, value, made_of, use_sensitive=use_sensitive, use_text=use_text, images=images
    )
    not_inputs = {chosen, patient, part, *reasons} | (set() if use_sensitive else set(made_of))
    columns = [str(column) for column in frame.columns if column not in not_inputs]
    inputs = suggest_modalities(frame, columns, images) if modalities is None else tuple(modalities)
    return TaskSpec(
        name=name,
        dataset=dataset,
        outcome=chosen,
        positive=value,
        sensitive=attributes,
        modalities=inputs,
        drop=tuple(c for c in frame.columns if c in drop or (c in reasons and c not in named)),
        split=SplitSpec(group_id=patient, column=part),
        groupings=tuple(groupings),
    )


def suggest_outcome(frame: pd.DataFrame) -> str:
    """Propose the column to predict: the most telling name, complete before incomplete.

    A known format has one. Columns with two values come first; where there is none, those whose values can be
    classes.

    Raises:
        TaskError: no column has two to ten values.
    """
    known = known_format(frame.columns)
    if known is not None and known.outcome[0] in frame.columns:
        return known.outcome[0]
    distinct = {str(name): frame[name].nunique() for name in frame.columns}
    binary = [name for name, values in distinct.items() if values == _BINARY]
    few = [name for name, values in distinct.items() if FEWEST_CLASSES <= values <= MOST_CLASSES]
    candidates = binary or few
    if not candidates:
        raise TaskError(
            "outcome",
            expected="a column with two values",
            found=f"none in the table, nor one with {FEWEST_CLASSES} to {MOST_CLASSES}",
            remedy="Add one, such as died: yes or no, or load another table.",
        )
    complete = [name for name in candidates if not frame[name].isna().any()]
    for pattern in OUTCOME_NAMES:
        named = [name for name in (*complete, *candidates) if is_named(name, pattern)]
        if named:
            return named[0]
    other = [name for name in (complete or candidates) if _sensitive_family(name) is None]
    return (other or candidates)[-1]


def suggest_positive(frame: pd.DataFrame, outcome: str) -> str | None:
    """Propose which of two values counts as "it happened": by its word, else the rarer one.

    Returns:
        None where there are not two values: more are classes of their own until one is named.
    """
    levels, codes = text_codes(frame[outcome])
    if len(levels) != _BINARY:
        return None
    worded = [level for level in levels if level.lower() in POSITIVE_TEXTS]
    not_negated = [level for level in levels if level.lower() not in NEGATIVE_TEXTS]
    for candidates in (worded, not_negated):
        if len(candidates) == 1:
            return candidates[0]
    return levels[int(np.bincount(codes[codes >= 0], minlength=len(levels)).argmin())]


def suggest_sensitive(frame: pd.DataFrame, outcome: str) -> tuple[str, ...]:
    """Propose at most three attributes, those of a known format or one per family of `SENSITIVE_NAMES`.

    Within a family words win over codes, then the column whose smallest group is largest.

    Raises:
        TaskError: no column is named like one.
    """
    known = known_format(frame.columns)
    if known is not None:
        return tuple(name for name in known.sensitive if name in frame.columns and name != outcome)
    best: dict[int, tuple[tuple[bool, int], str]] = {}
    for name in map(str, frame.columns):
        family = _sensitive_family(name)
        if name == outcome or family is None:
            continue
        rank = _rank_as_groups(frame[name], codes_too=SENSITIVE_NAMES[family][1])
        if rank is not None and (family not in best or rank > best[family][0]):
            best[family] = (rank, name)
    if not best:
        raise TaskError(
            "sensitive attributes",
            expected=f"a column named like race, sex or age_band, with 2 to {MAX_GROUPS} values",
            found="none",
            remedy="Choose the column whose groups are to be compared.",
        )
    return tuple(best[family][1] for family in sorted(best))[:MAX_SENSITIVE]


def suggest_drops(
    frame: pd.DataFrame,
    outcome: str,
    positive: str | None,
    sensitive: Sequence[str],
    *,
    use_sensitive: bool = False,
    use_text: bool = False,
    images: Collection[str] = (),
) -> dict[str, str]:
    """Propose columns to keep out of the inputs, each with its reason in words.

    What a known format leaves out, without a look at it. Then identifiers, dates, free text (unless with
    `use_text`), constants and empty columns; copies of a sensitive attribute; and columns that give the
    outcome, or one of its classes, away, by what they hold or by what they are called. Columns that name
    images are none of these.
    """
    told_apart = list(_told_apart(frame[outcome], positive))
    groupings = {} if use_sensitive else {name: text_codes(frame[name]) for name in sensitive}
    known = known_format(frame.columns)
    left_out = {} if known is None else known.left_out
    reasons: dict[str, str] = {}
    for name in map(str, frame.columns):
        if name == outcome or name in sensitive or name in images:
            continue
        found = (
            left_out.get(name)
            or _personal(frame[name])
            or _unusable(frame[name], use_text=use_text)
            or _leak(frame[name], told_apart)
            or next(_copies(frame[name], groupings), None)
        )
        if found:
            reasons[name] = found
    return reasons


def suggest_modalities(
    frame: pd.DataFrame, columns: Sequence[str], images: Collection[str] = ()
) -> tuple[ModalitySpec, ...]:
    """Propose modalities: at most six, as a known format has them, by numbered series and by name families.

    Free text is one by itself, and so is each column of images.

    Raises:
        TaskError: there is no column to use.
    """
    if not columns:
        raise TaskError(
            "modalities",
            expected="at least one usable column to predict from",
            found="none beside outcome, sensitive attributes and columns to drop",
            remedy="Load a table with measurements, or take a column out of the dropped ones.",
        )
    own = [ModalitySpec(name=image, columns=(image,), kind="image") for image in columns if image in images]
    texts = [column for column in columns if column not in images and _is_text(frame[column])]
    if texts:
        own.append(ModalitySpec(name="notes", columns=tuple(texts), kind="text"))
    others = [column for column in columns if column not in {*images, *texts}]
    return (*_of_tables(frame, others, most=MAX_MODALITIES - len(own)), *own)


def _of_tables(frame: pd.DataFrame, columns: Sequence[str], *, most: int) -> Iterator[ModalitySpec]:
    known = known_format(frame.columns)
    told = {} if known is None else {column: name for name, own in known.modalities.items() for column in own}
    series = _numbered_series([column for column in columns if column not in told])
    named: dict[str, list[str]] = {}
    for column in columns:
        family = told.get(column) or series.get(column) or _modality_family(column) or ""
        named.setdefault(family, []).append(column)
    rest = named.pop("", [])
    for name in _smallest(named, most, bool(rest)):
        rest += named.pop(name)
    if rest:
        # Numbers against categories is a poor division, taken only where names offer none.
        named |= {"other": rest} if named else _by_kind(frame, rest)
    for name, own in named.items():
        yield ModalitySpec(name=name, columns=tuple(own))


def _require_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    for name in names:
        if name not in frame.columns:
            raise TaskError(
                f'column "{name}"',
                expected="a column of the table",
                found="no such column",
                remedy=f"Choose among {', '.join(map(str, frame.columns[:12]))}"
                + (" and others." if len(frame.columns) > 12 else "."),
            )


def _sensitive_family(name: str) -> int | None:
    matches = (at for at, (pattern, _) in enumerate(SENSITIVE_NAMES) if is_named(name, pattern))
    return next(matches, None)


def _is_text(column: pd.Series) -> bool:
    return not is_number(column) and describe_column(column).kind == "text"


def _rank_as_groups(column: pd.Series, *, codes_too: bool) -> tuple[bool, int] | None:
    worded = not is_number(column)
    levels, codes = text_codes(column)
    if not _BINARY <= len(levels) <= MAX_GROUPS or not (worded or codes_too):
        return None
    return worded, int(np.bincount(codes[codes >= 0]).min())


def _personal(column: pd.Series) -> str | None:
    found = personal_data(column)
    return found and f"may identify patients: {found}"


def _unusable(column: pd.Series, *, use_text: bool) -> str | None:
    if DATE_NAMES.search(plain_name(str(column.name))):
        return _KIND_REASONS["date"]
    kind = describe_column(column).kind
    return None if kind == "text" and use_text else _KIND_REASONS.get(kind)


def _told_apart(outcome: pd.Series, positive: str | None) -> Iterator[NDArray[np.int64]]:
    """Yield 0/1 labels [N] of everything to be predicted: the positive value, or each of the classes."""
    levels, codes = text_codes(outcome)
    few = len(levels) <= MOST_CLASSES
    for code, level in enumerate(levels):
        labels = (codes == code).astype(np.int64)
        if (level == positive or (positive is None and few)) and not labels.all():
            yield labels


def _leak(column: pd.Series, told_apart: Sequence[NDArray[np.int64]]) -> str | None:
    for pattern, reason in FUTURE_NAMES:
        if is_named(str(column.name), pattern):
            return reason
    strength = max((ranking_strength(column, labels) for labels in told_apart), default=0.0)
    return (
        f"gives the outcome away: alone it reaches an AUC of {strength:.2f}" if strength >= LEAK_AUC else None
    )


def _copies(
    column: pd.Series, groupings: Mapping[str, tuple[tuple[str, ...], NDArray[np.int64]]]
) -> Iterator[str]:
    levels, codes = text_codes(column)
    if not _BINARY <= len(levels) <= MAX_GROUPS:
        return
    for name, (values, groups) in groupings.items():
        if _determines(codes, groups, len(levels), len(values)):
            yield f'tells "{name}" in other words'


def _determines(codes: NDArray[np.int64], groups: NDArray[np.int64], levels: int, values: int) -> bool:
    """Tell whether knowing the level (nearly) tells the group, and far better than guessing."""
    both = (codes >= 0) & (groups >= 0)
    table = np.bincount(codes[both] * values + groups[both], minlength=levels * values)
    table = table.reshape(levels, values)
    total = max(int(table.sum()), 1)
    agreement, guess = table.max(axis=1).sum() / total, table.sum(axis=0).max() / total
    return bool(agreement >= max(_COPY_AGREEMENT, 1 - 0.05 * (1 - guess)))


def _numbered_series(columns: Sequence[str]) -> dict[str, str]:
    """Return the stem of every column that belongs to a series, such as cup_01, cup_02, cup_03."""
    stems = {column: re.sub(r"_?\d+$", "", plain_name(column)) for column in columns}
    counts = Counter(stem for column, stem in stems.items() if stem != plain_name(column))
    return {
        column: stem
        for column, stem in stems.items()
        if stem != plain_name(column) and counts[stem] >= _SERIES
    }


def _modality_family(column: str) -> str | None:
    matches = (family for family, pattern in MODALITY_NAMES if is_named(column, pattern))
    return next(matches, None)


def _smallest(named: Mapping[str, Sequence[str]], most: int, has_rest: bool) -> list[str]:
    """Return the families that go into the rest, so that no more than `most` modalities remain."""
    if len(named) <= most - has_rest:
        return []
    by_size = sorted(named, key=lambda name: len(named[name]))
    return by_size[: len(named) - (most - 1)]


def _by_kind(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, list[str]]:
    numbers = [column for column in columns if is_number(frame[column])]
    categories = [column for column in columns if column not in numbers]
    split = {"numbers": numbers, "categories": categories}
    return {name: own for name, own in split.items() if own}
