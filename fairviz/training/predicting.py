"""What trained models say of rows that they were not trained with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from fairviz.data.prepare import PreparedData
from fairviz.training.engine import network_spec, predicted
from fairviz.training.tensors import TaskTensors
from models.network import Network

Weights = Mapping[str, NDArray[np.float32]]


def predict(
    data: PreparedData,
    models: Sequence[Weights],
    inputs: Sequence[NDArray[np.float32]],
    available: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Predicted probabilities [R, N, C] of N rows by R trained networks of a task.

    Args:
        data: the task, whose encoders have made the inputs.
        models: named weights of each network.
        inputs: [N, D_m] by modality.
        available: [N, M], where a row has a modality.
    """
    rows = len(available)
    shown = replace(
        data,
        inputs=tuple(inputs),
        available=available,
        labels=np.zeros(rows, dtype=np.int64),
        attributes=tuple(replace(own, codes=np.full(rows, -1)) for own in data.attributes),
    )
    network = _network(data, models)
    return predicted(network, TaskTensors.of(shown, torch.device("cpu")), torch.arange(rows))


def _network(data: PreparedData, models: Sequence[Weights]) -> Network:
    """All models as members of one network."""
    network = Network(network_spec(data), [0] * len(models))
    views = network.layout.views(network.weights.detach())
    for member, weights in enumerate(models):
        for name, view in views.items():
            view[member].copy_(torch.from_numpy(weights[name]))
    return network
