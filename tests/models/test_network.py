"""The member-batched network against the same network as a plain module."""

from __future__ import annotations

import torch

from models.encoders import pad_inputs
from models.network import Dropout, Network
from models.specs import NetworkSpec
from tests.models.plain import plain_member
from tests.models.problem import WIDTHS, make_inputs

SPEC = NetworkSpec(input_widths=WIDTHS)


def test_every_member_predicts_what_a_plain_module_does() -> None:
    network = Network(SPEC, [3, 4, 5])
    inputs = make_inputs(17)
    prediction = network.predict(pad_inputs(inputs).transpose(0, 1).expand(3, -1, -1, -1))
    for member in range(3):
        logits, features = plain_member(network, member)(inputs)
        torch.testing.assert_close(prediction.logits[member], logits, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(prediction.features[member], features, rtol=1e-5, atol=1e-5)


def test_equal_seeds_start_equal_whoever_else_is_there() -> None:
    together, alone = Network(SPEC, [7, 1, 7]), Network(SPEC, [7])
    assert torch.equal(together.weights[0], together.weights[2])
    assert torch.equal(together.weights[0], alone.weights[0])
    assert not torch.equal(together.weights[0], together.weights[1])


def test_padding_changes_nothing() -> None:
    network = Network(SPEC, [0])
    inputs = pad_inputs(make_inputs(9)).transpose(0, 1).unsqueeze(0).clone()
    before = network.predict(inputs).logits
    inputs[0, 1, :, WIDTHS[1] :] = 100.0
    torch.testing.assert_close(network.predict(inputs).logits, before)


def test_watching_classifiers_never_reach_the_encoders() -> None:
    network = Network(SPEC, [0, 1])
    inputs = pad_inputs(make_inputs(9)).transpose(0, 1).expand(2, -1, -1, -1)
    network.watch(network.predict(inputs).features.detach()).logits.sum().backward()
    assert network.weights.grad is None
    assert network.auxiliary_weights.grad is not None


def test_frozen_watching_reaches_the_encoders_alone() -> None:
    network = Network(SPEC, [0, 1])
    inputs = pad_inputs(make_inputs(9)).transpose(0, 1).expand(2, -1, -1, -1)
    network.watch(network.predict(inputs).features, frozen=True).logits.sum().backward()
    assert network.auxiliary_weights.grad is None
    assert all(gradient.abs().sum() > 0 for gradient in network.encoder_gradients()[:2])


def test_masks_are_shared_by_seed_and_independent_of_the_pack() -> None:
    together, alone = Dropout(SPEC, [2, 9, 2]), Dropout(SPEC, [9])
    masks, own = together.masks(11), alone.masks(11)
    assert masks is not None
    assert own is not None
    for name, mask in masks.items():
        assert torch.equal(mask[0], mask[2])
        assert torch.equal(mask[1], own[name][0])
        assert not torch.equal(mask[0], mask[1])


def test_watching_does_not_change_the_main_masks() -> None:
    watched, unwatched = Dropout(SPEC, [0]), Dropout(SPEC, [0])
    for _ in range(2):
        watched.auxiliary_masks(11)
        first, second = watched.masks(11), unwatched.masks(11)
        assert first is not None
        assert second is not None
        assert all(torch.equal(first[name], second[name]) for name in first)
