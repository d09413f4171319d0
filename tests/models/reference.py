"""Every method's gradient the straightforward way: the oracle of the batched methods.

Plain modules, automatic differentiation once per objective, a forward pass of the classifiers for each of
their uses, loops over members, modalities and groups, pairs of rows written out; all in double precision.

R members, M modalities, N rows, C score columns, K objectives, A sensitive attributes, G groups, P and Q
parameters of network and classifiers.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional
from torchjd.aggregation import MGDA, CAGrad, UPGrad

from models.gradients import random_orders
from models.groups import GroupLayout
from models.methods.base import Batch
from models.network import Network
from models.randomness import Purpose, seeded_generator
from models.specs import MethodSpec
from tests.models.definitions import (
    Rates,
    auc,
    gap_penalty,
    probabilities,
    projected,
    row_losses,
    stratum_rates,
    surrogate_auc,
)
from tests.models.plain import PlainMembers


class Rows(NamedTuple):
    """What one member sees and says: logits and labels [C, N], groups [N, G], present [M, N]."""

    logits: Tensor
    labels: Tensor
    groups: Tensor
    present: Tensor

    def loss(self) -> Tensor:
        return row_losses(self.logits, self.labels).mean()


class Gradients(NamedTuple):
    """Of the network [R, P], and of the classifiers [R, Q] where the method has any."""

    weights: Tensor
    auxiliary: Tensor | None = None


class Reference(ABC):
    """One method; subclasses say what a batch makes of the gradients."""

    def __init__(
        self, specs: Sequence[Any], seeds: Sequence[int], network: Network, layout: GroupLayout
    ) -> None:
        self.specs, self.seeds, self.layout, self.network = specs, seeds, layout, network
        self.members = PlainMembers(network)

    @abstractmethod
    def step(self, batch: Batch) -> Gradients: ...

    def see(self, batch: Batch) -> tuple[list[Rows], Tensor]:
        """Every member's rows, and the features [R, M, N, D] behind them."""
        logits, features = self.members.predict(batch.inputs, batch.available, batch.images)
        present = torch.ones(features.shape[:3]) if batch.available is None else batch.available
        parts = (logits, batch.labels.double(), batch.groups, present.double())
        return [Rows(*own) for own in zip(*parts, strict=True)], features

    def gradient(self, losses: Sequence[Tensor]) -> Tensor:
        """[R, P] of one loss per member."""
        return torch.autograd.grad(sum_of(losses), self.members.weights, retain_graph=True)[0]


class Baseline(Reference):
    def step(self, batch: Batch) -> Gradients:
        rows, _ = self.see(batch)
        return Gradients(self.gradient([own.loss() for own in rows]))


class Regularised(Reference):
    def step(self, batch: Batch) -> Gradients:
        rows, _ = self.see(batch)
        losses = []
        for own, spec in zip(rows, self.specs, strict=True):
            rates = attribute_rates(own, self.layout)
            penalties = [penalty(r, own, g, spec) for r, g in zip(rates, self.layout.sizes, strict=True)]
            losses.append(own.loss() + spec.strength * torch.stack(penalties).sum())
        return Gradients(self.gradient(losses))


class FairGrad(Reference):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.generators = [seeded_generator(seed, Purpose.PROJECTION_ORDER) for seed in self.seeds]
        self.remembered: list[list[Rates]] = [[{} for _ in self.layout.sizes] for _ in self.specs]

    def step(self, batch: Batch) -> Gradients:
        rows, _ = self.see(batch)
        objectives = [self.objectives(member, own) for member, own in enumerate(rows)]
        jacobian = torch.stack([self.gradient(losses) for losses in zip(*objectives, strict=True)], dim=1)
        return Gradients(torch.stack([self.direction(member, own) for member, own in enumerate(jacobian)]))

    def objectives(self, member: int, rows: Rows) -> list[Tensor]:
        spec, losses = self.specs[member], [rows.loss()]
        rates = attribute_rates(rows, self.layout)
        for own, size, memory in zip(rates, self.layout.sizes, self.remembered[member], strict=True):
            losses.append(penalty(smoothed(own, memory, spec.smoothing), rows, size, spec))
        return losses

    def direction(self, member: int, gradients: Tensor) -> Tensor:
        spec = self.specs[member]
        gradients = gradients[:2] if spec.attributes == "first" else gradients
        count = len(gradients)
        if spec.balance == "norm":
            wanted = spec.balance_strength * gradients[0].norm()
            gradients = torch.stack([gradients[0], *(g * wanted / g.norm() for g in gradients[1:])])
        if spec.reconciliation != "projection":
            rules = {"upgrad": UPGrad(), "mgda": MGDA(), "cagrad": CAGrad(c=0.5)}
            averaged: Tensor = rules[spec.reconciliation](gradients)
            return count * averaged
        orders = random_orders(count, self.generators[member])
        return projected(gradients, orders, only_conflicting=spec.projection == "conflicting").sum(0)


class GroupDRO(Reference):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        equal = [1 / size for size in self.layout.sizes for _ in range(size)]
        self.weights = [torch.tensor(equal, dtype=torch.float64) for _ in self.specs]

    def step(self, batch: Batch) -> Gradients:
        rows, _ = self.see(batch)
        losses = []
        for member, own in enumerate(rows):
            by_row = row_losses(own.logits, own.labels)
            by_group = [by_row[g > 0].mean() if (g > 0).any() else by_row.sum() * 0 for g in own.groups.T]
            weights, there = self.weights[member], own.groups.any(dim=0)
            for part in self.layout.slices:
                lost = [float(by_group[g].detach()) for g in range(part.start, part.stop) if there[g]]
                for g in range(part.start, part.stop):
                    felt = float(by_group[g].detach()) if there[g] else sum(lost) / max(len(lost), 1)
                    weights[g] *= math.exp(self.specs[member].step_size * felt)
                weights[part] /= weights[part].sum()
            weighted = weights.clone() * torch.stack(by_group)
            total = by_row.sum() * 0
            for part in self.layout.slices:
                known = own.groups[:, part].any(dim=1)
                total = (
                    total + known.double().mean() * weighted[part].sum() + by_row[~known].sum() / len(by_row)
                )
            losses.append(total / len(self.layout.sizes))
        return Gradients(self.gradient(losses))


class SeenAverage:
    """Weighted mean of all AUCs seen of each group, the latest counting most; NaN before 1 / (1 - decay)."""

    def __init__(self, decay: float, groups: int) -> None:
        self.decay = decay
        self.seen: list[list[float]] = [[] for _ in range(groups)]

    def after(self, new: list[Tensor]) -> Tensor:
        for values, value in zip(self.seen, new, strict=True):
            if not value.isnan():
                values.append(float(value))
        return torch.tensor([self.mean(values) for values in self.seen], dtype=torch.float64)

    def mean(self, values: list[float]) -> float:
        if len(values) < round(1 / (1 - self.decay)):
            return math.nan
        weights = [self.decay**age for age in reversed(range(len(values)))]
        return sum(w * value for w, value in zip(weights, values, strict=True)) / sum(weights)


class MultiFairPlus(Reference):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.averages = [SeenAverage(spec.ema_decay, self.layout.total) for spec in self.specs]
        self.delta = [[0.0] * len(self.layout.sizes) for _ in self.specs]

    def step(self, batch: Batch) -> Gradients:
        rows, _ = self.see(batch)
        losses = []
        for member, own in enumerate(rows):
            weights = self.row_weights(member, own)
            losses.append((row_losses(own.logits, own.labels) * weights).mean())
        return Gradients(self.gradient(losses))

    def row_weights(self, member: int, rows: Rows) -> Tensor:
        spec = self.specs[member]
        known = self.averages[member].after(
            [auc(rows.logits.detach(), rows.labels, group) for group in rows.groups.T]
        )
        total = torch.zeros(len(rows.groups), dtype=torch.float64)
        for index, part in enumerate(self.layout.slices):
            moved = self.delta[member][index] + spec.gain * (gap(known[part]) - spec.tau)
            self.delta[member][index] = min(max(moved, 0.0), spec.delta_max)
            mean = known[part].nanmean()
            for row, groups in enumerate(rows.groups[:, part]):
                weight = 1.0
                if groups.any() and not (own := known[part][groups.argmax()]).isnan():
                    weight = 1 + self.delta[member][index] * float(mean - own) / spec.tau
                total[row] += min(max(weight, spec.weight_floor), spec.weight_ceiling)
        return total / total.mean()


class MultiFair(Reference):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        modalities = len(self.network.spec.input_widths)
        self.states = [MultiFairState(spec, modalities, self.layout) for spec in self.specs]

    def step(self, batch: Batch) -> Gradients:
        rows, features = self.see(batch)
        watched = self.members.watch(features.detach())
        frozen = self.members.watch(features, frozen=True)
        tasks = [own.loss() for own in rows]
        watching = sum_of(watching_losses(*pair).sum() for pair in zip(watched, rows, strict=True))
        directions = self.last_weights(sum_of(tasks), watching)
        losses = []
        for member, (own, state) in enumerate(zip(rows, self.states, strict=True)):
            balance = state.balance(watched[member], own)
            fairness = state.fairness(frozen[member], own)
            state.judge(own)
            losses.append(state.loss(tasks[member], guidance_loss(balance, *directions[member]), fairness))
        gradient = self.gradient(losses)
        if self.specs[0].granularity == "sample":
            gradient = self.by_row(gradient, losses, features, rows)
        if self.specs[0].scales == "gradient":
            gradient = self.scaled(gradient)
        (auxiliary,) = torch.autograd.grad(watching, self.members.auxiliary_weights, retain_graph=True)
        return Gradients(self.clipped(gradient), auxiliary)

    def last_weights(self, task: Tensor, watching: Tensor) -> list[tuple[Tensor, list[Tensor]]]:
        """Of each member the gradients by the head's last weight, differentiable, and by every c_m's."""
        (heads,) = torch.autograd.grad(task, self.members.fusion["head_logit.weight"], create_graph=True)
        modalities = range(len(self.network.spec.input_widths))
        last = [self.members.classifiers[f"logit.{m}.weight"] for m in modalities]
        others = torch.autograd.grad(watching, last, retain_graph=True)
        return [(heads[r], [own[r] for own in others]) for r in range(len(heads))]

    def by_row(
        self, gradient: Tensor, losses: Sequence[Tensor], features: Tensor, rows: Sequence[Rows]
    ) -> Tensor:
        """Encoders' gradients [R, P] anew, from what each row sends into them times the row's factor."""
        (sent,) = torch.autograd.grad(sum_of(losses), features, retain_graph=True)
        factors = [state.row_factors(own) for state, own in zip(self.states, rows, strict=True)]
        sent = sent * torch.stack(factors).unsqueeze(-1)
        (anew,) = torch.autograd.grad(features, self.members.weights, sent, retain_graph=True)
        return torch.where(self.encoder_entries().any(0), anew, gradient)

    def scaled(self, gradient: Tensor) -> Tensor:
        factors = torch.stack([state.scales() for state in self.states])
        for m, entries in enumerate(self.encoder_entries()):
            gradient = torch.where(entries, gradient * factors[:, m : m + 1], gradient)
        return gradient

    def encoder_entries(self) -> Tensor:
        """Which of the P parameters are encoder m's [M, P]."""
        modalities = len(self.network.spec.input_widths)
        which = torch.zeros(modalities, self.network.layout.size)
        for name, view in self.network.layout.views(which).items():
            if name.startswith("encoder."):
                for place, m in enumerate(self.owners(name)):
                    view[m, place] = 1
        return which.bool()

    def owners(self, name: str) -> list[int]:
        """The modalities along the second axis of an encoder's parameter."""
        images = self.network.spec.image_shapes
        if number := re.match(r"encoder\.image(\d+)\.", name):
            return [int(number[1])]
        every = range(len(self.network.spec.input_widths))
        return [m for m in every if m not in images] if name.startswith("encoder.hidden") else list(every)

    def clipped(self, gradient: Tensor) -> Tensor:
        return torch.stack(
            [
                own * min(1.0, spec.clip_norm / float(own.norm()))
                for own, spec in zip(gradient, self.specs, strict=True)
            ]
        )


class MultiFairState:
    """What one member of MultiFair remembers, and what it makes of a batch."""

    def __init__(self, spec: Any, modalities: int, layout: GroupLayout) -> None:
        self.spec, self.modalities, self.layout = spec, modalities, layout
        self.modality_auc = torch.full((modalities,), 0.5, dtype=torch.float64)
        self.surrogate = torch.full((modalities, layout.total), 0.5, dtype=torch.float64)
        self.fused = SeenAverage(spec.ema_decay, layout.total)
        self.delta = [0.0 if spec.delta_rule == "adaptive" else spec.delta for _ in layout.sizes]

    def balance(self, watched: Tensor, rows: Rows) -> Tensor:
        """B [M] of the classifiers' logits [M, C, N]; remembered for ``scales``."""
        before = self.modality_auc.clone()
        for m in range(self.modalities):
            new = auc(watched[m].detach(), rows.labels, rows.present[m])
            if not new.isnan():
                self.modality_auc[m] = new
        moved = (self.modality_auc - before).abs()
        total = moved.sum() + 1e-8
        self.factors_of_modalities = (
            (total - moved) / total
            if self.spec.modalities
            else torch.ones(self.modalities, dtype=torch.float64)
        )
        return self.factors_of_modalities

    def fairness(self, frozen: Tensor, rows: Rows) -> list[Tensor]:
        """F_G of every attribute, differentiable in the features behind the logits [M, C, N]."""
        averaged = {}
        for m in range(self.modalities):
            for g, group in enumerate(rows.groups.T):
                new = surrogate_auc(probabilities(frozen[m]), rows.labels, group * rows.present[m])
                own = self.surrogate[m, g].clone()
                averaged[m, g] = (
                    own if new.isnan() else self.spec.ema_decay * own + (1 - self.spec.ema_decay) * new
                )
                self.surrogate[m, g] = averaged[m, g].detach()
        losses = []
        for part in self.layout.slices:
            groups = range(part.start, part.stop)
            distances = []
            for m in range(self.modalities):
                mean = torch.stack([averaged[m, g] for g in groups]).mean()
                distances += [(averaged[m, g] - mean).abs() for g in groups]
            losses.append(torch.stack(distances).mean())
        return losses

    def judge(self, rows: Rows) -> None:
        """Gates, strength, and factors F [M, G] and f [A, M]."""
        spec = self.spec
        batch = torch.stack([auc(rows.logits.detach(), rows.labels, group) for group in rows.groups.T])
        fused = self.fused.after(list(batch))
        self.gates, self.by_batch = [], []
        self.factors = torch.zeros(self.modalities, self.layout.total, dtype=torch.float64)
        for index, part in enumerate(self.layout.slices):
            if spec.delta_rule == "adaptive":
                moved = self.delta[index] + 0.2 * (gap(fused[part]) - spec.tau)
                self.delta[index] = min(max(moved, 0.0), spec.delta)
            wide = gap(fused[part] if spec.gate == "ema" else batch[part])
            self.gates.append(spec.groups and (spec.gate == "none" or wide >= spec.tau))
            shares = rows.groups[:, part].sum(0) / rows.groups[:, part].sum()
            for m in range(self.modalities):
                known = torch.where(fused[part].isnan(), fused[part].nanmean(), fused[part]).nan_to_num(0.5)
                signal = known if spec.signal == "fused" else self.surrogate[m, part]
                factors = 1 + self.delta[index] * (signal.mean() - signal) / spec.tau
                self.factors[m, part] = factors.clamp_min(0)
            self.by_batch.append((self.factors[:, part] * shares).sum(-1))

    def loss(self, task: Tensor, guidance: Tensor, fairness: Sequence[Tensor]) -> Tensor:
        if self.spec.losses == "released":
            return task
        gated = [own * is_open for own, is_open in zip(fairness, self.gates, strict=True)]
        total: Tensor = task + self.spec.lambda_gm * guidance + self.spec.lambda_f * torch.stack(gated).mean()
        return total

    def scales(self) -> Tensor:
        """Factor [M] on each encoder's gradient."""
        by_modality: Tensor = self.spec.rho * self.factors_of_modalities
        if self.spec.granularity == "sample":
            return by_modality
        ones = torch.ones(self.modalities, dtype=torch.float64)
        by_group = [f if is_open else ones for f, is_open in zip(self.by_batch, self.gates, strict=True)]
        return by_modality * torch.stack(by_group).mean(0)

    def row_factors(self, rows: Rows) -> Tensor:
        """Factor [M, N] on what each row sends into each encoder."""
        factors = torch.zeros(self.modalities, len(rows.groups), dtype=torch.float64)
        for part, is_open in zip(self.layout.slices, self.gates, strict=True):
            for row, groups in enumerate(rows.groups[:, part]):
                own = self.factors[:, part][:, groups.argmax()].clamp(0.2, 5)
                factors[:, row] += own if is_open and groups.any() else 1.0
        return factors / len(self.layout.sizes)


def guidance_loss(balance: Tensor, head: Tensor, others: Sequence[Tensor]) -> Tensor:
    """L_gm of factors B [M], and of gradients [C, D] by the head's last weight and by every c_m's."""
    cosines = [functional.cosine_similarity(head.flatten(), own.flatten(), dim=0) for own in others]
    return (balance.abs() - balance * torch.stack(cosines)).mean()


def watching_losses(watched: Tensor, rows: Rows) -> Tensor:
    """Each classifier's mean cross-entropy [M] over the rows that have its modality; logits [M, C, N]."""
    losses = []
    for logits, present in zip(watched, rows.present, strict=True):
        own = row_losses(logits, rows.labels)
        losses.append(own[present > 0].mean() if present.any() else own.sum() * 0)
    return torch.stack(losses)


def attribute_rates(rows: Rows, layout: GroupLayout) -> list[Rates]:
    """Every attribute's rates."""
    scores = probabilities(rows.logits)
    return [stratum_rates(scores, rows.labels, rows.groups[:, part]) for part in layout.slices]


def penalty(rates: Rates, rows: Rows, groups: int, spec: Any) -> Tensor:
    """One attribute's penalty, in the form that a specification asks for."""
    return gap_penalty(rates, columns=len(rows.labels), groups=groups, absolute=spec.penalty == "absolute")


def smoothed(rates: Rates, memory: Rates, smoothing: float) -> Rates:
    """Rates of averaged value and unscaled gradient; ``memory`` then holds the values."""
    result = {}
    for stratum, rate in rates.items():
        before = memory.get(stratum, rate.detach())
        memory[stratum] = smoothing * before + (1 - smoothing) * rate.detach()
        result[stratum] = memory[stratum] + (rate - rate.detach())
    return result


def sum_of(losses: Iterable[Tensor]) -> Tensor:
    """Of all members: none of their losses depends on another's weights."""
    return torch.stack(list(losses)).sum()


def gap(known: Tensor) -> float:
    """Largest less smallest of the AUCs that are defined; 0 of fewer than two."""
    defined = known[~known.isnan()].tolist()
    return max(defined) - min(defined) if len(defined) > 1 else 0.0


def reference_of(
    specs: Sequence[MethodSpec], seeds: Sequence[int], network: Network, layout: GroupLayout
) -> Reference:
    """The reference of a kind of specification."""
    kinds = (Baseline, FairGrad, GroupDRO, MultiFair, MultiFairPlus, Regularised)
    by_name = {f"{kind.__name__}Spec": kind for kind in kinds}
    return by_name[type(specs[0]).__name__](specs, seeds, network, layout)
