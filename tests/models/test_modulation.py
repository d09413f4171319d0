"""MultiFair's factors against known answers and against the facts a user of tau and delta must know."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.modulation import (
    AveragedAUC,
    balance_factors,
    batch_factors,
    fairness_factors,
    keep_where_undefined,
    surrogate_auc,
)
from models.ranking import auc_gap, batch_auc
from tests.models.definitions import surrogate_auc as by_pairs


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_twelve_steps_agree_with_known_answers(oracle_dir: Path) -> None:
    for case in json.loads((oracle_dir / "modulation.json").read_text()):
        modalities = len(case["steps"][0]["modality_logits"])
        auc = torch.full((modalities,), 0.5, dtype=torch.float64)
        ema = torch.full((modalities, 2), 0.5, dtype=torch.float64)
        for step in case["steps"]:
            labels = torch.tensor(step["labels"], dtype=torch.float64)
            mask = torch.nn.functional.one_hot(torch.tensor(step["groups"]), 2).double()
            logits = torch.tensor(step["modality_logits"], dtype=torch.float64)
            fused = torch.tensor(step["fused_logits"], dtype=torch.float64)
            expected = {k: torch.tensor(v, dtype=torch.float64) for k, v in step["expected"].items()}

            new = batch_auc(logits, labels, torch.ones(len(labels), 1)).squeeze(-1)
            balance = balance_factors(new, auc)
            auc = new
            surrogate = surrogate_auc(logits.sigmoid(), labels, mask)
            ema = keep_where_undefined(case["ema_decay"] * ema + (1 - case["ema_decay"]) * surrogate, ema)
            factors = fairness_factors(ema, case["delta"], case["tau"])
            combined = batch_factors(factors, mask.mean(0))
            group_auc = batch_auc(fused, labels, mask)
            gate = auc_gap(group_auc) >= case["tau"]
            scale = case["rho"] * balance * (combined if gate else 1)

            computed = {
                "modality_auc": auc,
                "balance": balance,
                "surrogate_auc": surrogate,
                "ema_auc": ema,
                "fairness_factor": factors,
                "batch_factor": combined,
                "fairness_gap": (ema - ema.mean(-1, keepdim=True)).abs().mean(),
                "fused_group_auc": group_auc,
                "gate": gate,
                "encoder_scale": scale,
            }
            assert computed.keys() == expected.keys()
            for name, value in expected.items():
                torch.testing.assert_close(computed[name].double(), value, rtol=1e-6, atol=1e-6)


def test_balance_factors_sum_to_one_less_than_the_modalities(generator: torch.Generator) -> None:
    auc, previous = torch.rand(7, 3, generator=generator), torch.rand(7, 3, generator=generator)
    torch.testing.assert_close(balance_factors(auc, previous).sum(-1), torch.full((7,), 2.0))


def test_a_single_modality_has_nothing_to_be_balanced_with() -> None:
    factors = balance_factors(torch.tensor([[0.7], [0.5]]), torch.tensor([[0.5], [0.5]]))
    torch.testing.assert_close(factors, torch.ones(2, 1))


@pytest.fixture
def judged(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Probabilities [2, N] in double precision, labels [N], and groups [N, 4] of which the last is empty."""
    probabilities = torch.rand(2, 40, generator=generator, dtype=torch.float64)
    labels = (torch.rand(40, generator=generator) < 0.4).double()
    mask = torch.nn.functional.one_hot(torch.randint(3, (40,), generator=generator), 4).double()
    return probabilities.requires_grad_(), labels, mask


def test_surrogate_equals_the_mean_over_pairs(judged: tuple[Tensor, Tensor, Tensor]) -> None:
    probabilities, labels, mask = judged
    computed = surrogate_auc(probabilities, labels, mask)
    for member in range(2):
        for group in range(3):
            expected = by_pairs(probabilities[member : member + 1], labels.unsqueeze(0), mask[:, group])
            torch.testing.assert_close(computed[member, group], expected, rtol=0, atol=1e-8)
    assert computed[:, 3].isnan().all()


def test_its_gradient_is_that_of_the_mean_over_pairs(judged: tuple[Tensor, Tensor, Tensor]) -> None:
    probabilities, labels, mask = judged
    computed = surrogate_auc(probabilities, labels, mask)
    for group in range(3):
        own = torch.stack(
            [by_pairs(p.unsqueeze(0), labels.unsqueeze(0), mask[:, group]) for p in probabilities]
        )
        (expected,) = torch.autograd.grad(own.sum(), probabilities)
        (ours,) = torch.autograd.grad(computed[:, group].sum(), probabilities, retain_graph=True)
        assert expected.abs().max() > 0.01
        torch.testing.assert_close(ours, expected, rtol=0, atol=1e-8)


def test_its_gradient_is_that_of_finite_differences(judged: tuple[Tensor, Tensor, Tensor]) -> None:
    probabilities, labels, mask = judged
    assert torch.autograd.gradcheck(lambda p: surrogate_auc(p, labels, mask)[..., :3], probabilities)


def test_a_group_without_both_classes_sends_no_gradient(judged: tuple[Tensor, Tensor, Tensor]) -> None:
    probabilities, labels, mask = judged
    surrogate_auc(probabilities, labels, mask).nan_to_num(0.0).sum().backward()
    assert probabilities.grad is not None
    assert probabilities.grad.isfinite().all()
    surrogate = surrogate_auc(probabilities, torch.ones(40), mask)
    (gradient,) = torch.autograd.grad(surrogate.nan_to_num(0.0).sum(), probabilities)
    assert torch.equal(gradient, torch.zeros_like(gradient))


def test_surrogate_lives_in_a_narrow_interval_and_is_nan_without_both_classes() -> None:
    labels = torch.tensor([1.0, 0.0, 1.0])
    mask = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    best = surrogate_auc(torch.tensor([1.0, 0.0, 0.5]), labels, mask)
    worst = surrogate_auc(torch.tensor([0.0, 1.0, 0.5]), labels, mask)
    assert best[0].item() == pytest.approx(1 - math.log(1 + math.exp(-1)), abs=1e-6)
    assert worst[0].item() == pytest.approx(1 - math.log(1 + math.e), abs=1e-6)
    assert best[1].isnan()


def test_equal_shares_cancel_the_group_factors_exactly(generator: torch.Generator) -> None:
    ema = torch.rand(5, 3, 4, generator=generator, dtype=torch.float64)
    combined = batch_factors(fairness_factors(ema, 2.0, 0.01), torch.full((4,), 0.25, dtype=torch.float64))
    torch.testing.assert_close(combined, torch.ones(5, 3, dtype=torch.float64))


def test_factor_depends_on_delta_over_tau_alone(generator: torch.Generator) -> None:
    ema = torch.rand(3, 2, generator=generator)
    torch.testing.assert_close(fairness_factors(ema, 0.3, 0.04), fairness_factors(ema, 0.6, 0.08))


def test_a_batch_of_nobody_known_has_a_factor_of_one(generator: torch.Generator) -> None:
    factors = fairness_factors(torch.rand(3, 2, generator=generator), 1.0, 0.04)
    torch.testing.assert_close(batch_factors(factors, torch.zeros(2)), torch.ones(3))


def test_a_better_served_majority_slows_the_encoder() -> None:
    ema = torch.tensor([[0.6, 0.5]])
    assert batch_factors(fairness_factors(ema, 0.3, 0.04), torch.tensor([0.8, 0.2])).item() < 1


def test_tiny_tau_is_bounded() -> None:
    ema = torch.tensor([[0.6, 0.5]])
    torch.testing.assert_close(fairness_factors(ema, 0.3, 0.0), fairness_factors(ema, 0.3, 1e-4))


def test_averaged_auc_is_the_weighted_mean_of_what_was_seen() -> None:
    average = AveragedAUC(torch.tensor([[0.5]]), 3)
    nothing = torch.tensor([[0.9, torch.nan, 0.7]])
    average.update(torch.tensor([[0.6, 0.8, torch.nan]]))
    known = average.update(nothing)[0]
    assert known[0].item() == pytest.approx((0.5 * 0.6 + 0.9) / 1.5)
    assert known[1:].isnan().all()  # seen once only, and a memory of one half is two batches long
    assert average.update(nothing)[0, 2].item() == pytest.approx(0.7)
