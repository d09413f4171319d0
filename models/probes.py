"""Probes: what each modality's encoder tells by itself, whatever method trained it.

A probe is a ridge-penalised logistic regression on one modality's features h_m, which stay as they are. It is
fitted on the rows that have the modality; of several classes each has its own, against the rest. It minimises

    sum over rows of the cross-entropy + RIDGE / 2 * |w|^2

over the coefficients w of standardised features and an intercept without penalty, by Newton's method in
double precision. Source of linear probes: Alain & Bengio 2016, arXiv:1610.01644.

Shapes: R members, M modalities, N rows, D features, C score columns. Inside the fit, B problems are those of
one member and modality each, and P = D + 1 counts the intercept, which comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

RIDGE: Final = 1.0
"""Penalty of coefficients, as if they were drawn from N(0, 1) in log odds per standard deviation. Beside
hundreds of rows it weighs little; yet there is one answer where features are linearly dependent, as layer
normalisation makes them, and a finite one where they separate the classes."""

TOLERANCE: Final = 1e-6
"""Norm of the gradient at which a fit is done. The penalty curves the loss by RIDGE along every coefficient,
so that they are then about as near to the minimum."""

MOST_STEPS: Final = 50
"""Newton steps, shortened ones included, after which a fit counts as failed; four to eight are usual."""

_ROUNDING: Final = 1e-12
"""Share of a loss by which two sums over many rows may differ and be the same."""
_RESOLUTION: Final = 1e-6
"""Features that vary by less, relative to their size, vary by the rounding of single precision."""
_NUMBERS_AT_ONCE: Final = {"cpu": 2**18, "cuda": 2**23}
"""Features of the problems that are fitted together, by kind of device: on a CPU what its caches hold."""


class ProbeFailure(StrEnum):
    """Why there is no probe."""

    MISSING_CLASS = "a class of the outcome is missing among the training rows with this modality"
    CONSTANT = "the encoder gives all training rows with this modality the same features"
    NOT_CONVERGED = f"the fit of the probe did not converge in {MOST_STEPS} steps"


class Probes(NamedTuple):
    """Probes of R members and M modalities.

    Attributes:
        weights: [R, M, C, D], of features as they come.
        intercepts: [R, M, C].
        failures: by member and modality, why there is no probe and its numbers mean nothing.
    """

    weights: Tensor
    intercepts: Tensor
    failures: Mapping[tuple[int, int], ProbeFailure]

    def probabilities(self, features: Tensor) -> Tensor:
        """Probability [R, M, C, N] of the positive value, or of every class against the rest.

        Args:
            features: h [R, M, N, D].
        """
        logits: Tensor = torch.matmul(self.weights, features.double().mT)
        return (logits + self.intercepts.unsqueeze(-1)).sigmoid()


def fit_probes(features: Tensor, labels: Tensor, available: Tensor | None = None) -> Probes:
    """Fit a probe for every member, modality and score column.

    Args:
        features: h [R, M, N, D]; what stands for a modality that a row lacks is not looked at.
        labels: 0 or 1 [C, N].
        available: 1 where a row has a modality, else 0 [M, N]; None where no row lacks any.
    """
    members, modalities, rows, width = features.shape
    everyone = torch.ones(modalities, rows, device=features.device)
    present = (everyone if available is None else available).repeat(members, 1)
    at_once = max(1, _NUMBERS_AT_ONCE[features.device.type] // (rows * width))
    fits = [
        _fit(own, labels, has_it)
        for own, has_it in zip(features.flatten(0, 1).split(at_once), present.split(at_once), strict=True)
    ]
    failures = enumerate(failure for fit in fits for failure in fit.failures)
    return Probes(
        weights=torch.cat([fit.weights for fit in fits]).unflatten(0, (members, modalities)),
        intercepts=torch.cat([fit.intercepts for fit in fits]).unflatten(0, (members, modalities)),
        failures={divmod(place, modalities): failure for place, failure in failures if failure is not None},
    )


class _Fit(NamedTuple):
    """Weights [B, C, D] and intercepts [B, C] of some problems, and why one has none [B]."""

    weights: Tensor
    intercepts: Tensor
    failures: list[ProbeFailure | None]


class _Problems(NamedTuple):
    """What some fits are made of.

    Attributes:
        design: standardised features and a 1 [B, P, N].
        labels: 0 or 1 [C, N].
        present: 1 where a row counts, else 0 [B, 1, N].
    """

    design: Tensor
    labels: Tensor
    present: Tensor


class _Local(NamedTuple):
    """The penalised loss [B, C] at one point, its gradient [B, C, P] and its Hessian [B, C, P, P]."""

    loss: Tensor
    gradient: Tensor
    hessian: Tensor


def _fit(features: Tensor, labels: Tensor, present: Tensor) -> _Fit:
    """Fit features [B, N, D] to labels [C, N] on the rows that are present [B, N]."""
    counted = present.double().unsqueeze(1)
    standardised, mean, scale = _standardised(features.mT, counted)
    design = functional.pad(standardised, (0, 0, 0, 1), value=1.0)
    problems = _Problems(design, labels.double(), counted)
    positives = (counted * problems.labels).sum(-1)
    negatives = counted.sum(-1) - positives
    has_both = (positives > 0) & (negatives > 0)
    # The best point without any features: the log odds of each class.
    intercepts = torch.where(has_both, positives / negatives, 1.0).log()
    start = functional.pad(intercepts.unsqueeze(-1), (features.shape[-1], 0))
    point, converged = _minimum(problems, start, has_both)
    weights = point[..., :-1] * scale.mT
    return _Fit(
        weights=weights,
        intercepts=point[..., -1] - (weights @ mean).squeeze(-1),
        failures=_failures(has_both, (scale != 0).any(1), converged),
    )


def _standardised(features: Tensor, counted: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Features [B, D, N] with mean 0 and variance 1 over the rows that count, 0 in the others.

    Returns:
        Them, their mean and 1 / standard deviation [B, D, 1], which is 0 for a feature that does not vary.
    """
    count = counted.sum(-1, keepdim=True).clamp_min(1)
    visible = features.double().masked_fill(counted == 0, 0.0)
    mean = visible.sum(-1, keepdim=True) / count
    centred = (visible - mean) * counted
    deviation = (centred.square().sum(-1, keepdim=True) / count).sqrt()
    scale = torch.where(deviation <= _RESOLUTION * mean.abs(), 0.0, 1 / deviation)
    return centred * scale, mean, scale


def _minimum(problems: _Problems, start: Tensor, solvable: Tensor) -> tuple[Tensor, Tensor]:
    """Where the loss is smallest [B, C, P], and whether that was found [B, C].

    A problem that is done stays as it is, so that its answer does not depend on the others'. Where a step
    would raise the loss it is not taken, and the next one is half as long.

    Args:
        problems: what to fit.
        start: first point [B, C, P].
        solvable: whether there is a minimum [B, C].
    """
    point, here = start, _local(problems, start)
    length = torch.ones_like(here.loss)
    for _ in range(MOST_STEPS):
        done = _is_flat(here) | ~solvable
        if done.all():
            break
        step = torch.linalg.solve_ex(here.hessian, here.gradient).result
        trial = point - length.unsqueeze(-1) * step
        there = _local(problems, trial)
        falls = there.loss <= here.loss * (1 + _ROUNDING)
        taken = falls & ~done
        point = _chosen(taken, trial, point)
        here = _Local(*(_chosen(taken, new, old) for new, old in zip(there, here, strict=True)))
        length = torch.where(falls, 1.0, length / 2)
    return point, _is_flat(here)


def _local(problems: _Problems, point: Tensor) -> _Local:
    """The loss and its derivatives at ``point`` [B, C, P]."""
    design, labels, present = problems
    penalty = torch.full_like(point[0, 0], RIDGE)
    penalty[-1] = 0
    logits = point @ design
    risk = logits.sigmoid()
    losses = functional.binary_cross_entropy_with_logits(logits, labels.expand_as(logits), reduction="none")
    # Class by class: all at once would take as many copies of the features.
    curved = [design @ (design * own.unsqueeze(1)).mT for own in (risk * (1 - risk) * present).unbind(1)]
    return _Local(
        loss=(losses * present).sum(-1) + (penalty * point.square()).sum(-1) / 2,
        gradient=((risk - labels) * present) @ design.mT + penalty * point,
        hessian=torch.stack(curved, dim=1) + penalty.diag(),
    )


def _is_flat(here: _Local) -> Tensor:
    """Where the gradient is as good as 0 [B, C]."""
    norm: Tensor = torch.linalg.vector_norm(here.gradient, dim=-1)
    return norm <= TOLERANCE


def _chosen(taken: Tensor, new: Tensor, old: Tensor) -> Tensor:
    """``new`` [B, C, ...] where it is taken [B, C], else ``old``."""
    return torch.where(taken.view(*taken.shape, *[1] * (new.dim() - taken.dim())), new, old)


def _failures(has_both: Tensor, varies: Tensor, converged: Tensor) -> list[ProbeFailure | None]:
    """Why problems have no probe [B], of [B, C], [B, 1] and [B, C]: the reason that explains the others."""
    reasons = (
        (ProbeFailure.MISSING_CLASS, has_both.all(-1).tolist()),
        (ProbeFailure.CONSTANT, varies.all(-1).tolist()),
        (ProbeFailure.NOT_CONVERGED, converged.all(-1).tolist()),
    )
    return [
        next((failure for failure, is_well in reasons if not is_well[place]), None)
        for place in range(len(has_both))
    ]
