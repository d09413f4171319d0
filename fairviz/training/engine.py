"""Trains a pack of runs and yields what happens. It knows no store and no page.

Validation picks each member's epoch; test rows are scored once, at the end. A step never waits for the
device: nothing in the inner loop reads a number back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairviz.data.prepare import PreparedData
from fairviz.errors import SettingError
from fairviz.evaluation import FairnessReport, evaluate
from fairviz.training.events import EpochEnd, Event, MemberEpoch, MemberResult, PackEnd, Tick, Traces
from fairviz.training.packing import Pack
from fairviz.training.tensors import Batches, TaskTensors
from models.methods.base import Trace
from models.methods.registry import trainer_of
from models.network import Network
from models.specs import NetworkSpec, TrainingSpec

_ROWS_AT_ONCE = 4096
"""Rows scored in one forward pass: bounds memory whatever the size of the dataset."""


def train(pack: Pack, data: PreparedData, tensors: TaskTensors) -> Iterator[Event]:
    """Train the runs of ``pack`` side by side, where ``tensors``, the same task's, are.

    Yields:
        ``Tick`` after each step, ``EpochEnd`` after each epoch, ``PackEnd`` last.

    Raises:
        SettingError: if a member's predictions stop being numbers.
    """
    seeds = [run.seed for run in pack.runs]
    settings = pack.runs[0].training
    network = Network(network_spec(data), seeds, tensors.inputs.device)
    parameters = [run.parameters for run in pack.runs]
    method = trainer_of(parameters[0])(parameters, seeds, network, tensors.layout)
    optimiser = _optimiser(network, settings)
    batches = Batches(tensors, seeds, settings.batch_size)
    best = _BestEpochs(network)

    for epoch in range(1, settings.epochs + 1):
        traces = []
        for step, batch in enumerate(batches.epoch(), start=1):
            optimiser.zero_grad()
            traces.append(method.step(batch))
            optimiser.step()
            yield Tick((epoch - 1) * batches.steps + step, settings.epochs * batches.steps)
        reports = _validate(pack, network, tensors, data)
        best.keep(epoch, reports)
        members = zip(reports, _per_member(traces), strict=True)
        yield EpochEnd(epoch, tuple(MemberEpoch(report, trace) for report, trace in members))

    yield PackEnd(_results(network, tensors, data, best))


def network_spec(data: PreparedData) -> NetworkSpec:
    """The network for a prepared task."""
    return NetworkSpec(input_widths=tuple(modality.shape[1] for modality in data.inputs))


def _optimiser(network: Network, settings: TrainingSpec) -> torch.optim.Optimizer:
    """AdamW over the two flat tensors: one fused call for all members and layers."""
    groups = [
        {"params": [network.weights], "lr": settings.learning_rate},
        {"params": [network.auxiliary_weights], "lr": settings.auxiliary_learning_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=settings.weight_decay, fused=True)


class _BestEpochs:
    """The weights of each member at its best validation AUC so far."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.weights = network.weights.detach().clone()
        self.epochs = [0] * network.members
        self._auc = [-np.inf] * network.members

    def keep(self, epoch: int, reports: Sequence[FairnessReport]) -> None:
        """Keep the weights of members that ranked validation rows better than ever before."""
        for member, report in enumerate(reports):
            if report.auc > self._auc[member] or self.epochs[member] == 0:
                self._auc[member] = report.auc if np.isfinite(report.auc) else -np.inf
                self.epochs[member] = epoch
                self.weights[member].copy_(self._network.weights[member].detach())


def _validate(pack: Pack, network: Network, tensors: TaskTensors, data: PreparedData) -> list[FairnessReport]:
    """Each member's report on the validation rows."""
    rows = data.split.validation
    scores = _scores(network, tensors.inputs[torch.from_numpy(rows).to(tensors.inputs.device)])
    for run, member in zip(pack.runs, scores, strict=True):
        if not np.isfinite(member).all():
            raise SettingError(
                f"{run.method}, seed {run.seed}",
                expected="finite predictions",
                found="numbers beyond range: training diverged",
                remedy="Lower the learning rate or the method's strength and train again.",
            )
    return [_report(member, rows, data, floor=False) for member in scores]


def _scores(network: Network, inputs: Tensor) -> NDArray[np.float32]:
    """Predicted probabilities [R, rows] of inputs [rows, M, W]."""
    with torch.no_grad():
        parts = [
            network.predict(part.transpose(0, 1).expand(network.members, -1, -1, -1)).logits.sigmoid()
            for part in inputs.split(_ROWS_AT_ONCE)
        ]
    scores: NDArray[np.float32] = torch.cat(parts, dim=1).cpu().numpy()
    return scores


def _report(
    scores: NDArray[np.float32], rows: NDArray[np.int64], data: PreparedData, *, floor: bool
) -> FairnessReport:
    """Report of scores on some rows; decisions are made at the share of positives among training rows."""
    attributes = [replace(a, codes=a.codes[rows]) for a in data.attributes]
    threshold = float(data.labels[data.split.train].mean())
    return evaluate(
        data.labels[rows], scores.astype(np.float64), threshold=threshold, attributes=attributes, floor=floor
    )


def _results(
    network: Network, tensors: TaskTensors, data: PreparedData, best: _BestEpochs
) -> tuple[MemberResult, ...]:
    """Reports, scores and weights of every member at its best epoch."""
    with torch.no_grad():
        network.weights.copy_(best.weights)
    scores = _scores(network, tensors.inputs)
    named = network.layout.views(network.weights.detach().cpu())
    validation, test = data.split.validation, data.split.test
    return tuple(
        MemberResult(
            best_epoch=best.epochs[member],
            validation=_report(scores[member][validation], validation, data, floor=True),
            test=_report(scores[member][test], test, data, floor=True),
            scores=scores[member],
            weights={name: np.ascontiguousarray(values[member].numpy()) for name, values in named.items()},
        )
        for member in range(network.members)
    )


def _per_member(traces: Sequence[Trace]) -> list[Traces]:
    """From one dict of [R, ...] per step to one dict of [steps, ...] per member."""
    stacked = {
        name: torch.stack([trace[name] for trace in traces], dim=1).float().cpu().numpy()
        for name in traces[0]
    }
    members = len(next(iter(stacked.values())))
    return [{name: values[member] for name, values in stacked.items()} for member in range(members)]
