"""What a figure draws as rows of a table, a row per point, for those who want the numbers.

Rows are made from the figure as it is sent, so they tell what the chart tells and nothing else.
"""

from __future__ import annotations

import html
import json
import re
import textwrap
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, Final

import numpy as np
import pandas as pd

from fairviz.figures.spreadsheet import csv_text

Json = Mapping[str, Any]

COLUMNS: Final = (
    "panel", "series", "kind", "x", "x_low", "x_high", "y", "y_low", "y_high", "value", "note",
)  # fmt: skip
# Traces that guide the eye; what they show is another trace's.
_GUIDES: Final = {"agreement", "diagonal", "numbers", "spokes", "texts", "zero"}
_LONGEST_NAME = 60


def figure_csv(figure: str, notice: str) -> str:
    """A figure's numbers as CSV.

    Args:
        figure: ``figure.to_json()``.
        notice: what to mind when using them.
    """
    told = json.loads(figure)
    question, details = caption(told)
    return csv_text(figure_rows(told), f"{question} {details}. {notice}")


def file_stem(title: str) -> str:
    """Name of a figure's files without an ending: its title in plain letters."""
    words = re.findall("[a-z0-9]+", _plain(title).lower())
    return textwrap.shorten(" ".join(["fairviz", *words]), _LONGEST_NAME, placeholder="").replace(" ", "-")


def caption(figure: Json) -> tuple[str, str]:
    """A figure's question and the details below it, as a person reads them."""
    title = figure["layout"]["title"]
    return _plain(title["text"]), _plain(title["subtitle"]["text"])


def figure_rows(figure: Json) -> pd.DataFrame:
    """Points of all traces [R rows, :data:`COLUMNS`].

    ``x`` and ``y`` are where a point is: a number, or the name that stands there on the axis. ``value`` is a
    heat map's. Limits are ends of bars or bands. ``kind`` is what the builder calls the trace: of a trade-off
    ``point`` (mean over seeds), ``seed``, ``trail`` (epochs on the way), ``front``; of a line ``mean``,
    ``raw``, ``smooth``; of notes ``notes``, which have no number but say why.

    Args:
        figure: ``figure.to_json()``, read.
    """
    traces = [trace for trace in figure["data"] if "meta" in trace]
    bands = {_line(trace): _band(figure["layout"], trace) for trace in traces if _is_band(trace)}
    rows = [
        {**_facts(figure["layout"], trace), **point}
        for trace in traces
        if trace["meta"] not in _GUIDES and not _is_band(trace)
        for point in _points(figure["layout"], trace, bands.get(_line(trace), {}))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _facts(layout: Json, trace: Json) -> dict[str, str]:
    """What all points of a trace share."""
    panels = layout["meta"].get("panels", [])
    panel = panels[_number(trace, "x") - 1] if panels else ""
    series = _plain(trace["name"]) if "name" in trace else trace.get("legendgroup", "")
    return {"panel": _plain(panel), "series": series, "kind": trace["meta"]}


def _points(layout: Json, trace: Json, band: Mapping[Any, tuple[Any, Any]]) -> Iterator[dict[str, Any]]:
    """The points that have a number or say why they have none."""
    across, along = _places(layout, trace, "x"), _places(layout, trace, "y")
    if trace["type"] == "heatmap":
        for row, notes, y in zip(_list(trace["z"]), _list(trace["hovertext"]), along, strict=True):
            for value, note, x in zip(row, notes, across, strict=True):
                yield {"x": x, "y": y, "value": _defined(value), "note": _plain(note)}
        return
    is_note = trace["meta"] == "notes"
    limits = [_limits(trace, name) for name in ("x", "y")]
    for place, (x, y, note) in enumerate(zip(across, along, _notes(trace), strict=True)):
        if is_note:
            yield {"y": y, "note": note}
        elif note or (x is not None and y is not None):
            x_ends, y_ends = (ends[place] if ends else (None, None) for ends in limits)
            y_ends = band.get(x, y_ends)
            yield {
                **dict(zip(("x", "x_low", "x_high"), (x, *x_ends), strict=True)),
                **dict(zip(("y", "y_low", "y_high"), (y, *y_ends), strict=True)),
                "note": note,
            }


def _places(layout: Json, trace: Json, name: str) -> list[Any]:
    """Coordinates of a trace on one axis; where names stand in place of numbers, the names."""
    number = _number(trace, name)
    axis = layout[f"{name}axis{number if number > 1 else ''}"]
    found = _list(trace[name])
    if _is_logarithmic(axis):
        found = [10**value for value in found]
    found = [_defined(value) for value in found]
    if "ticktext" not in axis or _is_logarithmic(axis):
        return [_plain(value) if isinstance(value, str) else value for value in found]
    names = dict(zip(_list(axis["tickvals"]), axis["ticktext"], strict=True))
    # Marks of one name lie side by side around its place.
    return [None if value is None else _plain(names[round(value)]) for value in found]


def _is_logarithmic(axis: Json) -> bool:
    """Whether numbers stand at the places of their logarithms."""
    ticks = list(zip(_list(axis.get("tickvals", [])), axis.get("ticktext", []), strict=True))
    return bool(ticks) and all(_is_number(name) and abs(10**at - float(name)) < 1e-9 for at, name in ticks)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9.]+(e-?[0-9]+)?", text) is not None


def _notes(trace: Json) -> list[str]:
    for source in ("hovertext", "text") if trace["meta"] == "notes" else ("hovertext",):
        if source in trace:
            return [_plain(note) for note in _list(trace[source])]
    return [""] * len(_list(trace["x"]))


def _limits(trace: Json, name: str) -> list[tuple[Any, Any]]:
    """Ends of the bars [P], if there are bars."""
    bars = trace.get(f"error_{name}")
    if bars is None:
        return []
    sides = (trace[name], bars.get("arrayminus", bars["array"]), bars["array"])
    value, below, above = (np.array(_list(side), dtype=np.float64) for side in sides)
    low, high = value - below, value + above
    return [(_defined(a), _defined(b)) for a, b in zip(low.tolist(), high.tolist(), strict=True)]


def _band(layout: Json, trace: Json) -> dict[Any, tuple[Any, Any]]:
    """Low and high at each x of an area that goes there along one end and back along the other."""
    x, y = _places(layout, trace, "x"), [_defined(end) for end in _list(trace["y"])]
    half = len(x) // 2
    return {a: (min(ends), max(ends)) for a, *ends in zip(x[:half], y[:half], reversed(y), strict=False)}


def _is_band(trace: Json) -> bool:
    return trace.get("fill") == "toself"


def _line(trace: Json) -> tuple[str, str | None]:
    return trace.get("xaxis", "x"), trace.get("legendgroup")


def _number(trace: Json, name: str) -> int:
    """Of a trace's axis; plotly leaves out the first one's."""
    return int(trace.get(f"{name}axis", name)[1:] or 1)


def _list(values: Json | Sequence[Any]) -> list[Any]:
    """An array as plotly writes it: a list, or numbers in base 64 with their type and shape."""
    if not isinstance(values, Mapping):
        return list(values)
    array = np.frombuffer(b64decode(values["bdata"]), dtype=np.dtype(values["dtype"]).newbyteorder("<"))
    shape = [int(length) for length in values["shape"].split(",")] if "shape" in values else [-1]
    found: list[Any] = array.reshape(shape).tolist()
    return found


def _defined(value: Any) -> Any:
    """A number, shortened to the six digits that single precision has; None where there is none."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if isfinite(value) else None


def _plain(text: str) -> str:
    """A text of plotly without its markup: what a person reads."""
    lines = re.sub(r"\s*<br>\s*", "; ", text) if "<b>" in text else text.replace("<br>", " ")
    return html.unescape(re.sub(r"</?b>", "", lines))
