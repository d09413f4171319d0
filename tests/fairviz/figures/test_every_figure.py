"""What holds for every figure: question, data shown, meaning of each number, words, table."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from io import StringIO
from pkgutil import iter_modules
from typing import Any, get_type_hints

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from fairviz import figures
from fairviz.figures.calibration import calibration, calibration_text
from fairviz.figures.crossed import crossed, crossed_text
from fairviz.figures.forest import forest, forest_text
from fairviz.figures.group_auc import group_auc, group_auc_text
from fairviz.figures.modality_groups import modality_groups, modality_groups_text
from fairviz.figures.modulation import (
    Part,
    modulation,
    modulation_part,
    modulation_part_text,
    modulation_text,
)
from fairviz.figures.plane import Plane
from fairviz.figures.predicted import predicted, predicted_text
from fairviz.figures.replayed import replayed, replayed_text
from fairviz.figures.response_map import response_map, response_map_text
from fairviz.figures.roc import roc, roc_text
from fairviz.figures.rows import COLUMNS, caption, figure_csv, figure_rows, file_stem
from fairviz.figures.series import GroupCurves, ModulationTraces, PointIntervals, RunTrail
from fairviz.figures.sweep import sweep_figure, sweep_text
from fairviz.figures.tradeoff import tradeoff, tradeoff_text
from fairviz.ui.curveseries import calibration_planes, roc_planes
from tests.fairviz.figures import test_crossed, test_forest, test_modality_groups, test_sweep
from tests.fairviz.figures.test_whatif_figures import made_map, made_pairs, made_run
from tests.fairviz.ui import test_curveseries

# These set what a builder hands them.
PARTS = {"figure", "panel_figure", "plane_figure"}
NOTICE = "Education and research only."

Built = Mapping[str, tuple[go.Figure, str]]


def sent(figure: go.Figure) -> dict[str, Any]:
    """A figure as the page gets it."""
    found: dict[str, Any] = json.loads(figure.to_json())
    return found


def hovers(trace: Any) -> list[str]:
    """What a trace says when it is pointed at."""
    if trace.hovertemplate:
        return [trace.hovertemplate]
    return [str(text) for text in np.array(trace.hovertext).ravel()] if trace.hoverinfo == "text" else []


@pytest.fixture
def built(
    trails: list[RunTrail],
    plane: Plane,
    curves: list[GroupCurves],
    multifair: ModulationTraces,
    fairgrad: ModulationTraces,
) -> Built:
    """Every figure and its words, by the builder's name and the form."""
    part, alone = Part("gap", "How large was the gap?", ("gap",)), test_modality_groups.made()
    replay, surface, pairs = made_run(), made_map(), made_pairs()
    seeds = [multifair, replace(multifair, seed=1)]
    rates, cells = test_forest.made(), test_crossed.made()
    found = [test_curveseries.made(a=test_curveseries.KNOWN)]
    lines, bins = roc_planes(found), calibration_planes(found)
    dial, grid, runs = test_sweep.one_dial(), test_sweep.two_dials(), [multifair, fairgrad]
    return {
        "tradeoff": (tradeoff(trails, plane), tradeoff_text(trails, plane)),
        "group_auc": (group_auc(curves, split="test"), group_auc_text(curves, split="test")),
        "modulation": (modulation(runs), modulation_text(runs)),
        "modulation_part": (modulation_part(part, [multifair]), modulation_part_text(part, [multifair])),
        "modulation_part of two seeds": (modulation_part(part, seeds), modulation_part_text(part, seeds)),
        "replayed": (replayed(replay), replayed_text(replay)),
        "response_map": (response_map(surface), response_map_text(surface)),
        "predicted": (predicted(pairs), predicted_text(pairs)),
        "modality_groups": (modality_groups(alone), modality_groups_text(alone)),
        "sweep_figure": (sweep_figure(dial), sweep_text(dial)),
        "sweep_figure of two dials": (sweep_figure(grid), sweep_text(grid)),
        "roc": (roc(lines, "sex", []), roc_text(lines, "sex")),
        "calibration": (calibration(bins, "sex", []), calibration_text(bins, "sex")),
        "forest": (forest(rates), forest_text(rates)),
        "crossed": (crossed(cells), crossed_text(cells)),
    }


def test_every_builder_is_looked_at(built: Built) -> None:
    modules = [import_module(f"fairviz.figures.{own.name}") for own in iter_modules(figures.__path__)]
    functions = [own for module in modules for own in vars(module).values() if inspect.isfunction(own)]
    found = {own.__name__ for own in functions if get_type_hints(own).get("return") is go.Figure}
    assert found - PARTS == {name.split()[0] for name in built}


def test_the_title_is_a_question_and_the_details_say_which_data(built: Built) -> None:
    for figure, _ in built.values():
        question, details = caption(sent(figure))
        assert question.endswith("?")
        assert any(f"{split} data" in details for split in ("training", "validation", "test"))


def test_pointing_at_a_number_tells_what_it_is_and_which_way_is_better(built: Built) -> None:
    for figure, _ in built.values():
        told = [text for trace in figure.data for text in hovers(trace)]
        assert told
        assert all("better" in text and "<br>  " in text for text in told)


def test_a_trace_that_tells_nothing_when_pointed_at_is_silent(built: Built) -> None:
    for figure, _ in built.values():
        assert all(hovers(trace) or trace.hoverinfo == "skip" for trace in figure.data if trace.meta)


def test_the_same_is_told_in_words(built: Built) -> None:
    for figure, text in built.values():
        assert text.endswith(".")
        assert any(digit in text for digit in "0123456789")
        assert text not in figure.to_json()


def test_no_template_travels_with_a_figure(built: Built) -> None:
    assert all("layout" not in sent(figure)["layout"]["template"] for figure, _ in built.values())


def test_every_figure_has_a_table_of_what_it_draws(built: Built) -> None:
    for figure, _ in built.values():
        table = pd.read_csv(StringIO(figure_csv(figure.to_json(), NOTICE)), keep_default_na=False)
        assert list(table.columns) == [*COLUMNS, "about"]
        assert table["about"][0].startswith(caption(sent(figure))[0])
        assert table["about"][0].endswith(NOTICE)
        has_number = (table[["x", "y", "value"]] != "").sum(axis=1) >= 2
        assert (has_number | (table["note"] != "")).all()
        assert not table.map(lambda cell: "<b" in str(cell)).any(axis=None)


def test_files_are_named_after_the_question(built: Built) -> None:
    names = {name: file_stem(figure.layout.title.text) for name, (figure, _) in built.items()}
    assert names["forest"] == "fairviz-who-is-missed"
    assert all(re.fullmatch("fairviz(-[a-z0-9]+)+", name) for name in names.values())


def test_the_table_of_a_trade_off_has_means_with_limits_and_seeds(
    trails: list[RunTrail], plane: Plane
) -> None:
    limits = {"baseline": PointIntervals((0.8, 0.88), (0.05, 0.12))}
    rows = figure_rows(sent(tradeoff(trails, plane, intervals=limits)))
    (mean,) = rows[(rows["kind"] == "point") & (rows["series"] == "baseline")].to_dict("records")
    ends = [trail for trail in trails if trail.label == "baseline"]
    assert mean["x"] == pytest.approx(np.mean([trail.performance[-1] for trail in ends]), abs=1e-6)
    assert (mean["x_low"], mean["x_high"]) == pytest.approx((0.8, 0.88))
    assert (mean["y_low"], mean["y_high"]) == pytest.approx((0.05, 0.12))
    assert "up is better" in mean["note"]
    seeds = rows[rows["kind"] == "seed"].set_index("series")
    assert seeds.loc["baseline, seed 1", "y"] == pytest.approx(ends[1].gap[-1], abs=1e-6)
    trail = rows[(rows["kind"] == "trail") & (rows["series"] == "baseline, seed 0")]
    assert trail["x"].tolist() == pytest.approx(ends[0].performance.tolist(), abs=1e-6)


def test_the_table_of_lines_has_the_ends_of_their_bands(curves: list[GroupCurves]) -> None:
    rows = figure_rows(sent(group_auc(curves, split="test"))).set_index(["panel", "series", "x"])
    own = rows.loc[("fairgrad", "white", 3)]
    found = curves[1].auc[:, 2, 2]
    assert own[["y_low", "y", "y_high"]].tolist() == pytest.approx(
        [found.min(), found.mean(), found.max()], abs=1e-6
    )
    assert "other" not in rows.index.get_level_values("series")


def test_the_table_names_groups_and_says_why_there_is_no_number() -> None:
    rows = figure_rows(sent(forest(test_forest.made()))).set_index(["panel", "kind"])
    marks, notes = rows.loc[("Flagged", "marks")], rows.loc[("Flagged", "notes")]
    assert marks[["series", "y", "x", "x_low", "x_high"]].to_numpy().tolist() == [
        ["Baseline", "a", 18, 12, 26], ["Baseline", "b", 9, 3, 17], ["FairGrad", "a", 12, 6, 20],
    ]  # fmt: skip
    assert notes[["y", "note"]].to_numpy().tolist() == [["b", "FairGrad: suppressed"], ["c", "not estimable"]]
    assert notes[["x", "value"]].isna().all(axis=None)


def test_the_table_of_cells_names_both_groups() -> None:
    rows = figure_rows(sent(crossed(test_crossed.made())))
    assert rows[["y", "x"]].to_numpy().tolist()[:2] == [["black", "female"], ["black", "male"]]
    assert rows["value"].tolist()[:2] == [20, 10]
    assert np.isnan(rows["value"][2])
    assert "suppressed" in rows["note"][2]


@pytest.mark.parametrize(("name", "cell"), [("<b>", "<b>"), ("a %{x} & b", "a %{x} & b"), ("=1+1", "'=1+1")])
def test_names_reach_the_table_as_they_are_but_begin_no_formula(name: str, cell: str) -> None:
    made = replace(test_forest.made(), groups=(name, "b", "c"))
    table = pd.read_csv(StringIO(figure_csv(forest(made).to_json(), NOTICE)))
    assert set(table["y"]) == {cell, "b", "c"}


def test_the_table_has_the_numbers_of_a_logarithmic_axis_and_not_their_logarithms() -> None:
    rows = figure_rows(sent(response_map(made_map())))
    trained = rows[(rows["kind"] == "trained") & (rows["panel"] == rows["panel"][0])]
    assert trained["x"].tolist() == pytest.approx([0.01, 0.07, 0.02])
    assert trained["y"].tolist() == pytest.approx([0.3, 0.6, 0.5])
