"""The three figures of the What-if page: replay, map of a response, predicted against trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from fairviz.figures.predicted import predicted, predicted_text
from fairviz.figures.replayed import replayed, replayed_text
from fairviz.figures.response_map import response_map, response_map_text
from fairviz.figures.theme import method_style
from fairviz.figures.whatif_series import Predictions, Replayed, ReplayedPanel, ResponseMap
from tests.fairviz.figures.conftest import AUC, GAP, HOSTILE, Traces

RNG = np.random.default_rng(0)
TAUS, DELTAS = np.geomspace(0.01, 0.07, 5), np.geomspace(0.3, 0.6, 4)


def made_run() -> Replayed:
    estimate, recorded = RNG.uniform(0.9, 1.1, (400, 2)), RNG.uniform(0.9, 1.1, (400, 2))
    gap = ReplayedPanel(
        "AUC gap of race", "gap", ("race",), RNG.uniform(0, 0.2, (400, 1)), is_gap=True, noise_floor=0.15
    )
    factors = ReplayedPanel("Fairness factor f", "f", ("labs", "notes"), estimate, recorded, level=1.0)
    return Replayed("MultiFair", "multifair", 2, "tau 0.02, delta 0.3", 0.02, 0.04, (gap, factors))


def made_map() -> ResponseMap:
    mean = 0.1 + 0.01 * np.arange(20).reshape(5, 4)
    points = np.array([[0.01, 0.3], [0.07, 0.6], [0.02, 0.5]])
    return ResponseMap(
        measure=GAP,
        method="multifair",
        names=("tau", "delta"),
        axes=(TAUS, DELTAS),
        mean=mean,
        half_width=np.full((5, 4), 0.02),
        points=points,
        values=np.array([0.1, 0.2, 0.15]),
        proposed=np.array([[0.03, 0.4]]),
        split="validation",
    )


@pytest.fixture
def run() -> Replayed:
    return made_run()


@pytest.fixture
def plane_map() -> ResponseMap:
    return made_map()


@pytest.fixture
def pairs() -> Predictions:
    return made_pairs()


@pytest.fixture
def line_map(plane_map: ResponseMap) -> ResponseMap:
    return replace(
        plane_map,
        measure=AUC,
        names=("tau",),
        axes=(TAUS,),
        mean=np.linspace(0.8, 0.7, 5),
        half_width=np.full(5, 0.02),
        points=plane_map.points[:, :1],
        proposed=plane_map.proposed[:, :1],
    )


def made_pairs() -> Predictions:
    means = np.array([0.1, 0.12, 0.14])
    inside = np.array([True, False, True])
    return Predictions(
        GAP, "multifair", ("a", "b", "c"), means, np.full(3, 0.01), means + 0.005, inside, "test"
    )


def test_the_record_is_pale_and_wide_behind_the_estimate(run: Replayed, traces_of: Traces) -> None:
    figure = replayed(run)
    estimates, recorded = traces_of(figure, "estimate"), traces_of(figure, "recorded")
    assert [trace.legendgroup for trace in recorded] == ["labs", "notes"]
    assert recorded[0].line.width > estimates[0].line.width
    assert recorded[0].line.color != estimates[0].line.color == method_style("multifair").colour
    order = [trace.meta for trace in figure.data if trace.yaxis == "y2"]
    assert order == ["recorded", "recorded", "estimate", "estimate"]
    assert "estimate" in figure.layout.title.subtitle.text


def test_what_no_dial_changes_shows_its_steps_and_both_taus(run: Replayed, traces_of: Traces) -> None:
    figure = replayed(run)
    (raw,) = traces_of(figure, "raw")
    assert np.max(raw.y) == run.panels[0].estimate.max()
    marks = [shape for shape in figure.layout.shapes if shape.yref == "y"]
    assert [(shape.type, shape.y1) for shape in marks] == [("rect", 0.15), ("line", 0.04), ("line", 0.02)]
    levels = [shape.y1 for shape in figure.layout.shapes if shape.yref == "y2"]
    assert levels == [1.0]


def test_a_replay_in_words(run: Replayed) -> None:
    text = replayed_text(run)
    mean, before = run.panels[1].estimate[:, 0].mean(), run.panels[1].recorded
    assert before is not None
    assert f"labs {mean:.3f} (as trained {before[:, 0].mean():.3f})" in text
    assert "Estimate for MultiFair, seed 2, with tau 0.02, delta 0.3, mean over 400 steps" in text


def test_a_map_shows_mean_and_band_side_by_side(plane_map: ResponseMap, traces_of: Traces) -> None:
    figure = response_map(plane_map)
    (mean,), (band,) = traces_of(figure, "mean"), traces_of(figure, "band")
    np.testing.assert_allclose(mean.z, plane_map.mean.T)
    np.testing.assert_allclose(band.z, plane_map.half_width.T)
    assert mean.reversescale, "deeper is better, and a smaller gap is"
    assert (mean.yaxis, band.yaxis) == ("y", "y2")
    assert "0.080 to 0.120" in mean.hovertext[0][0]


def test_trained_points_are_filled_and_proposed_ones_hollow(
    plane_map: ResponseMap, line_map: ResponseMap, traces_of: Traces
) -> None:
    for shown in (plane_map, line_map):
        figure = response_map(shown)
        trained, proposed = traces_of(figure, "trained")[0], traces_of(figure, "proposed")[0]
        assert proposed.marker.symbol.endswith("-open")
        assert not trained.marker.symbol.endswith("-open")
        np.testing.assert_allclose(trained.x, np.log10(shown.points[:, 0]))


def test_one_dial_is_a_line_in_its_band(line_map: ResponseMap, traces_of: Traces) -> None:
    figure = response_map(line_map)
    (mean,), (band,) = traces_of(figure, "mean"), traces_of(figure, "band")
    np.testing.assert_allclose(mean.y, line_map.mean)
    assert np.min(band.y) == pytest.approx(0.68)
    (proposed,) = traces_of(figure, "proposed")
    assert 0.7 < proposed.y[0] < 0.8


def test_a_flat_map_does_not_look_like_mountains(plane_map: ResponseMap, traces_of: Traces) -> None:
    flat = replace(plane_map, mean=plane_map.mean * 0 + 0.1)
    (mean,) = traces_of(response_map(flat), "mean")
    assert mean.zmax - mean.zmin == pytest.approx(0.01)


def test_a_map_in_words(plane_map: ResponseMap) -> None:
    text = response_map_text(plane_map)
    assert "0.100 to 0.290" in text
    assert "tau 0.02, delta 0.5 0.150" in text


def test_predictions_stand_against_what_was_trained(pairs: Predictions, traces_of: Traces) -> None:
    figure = predicted(pairs)
    (points,) = traces_of(figure, "points")
    np.testing.assert_allclose(points.x, pairs.predicted)
    np.testing.assert_allclose(points.y, pairs.trained)
    assert list(points.marker.symbol) == ["diamond", "x", "diamond"]
    (line,) = traces_of(figure, "agreement")
    assert list(line.x) == list(line.y)
    assert "b: predicted 0.120 \u00b1 0.010, trained 0.125" in predicted_text(pairs)


def test_names_never_become_markup(run: Replayed, plane_map: ResponseMap) -> None:
    hostile = replace(run, label=HOSTILE, panels=(replace(run.panels[0], names=(HOSTILE,), title=HOSTILE),))
    figures: list[go.Figure] = [replayed(hostile), response_map(replace(plane_map, details=(HOSTILE,)))]
    for figure in figures:
        texts = [figure.layout.title.subtitle.text, *(note.text for note in figure.layout.annotations)]
        texts += [trace.name for trace in figure.data if trace.name]
        assert all("<a" not in text for text in texts)


@pytest.mark.parametrize("name", ["run", "plane_map", "line_map", "pairs"])
def test_a_phone_has_a_layout_of_its_own(name: str, request: pytest.FixtureRequest) -> None:
    shown = request.getfixturevalue(name)
    drawn: dict[str, Callable[[Any], go.Figure]] = {
        "run": replayed,
        "plane_map": response_map,
        "line_map": response_map,
        "pairs": predicted,
    }
    figure = drawn[name](shown)
    assert figure.layout.meta["narrow"]["height"] > 0
