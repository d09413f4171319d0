from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairviz.data.adapters.formats import known_format
from fairviz.data.adapters.mimic_sepsis import MIMIC_SEPSIS, RACE_GROUP, race_group
from fairviz.data.load import read_table
from fairviz.data.prepare import prepare
from fairviz.data.suggest import suggest_task

RACES = [
    "WHITE",
    "WHITE - RUSSIAN",
    "BLACK/AFRICAN AMERICAN",
    "HISPANIC/LATINO - PUERTO RICAN",
    "ASIAN - CHINESE",
    "UNKNOWN",
    "OTHER",
]


@pytest.fixture
def cohort(tmp_path: Path) -> pd.DataFrame:
    """600 stays of 400 made-up patients, as people export them."""
    rng = np.random.default_rng(0)
    rows = 600
    severity = rng.normal(size=rows)
    died = rng.random(rows) < 1 / (1 + np.exp(2 - severity))
    frame = pd.DataFrame(
        {
            "subject_id": 10_000_000 + rng.integers(400, size=rows),
            "hadm_id": 20_000_000 + np.arange(rows),
            "stay_id": 30_000_000 + np.arange(rows),
            "gender": rng.choice(["M", "F"], rows),
            "admission_age": rng.normal(65, 12, rows).round(1),
            "race": rng.choice(RACES, rows),
            "insurance": rng.choice(["Medicare", "Medicaid", "Other"], rows),
            "sofa_score": (5 + 2 * severity + rng.normal(size=rows)).round().clip(2, 20),
            "lactate_max": np.exp(severity / 2 + rng.normal(size=rows) / 2).round(1),
            "heart_rate_mean": (90 + 8 * rng.normal(size=rows)).round(1),
            "charlson_comorbidity_index": rng.poisson(5, rows),
            "icu_intime": "2150-01-02 10:00:00",
            "los_icu": rng.gamma(2, 3, rows).round(2),
            "dod": np.where(died, "2150-02-01", ""),
            "discharge_location": np.where(died, "DIED", "HOME"),
            "hospital_expire_flag": died.astype(int),
        }
    )
    frame.to_csv(tmp_path / "cohort.csv", index=False)
    return read_table(tmp_path / "cohort.csv")


@pytest.mark.parametrize(
    ("entry", "group"),
    [
        ("WHITE - OTHER EUROPEAN", "White"),
        ("BLACK/CAPE VERDEAN", "Black"),
        ("HISPANIC OR LATINO", "Hispanic or Latino"),
        ("ASIAN", "Asian"),
        ("AMERICAN INDIAN/ALASKA NATIVE", "Other"),
        ("PORTUGUESE", "Other"),
        ("UNABLE TO OBTAIN", None),
        ("PATIENT DECLINED TO ANSWER", None),
        ("", None),
    ],
)
def test_entries_of_race_are_grouped_by_how_they_begin(entry: str, group: str | None) -> None:
    assert race_group(entry) == group


def test_race_is_there_in_groups_and_as_it_was(cohort: pd.DataFrame) -> None:
    assert known_format(cohort.columns) is MIMIC_SEPSIS
    groups = cohort.groupby("race", observed=True)[RACE_GROUP].agg(lambda own: own.astype(object).iloc[0])
    assert groups["WHITE - RUSSIAN"] == "White"
    np.testing.assert_array_equal(cohort[RACE_GROUP].isna(), cohort["race"] == "UNKNOWN")


def test_the_proposed_task_keeps_patients_together_and_the_future_out(cohort: pd.DataFrame) -> None:
    spec = suggest_task(cohort, dataset="x", name="sepsis")
    assert (spec.outcome, spec.positive) == ("hospital_expire_flag", "1")
    assert spec.sensitive == (RACE_GROUP, "gender")
    assert spec.split.group_id == "subject_id"
    inputs = {column for modality in spec.modalities for column in modality.columns}
    assert inputs == {
        "admission_age",
        "insurance",
        "sofa_score",
        "lactate_max",
        "heart_rate_mean",
        "charlson_comorbidity_index",
    }
    data = prepare(cohort, spec)
    patients = [set(cohort["subject_id"].iloc[rows]) for rows in (data.split.train, data.split.test)]
    assert not patients[0] & patients[1]


def test_a_chosen_column_of_the_patient_goes_before_the_known_one(cohort: pd.DataFrame) -> None:
    spec = suggest_task(cohort, dataset="x", name="sepsis", group_id="hadm_id")
    assert spec.split.group_id == "hadm_id"
    assert "subject_id" in spec.drop
