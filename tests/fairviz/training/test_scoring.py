from __future__ import annotations

import numpy as np
import pytest

from fairviz.data.prepare import prepare
from fairviz.data.specs import SplitSpec
from fairviz.training.scoring import report
from tests.fairviz.data.tables import ward, ward_task


@pytest.mark.parametrize("decided", [False, True])
def test_a_report_counts_the_patients_of_its_rows(decided: bool) -> None:
    frame = ward().assign(patient=np.repeat(np.arange(100), 3))
    scores = np.random.default_rng(0).random((300, 1)).astype(np.float32)
    found = []
    for split in (SplitSpec(group_id="patient"), SplitSpec()):
        data = prepare(frame, ward_task(split=split))
        rows = np.arange(0, 240)
        decisions = (scores[rows, 0] > 0.4).astype(np.int64) if decided else None
        found.append(report(data, rows, scores[rows], decisions, floor=False))
    by_patients, by_rows = found
    assert by_patients.clusters == 80
    assert by_rows.clusters is None
    assert (by_patients.n, by_patients.auc) == (by_rows.n, by_rows.auc)
    assert by_patients.auc_low != by_rows.auc_low
