"""What holds for every method: members are independent, seeds decide, traces have the promised shapes."""

from __future__ import annotations

import pytest
import torch

from models.methods.registry import trainer_of
from models.network import Network
from models.specs import (
    METHODS,
    FairGradSpec,
    MethodSpec,
    MultiFairPlusSpec,
    MultiFairSpec,
    NetworkSpec,
)
from tests.models.problem import LAYOUT, WIDTHS, gradient_after_step, make_batch, make_method

VARIANTS: dict[str, list[MethodSpec]] = {
    name: [entry.defaults, entry.defaults, entry.defaults] for name, entry in METHODS.items()
} | {
    "fairgrad absolute": [FairGradSpec(penalty="absolute", smoothing=s) for s in (0.0, 0.5, 0.9)],
    "fairgrad balanced": [FairGradSpec(balance="norm", balance_strength=c) for c in (0.1, 0.3, 1)],
    "fairgrad all": [FairGradSpec(projection="all")] * 3,
    "multifair tau": [MultiFairSpec(tau=t, delta=d) for t, d in ((0.01, 0.3), (0.5, 1), (0.04, 5))],
    "multifair released": [MultiFairSpec(losses="released", rho=r) for r in (0.5, 1, 2)],
    "multifair-plus tau": [MultiFairPlusSpec(tau=t) for t in (0.01, 0.04, 0.5)],
}
SEEDS = [5, 5, 8]


@pytest.mark.parametrize("variant", VARIANTS)
def test_packed_equals_alone_over_several_steps(variant: str) -> None:
    specs = VARIANTS[variant]
    packed = make_method(specs, SEEDS, dropout=0.2)
    alone = [make_method([spec], [seed], dropout=0.2) for spec, seed in zip(specs, SEEDS, strict=True)]
    for step in range(4):
        together = gradient_after_step(packed, make_batch(3, seed=step, missing=step == 2))
        for member, method in enumerate(alone):
            single = gradient_after_step(method, make_batch(1, seed=step, missing=step == 2))
            torch.testing.assert_close(together[member], single[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_order_of_members_does_not_matter(variant: str) -> None:
    specs, order = VARIANTS[variant], [2, 0, 1]
    forward = gradient_after_step(make_method(specs, SEEDS), make_batch(3))
    permuted = make_method([specs[i] for i in order], [SEEDS[i] for i in order])
    torch.testing.assert_close(
        gradient_after_step(permuted, make_batch(3)), forward[order], rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_batches_with_empty_groups_give_finite_gradients(variant: str) -> None:
    method = make_method(VARIANTS[variant], SEEDS)
    batch = make_batch(3, rows=12)
    groups = batch.groups.clone()
    groups[..., 4] = 0
    only_positive = batch._replace(groups=groups, labels=torch.ones_like(batch.labels))
    for hard in (batch._replace(groups=groups), only_positive):
        assert gradient_after_step(method, hard).isfinite().all()


@pytest.mark.parametrize("name", METHODS)
def test_one_modality_alone_still_learns(name: str) -> None:
    network = Network(NetworkSpec(input_widths=(5,), dropout=0), [0])
    method = trainer_of(METHODS[name].defaults)([METHODS[name].defaults], [0], network, LAYOUT)
    batch = make_batch(1)
    gradient_after_step(method, batch._replace(inputs=batch.inputs[:, :1, :, :5]))
    assert max(gradient.abs().max() for gradient in network.encoder_gradients()) > 1e-4


SHAPES = {
    "loss": (),
    "losses": (3,),
    "weights": (3,),
    "norms": (3,),
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


@pytest.mark.parametrize("name", METHODS)
def test_traces_have_their_shapes_and_no_graph(name: str) -> None:
    assert len(WIDTHS) == 3
    assert LAYOUT.total == 5
    trace = make_method([METHODS[name].defaults] * 2, [0, 1]).step(make_batch(2))
    for key, value in trace.items():
        assert value.shape == (2, *SHAPES[key]), key
        assert not value.requires_grad


def test_members_must_share_choices() -> None:
    method = make_method([FairGradSpec(), FairGradSpec(penalty="absolute")], [0, 0])
    with pytest.raises(ValueError, match=r"penalty: expected one value .* found \['absolute', 'squared'\]"):
        method.step(make_batch(2))
