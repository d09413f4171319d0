"""Group DRO: weight goes to who loses most, and one group alone is the baseline."""

from __future__ import annotations

import torch

from models.groups import GroupLayout
from models.specs import BaselineSpec, GroupDROSpec
from tests.models.problem import LAYOUT, assert_same_gradients, gradient_after_step, make_batch, make_method


def test_one_group_of_everyone_is_the_baseline() -> None:
    batch = make_batch(1)
    everyone = batch._replace(groups=torch.ones(1, 64, 1))
    ours = make_method([GroupDROSpec()], [0], layout=GroupLayout((1,)))
    expected = gradient_after_step(make_method([BaselineSpec()], [0]), batch)
    assert_same_gradients(gradient_after_step(ours, everyone), expected)


def test_weights_are_shares_that_follow_the_losses() -> None:
    method = make_method([GroupDROSpec(step_size=1.0)], [0])
    for _ in range(5):
        trace = method.step(make_batch(1))
    for part in LAYOUT.slices:
        weight, loss = trace["group_weight"][0, part], trace["group_loss"][0, part]
        torch.testing.assert_close(weight.sum(), torch.tensor(1.0))
        assert weight.argsort().tolist() == loss.argsort().tolist()


def test_a_group_that_the_batch_lacks_keeps_its_place() -> None:
    method = make_method([GroupDROSpec()], [0])
    batch = make_batch(1)
    groups = batch.groups.clone()
    groups[..., 4] = 0
    trace = method.step(batch._replace(groups=groups))
    assert trace["group_loss"][0, 4] == 0
    assert trace["group_weight"][0, 4] > 0


def test_rows_in_no_group_count_as_in_the_baseline() -> None:
    batch = make_batch(1)
    nobody = batch._replace(groups=torch.zeros_like(batch.groups))
    expected = gradient_after_step(make_method([BaselineSpec()], [0]), batch)
    assert_same_gradients(gradient_after_step(make_method([GroupDROSpec()], [0]), nobody), expected)


def test_a_group_seen_rarely_loses_no_weight_for_it() -> None:
    method = make_method([GroupDROSpec(step_size=1.0)], [0], layout=GroupLayout((2,)))
    batch = make_batch(1)
    halves = torch.zeros(1, 64, 2)
    halves[:, ::2, 0], halves[:, 1::2, 1] = 1, 1
    alike = batch._replace(
        inputs=batch.inputs[:, :, ::2].repeat_interleave(2, dim=2),
        labels=batch.labels[..., ::2].repeat_interleave(2, dim=-1),
        groups=halves,
    )
    absent = alike._replace(groups=halves * torch.tensor([1.0, 0.0]))
    for step in range(50):
        trace = method.step(absent if step % 4 else alike)
    torch.testing.assert_close(trace["group_weight"], torch.full((1, 2), 0.5))
