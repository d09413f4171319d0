"""In-batch AUCs against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from models.ranking import auc_gap, batch_auc


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


def test_gap_skips_undefined_groups_and_needs_two() -> None:
    auc = torch.tensor([[0.9, torch.nan, 0.6], [0.9, torch.nan, torch.nan]])
    torch.testing.assert_close(auc_gap(auc), torch.tensor([0.3, 0.0]))
