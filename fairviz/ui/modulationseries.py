"""What is known of a configuration's steps, and the parts that show it; pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fairviz.figures.modulation import Part
from fairviz.figures.modulation_panels import recorded
from fairviz.figures.series import ModulationTraces
from fairviz.reports.run import Run
from models.specs import METHODS, MethodEntry

ALL_SEEDS: Final = "all seeds"

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Steps:
    """The recorded steps of one configuration.

    Attributes:
        runs: traces of its seeds, one or more.
        parameters: hyperparameters of the method.
        chance: by attribute, in what share of batches chance alone would open the gate, a number per seed;
            None where that is not known.
    """

    runs: Sequence[ModulationTraces]
    parameters: Mapping[str, Any]
    chance: Mapping[str, Sequence[float]] | None = None

    @property
    def first(self) -> ModulationTraces:
        """Names are the same in all seeds."""
        return self.runs[0]

    @property
    def entry(self) -> MethodEntry:
        """The method."""
        return METHODS[self.first.method]

    def has(self, *names: str) -> bool:
        """Whether all of these traces are told."""
        return all(recorded(self.runs, name) for name in names)

    def traces(self, name: str) -> list[Floats]:
        """One trace [T, ...] of every seed."""
        return [np.asarray(run.traces[name]) for run in self.runs]

    def of_attribute(self, name: str, attribute: str) -> list[Floats]:
        """A trace [T, A] of every seed, of one attribute: [T]."""
        place = self.first.attributes.index(attribute)
        return [trace[:, place] for trace in self.traces(name)]


def labels(runs: Sequence[Run]) -> list[str]:
    """The configurations of a comparison, in their order."""
    return list(dict.fromkeys(run.label for run in runs))


def usual_label(runs: Sequence[Run]) -> int:
    """Place of the configuration to begin with: a MultiFair where there is one, else what else steers."""
    methods = [next(run.spec["method"] for run in runs if run.label == label) for label in labels(runs)]
    wanted = ("multifair", "multifair-plus", "fairgrad")
    places = [methods.index(method) for method in wanted if method in methods]
    return places[0] if places else 0


def parts(steps: Steps) -> list[Part]:
    """The parts of which something is told, in the order in which they are read."""
    return [part for part in _parts(steps) if any(steps.has(name) for name in part.traces)]


def _parts(steps: Steps) -> Iterator[Part]:
    parameters = steps.parameters
    if parameters.get("groups", False):
        yield Part("gate", "Does the gate follow a gap, or chance?", _gate_traces(parameters))
        yield from _by_attribute(steps, "group_factors", "For which groups does each encoder learn faster?")
    if "delta_max" in parameters:
        yield Part("controller", "Does the controller bring the gap to tau?", ("gap", "delta"))
    yield from _by_attribute(steps, "group_weight", "Whose rows weigh more?")
    if "rho" in parameters:
        yield Part("encoders", "How much are the encoders slowed or sped?", _encoder_traces(parameters))
        yield Part("losses", "What do the two extra losses do?", _loss_traces(parameters))
    yield Part("conflicts", "Do the objectives pull against each other?", ("cosines", "conflict_share"))
    yield Part("reconciled", "What became of each objective's gradient?", ("weights", "norms", "update_norm"))
    yield Part("gaps", "Do the gaps in training get smaller?", ("losses",))


def _by_attribute(steps: Steps, trace: str, question: str) -> Iterator[Part]:
    for attribute in steps.first.attributes:
        if not steps.has(trace):
            return
        if any(np.isfinite(own[..., steps.first.part_of(attribute)]).any() for own in steps.traces(trace)):
            yield Part(f"{trace}-{attribute}", question, (trace,), attribute)


def _gate_traces(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    adaptive = parameters["delta_rule"] == "adaptive"
    return ("gap", "gate", "delta") if adaptive else ("gap", "gate")


def _encoder_traces(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """B where modalities are balanced, f where groups count; with both, what they make together."""
    balance = ("balance",) if parameters["modalities"] else ()
    factor = ("batch_factors",) if parameters["groups"] else ()
    return (*balance, *factor, *(("scale",) if balance and factor else ()))


def _loss_traces(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        *(("fairness_loss",) if parameters["groups"] else ()),
        *(("guidance_loss",) if parameters["lambda_gm"] > 0 else ()),
    )
