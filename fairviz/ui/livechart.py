"""A plotly chart that changes in place, so that zoom and hidden legend entries survive a refresh.

``st.plotly_chart`` builds a new chart whenever its data changes. This component calls
``Plotly.react`` on the chart that is there. Scripts come from this server alone: the bundle of
the installed plotly package is put where ``server.enableStaticServing`` finds it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from string import Template
from typing import Any

import plotly
import streamlit as st

from fairviz.figures.theme import NARROW_WIDTH, template

_BUNDLE = "plotly.min.js"

# $bundle, $light, $dark and $narrow_width are filled in below. The templates follow the theme's
# text and background, which streamlit gives as CSS variables and changes without a reload.
_JS = """
const TEMPLATES = {light: $light, dark: $dark};
const CONFIG = {
  responsive: false,  // the observer below resizes, and changes the layout where it must
  displaylogo: false,
  doubleClick: 'reset',  // autorange would forget which axes are reversed
  modeBarButtons: [['toImage', 'resetScale2d', 'zoomIn2d', 'zoomOut2d']],
  topojsonURL: '',
  plotlyServerURL: '',
};

function appUrl(path) {
  // The address of streamlit's own script also holds behind a base path or a proxy.
  const own = [...document.scripts].map((s) => s.src).find((src) => src.includes('/static/js/'));
  return new URL(path, own ? own.slice(0, own.indexOf('/static/js/') + 1) : document.baseURI).href;
}

function loadPlotly() {
  window.fairvizPlotly ||= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = appUrl('app/static/$bundle');
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      window.fairvizPlotly = undefined;  // the next refresh tries again
      reject(new Error('The chart library could not be loaded from ' + script.src));
    };
    document.head.appendChild(script);
  });
  return window.fairvizPlotly;
}

function luminance(colour) {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}

function themeOf(element) {
  const style = getComputedStyle(element);
  const paper = style.getPropertyValue('--st-background-color').trim() || '#ffffff';
  const ink = style.getPropertyValue('--st-text-color').trim() || '#000000';
  const base = luminance(paper) > 0.5 ? TEMPLATES.light : TEMPLATES.dark;
  const font = {...base.layout.font, color: ink};
  return {...base, layout: {...base.layout, paper_bgcolor: paper, plot_bgcolor: paper, font}};
}

async function draw(chart) {
  const {plotly, data, element} = chart;
  chart.isNarrow = undefined;
  if (!element.clientWidth) return;  // in a closed tab; the observer draws when it opens
  const figure = JSON.parse(data.figure);
  chart.isNarrow = element.clientWidth < $narrow_width;
  const narrow = chart.isNarrow ? figure.layout.meta?.narrow : undefined;
  const {meta, ...layout} = {...figure.layout, ...narrow};
  const height = narrow?.height ?? data.height;
  element.style.height = height + 'px';
  await plotly.react(element, figure.data, {
    ...layout, height, width: element.clientWidth, autosize: false,
    template: themeOf(element), uirevision: data.key, datarevision: data.revision,
  }, {...CONFIG, displayModeBar: chart.isNarrow ? false : 'hover'});  // it would cover a phone's title
  element.dataset.revision = data.revision;
  listen(chart);
}

function listen(chart) {
  if (chart.isListening) return;
  chart.isListening = true;
  chart.element.on('plotly_click', ({points}) => {
    const id = points[0]?.customdata;
    if (typeof id === 'string') chart.setTriggerValue('point', id);
  });
}

function resize(chart) {
  const {plotly, data, element} = chart;
  if (!data || !element.clientWidth) return;
  if (chart.isNarrow !== element.clientWidth < $narrow_width) draw(chart);
  else if (element._fullLayout && element.clientWidth !== element._fullLayout.width)
    plotly.relayout(element, {width: element.clientWidth});
}

const charts = new WeakMap();

function mount(plotly, element) {
  const chart = {plotly, element};
  const observer = new ResizeObserver(() => resize(chart));
  observer.observe(element);
  chart.stop = () => {
    observer.disconnect();
    charts.delete(element);
    plotly.purge(element);
  };
  charts.set(element, chart);
  return chart;
}

export default async function ({parentElement, data, setTriggerValue}) {
  const element = parentElement.querySelector('.fairviz-chart');
  element.setAttribute('role', 'img');
  element.setAttribute('aria-label', data.alt);
  const plotly = await loadPlotly();
  if (!element.isConnected) return undefined;
  const chart = charts.get(element) ?? mount(plotly, element);
  const theme = JSON.stringify(themeOf(element));
  const isSame = chart.theme === theme && chart.data.revision === data.revision
    && chart.data.height === data.height;
  Object.assign(chart, {data, theme, setTriggerValue});
  if (!isSame) await draw(chart);
  return chart.stop;
}
"""

_HTML = '<div class="fairviz-chart" style="width: 100%"></div>'


def live_chart(figure_json: str, *, key: str, alt: str, height: int, revision: str) -> str | None:
    """Draw a figure, or change the drawn one, and tell which point was clicked.

    Streamlit sends a figure of 10 kB or more once: an unchanged one travels as its hash.

    Args:
        figure_json: ``figure.to_json()``, built once per revision and shared by all sessions.
        key: of the element; zoom and legend state live as long as it does.
        alt: the figure in words.
        height: pixels; a narrow layout of the figure brings its own.
        revision: of the data; the chart is drawn again only when it, the height or the theme
            changes.

    Returns:
        ``customdata`` of the point that was clicked since the last run, such as a run's
        identifier.
    """
    result = _component()(
        key=key,
        data={
            "figure": figure_json,
            "key": key,
            "alt": alt,
            "height": height,
            "revision": revision,
        },
        on_point_change=_keep,
    )
    point: str | None = result.point
    return point


def serve_plotly(app: Path) -> Path:
    """Put the installed plotly bundle into ``static/`` beside the app, unless it is there.

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
            _copy_whole(source, target)
    return target


def _mark(path: Path) -> tuple[int, bytes]:
    """Size and head of a bundle; the head's comment holds the version."""
    with path.open("rb") as stream:
        return path.stat().st_size, stream.read(200)


def _copy_whole(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as copy:
        copy.write(source.read_bytes())
    shutil.copymode(source, copy.name)
    os.replace(copy.name, target)


def _keep() -> None:
    """A trigger exists only where a callback is named; the value is read after it."""


@cache
def _script() -> str:
    return Template(_JS).substitute(
        # The version keeps a browser from using an older bundle that it remembers.
        bundle=f"{_BUNDLE}?v={plotly.__version__}",
        light=json.dumps(template("light").to_plotly_json()),
        dark=json.dumps(template("dark").to_plotly_json()),
        narrow_width=NARROW_WIDTH,
    )


@cache
def _component() -> Any:
    """Registered on first use: importing this module needs no running server."""
    return st.components.v2.component("fairviz.live_chart", html=_HTML, js=_script(), isolate_styles=False)
