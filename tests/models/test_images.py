"""The member-batched image encoder against plain convolutions."""

from __future__ import annotations

import pytest
import torch

from models.images import Pixels
from models.jacobian import jacobian
from models.layers import Uses
from models.network import Network
from models.specs import numbers_kept
from tests.models.image_problem import SHAPES, image_spec, make_image_batch
from tests.models.plain import plain_member, seen_by_member
from tests.models.problem import assert_same_gradients
from tests.models.test_jacobian import in_double, three_losses

SEEDS = (3, 4, 3)


@pytest.mark.parametrize("absent", [False, True])
@pytest.mark.parametrize("columns", [1, 3])
def test_every_member_is_the_plain_network(columns: int, absent: bool) -> None:
    network = Network(image_spec(columns=columns), SEEDS)
    batch = make_image_batch(SEEDS, absent=absent)
    prediction = network.predict(batch.inputs, available=batch.available, images=batch.images)
    prediction.logits.square().sum().backward()
    assert network.weights.grad is not None
    gradient = network.layout.views(network.weights.grad)
    for member in range(len(SEEDS)):
        plain = plain_member(network, member)
        images = {m: seen_by_member(pixels)[member] for m, pixels in batch.images.items()}
        available = None if batch.available is None else batch.available[member]
        logits, features = plain(
            [batch.inputs[member, 0, :, :5], images[1], batch.inputs[member, 1, :, :7], images[3]], available
        )
        torch.testing.assert_close(prediction.logits[member], logits, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(prediction.features[member, 1::2].mT, features[1::2], rtol=1e-5, atol=1e-5)
        logits.square().sum().backward()
        for ours, theirs in (
            ("image3.block1.weight", "3.fields.0.weight"),
            ("image1.slice.bias", "1.slice.bias"),
        ):
            expected = plain.get_parameter(f"encoders.{theirs}").grad
            assert expected is not None
            computed = gradient[f"encoder.{ours}"][member].flatten()
            assert_same_gradients(computed[None], expected.flatten()[None])


def test_members_of_one_seed_start_alike_and_seeds_differ() -> None:
    weights = Network(image_spec(), SEEDS).weights
    assert torch.equal(weights[0], weights[2])
    assert not torch.equal(weights[0], weights[1])


def test_rows_do_not_meet() -> None:
    network, batch = Network(image_spec(), [3]), make_image_batch([3])
    some = {m: Pixels(pixels.values[:, 5:9], pixels.members) for m, pixels in batch.images.items()}
    everyone = network.predict(batch.inputs, images=batch.images).logits[..., 5:9]
    alone = network.predict(batch.inputs[:, :, 5:9], images=some).logits
    torch.testing.assert_close(alone, everyone, rtol=1e-5, atol=1e-5)


def test_features_of_some_members_are_those_of_the_whole_pack() -> None:
    network, batch = Network(image_spec(), SEEDS), make_image_batch([3, 3, 3])
    whole = network.predict(batch.inputs, images=batch.images).features
    shared = {m: Pixels(pixels.values, [[0, 1]]) for m, pixels in batch.images.items()}
    some = network.features([1, 2], batch.inputs[:2], images=shared)
    torch.testing.assert_close(some, whole[1:], rtol=1e-5, atol=1e-5)


def test_images_alone_are_enough() -> None:
    spec = image_spec().model_copy(update={"input_widths": (9 * 8,), "image_shapes": {0: SHAPES[1]}})
    network, batch = Network(spec, SEEDS), make_image_batch(SEEDS)
    nothing = torch.empty(3, 0, 48, 0)
    network.predict(nothing, images={0: batch.images[1]}).logits.sum().backward()
    assert network.weights.grad is not None
    assert all(part.abs().sum() > 0 for part in network.encoders(network.weights.grad))


@pytest.mark.parametrize("columns", [1, 3])
def test_rows_of_the_jacobian_are_each_objectives_gradient(columns: int) -> None:
    network, batch = in_double(Network(image_spec(columns=columns), SEEDS)), make_image_batch(SEEDS)
    images = {m: Pixels(pixels.values.double(), pixels.members) for m, pixels in batch.images.items()}
    uses = Uses()
    logits = network.predict(batch.inputs.double(), images=images, uses=uses).logits
    leaf = logits.detach().requires_grad_()
    computed = jacobian(
        three_losses(leaf), leaf, logits, weights=network.weights, uses=uses, layout=network.layout
    )
    losses = three_losses(network.predict(batch.inputs.double(), images=images).logits)
    expected = [
        torch.autograd.grad(losses[:, k].sum(), network.weights, retain_graph=True)[0] for k in range(3)
    ]
    torch.testing.assert_close(computed, torch.stack(expected, dim=1))


def test_factors_reach_the_encoder_that_they_are_of() -> None:
    network = Network(image_spec(), [1, 2])
    factors = torch.tensor([[1.0, 2, 3, 4], [5, 6, 7, 8]])
    counted = torch.ones_like(network.weights)
    for part, factor in zip(network.encoders(counted), network.of_encoders(factors), strict=True):
        part.mul_(factor)
    named = network.layout.views(counted)
    assert (named["encoder.image3.block2.weight"].flatten(1) == torch.tensor([[4.0], [8]])).all()
    assert (named["encoder.image1.slice.weight"].flatten(1) == torch.tensor([[2.0], [6]])).all()
    assert named["encoder.hidden.bias"][:, :, 0, 0].tolist() == [[1, 3], [5, 7]]
    assert named["encoder.norm.scale"][:, :, 0, 0].tolist() == factors.tolist()
    assert (named["head.logit.bias"] == 1).all()


def test_numbers_kept_counts_what_a_step_keeps() -> None:
    assert numbers_kept(8, 64, 64) == 8 * 2 * (8 * 32**2 + 16 * 16**2 + 32 * 8**2)
    assert numbers_kept(1, 9, 8) == 2 * (8 * 5 * 4 + 16 * 3 * 2 + 32 * 2 * 1)
