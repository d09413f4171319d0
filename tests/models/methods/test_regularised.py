"""Regularisation without strength; its gradients as a whole are in ``test_reference.py``."""

from __future__ import annotations

import torch

from models.specs import BaselineSpec, RegularisedSpec
from tests.models.problem import gradient_after_step, make_batch, make_method


def test_without_strength_it_is_the_baseline() -> None:
    ours = gradient_after_step(make_method([RegularisedSpec(strength=0)], [0]), make_batch(1))
    assert torch.equal(ours, gradient_after_step(make_method([BaselineSpec()], [0]), make_batch(1)))


def test_strength_is_the_weight_of_the_gaps() -> None:
    batch = make_batch(1)
    none, half, whole = (
        gradient_after_step(make_method([RegularisedSpec(strength=s)], [0]), batch) for s in (0, 5, 10)
    )
    assert (whole - none).norm() > 0.01 * none.norm()
    torch.testing.assert_close(half, (none + whole) / 2, rtol=1e-5, atol=1e-6)
