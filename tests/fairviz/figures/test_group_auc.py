from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.figures.group_auc import group_auc, group_auc_text
from fairviz.figures.series import GroupCurves
from fairviz.figures.theme import escape, group_style, method_style
from tests.fairviz.figures.conftest import HOSTILE, Traces


def test_one_panel_per_configuration_on_one_scale(curves: list[GroupCurves]) -> None:
    layout = group_auc(curves, split="validation").layout
    assert [layout.xaxis.anchor, layout.xaxis2.anchor] == ["y", "y2"]
    assert layout.yaxis2.matches == "y"
    assert layout.xaxis2.matches == "x"


def test_panels_stand_side_by_side_and_stack_on_a_phone(curves: list[GroupCurves]) -> None:
    layout = group_auc(curves, split="validation").layout
    assert layout.xaxis.domain[1] < layout.xaxis2.domain[0]
    assert layout.yaxis.domain == layout.yaxis2.domain
    narrow = layout.meta["narrow"]
    assert narrow["xaxis"]["domain"] == narrow["xaxis2"]["domain"]
    assert narrow["yaxis"]["domain"][0] > narrow["yaxis2"]["domain"][1]
    assert narrow["height"] > layout.height


@pytest.mark.parametrize(("panels", "columns"), [(1, 1), (2, 2), (3, 3), (4, 2), (5, 3)])
def test_rows_are_of_equal_length(curves: list[GroupCurves], panels: int, columns: int) -> None:
    layout = group_auc([curves[0]] * panels, split="validation").layout
    names = ["xaxis", *(f"xaxis{i}" for i in range(2, panels + 1))]
    lefts = {round(layout[name].domain[0], 6) for name in names}
    assert len(lefts) == columns


def test_line_is_the_mean_over_seeds_and_band_their_range(
    curves: list[GroupCurves], traces_of: Traces
) -> None:
    figure = group_auc(curves[:1], split="validation")
    line, band = traces_of(figure, "mean")[0], traces_of(figure, "band")[0]
    black = curves[0].auc[:, 0]
    assert line.y == pytest.approx(black.mean(axis=0))
    assert band.y[:8] == pytest.approx(black.max(axis=0))
    assert band.y[8:][::-1] == pytest.approx(black.min(axis=0))


def test_a_given_interval_takes_the_place_of_the_range(curves: list[GroupCurves], traces_of: Traces) -> None:
    interval = (np.full((3, 8), 0.6), np.full((3, 8), 0.9))
    figure = group_auc([replace(curves[0], interval=interval)], split="validation")
    assert sorted(set(traces_of(figure, "band")[0].y)) == pytest.approx([0.6, 0.9])
    assert "95% interval" in figure.layout.title.subtitle.text


def test_one_seed_without_interval_has_no_band(curves: list[GroupCurves], traces_of: Traces) -> None:
    figure = group_auc([replace(curves[0], auc=curves[0].auc[:1])], split="validation")
    assert traces_of(figure, "band") == []


def test_method_decides_the_colour_and_place_among_all_groups_the_mark(
    curves: list[GroupCurves], traces_of: Traces
) -> None:
    for line in traces_of(group_auc(curves, split="validation"), "mean"):
        place = curves[0].groups.index(line.legendgroup)
        assert line.marker.symbol == group_style(place).symbol
        assert line.line.dash == group_style(place).dash
    colours = {line.line.color for line in traces_of(group_auc(curves, split="v"), "mean")}
    assert colours == {method_style("baseline").colour, method_style("fairgrad").colour}


def test_a_group_without_numbers_is_named_not_drawn(curves: list[GroupCurves], traces_of: Traces) -> None:
    figure = group_auc(curves, split="validation")
    assert {line.legendgroup for line in traces_of(figure, "mean")} == {"black", "white"}
    assert "not estimable: other" in figure.layout.title.subtitle.text
    assert "other not estimable" in group_auc_text(curves, split="validation")


def test_names_never_become_markup_or_templates(curves: list[GroupCurves], traces_of: Traces) -> None:
    curve = replace(curves[0], label=HOSTILE, attribute=HOSTILE, groups=(HOSTILE, "b", "c"))
    figure = group_auc([curve], split="validation")
    line = traces_of(figure, "mean")[0]
    # Plotly's own placeholders are the only ones.
    left = line.hovertemplate
    for own in ("%{x}", "%{y:.3f}", "%{text}"):
        left = left.replace(own, "")
    for text in (left, figure.data[0].name, figure.layout.annotations[0].text):
        assert "<a" not in text
        assert "%{" not in text


def test_words_give_the_last_number_of_each_group(curves: list[GroupCurves]) -> None:
    text = group_auc_text(curves, split="test")
    assert f"baseline after epoch 8: black {curves[0].auc[:, 0, -1].mean():.3f}" in text
    assert group_auc_text([], split="test") == "No run has finished an epoch yet."


def test_nothing_yet_is_said_in_the_chart() -> None:
    figure = group_auc([], split="validation")
    assert "no run has finished an epoch yet" in figure.layout.title.subtitle.text


def test_a_suppressed_group_is_not_called_not_estimable(curves: list[GroupCurves]) -> None:
    auc = curves[0].auc.copy()
    auc[:, 0] = np.nan
    group = curves[0].groups[0]
    hidden = replace(curves[0], auc=auc, suppressed=(group,))
    caption = group_auc([hidden], split="validation").layout.title.subtitle.text
    assert f"suppressed, too few patients: {escape(group)}" in caption
    assert f"not estimable: {escape(group)}" not in caption
    assert f"{group} suppressed" in group_auc_text([hidden], split="validation")


def test_a_single_epoch_has_bars_where_a_band_has_no_width(
    curves: list[GroupCurves], traces_of: Traces
) -> None:
    first = [
        replace(curve, epochs=curve.epochs[:1], auc=curve.auc[..., :1], interval=None) for curve in curves
    ]
    means = traces_of(group_auc(first, split="validation"), "mean")
    low, high = first[0].auc[:, 0].min(), first[0].auc[:, 0].max()
    assert means[0].y[0] + means[0].error_y.array[0] == pytest.approx(high)
    assert means[0].y[0] - means[0].error_y.arrayminus[0] == pytest.approx(low)
    assert traces_of(group_auc(curves, split="validation"), "mean")[0].error_y.array is None
