"""What each modality's encoder tells by itself, in reports that are alike for every method.

A probe of each modality is fitted on the training rows that have it and judged on the test rows that have it.
Of very many training rows, a sample that is the same for every run: a probe has few coefficients.
Axis letters: R members, M modalities, N rows, D width of features, C score columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairviz.data.prepare import PreparedData
from fairviz.evaluation import FairnessReport
from fairviz.evaluation.unscored import unscored
from fairviz.training.scoring import report
from fairviz.training.tensors import TaskTensors
from models.network import Network
from models.probes import Probes, fit_probes

MOST_FITTED: Final = 100_000
"""Training rows that a probe is fitted on; more would move its AUC by far less than test rows can tell."""
_SAMPLE_SEED: Final = 0
_FEATURES_AT_ONCE: Final = {"cpu": 2**22, "cuda": 2**26}
"""Numbers that are kept of several members at a time, by kind of device; one member's in any case."""


def modality_reports(
    network: Network, tensors: TaskTensors, data: PreparedData, members: Sequence[int]
) -> Iterator[dict[str, FairnessReport]]:
    """Reports of some members on test rows, as their weights are now; none where there is but one modality.

    Yields:
        For each of ``members``, in their order: by the name of the modality.
    """
    if len(data.inputs) == 1:
        yield from [{}] * len(members)
        return
    per_member = min(len(data.labels), MOST_FITTED) * len(data.inputs) * network.spec.feature_width
    at_once = max(1, _FEATURES_AT_ONCE[tensors.inputs.device.type] // per_member)
    for start in range(0, len(members), at_once):
        yield from _reports(network, tensors, data, members[start : start + at_once])


def _reports(
    network: Network, tensors: TaskTensors, data: PreparedData, members: Sequence[int]
) -> Iterator[dict[str, FairnessReport]]:
    """The same for so many members as may be looked at together."""
    probes, rows = _fit(network, tensors, members), data.split.test
    scores = _scores(network, tensors, members, probes, rows)
    for place, own in enumerate(scores):
        reasons = {m: why for (member, m), why in probes.failures.items() if member == place}
        yield _by_modality(data, rows, own, reasons)


def _fit(network: Network, tensors: TaskTensors, members: Sequence[int]) -> Probes:
    """Probes of the training rows."""
    rows = _fitted_on(tensors.training)
    available = None if tensors.available is None else tensors.available[rows].mT
    return fit_probes(_features(network, tensors, members, rows), tensors.labels[rows].mT, available)


def _fitted_on(training: Tensor) -> Tensor:
    """The training rows that probes are fitted on, in their order."""
    if len(training) <= MOST_FITTED:
        return training
    generator = torch.Generator().manual_seed(_SAMPLE_SEED)
    chosen = torch.randperm(len(training), generator=generator)[:MOST_FITTED].sort().values
    return training[chosen.to(training.device)]


def _scores(
    network: Network,
    tensors: TaskTensors,
    members: Sequence[int],
    probes: Probes,
    rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """What probes say of some rows [R, M, N, C]; so many of them at a time as probes are fitted on."""
    parts = torch.from_numpy(rows).to(tensors.inputs.device).split(MOST_FITTED)
    told = [probes.probabilities(_features(network, tensors, members, part)).mT.cpu() for part in parts]
    scores: NDArray[np.float64] = torch.cat(told, dim=2).numpy()
    return scores


def _features(network: Network, tensors: TaskTensors, members: Sequence[int], rows: Tensor) -> Tensor:
    """Features h [R, M, N, D] of some rows."""
    parts = [
        network.features(members, inputs, available, images=images)
        for inputs, available, images in tensors.parts(rows, len(members))
    ]
    return torch.cat(parts, dim=3).mT


def _by_modality(
    data: PreparedData,
    rows: NDArray[np.int64],
    scores: NDArray[np.float64],
    reasons: Mapping[int, str],
) -> dict[str, FairnessReport]:
    """Reports on those of some rows that have a modality, by its name.

    Args:
        data: the task.
        rows: their numbers.
        scores: of these rows [M, N, C].
        reasons: by modality, why it has no probe.
    """
    return {
        modality.name: _report(data, rows[has_it], own[has_it], reasons.get(place))
        for place, (modality, own, has_it) in enumerate(
            zip(data.task.modalities, scores, data.available[rows].T, strict=True)
        )
    }


def _report(
    data: PreparedData, rows: NDArray[np.int64], scores: NDArray[np.float64], why_not: str | None
) -> FairnessReport:
    """Report on some rows; what is said of them without a probe are their counts and the reason."""
    if why_not is None:
        return report(data, rows, scores, floor=False)
    return unscored(report(data, rows, np.full_like(scores, 0.5), floor=False), f"not estimable: {why_not}")
