from __future__ import annotations

import numpy as np

from fairviz.patient import PatientAnswer, RunAnswer
from fairviz.ui.patientseries import by_configuration, patient_forest, sentences

RUNS = (
    RunAnswer("Baseline", "baseline", 0, 0.20, 0.40, 0.3),
    RunAnswer("Baseline", "baseline", 1, 0.26, 0.28, 0.3),
    RunAnswer("FairGrad", "fairgrad", 0, 0.10, 0.12, 0.3),
)


def test_seeds_are_joined_and_flags_counted() -> None:
    baseline, fairgrad = by_configuration(RUNS)
    assert (baseline.label, baseline.seeds, baseline.flagged) == ("Baseline", 2, (0, 1))
    assert (fairgrad.seeds, fairgrad.flagged) == (1, (0, 0))


def test_the_figure_shows_mean_and_range() -> None:
    shown = patient_forest(by_configuration(RUNS), 6, "died")
    (panel,) = shown.panels
    assert np.allclose(panel.value, [[0.23, 0.34], [0.10, 0.12]])
    assert np.allclose(panel.low, [[0.20, 0.28], [0.10, 0.12]])
    assert np.allclose(panel.high, [[0.26, 0.40], [0.10, 0.12]])
    assert shown.details == ("row 7", "bars: range over seeds")


def test_sentences_say_risk_range_and_flags() -> None:
    answer = PatientAnswer(RUNS, ("Gradient boosting",), ('"age" is outside of what 99 of 100 rows have',))
    assert sentences(answer, is_changed=True) == [
        "Baseline: 23 % as recorded, 34 % (28 % to 40 % over 2 seeds) as changed; flagged by 0 of 2 seeds "
        "before, flagged by 1 of 2 seeds after.",
        "FairGrad: 10 % as recorded, 12 % as changed; not flagged before, not flagged after.",
        "Flagged from a risk of 30 %, the share with the outcome among training rows.",
        '"age" is outside of what 99 of 100 rows have: there a prediction is a guess.',
        "Gradient boosting: no model is kept that could be asked.",
    ]
    assert sentences(answer, is_changed=False)[0] == (
        "Baseline: 23 % (20 % to 26 % over 2 seeds); flagged by 0 of 2 seeds."
    )
