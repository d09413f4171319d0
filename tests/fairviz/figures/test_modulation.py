from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.figures.arrays import PANEL_POINTS
from fairviz.figures.modulation import modulation, modulation_text
from fairviz.figures.series import ModulationTraces
from fairviz.figures.theme import method_style
from tests.fairviz.figures.conftest import HOSTILE, Traces


def _titles(runs: list[ModulationTraces]) -> list[str]:
    return [note.text for note in modulation(runs).layout.annotations]


def test_recorded_traces_decide_the_panels(multifair: ModulationTraces, fairgrad: ModulationTraces) -> None:
    titles = _titles([multifair, fairgrad])
    assert titles[0] == "MultiFair, seed 0"
    assert titles[2:6] == [
        "Modality balance B",
        "Fairness factor f",
        "Share of steps with the gate open",
        "AUC gap in training (tau 0.04, floor 0.090)",
    ]
    assert titles[1] == "FairGrad, seed 1"
    assert len(titles) == 2 + 4 + 3


def test_half_of_a_method_has_half_of_the_panels(multifair: ModulationTraces) -> None:
    balance_only = replace(multifair, traces={"balance": multifair.traces["balance"]})
    assert _titles([balance_only]) == ["MultiFair, seed 0", "Modality balance B"]


def test_a_run_without_factors_has_no_row(multifair: ModulationTraces) -> None:
    baseline = replace(multifair, label="Baseline", traces={"loss": np.ones(10)})
    assert modulation([baseline, multifair]) == modulation([multifair])
    empty = modulation([baseline])
    assert "add FairGrad or MultiFair" in empty.layout.title.subtitle.text
    assert modulation_text([baseline]) == "None of these runs modulates its training."


def test_tau_is_a_line_over_the_band_of_the_noise_floor(multifair: ModulationTraces) -> None:
    shapes = [s for s in modulation([multifair]).layout.shapes if s.yref == "y4"]
    band, line = shapes
    assert (band.type, band.y0, band.y1) == ("rect", 0, 0.09)
    assert (line.type, line.y0, line.y1) == ("line", 0.04, 0.04)


def test_lines_are_short_and_the_raw_trace_keeps_its_extremes(
    multifair: ModulationTraces, traces_of: Traces
) -> None:
    figure = modulation([multifair])
    for trace in [*traces_of(figure, "raw"), *traces_of(figure, "smooth")]:
        assert len(trace.x) <= 2 * PANEL_POINTS
    raw = traces_of(figure, "raw")[0]
    balance = multifair.traces["balance"][:, 0]
    assert (min(raw.y), max(raw.y)) == (balance.min(), balance.max())


def test_the_smooth_line_is_bolder_than_the_raw_one_and_of_the_method_s_colour(
    multifair: ModulationTraces, traces_of: Traces
) -> None:
    figure = modulation([multifair])
    smooth, raw = traces_of(figure, "smooth")[0], traces_of(figure, "raw")[0]
    assert smooth.line.width > raw.line.width
    assert smooth.line.color == method_style("multifair").colour
    assert np.std(smooth.y) < np.std(raw.y)


def test_each_pair_of_objectives_has_its_cosine(fairgrad: ModulationTraces, traces_of: Traces) -> None:
    lines = [t for t in traces_of(modulation([fairgrad]), "smooth") if t.yaxis == "y"]
    assert [line.legendgroup for line in lines] == ["task and race", "task and sex", "race and sex"]


def test_steps_are_counted_from_the_first(multifair: ModulationTraces, traces_of: Traces) -> None:
    figure = modulation([replace(multifair, first_step=500)])
    assert traces_of(figure, "smooth")[0].x[0] == 500


def test_one_legend_entry_names_a_line_in_every_panel(multifair: ModulationTraces) -> None:
    named = [trace.name for trace in modulation([multifair]).data if trace.name]
    assert named == ["labs", "notes", "race", "sex"]


def test_names_never_become_markup_or_templates(multifair: ModulationTraces, traces_of: Traces) -> None:
    run = replace(multifair, label=HOSTILE, modalities=(HOSTILE, "notes"))
    figure = modulation([run])
    hover = traces_of(figure, "smooth")[0].hovertemplate
    left = hover.replace("%{x}", "").replace("%{y:.3f}", "")
    for text in (left, figure.data[0].name, figure.layout.annotations[0].text):
        assert "<a" not in text
        assert "%{" not in text


def test_undefined_steps_are_gaps_not_zeros(multifair: ModulationTraces, traces_of: Traces) -> None:
    gap = np.full((1000, 2), np.nan)
    gap[600:, 1] = 0.1
    run = replace(multifair, traces={"gap": gap})
    (line,) = traces_of(modulation([run]), "smooth")
    assert line.legendgroup == "sex"
    assert np.isnan(line.y[np.array(line.x) < 500]).all()
    assert line.y[-1] == pytest.approx(0.1)
    assert "race not estimable" in modulation_text([run])
    withheld = replace(run, withheld={"race": ("asian", "black")})
    assert "race suppressed" in modulation_text([withheld])


def test_words_give_means_tau_and_floor(multifair: ModulationTraces) -> None:
    text = modulation_text([multifair])
    share = multifair.traces["gate"][:, 0].mean()
    assert f"Share of steps with the gate open: race {share:.3f}" in text
    assert "tau 0.04; noise floor 0.090." in text


@pytest.mark.parametrize("columns", [1, 2, 4])
def test_panels_never_overlap(multifair: ModulationTraces, columns: int) -> None:
    layout = modulation([multifair], columns=columns).layout
    boxes = [
        (*layout["xaxis" + suffix].domain, *layout["yaxis" + suffix].domain) for suffix in ("", "2", "3", "4")
    ]
    for i, (left, right, bottom, top) in enumerate(boxes):
        for other_left, other_right, other_bottom, other_top in boxes[i + 1 :]:
            apart = right <= other_left or other_right <= left
            assert apart or top <= other_bottom or other_top <= bottom
