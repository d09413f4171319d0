"""What the engine is measured against: the same network as a plain module, trained the ordinary ways."""

from __future__ import annotations

import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torchjd.aggregation import PCGrad
from torchjd.autojac import backward, jac_to_grad

from models.objectives import gap_penalties, strata, stratum_rates
from models.specs import NetworkSpec
from tests.benchmarks.problem import LAYOUT, Problem
from tests.models.plain import PlainNetwork

TAU, DELTA, RHO, CLIP = 0.04, 0.3, 1.2, 0.8


class PlainBaseline:
    """Eager cross-entropy on one plain module."""

    def __init__(self, problem: Problem, spec: NetworkSpec, *, fused: bool = True) -> None:
        self.problem = problem
        self.network = PlainNetwork(spec)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), 1e-3, fused=fused)

    def step(self) -> None:
        inputs, labels, _ = self.problem.next_rows()
        (logits,), _ = self.network(inputs)
        self.optimiser.zero_grad()
        functional.binary_cross_entropy_with_logits(logits, labels).backward()
        self.optimiser.step()


class PlainPCGrad(PlainBaseline):
    """FairGrad's objectives on one plain module, reconciled by torchjd."""

    def __init__(self, problem: Problem, spec: NetworkSpec) -> None:
        super().__init__(problem, spec)
        self.aggregator = PCGrad()

    def step(self) -> None:
        inputs, labels, groups = self.problem.next_rows()
        # Gradients of several losses are taken by vmap, for which the fused attention is slow.
        with sdpa_kernel(SDPBackend.MATH):
            (logits,), _ = self.network(inputs)
        rates = stratum_rates(logits[None, None], strata(labels[None, None], groups[None]))
        penalties = gap_penalties(rates, LAYOUT, absolute=False)[0]
        task = functional.binary_cross_entropy_with_logits(logits, labels)
        self.optimiser.zero_grad()
        parameters = list(self.network.parameters())
        backward([task, *penalties], inputs=parameters)
        jac_to_grad(parameters, self.aggregator)
        self.optimiser.step()


class PublishedLoop(PlainBaseline):
    """MultiFair as its published code goes about it.

    Two forward passes, AUCs by scikit-learn on the host, Python loops over modalities, groups and
    parameters, all pairs of the surrogate in one matrix per group, and the optimiser as it comes.
    """

    def __init__(self, problem: Problem, spec: NetworkSpec) -> None:
        super().__init__(problem, spec, fused=False)
        width = spec.feature_width
        self.watching = nn.ModuleList(
            nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1)) for _ in spec.input_widths
        )
        self.watching_optimiser = torch.optim.AdamW(self.watching.parameters(), 5e-4)
        self.previous = [0.5] * len(spec.input_widths)
        self.ema = [[0.5] * LAYOUT.total for _ in spec.input_widths]

    def step(self) -> None:
        inputs, labels, groups = self.problem.next_rows()
        (logits,), features = self.network(inputs)
        probabilities = self._watch(features, labels)
        balance = self._balance(probabilities, labels)
        factors = self._factors(probabilities, labels, groups)
        (logits,), _ = self.network(inputs)
        is_open = self._gap(logits, labels, groups) >= TAU
        self.optimiser.zero_grad()
        functional.binary_cross_entropy_with_logits(logits, labels).backward()
        for index, encoder in enumerate(self.network.encoders):
            for parameter in encoder.parameters():
                assert parameter.grad is not None
                parameter.grad *= RHO * balance[index] * (factors[index] if is_open else 1.0)
        nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self.optimiser.step()

    def _watch(self, features: Tensor, labels: Tensor) -> list[Tensor]:
        logits = [c(h.detach()).squeeze(-1) for c, h in zip(self.watching, features, strict=True)]
        losses = [functional.binary_cross_entropy_with_logits(own, labels) for own in logits]
        self.watching_optimiser.zero_grad()
        torch.stack(losses).sum().backward()
        self.watching_optimiser.step()
        return [own.detach().sigmoid() for own in logits]

    def _balance(self, probabilities: list[Tensor], labels: Tensor) -> list[float]:
        aucs = [float(roc_auc_score(labels.numpy(), own.numpy())) for own in probabilities]
        moved = [abs(auc - before) for auc, before in zip(aucs, self.previous, strict=True)]
        self.previous = aucs
        total = sum(moved) + 1e-8
        return [(total - own) / total for own in moved]

    def _factors(self, probabilities: list[Tensor], labels: Tensor, groups: Tensor) -> list[float]:
        factors = []
        for own, ema in zip(probabilities, self.ema, strict=True):
            for g in range(LAYOUT.total):
                rows = groups[:, g] > 0
                positive, negative = own[rows & (labels > 0)], own[rows & (labels == 0)]
                if len(positive) and len(negative):
                    pairs = positive[:, None] - negative[None, :]
                    ema[g] = 0.9 * ema[g] + 0.1 * (1 - torch.log1p(torch.exp(-pairs)).mean().item())
            factor = 0.0
            for part in LAYOUT.slices:
                mean = sum(ema[part]) / len(ema[part])
                for g in range(part.start, part.stop):
                    factor += groups[:, g].mean().item() * (1 + DELTA * (mean - ema[g]) / TAU)
            factors.append(factor / len(LAYOUT.sizes))
        return factors

    @staticmethod
    def _gap(logits: Tensor, labels: Tensor, groups: Tensor) -> float:
        scores, y = logits.detach().numpy(), labels.numpy()
        gaps = []
        for part in LAYOUT.slices:
            own = [groups[:, g].numpy() > 0 for g in range(part.start, part.stop)]
            aucs = [float(roc_auc_score(y[rows], scores[rows])) for rows in own if len(set(y[rows])) > 1]
            gaps.append(max(aucs) - min(aucs))
        return max(gaps)
