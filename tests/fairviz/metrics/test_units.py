from __future__ import annotations

import numpy as np

from fairviz.metrics.inputs import Groups
from fairviz.metrics.units import BOTH, Units

LABELS = np.array([1, 1, 0, 0, 1, 0])
GROUPS = Groups(np.array([0, 0, 0, 1, -1, 1]), 2)


def test_each_row_is_a_unit() -> None:
    units = Units.of(LABELS, GROUPS, None)
    assert units.codes.tolist() == [0, 1, 2, 3, 4, 5]
    assert (units.group == GROUPS.codes).all()
    assert (units.outcome == LABELS).all()


def test_a_patient_is_a_unit_in_each_of_its_groups() -> None:
    units = Units.of(LABELS, GROUPS, np.array([0, 1, 0, 0, 2, 3]))
    assert units.codes[0] == units.codes[2] != units.codes[3]
    assert units.group[units.codes].tolist() == GROUPS.codes.tolist()
    assert units.outcome[units.codes].tolist() == [BOTH, 1, BOTH, 0, 1, 0]
    assert len(units.group) == 5


def test_units_are_in_the_order_of_their_scores() -> None:
    units = Units.of(LABELS, GROUPS, np.array([0, 1, 0, 0, 2, 3]))
    ordered = units.by_score(np.array([0.9, 0.2, 0.1, 0.8, 0.4, 0.7]))
    assert ordered.codes.tolist() == [2, 0, 2, 4, 1, 3]
    assert ordered.outcome[ordered.codes].tolist() == units.outcome[units.codes].tolist()
    assert ordered.members(1, 0).tolist() == [3, 4]
