"""Charts of gap against AUC as plain SVG: pure, and the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, cos, floor, log10, pi, sin

from tests.effect.intervals import Interval

INK, MUTED, GRID, BAND = "#1F2430", "#5B6371", "#E9EBEF", "#F3F0E6"
_PANEL_WIDTH, _PANEL_HEIGHT = 340.0, 300.0
_LEFT, _TOP, _BOTTOM, _BETWEEN = 58.0, 46.0, 46.0, 58.0
_LEGEND_COLUMNS, _LEGEND_LINE = 2, 18.0
_SIZE = 5.0


@dataclass(frozen=True)
class Mark:
    """A configuration: where it is, and how sure its distance from the baseline is.

    Attributes:
        x, y: AUC and gap, each with its limits.
        symbol: as plotly calls it.
    """

    label: str
    x: Interval
    y: Interval
    colour: str
    symbol: str


@dataclass(frozen=True)
class Panel:
    """One plane of AUC and a gap.

    Attributes:
        lines: paths through points (AUC, gap): a name and its points; drawn solid, then dashed.
        floor: gap that equal groups stay below in 95 of 100 test sets; None where it is not known.
    """

    title: str
    gap: str
    marks: Sequence[Mark]
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]] = field(default_factory=tuple)
    floor: float | None = None


@dataclass(frozen=True)
class _Axis:
    """From numbers to pixels; ``start`` is at pixel ``at`` and ``end`` at ``at + length``."""

    start: float
    end: float
    at: float
    length: float

    def pixel(self, value: float) -> float:
        return self.at + (value - self.start) / (self.end - self.start) * self.length

    def ticks(self) -> list[float]:
        return ticks(min(self.start, self.end), max(self.start, self.end))


def chart(panels: Sequence[Panel]) -> str:
    """Panels side by side over one legend, whose numbers stand beside the marks."""
    marks = panels[0].marks
    lines = ceil(len(marks) / _LEGEND_COLUMNS) + (1 if panels[0].lines else 0)
    width = len(panels) * (_LEFT + _PANEL_WIDTH) + _BETWEEN / 2
    height = _TOP + _PANEL_HEIGHT + _BOTTOM + 14 + lines * _LEGEND_LINE
    body = [_panel(panel, at * (_LEFT + _PANEL_WIDTH) + _LEFT) for at, panel in enumerate(panels)]
    legend = _legend(panels[0], width, _TOP + _PANEL_HEIGHT + _BOTTOM + 14)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="system-ui, sans-serif" font-size="12">\n'
        f'<rect width="100%" height="100%" fill="#FFFFFF"/>\n' + "\n".join([*body, legend]) + "\n</svg>\n"
    )


def _panel(panel: Panel, left: float) -> str:
    """One plane: upwards is a smaller gap."""
    xs = [v for mark in panel.marks for v in mark.x] + [x for _, points in panel.lines for x, _ in points]
    ys = [v for mark in panel.marks for v in mark.y] + [y for _, points in panel.lines for _, y in points]
    low, high = _padded(xs)
    small, large = _padded(ys)
    x = _Axis(low, high, left, _PANEL_WIDTH - _BETWEEN / 2)
    y = _Axis(max(small, 0.0), large, _TOP, _PANEL_HEIGHT)
    parts = [
        _text(left, _TOP - 24, panel.title, colour=INK, weight=600),
        *_floor_band(panel.floor, x, y),
        *_grid(x, y),
        _text(x.at + x.length, y.at + y.length + 34, "AUC", anchor="end"),
        _text(left - 44, _TOP - 8, f"{panel.gap}, upwards is smaller"),
        *(_path(points, x, y, dashed=at > 0) for at, (_, points) in enumerate(panel.lines)),
        _inside(x, y, "".join(_bars(mark, x, y) for mark in panel.marks)),
        *(_mark(mark, number, x, y) for number, mark in enumerate(panel.marks, start=1)),
    ]
    return "\n".join(parts)


def _padded(values: Sequence[float]) -> tuple[float, float]:
    """Limits that leave a margin around values."""
    low, high = min(values), max(values)
    margin = 0.06 * (high - low) or 0.01
    return low - margin, high + margin


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers within limits, about as many as asked for."""
    rough = (high - low) / most
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    return [step * k for k in range(ceil(low / step), floor(high / step) + 1)]


def _floor_band(gap: float | None, x: _Axis, y: _Axis) -> list[str]:
    """Where gaps are not clear of chance."""
    if gap is None or gap <= y.start:
        return []
    depth = min(y.pixel(gap) - y.at, y.length)
    place = f'x="{x.at:.1f}" y="{y.at:.1f}" width="{x.length:.1f}" height="{depth:.1f}"'
    return [
        f'<rect {place} fill="{BAND}"/>',
        _text(x.at + 4, y.at + 12, "within chance"),
    ]


def _grid(x: _Axis, y: _Axis) -> list[str]:
    right, bottom = x.at + x.length, y.at + y.length
    vertical = [
        _line(x.pixel(v), y.at, x.pixel(v), bottom, GRID)
        + _text(x.pixel(v), bottom + 16, f"{v:.3g}", anchor="middle")
        for v in x.ticks()
    ]
    horizontal = [
        _line(x.at, y.pixel(v), right, y.pixel(v), GRID)
        + _text(x.at - 6, y.pixel(v) + 4, f"{v:.3g}", anchor="end")
        for v in y.ticks()
    ]
    return vertical + horizontal


def _path(points: Sequence[tuple[float, float]], x: _Axis, y: _Axis, *, dashed: bool) -> str:
    at = " ".join(f"{x.pixel(a):.1f},{y.pixel(b):.1f}" for a, b in points)
    dots = "".join(
        f'<circle cx="{x.pixel(a):.1f}" cy="{y.pixel(b):.1f}" r="2" fill="{MUTED}"/>' for a, b in points
    )
    return f'<polyline points="{at}" fill="none" stroke="{MUTED}"{_dashes(dashed=dashed)}/>{dots}'


def _dashes(*, dashed: bool) -> str:
    return ' stroke-dasharray="5 3"' if dashed else ""


def _inside(x: _Axis, y: _Axis, drawn: str) -> str:
    """Something cut off at the edges of the plane: limits may lie below a gap of 0."""
    name = f"plane-{x.at:g}"
    area = f'x="{x.at:.1f}" y="{y.at:.1f}" width="{x.length:.1f}" height="{y.length:.1f}"'
    return f'<clipPath id="{name}"><rect {area}/></clipPath><g clip-path="url(#{name})">{drawn}</g>'


def _bars(mark: Mark, x: _Axis, y: _Axis) -> str:
    """Limits across and upright."""
    across, upright = x.pixel(mark.x.estimate), y.pixel(mark.y.estimate)
    return _line(x.pixel(mark.x.low), upright, x.pixel(mark.x.high), upright, mark.colour) + _line(
        across, y.pixel(mark.y.low), across, y.pixel(mark.y.high), mark.colour
    )


def _mark(mark: Mark, number: int, x: _Axis, y: _Axis) -> str:
    at, height = x.pixel(mark.x.estimate), y.pixel(mark.y.estimate)
    return symbol(mark.symbol, at, height, mark.colour) + _text(at + 7, height - 5, str(number), colour=INK)


def _legend(panel: Panel, width: float, top: float) -> str:
    column = (width - _LEFT / 2) / _LEGEND_COLUMNS
    parts = []
    for at, mark in enumerate(panel.marks):
        left = _LEFT / 2 + at % _LEGEND_COLUMNS * column
        line = top + at // _LEGEND_COLUMNS * _LEGEND_LINE
        parts.append(symbol(mark.symbol, left, line - 4, mark.colour))
        parts.append(_text(left + 10, line, f"{at + 1} {mark.label}", colour=INK))
    line = top + ceil(len(panel.marks) / _LEGEND_COLUMNS) * _LEGEND_LINE
    for at, (name, _) in enumerate(panel.lines):
        left = _LEFT / 2 - 6 + at * column
        parts.append(_line(left, line - 4, left + 26, line - 4, MUTED, dashed=at > 0))
        parts.append(_text(left + 32, line, name, colour=INK))
    return "\n".join(parts)


def symbol(name: str, x: float, y: float, colour: str) -> str:
    """A mark's shape around a point; a circle where the name is not known."""
    if name not in _SHAPES:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_SIZE:g}" fill="{colour}"/>'
    points = " ".join(f"{x + _SIZE * a:.1f},{y + _SIZE * b:.1f}" for a, b in _SHAPES[name])
    return f'<polygon points="{points}" fill="{colour}"/>'


def _ring(corners: int, turn: float = 0.0, inner: float = 1.0) -> tuple[tuple[float, float], ...]:
    """Corners on a circle from the top; every other one nearer to the middle makes a star."""
    return tuple(
        (
            1.2 * (inner if k % 2 else 1) * sin(turn + 2 * pi * k / corners),
            -1.2 * (inner if k % 2 else 1) * cos(turn + 2 * pi * k / corners),
        )
        for k in range(corners)
    )


_SHAPES = {
    "square": _ring(4, pi / 4),
    "diamond": _ring(4),
    "triangle-up": _ring(3),
    "triangle-down": _ring(3, pi),
    "pentagon": _ring(5),
    "hexagon": _ring(6),
    "star": _ring(10, inner=0.45),
    "x": _ring(8, pi / 4, inner=0.35),
    "cross": _ring(8, inner=0.35),
    "bowtie": ((-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)),
}


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}"{_dashes(dashed=dashed)}/>'


def _text(
    x: float, y: float, words: str, *, colour: str = MUTED, anchor: str = "start", weight: int = 400
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" fill="{colour}"'
    style = (f' text-anchor="{anchor}"' if anchor != "start" else "") + (
        f' font-weight="{weight}"' if weight != 400 else ""
    )
    return f"<text {place}{style}>{escape(words)}</text>"
