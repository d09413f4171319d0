"""The surface on the page: a number between trained points, where to train next, how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.figures.predicted import predicted, predicted_text
from fairviz.figures.response_map import response_map, response_map_text
from fairviz.reports.run import Run
from fairviz.ui import retrain, series, surfaceseries, surfacewords, whatifcache
from fairviz.ui.cache import drawing
from fairviz.ui.dialpoints import Number, trained
from fairviz.ui.drawn import draw
from fairviz.ui.series import Split
from fairviz.ui.surfaceseries import Seen

_NUMBERS: Final = (
    "auc_gap", "auc", "worst_group_auc", "soft_equalized_odds_gap", "es_auc", "equalized_odds_difference",
    "demographic_parity_difference", "balanced_accuracy", "brier", "calibration_error",
)  # fmt: skip


def surface_view(base: Run, runs: Sequence[Run], spec: TaskSpec, task_id: str, seeds: int) -> None:
    """Selectors, map and words, the proposed points with their button, and predicted against trained.

    Args:
        base: what is trained again has its settings.
        runs: finished ones that differ from it in dials and seed alone.
        spec: of the task.
        task_id: of the task.
        seeds: of what is trained again.
    """
    st.header("Between the trained points", anchor=False)
    number, split = _choose(spec, runs)
    missing = (
        surfaceseries.enough(runs, number, split) if runs else "No run of these settings is finished yet."
    )
    if missing is not None:
        st.markdown(missing)
        return
    ids = tuple(run.id for run in runs)
    found = whatifcache.surface_of(ids, number, split, runs)
    key = f"{base.id}-{number.metric}"
    revision = f"{hash(ids)} {number} {split}"
    left, right = st.columns([5, 3], gap="medium")
    with left:
        shown = surfaceseries.response_map_of(found)
        draw(drawing(response_map(shown), response_map_text(shown)), key=f"surface-{key}", revision=revision)
    with right:
        _in_words(found, whatifcache.surface_of(ids, number, "validation", runs), runs)
        _propose(found, base, task_id, seeds)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        pairs = surfaceseries.predictions_of(found)
        draw(drawing(predicted(pairs), predicted_text(pairs)), key=f"trust-{key}", revision=revision)
    with right:
        st.markdown(f"**How far to trust it.** {surfacewords.trust(found.left_out)}")
        st.caption(
            "Each trained point is predicted from all others, as if it had not been trained, and compared "
            "with the mean that training gave on the same seeds."
        )


def _choose(spec: TaskSpec, runs: Sequence[Run]) -> tuple[Number, Split]:
    report = next((report for _, report in series.reports(runs, "validation")), None)
    comparable = series.first_comparable(report, spec.sensitive, _NUMBERS[0]) if report else 0
    first, second, third = st.columns(3, vertical_alignment="bottom")
    with first:
        metric = st.selectbox(
            "Number", _NUMBERS, 0, series.short, key="surface-number", bind="query-params", filter_mode=None
        )
    with second:
        attribute = st.selectbox(
            "Groups of",
            spec.sensitive,
            comparable,
            key="surface-attribute",
            bind="query-params",
            filter_mode=None,
        )
    with third:
        split = st.segmented_control(
            "Data of the surface", series.SPLITS[::-1], default="validation", format_func=str.capitalize,
            key="surface-split", bind="query-params", required=True, help=surfacewords.CHOOSING,
        )  # fmt: skip
    return Number(metric or _NUMBERS[0], attribute or spec.sensitive[0]), split or "validation"


def _in_words(found: Seen, validation: Seen, runs: Sequence[Run]) -> None:
    """Flat or not, how high, and what validation rows would choose."""
    number, names = found.number, found.names
    told = [
        surfacewords.difference(number, found.detected, names, found.seeds),
        surfacewords.estimates(number, found.surface, names),
    ]
    if validation.names == names:
        test = trained(runs, number, "test")
        choice = surfacewords.chosen(
            number, names, validation.surface, test.only(test.varying), validation.detected
        )
        told += [choice] if choice else []
    st.markdown("\n".join(f"- {sentence}" for sentence in told))
    st.caption(surfacewords.split_in_words(found.split))


def _propose(found: Seen, base: Run, task_id: str, seeds: int) -> None:
    """Where training tells most, and the button for it."""
    if not len(found.proposed):
        return
    points = [
        dict(zip(found.names, (float(value) for value in point), strict=True)) for point in found.proposed
    ]
    named = "; ".join(surfacewords.point_in_words(found.names, point) for point in found.proposed)
    st.markdown(f"**Where the band is widest** (hollow): {named}.")
    retrain.points_button(base, points, seeds, task_id)
