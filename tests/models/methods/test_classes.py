"""Outcomes of several classes: no class is special, and two classes are one outcome of two values."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.methods.base import Method
from models.network import Network
from tests.models.problem import assert_same_gradients, gradient_after_step, make_batch, make_method
from tests.models.variants import SEEDS, VARIANTS

# FairGrad projects on whole gradients, and two columns carry the last layer's part of it twice.
NOT_PROJECTED = [variant for variant in VARIANTS if not variant.startswith("fairgrad")]
ORDER = [2, 0, 1]


def with_classes_in_another_order(method: Method) -> None:
    """Permute the last layers' columns of network and classifiers."""
    network = method.network
    with torch.no_grad():
        for views in (
            network.layout.views(network.weights),
            network.auxiliary_layout.views(network.auxiliary_weights),
        ):
            for name, view in views.items():
                if ".logit." in name:
                    view.copy_(view[..., ORDER])


def last_layer(network: Network, flat: Tensor) -> dict[str, Tensor]:
    return {name: view for name, view in network.layout.views(flat).items() if name.startswith("head.logit")}


@pytest.mark.parametrize("variant", VARIANTS)
def test_another_order_of_classes_changes_their_order_alone(variant: str) -> None:
    method, permuted = (make_method(VARIANTS[variant], SEEDS, columns=3) for _ in range(2))
    with_classes_in_another_order(permuted)
    for seed in range(2):
        batch = make_batch(3, seed=seed, classes=3)
        expected = gradient_after_step(method, batch)
        computed = gradient_after_step(permuted, batch._replace(labels=batch.labels[:, ORDER]))
        with torch.no_grad():
            for view in last_layer(method.network, expected).values():
                view.copy_(view[..., ORDER])
        assert_same_gradients(computed, expected)


def as_two_columns(method: Method, single: Method) -> None:
    """Give ``method`` of two columns the weights of ``single``: logits -s / 2 and s / 2 in place of s."""
    for attribute, layout in (("weights", "layout"), ("auxiliary_weights", "auxiliary_layout")):
        to = getattr(method.network, layout).views(getattr(method.network, attribute))
        of = getattr(single.network, layout).views(getattr(single.network, attribute))
        with torch.no_grad():
            for name, view in of.items():
                to[name].copy_(torch.cat([-view / 2, view / 2], dim=-1) if ".logit." in name else view)


@pytest.mark.parametrize("variant", NOT_PROJECTED)
def test_two_classes_teach_the_network_what_two_values_do(variant: str) -> None:
    # Clipping looks at the whole gradient, the last layer's two columns among it.
    specs = [
        spec.model_copy(update={"clip_norm": 100.0}) if hasattr(spec, "clip_norm") else spec
        for spec in VARIANTS[variant]
    ]
    single, double = make_method(specs, SEEDS), make_method(specs, SEEDS, columns=2)
    as_two_columns(double, single)
    for seed in range(2):
        batch = make_batch(3, seed=seed)
        expected = gradient_after_step(single, batch)
        both = batch._replace(labels=torch.cat([1 - batch.labels, batch.labels], dim=1))
        computed = gradient_after_step(double, both)
        below = expected.shape[1] - last_layer_size(single.network)
        assert_same_gradients(computed[:, :below], expected[:, :below])


def last_layer_size(network: Network) -> int:
    return sum(view[0].numel() for view in last_layer(network, network.weights).values())


def test_the_last_layer_lies_last() -> None:
    assert list(make_method(VARIANTS["baseline"], SEEDS).network.layout.parameters)[-2:] == [
        "head.logit.weight",
        "head.logit.bias",
    ]
