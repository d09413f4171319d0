from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.figures.plane import Plane
from fairviz.figures.series import Measure, PointIntervals, RunTrail
from fairviz.figures.theme import method_style
from fairviz.figures.tradeoff import tradeoff, tradeoff_text
from fairviz.metrics.pareto import pareto_front
from tests.fairviz.figures.conftest import HOSTILE, Traces


def test_up_and_right_is_better_in_both_layouts(trails: list[RunTrail], plane: Plane) -> None:
    figure = tradeoff(trails, plane)
    for layout in (figure.layout, figure.layout.meta["narrow"]):
        assert layout["xaxis"]["autorange"] is True
        assert layout["yaxis"]["autorange"] == "reversed"
    up = replace(plane, gap=Measure("worst-group AUC", "least AUC over groups", "up"))
    assert tradeoff(trails, up).layout.yaxis.autorange is True


def test_a_refresh_moves_no_explicit_range(trails: list[RunTrail], plane: Plane) -> None:
    layout = tradeoff(trails, plane).layout
    assert layout.xaxis.range is None
    assert layout.xaxis.autorangeoptions.clipmin > trails[0].performance[0]


def test_the_arrow_says_which_way_is_better(trails: list[RunTrail], plane: Plane) -> None:
    (arrow,) = [note for note in tradeoff(trails, plane).layout.annotations if note.showarrow]
    assert arrow.text == "better"
    # In pixels, tail minus head: the head is to the right of the tail and above it.
    assert arrow.ax < 0 < arrow.ay


def test_front_steps_go_through_the_points_that_no_other_beats(
    trails: list[RunTrail], plane: Plane, traces_of: Traces
) -> None:
    figure = tradeoff(trails, plane)
    places = np.array([[mark.x[0], mark.y[0]] for mark in traces_of(figure, "point")])
    expected = places[pareto_front(places, maximize=(True, False))]
    (front,) = traces_of(figure, "front")
    assert front.line.shape == "vh"
    steps = np.column_stack([front.x, front.y])
    assert steps == pytest.approx(expected[np.argsort(expected[:, 0])])
    assert (np.diff(front.y) > 0).all()


def test_a_single_point_has_no_steps(trails: list[RunTrail], plane: Plane, traces_of: Traces) -> None:
    assert traces_of(tradeoff(trails[:2], plane), "front") == []


def test_points_off_the_front_are_paler(trails: list[RunTrail], plane: Plane, traces_of: Traces) -> None:
    marks = {mark.name: mark for mark in traces_of(tradeoff(trails, plane), "point")}
    assert marks["multifair"].marker.opacity < marks["fairgrad"].marker.opacity == 1


def test_nobody_beats_anybody_where_every_gap_is_within_chance(
    trails: list[RunTrail], plane: Plane, traces_of: Traces
) -> None:
    within = replace(plane, noise_floor=1.0)
    figure = tradeoff(trails, within)
    assert traces_of(figure, "front") == []
    assert {mark.marker.opacity for mark in traces_of(figure, "point")} == {1}
    assert "no front is drawn" in figure.layout.title.subtitle.text.replace("<br>", " ")
    assert "on the front" not in tradeoff_text(trails, within)


def test_a_method_has_one_colour_in_point_and_seeds(
    trails: list[RunTrail], plane: Plane, traces_of: Traces
) -> None:
    figure = tradeoff(trails, plane)
    for mark in [*traces_of(figure, "point"), *traces_of(figure, "seed")]:
        assert mark.marker.color == method_style(mark.legendgroup).colour


def test_seeds_are_joined_to_a_larger_mean(trails: list[RunTrail], plane: Plane, traces_of: Traces) -> None:
    figure = tradeoff(trails, plane)
    mean, seeds = traces_of(figure, "point")[0], traces_of(figure, "seed")[:2]
    assert mean.marker.size > seeds[0].marker.size
    spokes = traces_of(figure, "spokes")[0]
    ends = [value for value in spokes.x if not np.isnan(value) and value != mean.x[0]]
    assert ends == [seed.x[0] for seed in seeds]


def test_separate_seeds_share_one_legend_entry(
    trails: list[RunTrail], plane: Plane, traces_of: Traces
) -> None:
    marks = traces_of(tradeoff(trails, replace(plane, join_seeds=False)), "point")
    assert len(marks) == len(trails)
    assert [mark.showlegend for mark in marks] == [True, False] * 3


def test_a_click_gives_the_run(trails: list[RunTrail], plane: Plane, traces_of: Traces) -> None:
    marks = traces_of(tradeoff(trails, replace(plane, join_seeds=False)), "point")
    assert [mark.customdata[0] for mark in marks] == [trail.run for trail in trails]


def test_estimates_are_hollow(trails: list[RunTrail], plane: Plane, traces_of: Traces) -> None:
    runs = [trails[0], replace(trails[2], estimated=True)]
    symbols = [mark.marker.symbol for mark in traces_of(tradeoff(runs, plane), "point")]
    assert symbols == ["circle", "square-open"]


def test_bars_reach_the_limits_of_the_interval(
    trails: list[RunTrail], plane: Plane, traces_of: Traces
) -> None:
    intervals = {"baseline": PointIntervals(performance=(0.7, 0.95))}
    mark = traces_of(tradeoff(trails, plane, intervals=intervals), "point")[0]
    assert mark.x[0] + mark.error_x.array[0] == pytest.approx(0.95)
    assert mark.x[0] - mark.error_x.arrayminus[0] == pytest.approx(0.7)
    assert mark.error_y.array is None


def test_the_noise_floor_is_a_named_line_only_where_it_is_known(trails: list[RunTrail], plane: Plane) -> None:
    figure = tradeoff(trails, plane)
    assert {shape.y1 for shape in figure.layout.shapes} == {0.05}
    assert "noise floor 0.050" in [note.text for note in figure.layout.annotations]
    assert not tradeoff(trails, replace(plane, noise_floor=None)).layout.shapes


def test_names_never_become_markup_or_templates(
    trails: list[RunTrail], plane: Plane, traces_of: Traces
) -> None:
    figure = tradeoff([replace(trails[0], label=HOSTILE)], replace(plane, details=HOSTILE))
    (mark,) = traces_of(figure, "point")
    for text in (mark.name, mark.hovertext[0], figure.layout.title.subtitle.text):
        assert "<a" not in text
        assert "%{" not in text
        assert "&lt;a" in text


def test_hover_carries_formula_and_direction(trails: list[RunTrail], plane: Plane, traces_of: Traces) -> None:
    (hover,) = traces_of(tradeoff(trails[:1], plane), "point")[0].hovertext
    assert plane.gap.formula in hover
    assert "down is better" in hover
    assert "seed 0" in hover


def test_the_chart_says_which_data_it_shows(trails: list[RunTrail], plane: Plane) -> None:
    assert "validation data" in tradeoff(trails, plane).layout.title.subtitle.text
    assert "test data" in tradeoff_text(trails, replace(plane, split="test"))


def test_words_give_the_numbers_of_every_point(trails: list[RunTrail], plane: Plane) -> None:
    text = tradeoff_text(trails, plane)
    x, y = (np.mean([run[-1] for run in pair]) for pair in _first_two(trails))
    assert f"baseline: AUC {x:.3f}, AUC gap {y:.3f}, on the front" in text
    assert "Noise floor 0.050." in text
    assert tradeoff_text([], plane) == "No run has both AUC and AUC gap."


def _first_two(trails: list[RunTrail]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    return [run.performance for run in trails[:2]], [run.gap for run in trails[:2]]


def test_configurations_are_told_apart_by_the_end_of_their_labels(
    trails: list[RunTrail], plane: Plane, traces_of: Traces
) -> None:
    label = "Regularised, penalty absolute, strength "
    runs = [replace(trail, label=f"{label}{i // 2}") for i, trail in enumerate(trails)]
    named = {mark.name for mark in traces_of(tradeoff(runs, plane), "point")}
    assert named == {f"{label}{i}" for i in range(3)}


def test_more_names_than_anybody_reads_are_left_to_hovering(trails: list[RunTrail], plane: Plane) -> None:
    many = [replace(trails[0], run=f"{i}", label=f"MultiFair, tau {i}") for i in range(30)]
    layout = tradeoff(many, plane).layout
    assert not layout.showlegend
    assert "point at a mark for its name" in layout.title.subtitle.text
    assert tradeoff(trails, plane).layout.showlegend
