"""Names of columns: one for each, none empty, none that is a patient's value by mistake."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from fairviz.errors import DataError

MAX_COLUMNS: Final = 20_000
LONGEST_NAME: Final = 1_000
"""Characters; a longer one is a quotation mark that nothing closes."""
_LONGEST_TOLD: Final = 60
# Not tabs and line breaks: headers of spreadsheets have them.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD: Final = re.compile(r"[^\W\d]")


def check_names(names: Sequence[str]) -> None:
    """Every column has a name of its own.

    Raises:
        DataError: naming the position of the first column that has none, or the columns that share one.
    """
    if len(names) > MAX_COLUMNS:
        raise DataError(
            "header",
            expected=f"at most {MAX_COLUMNS:,} columns",
            found=f"{len(names):,}",
            remedy="Leave out columns that are not needed; if rows and columns are swapped, turn the table.",
        )
    for position, name in enumerate(names, start=1):
        if not name or len(name) > LONGEST_NAME:
            raise DataError(
                f"header, column {position} of {len(names)}",
                expected=f"a name of at most {LONGEST_NAME:,} characters" if name else "a name",
                found=f"one of {len(name):,} characters" if name else "an empty one",
                remedy="Shorten it; if it holds other columns, look for a quotation mark that is not closed."
                if name
                else "Name the column, or delete it if it only numbers the rows.",
            )
        if _CONTROL.search(name) is not None:
            raise DataError(
                f"header, column {position} of {len(names)}",
                expected="a name of letters, digits and signs",
                found="control characters, as in a binary or damaged file",
                remedy="Save the table again as CSV (UTF-8) or Parquet.",
            )
    twice = Counter(names).most_common(1)
    if twice and twice[0][1] > 1:
        name, times = twice[0]
        positions = [str(at) for at, other in enumerate(names, start=1) if other == name]
        more = " and others" if len(positions) > 5 else ""
        raise DataError(
            told(name, int(positions[0])),
            expected="a name of its own for every column",
            found=f"the name {times} times, at columns {', '.join(positions[:5])}{more}",
            remedy="Rename or delete all but one of them.",
        )


def told(name: str, position: int) -> str:
    """What a message calls a column.

    Of a file without a header the first patient's values stand in the place of names: what has no letter
    in it, such as a number or a date, is told by its position alone.
    """
    if _WORD.search(name) is None:
        return f"column {position}"
    short = name if len(name) <= _LONGEST_TOLD else f"{name[:_LONGEST_TOLD]}..."
    return f'column "{short}"'
