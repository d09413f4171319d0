from __future__ import annotations

from dataclasses import replace

import numpy as np

from fairviz.metrics.estimable import Grade
from fairviz.reports.paired_rows import PairedRows

LABELS = np.repeat([1, 0], [7, 30])
SCORES = np.random.default_rng(0).random((2, 3, 37))
ROWS = PairedRows(LABELS, *SCORES, *(SCORES > 0.5))


def test_some_of_the_rows_are_still_paired() -> None:
    chosen = np.arange(37) % 2 == 0
    some = ROWS.among(chosen)
    assert (some.labels == LABELS[chosen]).all()
    assert (some.new == SCORES[0][:, chosen]).all()
    assert (some.flagged_old == (SCORES[1] > 0.5)[:, chosen]).all()


def test_the_rarer_class_decides_what_rows_carry() -> None:
    assert (ROWS.positives, ROWS.rarer, ROWS.grade) == (7, 7, Grade.INTERVAL)
    others = ROWS.among(np.arange(37) < 10)
    assert (others.positives, others.rarer, others.grade) == (7, 3, Grade.NONE)


def test_a_group_needs_five_of_each_class_and_all_rows_two() -> None:
    few = ROWS.among((np.arange(37) < 3) | (np.arange(37) > 6))
    assert few.auc_of_all().reason is None
    assert few.auc_of_group().reason == (
        "not estimable: too few positives (3 among 33 patients; at least 5 needed)"
    )
    assert few.sensitivity() is None
    assert ROWS.sensitivity() is not None


def test_patients_are_counted_where_they_have_several_rows() -> None:
    patients = np.concatenate([np.repeat([0, 1, 2], [3, 2, 2]), 3 + np.arange(30) // 2])
    own = replace(ROWS, patients=patients)
    assert (own.positives, own.rarer, own.grade) == (3, 3, Grade.NONE)
    assert own.auc_of_group().reason == (
        "not estimable: too few positives (3 among 18 patients; at least 5 needed)"
    )
    assert own.sensitivity() is None
    some = own.among(np.arange(37) > 2)
    assert (some.positives, some.rarer) == (2, 2)
