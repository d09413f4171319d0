from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.figures.series import Dial, Response, Sweep
from fairviz.figures.sweep import sweep_figure, sweep_text
from fairviz.figures.theme import method_style
from tests.fairviz.figures.conftest import AUC, GAP, HOSTILE, Traces

TAU = Dial("tau", ("0.12", "0.04", "0.01"))
RATE = Dial("learning_rate", ("0.001", "0.003"))
PENALTY = Dial("penalty", ("squared", "absolute"), is_number=False)


def responses(*shape: int, floor: float | None = 0.05) -> tuple[Response, Response]:
    rng = np.random.default_rng(0)
    auc, gap = 0.8 + rng.normal(0, 0.02, shape), 0.1 + rng.normal(0, 0.02, shape)
    return Response(AUC, auc, np.full(shape, 0.82)), Response(GAP, gap, np.full(shape, 0.11), floor)


def one_dial(dial: Dial = TAU, **changes: object) -> Sweep:
    count = len(dial.values)
    made = Sweep("multifair-plus", (dial,), responses(count, 4), np.zeros(count, bool), "validation")
    return replace(made, **changes)  # type: ignore[arg-type]


def two_dials(**changes: object) -> Sweep:
    made = Sweep("multifair", (TAU, RATE), responses(3, 2, 4), np.zeros((3, 2), bool), "test")
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_line_is_the_mean_over_seeds_and_its_bars_their_range(traces_of: Traces) -> None:
    sweep = one_dial()
    for response, line in zip(sweep.responses, traces_of(sweep_figure(sweep), "mean"), strict=True):
        assert line.y == pytest.approx(response.values.mean(axis=1))
        assert line.y + line.error_y.array == pytest.approx(response.values.max(axis=1))
        assert line.y - line.error_y.arrayminus == pytest.approx(response.values.min(axis=1))
        assert line.line.color == method_style("multifair-plus").colour


def test_values_keep_their_order_and_are_no_scale(traces_of: Traces) -> None:
    figure = sweep_figure(one_dial())
    assert traces_of(figure, "mean")[0].x == TAU.values
    assert figure.layout.xaxis.type == "category"
    assert list(figure.layout.xaxis.categoryarray) == list(TAU.values)


def test_choices_are_joined_by_no_line(traces_of: Traces) -> None:
    assert "lines" not in traces_of(sweep_figure(one_dial(PENALTY)), "mean")[0].mode
    assert "lines" in traces_of(sweep_figure(one_dial()), "mean")[0].mode


def test_up_is_better_on_both_axes() -> None:
    layout = sweep_figure(one_dial()).layout
    assert layout.yaxis.autorange is True
    assert layout.yaxis2.autorange == "reversed"


def test_the_baseline_is_a_dashed_line_and_the_floor_a_band(traces_of: Traces) -> None:
    figure = sweep_figure(one_dial())
    assert [set(line.y) for line in traces_of(figure, "baseline")] == [{0.82}, {0.11}]
    assert traces_of(figure, "baseline")[0].line.dash == "dash"
    band, edge = figure.layout.shapes
    assert (band.yref, band.y0, band.y1) == ("y2", 0, 0.05)
    assert (edge.y0, edge.y1) == (0.05, 0.05)
    texts = [note.text for note in figure.layout.annotations]
    assert "noise floor 0.050" in texts


def test_without_baseline_and_floor_neither_is_drawn_nor_named(traces_of: Traces) -> None:
    auc, gap = responses(3, 4, floor=None)
    nothing = np.full((3, 4), np.nan)
    bare = one_dial(responses=(replace(auc, baseline=nothing), replace(gap, baseline=nothing)))
    figure = sweep_figure(bare)
    assert traces_of(figure, "baseline") == []
    assert list(figure.layout.shapes) == []
    assert "baseline" not in figure.to_json()
    assert "grey band" not in figure.layout.title.subtitle.text


def test_a_baseline_that_moves_with_the_dial_is_drawn_as_it_is(traces_of: Traces) -> None:
    auc, gap = responses(2, 4)
    moving = replace(auc, baseline=np.array([[0.8] * 4, [0.9] * 4]))
    figure = sweep_figure(one_dial(RATE, responses=(moving, gap)))
    assert traces_of(figure, "baseline")[0].y == pytest.approx([0.8, 0.9])


def test_a_small_difference_is_not_drawn_as_a_mountain() -> None:
    auc, gap = responses(3, 4)
    flat = replace(auc, values=0.82 + np.arange(12).reshape(3, 4) * 1e-5)
    low, high = sweep_figure(one_dial(responses=(flat, gap))).layout.yaxis.autorangeoptions.include
    assert high - low == pytest.approx(0.01)


def test_two_dials_make_a_cell_per_point(traces_of: Traces) -> None:
    sweep = two_dials()
    figure = sweep_figure(sweep)
    for response, cells in zip(sweep.responses, traces_of(figure, "cells"), strict=True):
        means = response.values.mean(axis=2)
        np.testing.assert_allclose(np.array(cells.z, dtype=float), means.T)
        assert cells.x == TAU.values
        assert cells.y == RATE.values
    numbers = traces_of(figure, "numbers")[0]
    shown = dict(zip(zip(numbers.x, numbers.y, strict=True), numbers.text, strict=True))
    assert shown["0.04", "0.003"] == f"{sweep.responses[0].values[1, 1].mean():.3f}"


def test_deeper_is_better_for_both_measures(traces_of: Traces) -> None:
    auc, gap = traces_of(sweep_figure(two_dials()), "cells")
    assert not auc.reversescale
    assert gap.reversescale


def test_luck_is_not_coloured_like_order(traces_of: Traces) -> None:
    auc, gap = responses(3, 2, 4)
    by_seed = np.array([0.7, 0.75, 0.85, 0.9])
    lucky = replace(auc, values=by_seed + np.arange(6).reshape(3, 2, 1) * 1e-3)
    cells = traces_of(sweep_figure(two_dials(responses=(lucky, gap))), "cells")[0]
    shares = (np.array(cells.z, dtype=float) - cells.zmin) / (cells.zmax - cells.zmin)
    assert np.ptp(shares) < 0.05, "points that differ less than their seeds look alike"
    plain = replace(auc, values=np.full((3, 2, 4), 0.8) + np.arange(6).reshape(3, 2, 1) * 0.02)
    cells = traces_of(sweep_figure(two_dials(responses=(plain, gap))), "cells")[0]
    assert (cells.zmin, cells.zmax) == pytest.approx((0.8, 0.9))


def test_points_that_are_not_finished_are_left_open(traces_of: Traces) -> None:
    auc, gap = responses(3, 2, 4)
    values = auc.values.copy()
    values[2, 1] = np.nan
    values[0, 0, 1:] = np.nan
    sweep = two_dials(responses=(replace(auc, values=values), gap))
    figure = sweep_figure(sweep)
    z = np.array(traces_of(figure, "cells")[0].z, dtype=float)
    assert np.isnan(z[1, 2])
    assert z[0, 0] == pytest.approx(values[0, 0, 0])
    numbers = traces_of(figure, "numbers")[0]
    assert numbers.text[-1] == ""
    assert "tau 0.01, learning rate 0.003 no number" in sweep_text(sweep)
    assert "mean of 1 seed<br>" in traces_of(figure, "cells")[0].hovertext[0][0]


def test_nothing_finished_is_an_empty_figure(traces_of: Traces) -> None:
    auc, gap = responses(3, 2, 4)
    empty = tuple(replace(r, values=r.values * np.nan, baseline=r.baseline * np.nan) for r in (auc, gap))
    for sweep in (two_dials(responses=empty), one_dial(responses=tuple(
        replace(r, values=r.values[:, 0], baseline=r.baseline[:, 0], noise_floor=None) for r in empty
    ))):  # fmt: skip
        figure = sweep_figure(sweep)
        assert figure.layout.height > 0
        assert not any(np.isfinite(np.array(line.y, dtype=float)).any() for line in traces_of(figure, "mean"))


def test_points_that_no_longer_tell_patients_apart_are_marked_and_explained(traces_of: Traces) -> None:
    collapsed = np.array([False, False, True])
    line = one_dial(collapsed=collapsed)
    assert traces_of(sweep_figure(line), "mean")[1].text == ("", "", "*")
    cells = two_dials(collapsed=np.array([[False, False], [False, False], [True, False]]))
    marked = [text.endswith("*") for text in traces_of(sweep_figure(cells), "numbers")[0].text]
    assert marked == [False] * 4 + [True, False]
    for sweep in (line, cells):
        assert "no longer told apart" in sweep_figure(sweep).layout.title.subtitle.text
        assert "no longer told apart" in sweep_text(sweep)
    assert "*" not in sweep_figure(one_dial()).layout.title.subtitle.text


def test_panels_stand_side_by_side_and_stack_on_a_phone() -> None:
    for sweep in (one_dial(), two_dials()):
        layout = sweep_figure(sweep).layout
        narrow = layout.meta["narrow"]
        assert layout.xaxis.domain[1] < layout.xaxis2.domain[0]
        assert layout.yaxis.domain == layout.yaxis2.domain
        assert narrow["xaxis"]["domain"] == narrow["xaxis2"]["domain"]
        assert narrow["yaxis"]["domain"][0] > narrow["yaxis2"]["domain"][1]
        for at in (layout.to_plotly_json(), narrow):
            plot = at["height"] - at["margin"]["t"] - at["margin"]["b"]
            assert plot > 200


def test_a_hover_tells_mean_range_and_formula(traces_of: Traces) -> None:
    sweep = one_dial()
    hover = traces_of(sweep_figure(sweep), "mean")[0].hovertext[1]
    values = sweep.responses[0].values[1]
    assert f"<b>{values.mean():.3f}</b> ({values.min():.3f} to {values.max():.3f} over seeds)" in hover
    assert "<b>tau 0.04</b>, mean of 4 seeds" in hover
    assert AUC.formula in hover


def test_words_say_the_same(traces_of: Traces) -> None:
    sweep = one_dial()
    text = sweep_text(sweep)
    for value, mean in zip(TAU.values, traces_of(sweep_figure(sweep), "mean")[0].y, strict=True):
        assert f"tau {value} {mean:.3f}" in text
    assert "baseline 0.820" in text
    assert "validation data" in text


def test_a_persons_own_words_never_become_markup() -> None:
    figure = sweep_figure(one_dial(details=(HOSTILE,)))
    assert "<a" not in figure.layout.title.subtitle.text
    assert "%{" not in figure.layout.title.subtitle.text
