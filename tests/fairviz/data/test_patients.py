from __future__ import annotations

import numpy as np
import pandas as pd

from fairviz.data.patients import once_per_patient, patients_of
from fairviz.data.specs import SplitSpec
from tests.fairviz.data.tables import ward_task


def test_patients_are_numbered_as_they_appear() -> None:
    frame = pd.DataFrame({"mrn": ["b", "a", "b", "c"]})
    assert patients_of(frame, ward_task()) is None
    found = patients_of(frame, ward_task(split=SplitSpec(group_id="mrn")))
    assert found is not None
    assert found.tolist() == [0, 1, 0, 2]


def test_a_patient_has_each_code_once() -> None:
    codes, patients = np.array([1, 1, 0, 1, 1]), np.array([7, 7, 7, 8, 7])
    assert once_per_patient(codes, patients).tolist() == [0, 1, 1]
    assert once_per_patient(codes, None) is codes
