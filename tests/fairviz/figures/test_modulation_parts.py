"""One question about steps as a figure: of one run, and over seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.figures.modulation import Part, modulation_part, modulation_part_text
from fairviz.figures.modulation_panels import PANELS, stacked
from fairviz.figures.series import ModulationTraces
from fairviz.figures.theme import group_style
from tests.fairviz.figures.conftest import HOSTILE, Traces

FACTORS = Part("f", "For which groups?", ("group_factors",), "race")
GATE = Part("g", "Gap or chance?", ("gap", "gate"))


@pytest.fixture
def grouped(multifair: ModulationTraces) -> ModulationTraces:
    """Race has three groups, sex two."""
    rng = np.random.default_rng(4)
    factors = 1 + rng.normal(0, 0.1, (1000, 2, 5))
    return replace(
        multifair,
        traces={**multifair.traces, "group_factors": factors},
        groups=(("asian", "black", "white"), ("female", "male")),
    )


def test_each_modality_has_a_panel_and_each_group_its_mark_and_dash(
    grouped: ModulationTraces, traces_of: Traces
) -> None:
    figure = modulation_part(FACTORS, [grouped])
    assert [note.text for note in figure.layout.annotations] == ["labs", "notes"]
    lines = traces_of(figure, "smooth")
    assert [line.legendgroup for line in lines] == ["asian", "black", "white"] * 2
    for place, line in enumerate(lines[:3]):
        assert line.marker.symbol == group_style(place).symbol
        assert line.line.dash == group_style(place).dash
    assert figure.layout.yaxis2.matches == "y"


def test_groups_of_the_second_attribute_are_its_own(grouped: ModulationTraces, traces_of: Traces) -> None:
    part = replace(FACTORS, attribute="sex")
    lines = traces_of(modulation_part(part, [grouped]), "raw")
    assert [line.legendgroup for line in lines] == ["female", "male"] * 2
    factors = grouped.traces["group_factors"]
    assert max(lines[3].y) == pytest.approx(factors[:, 1, 4].max())
    assert f"female {factors[:, 0, 3].mean():.3f}" in modulation_part_text(part, [grouped])


def test_over_seeds_a_mean_lies_on_the_range_of_moving_means(
    grouped: ModulationTraces, traces_of: Traces
) -> None:
    seeds = [grouped, replace(grouped, seed=1, traces={**grouped.traces, "gap": grouped.traces["gap"] + 1})]
    figure = modulation_part(GATE, seeds)
    assert not traces_of(figure, "raw")
    band, line = traces_of(figure, "range")[0], traces_of(figure, "smooth")[0]
    alone = traces_of(modulation_part(GATE, seeds[:1]), "smooth")[0]
    half = len(band.y) // 2
    np.testing.assert_allclose(band.y[:half] - np.array(band.y[half:])[::-1], 1, rtol=1e-6)
    np.testing.assert_allclose(line.y, np.array(alone.y) + 0.5, rtol=1e-6)
    assert "mean of 2 seeds" in figure.layout.title.subtitle.text
    assert "2 seeds" in modulation_part_text(GATE, seeds)


def test_seeds_of_unlike_length_are_cut_to_the_shortest(grouped: ModulationTraces) -> None:
    short = replace(grouped, traces={name: trace[:400] for name, trace in grouped.traces.items()})
    assert stacked([grouped, short], "gap").shape == (2, 400, 2)


def test_the_gap_has_tau_and_its_floor_and_the_others_have_not(grouped: ModulationTraces) -> None:
    figure = modulation_part(GATE, [grouped])
    assert [shape.type for shape in figure.layout.shapes if shape.yref == "y"] == ["rect", "line"]
    assert "grey: gaps that chance alone makes" in figure.layout.title.subtitle.text
    unknown = modulation_part(GATE, [replace(grouped, noise_floor=None)])
    assert "grey" not in unknown.layout.title.subtitle.text


def test_withheld_groups_are_named_and_not_drawn(grouped: ModulationTraces, traces_of: Traces) -> None:
    factors = grouped.traces["group_factors"].copy()
    factors[:, :, :2] = np.nan
    run = replace(grouped, traces={"group_factors": factors}, withheld={"race": ("asian", "black")})
    figure = modulation_part(FACTORS, [run])
    assert {line.legendgroup for line in traces_of(figure, "smooth")} == {"white"}
    assert "suppressed, too few patients: asian, black" in figure.layout.title.subtitle.text
    assert "asian suppressed" in modulation_part_text(FACTORS, [run])


def test_names_of_modalities_and_groups_stay_text(grouped: ModulationTraces, traces_of: Traces) -> None:
    run = replace(grouped, modalities=(HOSTILE, "notes"), groups=((HOSTILE, "b", "c"), ("f", "m")))
    figure = modulation_part(FACTORS, [run])
    texts = [figure.layout.annotations[0].text, figure.data[0].name]
    texts += [traces_of(figure, "smooth")[0].hovertemplate.replace("%{x}", "").replace("%{y:.3f}", "")]
    for text in texts:
        assert "<a" not in text
        assert "%{" not in text


def test_every_panel_has_its_formula() -> None:
    assert all(spec.title and spec.formula for spec in PANELS.values())
