"""Numbers and tables as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.effect.intervals import Interval

ABSENT = "not estimable"
_MINUS = "\N{MINUS SIGN}"


def level(value: float | None) -> str:
    """A number."""
    return ABSENT if value is None else f"{value:.3f}"


def signed(value: float, digits: int = 3) -> str:
    """A change, with its sign; a zero has none."""
    text = f"{value:+.{digits}f}"
    plain = text.lstrip("+-")
    return plain if float(plain) == 0 else text.replace("-", _MINUS)


def percent(value: float) -> str:
    """A relative change in percent."""
    return f"{signed(100 * value, 0)} %"


def change(interval: Interval | None) -> str:
    """A change with its limits, bold where 0 lies outside of them as printed."""
    if interval is None:
        return ABSENT
    outside = round(interval.low, 3) > 0 or round(interval.high, 3) < 0
    estimate = f"**{signed(interval.estimate)}**" if outside else signed(interval.estimate)
    return f"{estimate} [{signed(interval.low)}, {signed(interval.high)}]"


def relative(interval: Interval) -> str:
    """A relative change with its limits."""
    return f"{percent(interval.estimate)} [{percent(interval.low)}, {percent(interval.high)}]"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its first column to the left and the others to the right."""
    rule = [":--", *["--:"] * (len(headings) - 1)]
    lines = [headings, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def folded(title: str, body: str) -> str:
    """Something to be opened by those who want it."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence; with semicolons where names have commas of their own."""
    between = "; " if any("," in name for name in names) else ", "
    return " and ".join([between.join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
