"""Probes of features: against scikit-learn, and what they must and must not depend on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch import Tensor

from models import probes
from models.probes import RIDGE, ProbeFailure, Probes, fit_probes

MEMBERS, MODALITIES, ROWS, WIDTH = 2, 3, 400, 6


class Made(NamedTuple):
    """Features h [R, M, N, D], labels [C, N], and which rows have which modality [M, N]."""

    features: Tensor
    labels: Tensor
    available: Tensor


def made(columns: int = 1, rows: int = ROWS, seed: int = 0) -> Made:
    """Modality 0 tells the outcome, modality 1 a little of it, modality 2 nothing.

    As after a layer normalisation, features are linearly dependent; a third of the rows lack each modality.
    """
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(MEMBERS, MODALITIES, rows, WIDTH, generator=generator)
    codes = torch.randint(max(2, columns), (rows,), generator=generator)
    labels = torch.nn.functional.one_hot(codes).T.float()[-columns:]
    strength = torch.tensor([2.0, 0.5, 0.0]).view(-1, 1, 1)
    features[..., :columns] += strength * labels.T
    features[..., -1] = -features[..., :-1].sum(-1)
    available = (torch.rand(MODALITIES, rows, generator=generator) < 2 / 3).float()
    return Made(3 * features + 5, labels, available)


def reference(features: Tensor, labels: Tensor, present: Tensor) -> tuple[Tensor, float]:
    """Coefficients [D] and intercept of the same regression by scikit-learn, of one problem."""
    rows = present.bool()
    own = features[rows].double().numpy()
    mean, deviation = own.mean(0), own.std(0)
    model = LogisticRegression(C=1 / RIDGE, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    model.fit((own - mean) / deviation, labels[rows].numpy())
    weights = model.coef_[0] / deviation
    return torch.from_numpy(weights), float(model.intercept_[0] - weights @ mean)


def assert_same(first: Probes, second: Probes, tolerance: float = 1e-9) -> None:
    torch.testing.assert_close(first.weights, second.weights, rtol=0, atol=tolerance)
    torch.testing.assert_close(first.intercepts, second.intercepts, rtol=0, atol=tolerance)
    assert first.failures == second.failures


@pytest.mark.parametrize("columns", [1, 3])
def test_coefficients_and_probabilities_are_scikit_learns(columns: int) -> None:
    task = made(columns)
    found = fit_probes(*task)
    probabilities = found.probabilities(task.features)
    assert found.failures == {}
    assert probabilities.shape == (MEMBERS, MODALITIES, columns, ROWS)
    for member, modality, column in np.ndindex(MEMBERS, MODALITIES, columns):
        features = task.features[member, modality]
        weights, intercept = reference(features, task.labels[column], task.available[modality])
        place = member, modality, column
        torch.testing.assert_close(found.weights[place], weights, rtol=0, atol=1e-5)
        assert found.intercepts[place].item() == pytest.approx(intercept, abs=1e-5)
        expected = (features.double() @ weights + intercept).sigmoid()
        torch.testing.assert_close(probabilities[place], expected, rtol=0, atol=1e-5)


def test_without_a_mask_every_row_counts() -> None:
    task = made()
    assert_same(fit_probes(task.features, task.labels), fit_probes(*task[:2], torch.ones(MODALITIES, ROWS)))


def test_a_member_gets_what_it_gets_alone() -> None:
    task = made(3)
    together = fit_probes(*task)
    for member in range(MEMBERS):
        alone = fit_probes(task.features[member : member + 1], *task[1:])
        assert_same(alone, Probes(together.weights[[member]], together.intercepts[[member]], {}))


@pytest.mark.parametrize("numbers", [1, ROWS * WIDTH * 4, 2**30])
def test_how_many_are_fitted_at_once_changes_nothing(numbers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = fit_probes(*made())
    monkeypatch.setitem(probes._NUMBERS_AT_ONCE, "cpu", numbers)
    assert_same(fit_probes(*made()), expected)


@pytest.mark.parametrize("value", [0.0, 1e6, torch.nan])
def test_what_stands_for_an_absent_modality_changes_nothing(value: float) -> None:
    task = made()
    absent = task.available[None, :, :, None] == 0
    assert_same(fit_probes(task.features.masked_fill(absent, value), *task[1:]), fit_probes(*task))


def test_rows_that_lack_a_modality_could_as_well_not_be_there() -> None:
    task = made()
    found = fit_probes(*task)
    for modality in range(MODALITIES):
        rows = task.available[modality].bool()
        own = fit_probes(task.features[:, [modality]][:, :, rows], task.labels[:, rows])
        assert_same(own, Probes(found.weights[:, [modality]], found.intercepts[:, [modality]], {}))


def test_modalities_are_not_told_by_their_order() -> None:
    task, order = made(), [2, 0, 1]
    found = fit_probes(*task)
    moved = fit_probes(task.features[:, order], task.labels, task.available[order])
    assert_same(moved, Probes(found.weights[:, order], found.intercepts[:, order], {}))


def test_an_informative_modality_ranks_new_rows_and_one_without_information_does_not() -> None:
    known, new = made(rows=2000, seed=1), made(rows=2000, seed=2)
    scores = fit_probes(*known).probabilities(new.features)[:, :, 0]
    aucs = np.array([[roc_auc_score(new.labels[0], own) for own in member] for member in scores])
    assert (aucs[:, 0] > 0.9).all()
    assert ((aucs[:, 1] > 0.58) & (aucs[:, 1] < 0.75)).all()
    np.testing.assert_allclose(aucs[:, 2], 0.5, atol=0.04)


def test_classes_that_features_separate_have_a_finite_probe() -> None:
    features = torch.linspace(-1, 1, 50).view(1, 1, 50, 1)
    labels = (features[0, 0, :, 0] > 0).float().unsqueeze(0)
    found = fit_probes(features, labels)
    weights, intercept = reference(features[0, 0], labels[0], torch.ones(50))
    assert found.failures == {}
    assert found.weights.item() == pytest.approx(weights.item(), abs=1e-5)
    assert found.intercepts.item() == pytest.approx(intercept, abs=1e-5)


def test_a_step_that_raises_the_loss_is_made_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    # One row far out on the wrong side: from the flat start Newton's full step goes too far.
    features = torch.cat([torch.linspace(-1, 1, 50), torch.tensor([100.0])])
    labels = torch.cat([torch.ones(50), torch.zeros(1)])
    losses: list[float] = []

    def watched(problems: probes._Problems, point: Tensor) -> probes._Local:
        here = probes_at(problems, point)
        losses.append(here.loss.item())
        return here

    probes_at = probes._local
    monkeypatch.setattr(probes, "_local", watched)
    found = fit_probes(features.view(1, 1, -1, 1), labels.unsqueeze(0))
    weights, intercept = reference(features.unsqueeze(1), labels, torch.ones(51))
    assert losses[1] > losses[0]
    assert found.failures == {}
    assert found.weights.item() == pytest.approx(weights.item(), abs=1e-5)
    assert found.intercepts.item() == pytest.approx(intercept, abs=1e-5)


def test_a_feature_that_does_not_vary_has_no_weight() -> None:
    task = made()
    features = task.features.clone()
    features[:, 1, :, 2] = 7.0
    found = fit_probes(features, *task[1:])
    assert found.failures == {}
    assert (found.weights[:, 1, :, 2] == 0).all()
    others = fit_probes(features[:, :, :, [0, 1, 3, 4, 5]], *task[1:])
    torch.testing.assert_close(
        found.probabilities(features)[:, 1],
        others.probabilities(features[:, :, :, [0, 1, 3, 4, 5]])[:, 1],
    )


class TestFailures:
    def test_features_that_are_all_the_same(self) -> None:
        task = made()
        features = task.features.clone()
        features[1, 2] = torch.randn(WIDTH)
        # So much as single precision may lose on the way.
        features[1, 2, ::2] *= 1 + 1e-7
        found = fit_probes(features, *task[1:])
        assert found.failures == {(1, 2): ProbeFailure.CONSTANT}
        self.assert_others_are_well(found, fit_probes(*task), (1, 2))

    @pytest.mark.parametrize("label", [0.0, 1.0])
    def test_rows_that_are_all_of_one_class(self, label: float) -> None:
        task = made()
        available = task.available.clone()
        available[1] = (task.labels[0] == label).float()
        found = fit_probes(task.features, task.labels, available)
        assert found.failures == dict.fromkeys([(0, 1), (1, 1)], ProbeFailure.MISSING_CLASS)
        self.assert_others_are_well(found, fit_probes(*task), (0, 1))

    def test_rows_that_lack_one_class_of_several(self) -> None:
        task = made(3)
        available = task.available.clone()
        available[0] *= 1 - task.labels[2]
        failures = fit_probes(task.features, task.labels, available).failures
        assert failures == dict.fromkeys([(0, 0), (1, 0)], ProbeFailure.MISSING_CLASS)

    def test_no_rows_at_all(self) -> None:
        task = made()
        available = task.available.clone()
        available[0] = 0
        failures = fit_probes(task.features, task.labels, available).failures
        assert failures == dict.fromkeys([(0, 0), (1, 0)], ProbeFailure.MISSING_CLASS)

    def test_too_few_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(probes, "MOST_STEPS", 1)
        failures = fit_probes(*made()).failures
        assert set(failures.values()) == {ProbeFailure.NOT_CONVERGED}
        assert len(failures) == MEMBERS * MODALITIES

    def test_features_that_are_no_numbers(self) -> None:
        task = made()
        features = task.features.clone()
        features[0, 0, task.available[0].argmax()] = torch.inf
        found = fit_probes(features, *task[1:])
        assert found.failures == {(0, 0): ProbeFailure.NOT_CONVERGED}
        self.assert_others_are_well(found, fit_probes(*task), (0, 0))

    def assert_others_are_well(self, found: Probes, expected: Probes, place: tuple[int, int]) -> None:
        for other in np.ndindex(MEMBERS, MODALITIES):
            if other[1] != place[1]:
                torch.testing.assert_close(found.weights[other], expected.weights[other])
