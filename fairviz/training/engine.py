"""Trains a pack of runs and yields what happens. It knows no store and no page.

Validation picks each member's epoch; test rows are scored once, at the end. A step never waits for the
device: nothing in the inner loop reads a number back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairviz.data.prepare import PreparedData
from fairviz.errors import SettingError
from fairviz.evaluation import FairnessReport
from fairviz.training.events import EpochEnd, Event, MemberEpoch, MemberResult, PackEnd, Tick, Traces
from fairviz.training.optimiser import MemberAdamW
from fairviz.training.packing import Pack
from fairviz.training.probing import modality_reports
from fairviz.training.runs import RunSpec
from fairviz.training.scoring import report
from fairviz.training.tensors import Batches, TaskTensors
from models.methods.base import Method, Trace
from models.methods.registry import trainer_of
from models.network import Network
from models.outcomes import probabilities
from models.specs import NetworkSpec


def train(pack: Pack, data: PreparedData, tensors: TaskTensors) -> Iterator[Event]:
    """Train the runs of ``pack`` side by side, where ``tensors``, the same task's, are.

    Yields:
        ``Tick`` after each step, ``EpochEnd`` after each epoch, ``PackEnd`` last.

    Raises:
        SettingError: if the predictions of every member have stopped being numbers.
    """
    seeds = [run.seed for run in pack.runs]
    settings = [run.training for run in pack.runs]
    network = Network(network_spec(data), seeds, tensors.inputs.device)
    method = _method(pack, network, tensors)
    optimiser = MemberAdamW(network, settings)
    batches = Batches(tensors, seeds, settings[0].batch_size)
    best = _BestEpochs(network, [own.patience for own in settings])
    epochs = settings[0].epochs

    for epoch in range(1, epochs + 1):
        traces = []
        for step, trace in enumerate(_steps(method, optimiser, batches), start=1):
            traces.append(trace)
            yield Tick((epoch - 1) * batches.steps + step, epochs * batches.steps)
        reports = _validate(pack, network, tensors, data, best)
        best.keep(epoch, reports)
        yield EpochEnd(
            epoch,
            tuple(
                None if validation is None else MemberEpoch(replace(validation, classes={}), trace)
                for validation, trace in zip(reports, _per_member(traces), strict=True)
            ),
        )
        if not any(best.training):
            break

    if len(best.failures) == network.members:
        raise best.failures[0]
    yield PackEnd(_results(network, tensors, data, best), best.failures)


def _steps(method: Method, optimiser: MemberAdamW, batches: Batches) -> Iterator[Trace]:
    """An epoch's steps; between epochs no batch is kept, while other packs have their turns."""
    for batch in batches.epoch():
        trace = method.step(batch)
        optimiser.step()
        method.finish()
        yield trace


def _method(pack: Pack, network: Network, tensors: TaskTensors) -> Method:
    """The members' method."""
    parameters = [run.parameters for run in pack.runs]
    kind = trainer_of(parameters[0])
    return kind(parameters, [run.seed for run in pack.runs], network, tensors.layout)


def network_spec(data: PreparedData) -> NetworkSpec:
    """The network for a prepared task."""
    shapes = {place: images.stack.shape[1:] for place, images in data.images.items()}
    widths = tuple(
        math.prod(shapes[m]) if m in shapes else modality.shape[1] for m, modality in enumerate(data.inputs)
    )
    return NetworkSpec(input_widths=widths, image_shapes=shapes, score_columns=data.score_columns)


class _BestEpochs:
    """The weights of each member at its best validation AUC so far, and who is still in training.

    A member that has found nothing better for as long as its patience lasts is left as it was then; one whose
    numbers have run out of range has no result. Its place in the pack is still computed: the others' numbers
    do not depend on whether it is looked at.
    """

    def __init__(self, network: Network, patience: Sequence[int | None]) -> None:
        self._network = network
        self._patience = patience
        self.weights = network.weights.detach().clone()
        self.epochs = [0] * network.members
        self.training = [True] * network.members
        self.failures: dict[int, SettingError] = {}
        self._auc = [-np.inf] * network.members

    def keep(self, epoch: int, reports: Sequence[FairnessReport | None]) -> None:
        """Keep the weights of members that ranked validation rows better than ever before."""
        for member, validation in enumerate(reports):
            if validation is None:
                continue
            if validation.auc > self._auc[member] or self.epochs[member] == 0:
                self._auc[member] = validation.auc if np.isfinite(validation.auc) else -np.inf
                self.epochs[member] = epoch
                self.weights[member].copy_(self._network.weights[member].detach())
            patience = self._patience[member]
            self.training[member] = patience is None or epoch - self.epochs[member] < patience

    def fail(self, member: int, error: SettingError) -> None:
        """Take a member out of training."""
        self.training[member] = False
        self.failures[member] = error


def _validate(
    pack: Pack, network: Network, tensors: TaskTensors, data: PreparedData, best: _BestEpochs
) -> list[FairnessReport | None]:
    """The report on the validation rows of each member that is still in training."""
    rows = data.split.validation
    scores = predicted(network, tensors, torch.from_numpy(rows).to(tensors.inputs.device))
    for member, run in enumerate(pack.runs):
        if best.training[member] and not np.isfinite(scores[member]).all():
            best.fail(member, _diverged(run))
    return [
        report(data, rows, own, floor=False) if goes_on else None
        for own, goes_on in zip(scores, best.training, strict=True)
    ]


def _diverged(run: RunSpec) -> SettingError:
    return SettingError(
        f"{run.label}, seed {run.seed}",
        expected="finite predictions",
        found="numbers beyond range: training diverged",
        remedy="Lower the learning rate or the method's strength and train again.",
    )


def predicted(network: Network, tensors: TaskTensors, rows: Tensor) -> NDArray[np.float32]:
    """Predicted probabilities [R, rows, C] of some rows."""
    with torch.no_grad():
        parts = [
            probabilities(network.predict(inputs, available=available, images=images).logits).mT
            for inputs, available, images in tensors.parts(rows, network.members)
        ]
    scores: NDArray[np.float32] = torch.cat(parts, dim=1).cpu().numpy()
    return scores


def _results(
    network: Network, tensors: TaskTensors, data: PreparedData, best: _BestEpochs
) -> dict[int, MemberResult]:
    """Reports, scores and weights at their best epoch of all members that have not failed.

    Validation rows have chosen the epoch, so that limits and floors are of test rows alone.
    """
    with torch.no_grad():
        network.weights.copy_(best.weights)
    device = tensors.inputs.device
    scores = predicted(network, tensors, torch.arange(len(data.labels), device=device))
    named = network.layout.views(network.weights.detach().cpu())
    finished = [member for member in range(network.members) if member not in best.failures]

    validation, test = data.split.validation, data.split.test

    def result(member: int, modalities: dict[str, FairnessReport]) -> MemberResult:
        own = scores[member]
        return MemberResult(
            best_epoch=best.epochs[member],
            validation=report(data, validation, own[validation], floor=False),
            test=replace(report(data, test, own[test], floor=True), modalities=modalities),
            scores=own,
            weights={name: np.ascontiguousarray(values[member].numpy()) for name, values in named.items()},
        )

    by_modality = modality_reports(network, tensors, data, finished)
    return {member: result(member, own) for member, own in zip(finished, by_modality, strict=True)}


def _per_member(traces: Sequence[Trace]) -> list[Traces]:
    """From one dict of [R, ...] per step to one dict of [steps, ...] per member."""
    stacked = {
        name: torch.stack([trace[name] for trace in traces], dim=1).float().cpu().numpy()
        for name in traces[0]
    }
    members = len(next(iter(stacked.values())))
    return [{name: values[member] for name, values in stacked.items()} for member in range(members)]
