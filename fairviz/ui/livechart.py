"""A plotly chart that changes in place, so that zoom and hidden legend entries survive a refresh.

``st.plotly_chart`` builds a new chart whenever its data changes. This component calls
``Plotly.react`` on the chart that is there. Scripts come from this server alone: the bundle of
the installed plotly package is put where ``server.enableStaticServing`` finds it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from functools import cache, partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import plotly
import streamlit as st

from fairviz.figures.rows import figure_csv
from fairviz.figures.theme import NARROW_WIDTH, template
from fairviz.reports.summary import DISCLAIMER
from fairviz.ui.packed import unpack

_BUNDLE, _CHART = "plotly.min.js", "livechart.js"
_SOURCE = Path(__file__)
_ANSWER_SECONDS = 10.0

_HTML = """<div class="fairviz-chart"></div>
<div class="fairviz-downloads" role="group">
  <span>Download</span>
  <button type="button" value="png">PNG</button>
  <button type="button" value="svg">SVG</button>
  <button type="button" value="csv">CSV</button>
</div>
"""

# What travels with every chart: where the rest is. The address of streamlit's own script also holds behind a
# base path or a proxy.
_LOADER = """
const own = [...document.scripts].map((script) => script.src).find((src) => src.includes('/static/js/'));
const root = own ? own.slice(0, own.indexOf('/static/js/') + 1) : document.baseURI;
export default async (component) =>
  (await import(new URL('app/static/$address', root).href)).default(component);
"""


def live_chart(figure: str, *, key: str, alt: str, height: int, revision: str, name: str) -> str | None:
    """Draw a figure, or change the drawn one, and tell which point was clicked.

    Streamlit sends a figure once: an unchanged one travels as its hash. Pictures are made in
    the browser; the table of numbers is made and sent when somebody asks for it.

    Args:
        figure: ``figure.to_json()``, packed; built once per revision and shared by all sessions.
        key: of the element; zoom and legend state live as long as it does.
        alt: the figure in words.
        height: pixels; a narrow layout of the figure brings its own.
        revision: of the data; the chart is drawn again only when it, the height or the theme
            changes.
        name: of downloaded files, without an ending.

    Returns:
        ``customdata`` of the point that was clicked since the last run, such as a run's
        identifier.
    """
    result = _component()(
        key=key,
        data={
            "figure": figure,
            "key": key,
            "alt": alt,
            "height": height,
            "revision": revision,
            "name": name,
            "table": _table(key, figure),
        },
        on_point_change=_keep,
        on_table_change=partial(_note_request, key),
    )
    point: str | None = result.point
    return point


def serve_plotly(app: Path) -> Path:
    """Put the installed plotly bundle and the chart's script into ``static/`` beside the app.

    What is there already stays.

    Call it once at start. Several servers may start at once: the file appears whole or not at
    all.

    Args:
        app: folder of ``app.py``.

    Returns:
        Path of the bundle.
    """
    target = app / "static" / _BUNDLE
    with as_file(files("plotly") / "package_data" / _BUNDLE) as source:
        if not (target.is_file() and _mark(target) == _mark(source)):
            _write_whole(source.read_bytes(), target)
    own = target.with_name(_CHART)
    if not (own.is_file() and own.read_text() == _script()):
        _write_whole(_script().encode(), own)
    return target


def _mark(path: Path) -> tuple[int, bytes]:
    """Size and head of a bundle; the head's comment holds the version."""
    with path.open("rb") as stream:
        return path.stat().st_size, stream.read(200)


def _write_whole(content: bytes, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as copy:
        copy.write(content)
    os.chmod(copy.name, 0o644)
    os.replace(copy.name, target)


def _keep() -> None:
    """A trigger exists only where a callback is named; the value is read after it."""


def _request_key(key: str) -> str:
    return f"{key} table"


def _note_request(key: str) -> None:
    """Note which request for a chart's table the coming runs are to answer."""
    st.session_state[_request_key(key)] = (st.session_state[key]["table"], time.monotonic())


def _table(key: str, figure: str) -> dict[str, str] | None:
    """The table, if somebody has just asked for it.

    A refresh may overtake the run that answers, so that a request is answered for some seconds; the browser
    keeps the first answer.
    """
    request, since = st.session_state.get(_request_key(key), ("", 0.0))
    if not request or time.monotonic() - since > _ANSWER_SECONDS:
        return None
    return {"asked": request, "csv": figure_csv(unpack(figure), DISCLAIMER)}


@cache
def _script() -> str:
    settings = {
        # The version keeps a browser from using an older bundle that it remembers.
        "bundle": f"{_BUNDLE}?v={plotly.__version__}",
        "light": template("light").to_plotly_json(),
        "dark": template("dark").to_plotly_json(),
        "narrow": NARROW_WIDTH,
        "notice": DISCLAIMER,
    }
    return f"const SETTINGS = {json.dumps(settings)};\n{_SOURCE.with_suffix('.js').read_text()}"


@cache
def _loader() -> str:
    mark = hashlib.sha256(_script().encode()).hexdigest()[:12]
    return _LOADER.replace("$address", f"{_CHART}?v={mark}")


@cache
def _component() -> Any:
    """Registered on first use: importing this module needs no running server."""
    return st.components.v2.component(
        "fairviz.live_chart",
        html=_HTML,
        css=_SOURCE.with_suffix(".css").read_text(),
        js=_loader(),
        isolate_styles=False,
    )
