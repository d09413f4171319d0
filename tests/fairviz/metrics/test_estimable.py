from __future__ import annotations

import pytest

from fairviz.metrics.estimable import Grade, grade, shortage, undefined_reason


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        (0, Grade.NONE),
        (4, Grade.NONE),
        (5, Grade.INTERVAL),
        (9, Grade.INTERVAL),
        (10, Grade.IMPRECISE),
        (19, Grade.IMPRECISE),
        (20, Grade.NORMAL),
    ],
)
def test_grades_by_cases(cases: int, expected: Grade) -> None:
    assert grade(cases) is expected


@pytest.mark.parametrize(
    ("positives", "negatives", "minimum", "reason"),
    [
        (0, 7, 1, "not estimable: no positives among 7 patients"),
        (7, 0, 1, "not estimable: no negatives among 7 patients"),
        (0, 0, 1, "not estimable: no positives among 0 patients"),
        (3, 37, 5, "not estimable: too few positives (3 among 40 patients; at least 5 needed)"),
        (37, 3, 5, "not estimable: too few negatives (3 among 40 patients; at least 5 needed)"),
        (1, 1, 1, None),
        (5, 5, 5, None),
    ],
)
def test_reason_of_an_undefined_auc(positives: int, negatives: int, minimum: int, reason: str | None) -> None:
    assert undefined_reason(positives, negatives, minimum=minimum) == reason


@pytest.mark.parametrize(
    ("cases", "minimum", "reason"),
    [
        (0, 5, "not estimable: no patients"),
        (4, 5, "not estimable: too few patients (4; at least 5 needed)"),
        (5, 5, None),
    ],
)
def test_patients_are_not_counted_among_patients(cases: int, minimum: int, reason: str | None) -> None:
    assert shortage(cases, "patients", cases, minimum=minimum) == reason
