"""Training again with other dials: this point, a grid, or the points that tell most.

What is trained has the settings of the run it starts from in all but the dials, and the baseline beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Final

import streamlit as st

from fairviz.errors import SettingError
from fairviz.reports.run import Run
from fairviz.training.runs import RunSpec, method_entry, point_runs, swept_values, value_label
from fairviz.ui import words
from fairviz.ui.bench import workbench
from fairviz.ui.dialpoints import dial_names
from fairviz.ui.errors import show_error, shown_errors
from fairviz.ui.fields import check_seeds, label
from fairviz.ui.sweepview import planned_in_words
from models.specs import TrainingSpec

_GRID: Final[Mapping[str, str]] = {
    "multifair-plus.tau": "0.12, 0.08, 0.04, 0.02, 0.01",
    "tau": "0.01, 0.02, 0.04, 0.07",
    "delta": "0.3, 0.5, 0.6",
}
"""The grid of the seed sweep; for MultiFair+ tau alone."""

Point = Mapping[str, Any]


def point_button(base: Run, point: Point, seeds: int, task_id: str) -> None:
    """Offer to train one point."""
    if st.button(
        "Train this point", key="train-point", type="primary", width="stretch",
        help=f"{_in_words(point)}, with {words.counted(seeds, 'seed')} and the baseline beside it.",
    ):  # fmt: skip
        with shown_errors():
            _go(_submit(base, [point], seeds, task_id))


def grid_form(base: Run, seeds: int, task_id: str) -> None:
    """Values of every dial, seeds, and the button that trains all combinations as one packed sweep."""
    names = dial_names(base.spec["method"])
    columns = st.columns([3] * len(names) + [2])
    values = {}
    for name, column in zip(names, columns, strict=False):
        with column:
            values[name] = _values(base.spec["method"], name)
    with columns[-1]:
        asked = int(st.number_input("Seeds", value=seeds, step=1, key="grid-seeds", bind="query-params"))
    points = [
        dict(zip(names, point, strict=True)) for point in product(*(given or () for given in values.values()))
    ]
    specs: list[RunSpec] = []
    with shown_errors():
        check_seeds(asked)
        specs = planned(base, points, asked) if points else []
    if st.button(f"Train the grid, {words.counted(len(specs), 'run')}", key="train-grid", disabled=not specs):
        with shown_errors():
            _go(_submit(base, points, asked, task_id))
    if specs:
        st.caption(planned_in_words(task_id, specs))


def points_button(base: Run, points: Sequence[Point], seeds: int, task_id: str) -> None:
    """Offer to train the points that tell most."""
    if st.button(f"Train these {words.counted(len(points), 'point')}", key="train-proposed"):
        with shown_errors():
            _go(_submit(base, points, seeds, task_id))


def planned(base: Run, points: Sequence[Point], seeds: int) -> list[RunSpec]:
    """The runs of some points, with the baseline first.

    Raises:
        SettingError: for a value outside its bounds, a point given twice, or too many runs.
    """
    method, training, full = _settings(base, points)
    return point_runs(method, full, seeds, training, baseline=True)


def _submit(base: Run, points: Sequence[Point], seeds: int, task_id: str) -> str:
    method, training, full = _settings(base, points)
    return workbench().train_points(task_id, method, full, seeds=seeds, training=training, baseline=True)


def _settings(base: Run, points: Sequence[Point]) -> tuple[str, TrainingSpec, list[dict[str, Any]]]:
    """Method, training settings and hyperparameters of points: the run's own but for the dials."""
    spec = base.spec
    names = method_entry(spec["method"]).parameters()
    own = {name: value for name, value in spec["parameters"].items() if name in names}
    return spec["method"], TrainingSpec(**spec["training"]), [{**own, **point} for point in points]


def _values(method: str, name: str) -> tuple[Any, ...] | None:
    """Values of one dial, None where they cannot be read, which is said below them."""
    proposed = _GRID.get(f"{method}.{name}") or _GRID[name]
    text = st.text_input(label(name), proposed, key=f"grid-{method}-{name}", bind="query-params")
    try:
        return swept_values(method, name, [value.strip() for value in text.split(",") if value.strip()])
    except SettingError as error:
        show_error(error)
        return None


def _go(comparison: str) -> None:
    """Show the new comparison on this page: its first run, at its own dials."""
    task = st.query_params.get("task")
    st.query_params.from_dict({"comparison": comparison} | ({"task": task} if task else {}))
    st.rerun(scope="app")


def _in_words(point: Point) -> str:
    return ", ".join(f"{name} {value_label(value)}" for name, value in point.items())
