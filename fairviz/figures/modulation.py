"""What a method did at each optimisation step: its factors, its gate, its gradients.

Panels belong to traces, not to methods: each trace that a run recorded and that
:data:`fairviz.figures.modulation_panels.PANELS` knows becomes a panel. Of one run the raw trace stays
visible, pale, behind its moving mean; of several seeds the range of their moving means lies behind their
mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.frame import Caption, Layout
from fairviz.figures.modulation_drawing import Drawn, Runs, draw_panel, levels, strong
from fairviz.figures.modulation_panels import OVERVIEW, PANELS, Line, recorded, stacked
from fairviz.figures.panels import Grid, Panel, Row, legend_entry, panel_figure
from fairviz.figures.series import ModulationTraces
from fairviz.figures.theme import NEUTRAL, escape


@dataclass(frozen=True, slots=True)
class Part:
    """Traces that answer one question together.

    Attributes:
        key: a short name of its own.
        question: its title.
        traces: names of the traces.
        attribute: of the groups, where traces of groups are among them.
    """

    key: str
    question: str
    traces: tuple[str, ...]
    attribute: str = ""


def modulation(runs: Runs, *, columns: int = 2) -> go.Figure:
    """Figure with a row of panels per run; runs without a trace to draw have none."""
    found = [(run, drawn) for run in runs if (drawn := _drawn([run], OVERVIEW))]
    rows = tuple(Row(f"{escape(run.label)}, seed {run.seed}", _panels([run], drawn)) for run, drawn in found)
    everything = [one for _, drawn in found for one in drawn]
    return panel_figure(
        Grid(rows, columns, "optimisation step"), _caption(rows, everything), _legend(everything)
    )


def modulation_text(runs: Runs) -> str:
    """The same figure in words; not escaped."""
    sentences = [sentence for run in runs if (sentence := _sentence([run], _drawn([run], OVERVIEW)))]
    return " ".join(sentences) or "None of these runs modulates its training."


def modulation_part(part: Part, runs: Runs, *, columns: int = 3) -> go.Figure:
    """Figure of the traces of one part, in one run or over the seeds of a configuration."""
    drawn = _drawn(runs, part.traces, part.attribute)
    across = min(columns, len(drawn))
    # Panels that show the same of each modality share their axis: they are there to be compared.
    is_same = len(part.traces) == 1 and len(drawn) > 1
    grid = Grid(
        (Row("", _panels(runs, drawn)),),
        across,
        "optimisation step",
        share_y=is_same,
        plot_height=130,
        is_wide=across > 1,
    )
    caption = Caption(part.question, _details(part, runs), [escape(n) for n, _ in _names(drawn)])
    return panel_figure(grid, caption, _legend(drawn))


def modulation_part_text(part: Part, runs: Runs) -> str:
    """The same figure in words; not escaped."""
    return f"{part.question} {_sentence(runs, _drawn(runs, part.traces, part.attribute))}"


def _drawn(runs: Runs, names: Sequence[str], attribute: str = "") -> list[Drawn]:
    return [
        Drawn(PANELS[name], lines)
        for name in names
        if recorded(runs, name)
        for lines in PANELS[name].lines(runs[0], stacked(runs, name), attribute)
    ]


def _sentence(runs: Runs, drawn: Sequence[Drawn]) -> str:
    if not drawn:
        return ""
    run = runs[0]
    parts = [_panel_text(run, one) for one in drawn]
    marks = [*levels(run)] if any(one.spec.is_gap for one in drawn) else []
    steps = drawn[0].lines.lines[0].values.shape[-1]
    seeds = f"seed {run.seed}" if len(runs) == 1 else f"{len(runs)} seeds"
    return f"{run.label}, {seeds}, mean over {steps} steps. {'; '.join(parts + marks)}."


def _panel_text(run: ModulationTraces, one: Drawn) -> str:
    of = f" of {one.lines.of}" if one.lines.of else ""
    return f"{one.spec.title}{of}: " + ", ".join(_mean_text(run, line) for line in one.lines.lines)


def _mean_text(run: ModulationTraces, line: Line) -> str:
    defined = line.values[np.isfinite(line.values)]
    if len(defined):
        return f"{line.name} {defined.mean():.3f}"
    withheld = {name for attribute, groups in run.withheld.items() for name in (attribute, *groups)}
    return f"{line.name} {'suppressed' if line.name in withheld else 'not estimable'}"


def _names(drawn: Sequence[Drawn]) -> list[tuple[str, Line]]:
    """Every line once by name and place, in order."""
    return list({(line.name, line.place): (line.name, line) for one in drawn for line in one.shown}.values())


def _legend(drawn: Sequence[Drawn]) -> list[Layout]:
    return [legend_entry(name, strong(line, NEUTRAL)) for name, line in _names(drawn)]


def _panels(runs: Runs, drawn: Sequence[Drawn]) -> tuple[Panel, ...]:
    return tuple(draw_panel(runs, one) for one in drawn)


def _caption(rows: Sequence[Row], drawn: Sequence[Drawn]) -> Caption:
    question = "What did the method do at each step?"
    if not rows:
        return Caption(question, "none of these runs modulates its training; add FairGrad or MultiFair")
    details = "training data · bold: moving mean · pale: every step · grey: gaps that chance alone makes"
    return Caption(question, details, [escape(name) for name, _ in _names(drawn)])


def _details(part: Part, runs: Runs) -> str:
    """What lines and bands are, whose numbers they are, and whose are withheld."""
    withheld = [escape(name) for name in runs[0].withheld.get(part.attribute, ())]
    has_floor = "gap" in part.traces and runs[0].noise_floor is not None
    return " · ".join(
        [
            "training data",
            *([f"groups of {escape(part.attribute)}"] if part.attribute else []),
            *(
                ["bold: moving mean", "pale: every step"]
                if len(runs) == 1
                else [f"line: mean of {len(runs)} seeds", "band: their range"]
            ),
            *(["line across: tau"] if "gap" in part.traces and runs[0].tau is not None else []),
            *(["grey: gaps that chance alone makes"] if has_floor else []),
            *([f"suppressed, too few patients: {', '.join(withheld)}"] if withheld else []),
        ]
    )
