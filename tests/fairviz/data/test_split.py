from __future__ import annotations

import numpy as np
import pytest

from fairviz.data.groups import Attribute
from fairviz.data.split import split_rows
from fairviz.data.task import SplitSpec
from fairviz.errors import TaskError


def people(rows: int = 997, seed: int = 0) -> tuple[np.ndarray, tuple[Attribute, ...]]:
    rng = np.random.default_rng(seed)
    race = rng.choice(4, rows, p=[0.7, 0.2, 0.08, 0.02]) - 1
    sex = rng.choice(2, rows)
    names = Attribute("race", ("a", "b", "c"), race), Attribute("sex", ("f", "m"), sex)
    return (rng.random(rows) < 0.2).astype(np.int64), names


def test_every_row_is_in_one_part() -> None:
    split = split_rows(*people(), SplitSpec())
    assert np.sort(np.concatenate([split.train, split.validation, split.test])).tolist() == list(range(997))


def test_every_stratum_is_within_one_row_of_its_share() -> None:
    labels, attributes = people()
    split = split_rows(labels, attributes, SplitSpec())
    strata = labels * 100 + attributes[0].codes * 10 + attributes[1].codes
    for keys in (strata, labels):
        for key in np.unique(keys):
            rows = np.count_nonzero(keys == key)
            for part, share in ((split.train, 0.6), (split.validation, 0.2), (split.test, 0.2)):
                assert abs(np.count_nonzero(keys[part] == key) - share * rows) < 1


@pytest.mark.parametrize("shares", [(0.7, 0.15, 0.15), (0.5, 0.3, 0.2), (0.34, 0.33, 0.33)])
def test_other_shares_hold_within_two_rows(shares: tuple[float, float, float]) -> None:
    labels, attributes = people()
    split = split_rows(
        labels, attributes, SplitSpec(**dict(zip(("train", "validation", "test"), shares, strict=True)))
    )
    for part, share in zip((split.train, split.validation, split.test), shares, strict=True):
        assert abs(len(part) - share * 997) < 2
        assert abs(labels[part].sum() - share * labels.sum()) < 2


def test_the_seed_decides() -> None:
    one, same, other = (split_rows(*people(), SplitSpec(seed=seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.train, same.train)
    assert not np.array_equal(one.train, other.train)


def test_rows_of_one_patient_stay_together() -> None:
    labels, attributes = people()
    patients = np.random.default_rng(1).integers(0, 400, 997)
    _, patients = np.unique(patients, return_inverse=True)
    split = split_rows(labels, attributes, SplitSpec(group_id="patient"), patients)
    parts = [set(patients[part]) for part in (split.train, split.validation, split.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)), "no patient is in two parts"
    assert abs(len(parts[0]) - 0.6 * (patients.max() + 1)) < 2


def test_every_class_is_within_one_row_of_its_share() -> None:
    _, attributes = people()
    labels = np.random.default_rng(2).choice(5, 997, p=[0.5, 0.3, 0.15, 0.03, 0.02])
    split = split_rows(labels, attributes, SplitSpec())
    for part, share in ((split.train, 0.6), (split.validation, 0.2), (split.test, 0.2)):
        rows = np.bincount(labels[part], minlength=5)
        assert (np.abs(rows - share * np.bincount(labels)) < 1).all()


def test_a_part_without_one_class_is_refused() -> None:
    labels = np.repeat([0, 1, 2], [50, 46, 4])
    attributes = (Attribute("sex", ("f", "m"), np.tile([0, 1], 50)),)
    spec = SplitSpec(train=0.9, validation=0.05, test=0.05)
    message = r"part of the split: expected rows of every class, found none of 1 of 3 classes. Give this part"
    with pytest.raises(TaskError, match=message):
        split_rows(labels, attributes, spec)


def test_a_part_without_one_outcome_is_refused() -> None:
    labels = np.r_[np.ones(4, dtype=np.int64), np.zeros(96, dtype=np.int64)]
    attributes = (Attribute("sex", ("f", "m"), np.tile([0, 1], 50)),)
    spec = SplitSpec(train=0.9, validation=0.05, test=0.05)
    message = r"validation part of the split: expected rows with and without the outcome, found 0 with"
    with pytest.raises(TaskError, match=message):
        split_rows(labels, attributes, spec)
