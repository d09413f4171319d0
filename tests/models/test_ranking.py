"""In-batch AUCs against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from models.ranking import auc_gap, batch_auc, macro_auc
from tests.models.problem import make_batch


@pytest.mark.parametrize("levels", [4, 1000])
def test_every_member_and_group_agrees_with_scikit_learn(levels: int) -> None:
    generator = torch.Generator().manual_seed(levels)
    scores = torch.randint(levels, (3, 2, 90), generator=generator).float()
    labels = torch.randint(2, (3, 1, 90), generator=generator).float()
    mask = torch.nn.functional.one_hot(torch.randint(3, (3, 1, 90), generator=generator), 3).float()
    computed = batch_auc(scores, labels, mask)
    for index in np.ndindex(3, 2, 3):
        member, modality, group = index
        rows = mask[member, 0, :, group].bool()
        expected = roc_auc_score(labels[member, 0, rows], scores[member, modality, rows])
        assert computed[index].item() == pytest.approx(expected, abs=1e-6)


def test_a_group_without_both_classes_is_undefined() -> None:
    labels = torch.tensor([1.0, 1.0, 0.0])
    mask = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert batch_auc(torch.tensor([0.1, 0.2, 0.3]), labels, mask).isnan().all()


def test_classes_are_each_ranked_against_the_rest_as_scikit_learn_does() -> None:
    batch = make_batch(2, rows=90, classes=4)
    logits = torch.randn(2, 4, 90, generator=torch.Generator().manual_seed(0))
    computed = macro_auc(logits, batch.labels, batch.groups)
    for member, group in np.ndindex(2, 5):
        rows = batch.groups[member, :, group].bool()
        expected = roc_auc_score(
            batch.labels[member].argmax(0)[rows],
            logits[member].double().softmax(0).T[rows],
            multi_class="ovr",
            average="macro",
        )
        assert computed[member, group].item() == pytest.approx(expected, abs=1e-6)


def test_order_of_classes_does_not_matter() -> None:
    batch, order = make_batch(1, classes=3), [2, 0, 1]
    logits = torch.randn(1, 3, 64, generator=torch.Generator().manual_seed(0))
    permuted = macro_auc(logits[:, order], batch.labels[:, order], batch.groups)
    torch.testing.assert_close(permuted, macro_auc(logits, batch.labels, batch.groups))


def test_a_group_that_lacks_a_class_has_no_mean_over_classes() -> None:
    batch = make_batch(1, classes=3)
    groups = torch.stack([torch.ones(64), batch.labels[0, 0] == 0], dim=-1)
    auc = macro_auc(torch.randn(1, 3, 64), batch.labels, groups)
    assert auc.isnan().tolist() == [[False, True]]


def test_gap_skips_undefined_groups_and_needs_two() -> None:
    auc = torch.tensor([[0.9, torch.nan, 0.6], [0.9, torch.nan, torch.nan]])
    torch.testing.assert_close(auc_gap(auc), torch.tensor([0.3, 0.0]))
