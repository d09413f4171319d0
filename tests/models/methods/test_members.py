"""What holds for every method: members are independent, seeds decide, traces have the promised shapes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.methods.base import Batch, Method
from models.methods.registry import trainer_of
from models.network import Network
from models.specs import METHODS, FairGradSpec, NetworkSpec
from tests.models.problem import (
    COLUMNS,
    LAYOUT,
    WIDTHS,
    assert_same_gradients,
    gradient_after_step,
    make_batch,
    make_method,
    members_of,
)
from tests.models.variants import SEEDS, TRAINED, VARIANTS


def batches(classes: int) -> list[Batch]:
    """Complete, with values missing, with modalities absent."""
    return [
        make_batch(3, seed=0, classes=classes),
        make_batch(3, seed=1, classes=classes, missing=True),
        make_batch(3, seed=2, classes=classes, missing=True, absent=True),
    ]


def some_members(variant: str, members: list[int], classes: int) -> Method:
    specs = VARIANTS[variant]
    return make_method(
        [specs[m] for m in members], [SEEDS[m] for m in members], dropout=0.2, columns=COLUMNS[classes]
    )


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_member_goes_the_same_way_in_every_pack_and_place(variant: str, classes: int) -> None:
    packs = {order: some_members(variant, list(order), classes) for order in ((0, 1, 2), (2, 0), (1,))}
    for batch in batches(classes):
        seen: dict[int, Tensor] = {}
        for order, method in packs.items():
            gradients = gradient_after_step(method, members_of(batch, order))
            for member, own in zip(order, gradients, strict=True):
                expected = seen.setdefault(member, own)
                assert_same_gradients(own[None], expected[None])


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_pack_twice_is_bit_equal(variant: str) -> None:
    first, second = (some_members(variant, [0, 1, 2], 2) for _ in range(2))
    for batch in batches(2):
        assert torch.equal(gradient_after_step(first, batch), gradient_after_step(second, batch))


@pytest.mark.parametrize("variant", VARIANTS)
def test_batches_with_empty_groups_give_finite_gradients(variant: str) -> None:
    method = make_method(VARIANTS[variant], SEEDS)
    batch = make_batch(3, rows=12)
    groups = batch.groups.clone()
    groups[..., 4] = 0
    hard = batch._replace(groups=groups)
    only_positive = hard._replace(labels=torch.ones_like(batch.labels))
    nobody_known = batch._replace(groups=torch.zeros_like(groups))
    for one in (hard, only_positive, nobody_known):
        assert gradient_after_step(method, one).isfinite().all()


@pytest.mark.parametrize("name", TRAINED)
def test_one_modality_alone_still_learns(name: str) -> None:
    network = Network(NetworkSpec(input_widths=(5,), dropout=0), [0])
    method = trainer_of(METHODS[name].defaults)([METHODS[name].defaults], [0], network, LAYOUT)
    batch = make_batch(1)
    gradient = gradient_after_step(method, batch._replace(inputs=batch.inputs[:, :1, :, :5]))
    assert max(own.abs().max() for own in network.encoders(gradient)) > 1e-4


SHAPES = {
    "loss": (),
    "losses": (3,),
    "weights": (3,),
    "norms": (3,),
    "update_norm": (),
    "cosines": (3, 3),
    "conflict_share": (),
    "modality_auc": (3,),
    "balance": (3,),
    "batch_factors": (3,),
    "scale": (3,),
    "surrogate_auc": (3, 5),
    "group_factors": (3, 5),
    "shares": (5,),
    "fused_auc": (5,),
    "group_weight": (5,),
    "group_loss": (5,),
    "gap": (2,),
    "gate": (2,),
    "delta": (2,),
    "fairness_loss": (2,),
    "guidance_loss": (),
}


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("variant", VARIANTS)
def test_traces_have_their_shapes_and_no_graph(variant: str, classes: int) -> None:
    assert len(WIDTHS) == 3
    assert LAYOUT.total == 5
    trace = make_method(VARIANTS[variant], SEEDS, columns=COLUMNS[classes]).step(
        make_batch(3, classes=classes)
    )
    for key, value in trace.items():
        assert value.shape == (3, *SHAPES[key]), key
        assert not value.requires_grad


def test_members_must_share_choices() -> None:
    method = make_method([FairGradSpec(), FairGradSpec(penalty="absolute")], [0, 0])
    with pytest.raises(ValueError, match=r"penalty: expected one value .* found \['absolute', 'squared'\]"):
        method.step(make_batch(2))
