"""Caches of what methods did at their steps: keyed by run and revision, shared by all sessions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import streamlit as st

from fairviz.figures.modulation import modulation, modulation_part, modulation_part_text, modulation_text
from fairviz.figures.series import ModulationTraces
from fairviz.metrics.batch_floor import batch_noise_floor
from fairviz.metrics.gate_chance import gate_chance
from fairviz.reports.run import Run
from fairviz.ui import series
from fairviz.ui.bench import workbench
from fairviz.ui.cache import Drawing, drawing, history
from fairviz.ui.modulationseries import Steps, parts
from fairviz.ui.modulationwords import sentences, withheld

# AUCs this close to each other make about the same noise.
_AUC_DECIMALS: Final = 2


@dataclass(frozen=True)
class ShownPart:
    """One question about a configuration's steps: drawn, and in sentences."""

    key: str
    drawing: Drawing
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class ShownSteps:
    """All there is to show of a configuration's steps, and what is withheld of them."""

    parts: tuple[ShownPart, ...]
    withheld: tuple[str, ...]


@st.cache_data(max_entries=32, show_spinner=False)
def factors(comparison_id: str, revision: int, run_id: int) -> Drawing:
    """What one run's method did at every step, at one look."""
    own = [_traces(comparison_id, revision, run_id)]
    return drawing(modulation(own), modulation_text(own))


@st.cache_data(max_entries=32, show_spinner="Reading the steps ...")
def steps(comparison_id: str, revision: int, run_ids: tuple[int, ...]) -> ShownSteps:
    """What a configuration's method did at every step, in one run of it or over its seeds."""
    found = recorded(comparison_id, revision, run_ids)
    return ShownSteps(
        tuple(
            ShownPart(
                part.key,
                drawing(modulation_part(part, found.runs), modulation_part_text(part, found.runs)),
                tuple(sentences(part, found)),
            )
            for part in parts(found)
        ),
        tuple(withheld(found)),
    )


def recorded(comparison_id: str, revision: int, run_ids: tuple[int, ...]) -> Steps:
    """What is known of a configuration's steps, in one run of it or over its seeds."""
    return Steps(
        [_traces(comparison_id, revision, run_id) for run_id in run_ids],
        _run(comparison_id, revision, run_ids[0]).spec["parameters"],
        _chance(comparison_id, revision, run_ids),
    )


def _run(comparison_id: str, revision: int, run_id: int) -> Run:
    runs, _ = history(comparison_id, revision)
    return next(run for run in runs if run.id == run_id)


def _aucs(comparison_id: str, revision: int, run_id: int) -> list[float]:
    """Validation AUC after each epoch of a run, where estimable."""
    _, epochs = history(comparison_id, revision)
    found = [record.validation.value("auc") for record in epochs if record.run_id == run_id]
    return [auc for auc in found if auc is not None]


def _traces(comparison_id: str, revision: int, run_id: int) -> ModulationTraces:
    bench = workbench()
    run = _run(comparison_id, revision, run_id)
    task_id = bench.store.comparison(comparison_id).task_id
    aucs = _aucs(comparison_id, revision, run_id)
    return series.modulation_traces(
        run,
        bench.traces(run_id),
        bench.task_spec(task_id),
        _batch_floor(task_id, run, aucs[-1]) if aucs else None,
        groups=[attribute.values for attribute in bench.prepared(task_id).attributes],
        withheld=bench.untraced_groups(task_id),
    )


def _batch_floor(task_id: str, run: Run, auc: float) -> float | None:
    """The floor under the gap that a run compares with tau; None where there is no tau or it is unknown."""
    parameters = run.spec["parameters"]
    if "tau" not in parameters:
        return None
    data = workbench().prepared(task_id)
    if data.score_columns > 1:
        return None  # known for two classes: how the AUCs of several move together in a batch is not
    rows = data.split.train
    # The floor tells how large groups are.
    told = [own for own in data.attributes if own.name not in workbench().untraced_groups(task_id)]
    # MultiFair's gate looks at one batch unless it is told otherwise, MultiFair+ at a moving mean.
    averages = "delta_max" in parameters or parameters["gate"] == "ema"
    return batch_noise_floor(
        data.labels[rows],
        [attribute.codes[rows] for attribute in told],
        batch_size=run.spec["training"]["batch_size"],
        auc=auc,
        memory=parameters["ema_decay"] if averages else 0.0,
    )


def _chance(comparison_id: str, revision: int, run_ids: tuple[int, ...]) -> dict[str, list[float]] | None:
    """By attribute, how often chance alone would have opened the gate in each run; None where unknown."""
    run = _run(comparison_id, revision, run_ids[0])
    parameters = run.spec["parameters"]
    task_id = workbench().store.comparison(comparison_id).task_id
    spec = workbench().task_spec(task_id)
    if "gate" not in parameters or spec.positive is None:
        return None
    aucs = [_aucs(comparison_id, revision, run_id) or [math.nan] for run_id in run_ids]
    memory = parameters["ema_decay"] if parameters["gate"] == "ema" else 0.0
    return {
        name: [
            fmean(
                _gate_chance(
                    task_id,
                    place,
                    batch_size=run.spec["training"]["batch_size"],
                    auc=round(auc, _AUC_DECIMALS),
                    tau=parameters["tau"],
                    memory=memory,
                )
                for auc in own
            )
            for own in aucs
        ]
        for place, name in enumerate(spec.sensitive)
    }


@st.cache_data(max_entries=2048, show_spinner=False)
def _gate_chance(
    task_id: str, attribute: int, *, batch_size: int, auc: float, tau: float, memory: float
) -> float:
    if math.isnan(auc):
        return math.nan
    data = workbench().prepared(task_id)
    rows = data.split.train
    return gate_chance(
        data.labels[rows],
        data.attributes[attribute].codes[rows],
        batch_size=batch_size,
        auc=auc,
        tau=tau,
        memory=memory,
    )
