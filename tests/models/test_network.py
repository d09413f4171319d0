"""The member-batched network against the same network as a plain module."""

from __future__ import annotations

import pytest
import torch

from models.network import Dropout, Network
from models.specs import NetworkSpec
from tests.models.plain import PlainMembers, plain_member
from tests.models.problem import WIDTHS, make_batch

SPEC = NetworkSpec(input_widths=WIDTHS)


@pytest.mark.parametrize("absent", [False, True], ids=["complete", "incomplete"])
@pytest.mark.parametrize("columns", [1, 3])
def test_every_member_predicts_what_a_plain_module_does(columns: int, absent: bool) -> None:
    network = Network(NetworkSpec(input_widths=WIDTHS, score_columns=columns), [3, 4, 5])
    batch = make_batch(3, rows=17, absent=absent)
    prediction = network.predict(batch.inputs, available=batch.available)
    for member in range(3):
        inputs = [batch.inputs[member, m, :, :width] for m, width in enumerate(WIDTHS)]
        available = None if batch.available is None else batch.available[member]
        logits, features = plain_member(network, member)(inputs, available)
        torch.testing.assert_close(prediction.logits[member], logits, rtol=1e-5, atol=1e-5)
        there = torch.ones(3, 17, dtype=torch.bool) if available is None else available > 0
        ours = prediction.features[member].mT
        torch.testing.assert_close(ours[there], features[there], rtol=1e-5, atol=1e-5)


def test_every_member_watches_as_plain_classifiers_do() -> None:
    network = Network(NetworkSpec(input_widths=WIDTHS, score_columns=3), [3, 4])
    features = torch.randn(2, 3, 17, 32, generator=torch.Generator().manual_seed(0))
    watched = network.watch(features.mT).logits
    expected = PlainMembers(network).watch(features.double())
    torch.testing.assert_close(watched.double(), expected, rtol=1e-5, atol=1e-5)


def test_a_lone_modality_is_all_that_counts() -> None:
    network, batch = Network(SPEC, [0]), make_batch(1)
    only_first = torch.zeros(1, 3, 64)
    only_first[:, 0] = 1
    alone = network.predict(batch.inputs, available=only_first).logits
    other = batch.inputs.clone()
    other[:, 1:] = 100.0
    assert torch.equal(network.predict(other, available=only_first).logits, alone)
    assert not torch.equal(network.predict(batch.inputs).logits, alone)


def test_equal_seeds_start_equal_whoever_else_is_there() -> None:
    together, alone = Network(SPEC, [7, 1, 7]), Network(SPEC, [7])
    assert torch.equal(together.weights[0], together.weights[2])
    assert torch.equal(together.weights[0], alone.weights[0])
    assert not torch.equal(together.weights[0], together.weights[1])


def test_padding_changes_nothing() -> None:
    network = Network(SPEC, [0])
    inputs = make_batch(1, rows=9).inputs.clone()
    before = network.predict(inputs).logits
    inputs[0, 1, :, WIDTHS[1] :] = 100.0
    torch.testing.assert_close(network.predict(inputs).logits, before)


def test_watching_classifiers_never_reach_the_encoders() -> None:
    network = Network(SPEC, [0, 1])
    network.watch(network.predict(make_batch(2).inputs).features.detach()).logits.sum().backward()
    assert network.weights.grad is None
    assert network.auxiliary_weights.grad is not None


def test_encoders_are_views_of_their_part_of_the_weights() -> None:
    network = Network(SPEC, [0, 1])
    counted = torch.zeros_like(network.weights)
    for view in network.encoders(counted):
        assert view.shape[:2] == (2, 3)
        view.add_(1)
    named = network.layout.views(counted)
    assert {name for name, view in named.items() if view.sum() > 0} == {
        name for name in named if name.startswith("encoder.")
    }


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


def test_what_stands_for_an_absent_modality_may_be_no_number() -> None:
    network = Network(NetworkSpec(input_widths=WIDTHS, dropout=0), [0])
    batch = make_batch(1, rows=12, absent=True)
    assert batch.available is not None
    spoilt = torch.where(batch.available.unsqueeze(-1) > 0, batch.inputs, torch.nan)
    expected = network.predict(batch.inputs, available=batch.available).logits
    logits = network.predict(spoilt, available=batch.available).logits
    torch.testing.assert_close(logits, expected)
    (gradient,) = torch.autograd.grad(logits.sum(), network.weights)
    assert gradient.isfinite().all()
