"""Numbers, times and people's own text as a page shows them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

MINUS: Final = "\u2212"
NOT_ESTIMABLE: Final = "not estimable"
SUPPRESSED: Final = "suppressed"

_COLUMN_PIXELS: Final = (170, 400)
# Between the marks of an address, a shortcode or a mail address: shows nothing, breaks the pattern.
_JOINER: Final = "\u2060"
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
# What markdown finds again after its escapes are resolved: links without brackets and :shortcodes:.
_PATTERNS: Final = re.compile(r"(:)(?=[/\w+-])|(www)(?=\.)|(@)(?=\w)", re.IGNORECASE)


def plain(text: str) -> str:
    """A person's own text for a place that reads markdown: shown letter by letter, loading nothing."""
    broken = _PATTERNS.sub(lambda match: match.group() + _JOINER, " ".join(text.split()))
    return _PUNCTUATION.sub(r"\\\1", broken)


def number(value: float | None) -> str:
    """Three decimals, or that there is no number."""
    return NOT_ESTIMABLE if value is None or math.isnan(value) else f"{value:.3f}".replace("-", MINUS)


def change(value: float) -> str:
    """A difference with its sign, three decimals."""
    shown = f"{value:+.3f}".replace("-", MINUS)
    return "0.000" if abs(value) < 0.0005 else shown


def between(low: float, high: float) -> str:
    """Both limits of a number."""
    return f"{number(low)} to {number(high)}"


def p_value(value: float) -> str:
    """A p-value as papers print it."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}" if value < 0.1 else f"p = {value:.2f}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def percent(share: float) -> str:
    """A share from 0 to 1 in whole percent."""
    return f"{round(share * 100)} %"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: 1 run, 9 runs, 9,105 rows."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """A time span a person can plan with: 40 s, 2 min 10 s, 1 h 5 min."""
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def moment(when: datetime) -> str:
    """A time of the store, which has none of its zones: 20 Nov 2026, 17:19 UTC."""
    return f"{when.day} {when:%b %Y, %H:%M} UTC"


def column_pixels(texts: Iterable[str]) -> int:
    """Width of a table's column for these texts: what tells two of them apart often stands at the end."""
    longest = max(map(len, texts), default=0)
    return max(_COLUMN_PIXELS[0], min(7 * longest + 20, _COLUMN_PIXELS[1]))


def upper(sentence: str) -> str:
    """The sentence with a capital at its start, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]
