from __future__ import annotations

import numpy as np
import pytest

from fairviz.data.groups import Attribute
from fairviz.evaluation.binary import evaluate
from fairviz.reports.withheld import Withheld
from fairviz.store.records import Json


def report(positives: int, *, seed: int = 0) -> Json:
    """Of 500 rows in two large groups and one with this many positives among 30 rows."""
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], 265)[:530]
    labels[500:] = np.arange(30) < positives
    codes = np.where(np.arange(530) < 500, np.arange(530) // 250, 2)
    race = Attribute("race", ("a", "b", "c"), codes)
    return evaluate(labels, rng.random(530), threshold=0.5, attributes=[race], floor=False).to_json()


def test_of_public_data_nothing_is() -> None:
    assert Withheld.of([report(3), report(3, seed=1)], public=True) == Withheld()


def test_a_small_group_is_with_the_one_that_would_tell_of_it() -> None:
    found = Withheld.of([report(3)], public=False)
    assert ("race", "c") in found.groups
    assert len(found.groups) == 2
    assert found.decisions
    assert not found.everything
    assert ("race", "auc_gap") in found.gaps


def test_of_large_groups_only_single_decisions_are() -> None:
    found = Withheld.of([report(15), report(15, seed=1)], public=False)
    assert (found.groups, found.everything, found.decisions) == (frozenset(), False, True)
    assert ("race", "auc_gap") not in found.gaps


def test_what_one_run_withholds_all_do() -> None:
    assert (
        Withheld.of([report(15), report(3)], public=False).groups
        == Withheld.of([report(3)], public=False).groups
    )


@pytest.mark.parametrize("positives", [1, 4])
def test_few_positives_in_all_leave_nothing_to_tell(positives: int) -> None:
    labels = (np.arange(200) < positives).astype(np.int64)
    sex = Attribute("sex", ("f", "m"), np.arange(200) % 2)
    scores = np.random.default_rng(0).random(200)
    own = evaluate(labels, scores, threshold=0.5, attributes=[sex], floor=False).to_json()
    assert Withheld.of([own], public=False).everything
