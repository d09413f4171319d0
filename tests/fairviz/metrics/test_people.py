"""Patients behind counts of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.metrics.clusters import PatientsInGroups, patients_by_group
from fairviz.metrics.inputs import Groups
from fairviz.metrics.people import people


@pytest.mark.parametrize("seed", range(5))
def test_each_patient_counts_once_wherever_any_row_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    patients, codes = rng.integers(0, 30, 200), rng.integers(-1, 4, 200)
    labels, decisions = rng.integers(0, 2, (2, 200))
    frame = pd.DataFrame({"patient": patients, "group": codes, "label": labels, "decision": decisions})
    found = people(labels, decisions, PatientsInGroups.of(patients, Groups(codes, 5)))
    asked = {
        "patients": "label >= 0",
        "positives": "label == 1",
        "negatives": "label == 0",
        "tp": "label == 1 and decision == 1",
        "fn": "label == 1 and decision == 0",
        "fp": "label == 0 and decision == 1",
        "tn": "label == 0 and decision == 0",
    }
    assert set(found) == set(asked)
    for name, query in asked.items():
        expected = frame.query(query).groupby("group")["patient"].nunique()
        assert found[name].tolist() == expected.reindex(range(5), fill_value=0).tolist()
    assert patients_by_group(Groups(codes, 5), patients).tolist() == found["patients"].tolist()
    assert patients_by_group(Groups(codes, 5), None).tolist() == Groups(codes, 5).sums().tolist()


def test_where_no_row_has_a_group_there_is_nobody() -> None:
    rows = np.zeros(3, dtype=np.int64)
    nowhere = PatientsInGroups.of(rows, Groups(rows - 1, 1))
    assert {count.item() for count in people(rows, rows, nowhere).values()} == {0.0}
