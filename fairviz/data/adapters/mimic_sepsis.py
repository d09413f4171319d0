"""A sepsis cohort of MIMIC-IV, one row per stay in intensive care, as people export it from the database.

The table is made by whoever has access to MIMIC-IV (PhysioNet, credentialed); names are those of the
database and of the derived tables that come with it (mimic-code: ``icustay_detail``, ``sepsis3``,
``first_day_vitalsign``, ``first_day_lab``, ``first_day_sofa``, ``charlson``). A table with
``subject_id``, ``race``, ``hospital_expire_flag`` and one of ``stay_id`` and ``hadm_id`` is taken for one.

====================================================  ==================================================
column                                                what is made of it
====================================================  ==================================================
subject_id                                            the patient: rows of one stay together
hadm_id, stay_id                                      identify a row: no inputs
hospital_expire_flag                                  the outcome, death in hospital: 1
gender, race, insurance, language, marital_status     attributes; race also in groups, ``race_group``
admission_age or anchor_age                           inputs
admission_type, admission_location                    inputs
heart_rate_*, sbp_*, dbp_*, mbp_*, resp_rate_*,       inputs: vital signs of the first day
temperature_*, spo2_*
lactate_*, creatinine_*, bun_*, wbc_*, platelets_*,   inputs: laboratory of the first day
bilirubin_total_*, sodium_*, potassium_*, ...
sofa_score, respiration, coagulation, liver,          inputs: SOFA and its parts
cardiovascular, cns, renal
charlson_comorbidity_index and its conditions         inputs: what was known before
dod, deathtime, dischtime, outtime, los_*,            left out: written down when the outcome is known
discharge_location, other flags of death
admittime, intime, antibiotic_time, ...               left out: dates
====================================================  ==================================================

Any other column is treated as in an unknown table. ``race_group`` coarsens the 33 entries of ``race`` by how
they begin: White, Black, Hispanic or Latino, Asian, and Other; unknown, declined and unable to obtain are
missing. PORTUGUESE and SOUTH AMERICAN, which name no race, are Other.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pandas as pd

from fairviz.data.adapters.known import Format
from fairviz.data.values import value_text

RACE_GROUP: Final = "race_group"

_NEEDED: Final = frozenset({"subject_id", "race", "hospital_expire_flag"})
_STAYS: Final = frozenset({"stay_id", "hadm_id"})
# By how entries begin; the first that fits.
_GROUPS: Final = (
    ("WHITE", "White"),
    ("BLACK", "Black"),
    ("HISPANIC", "Hispanic or Latino"),
    ("ASIAN", "Asian"),
)
_UNKNOWN: Final = ("UNKNOWN", "UNABLE TO OBTAIN", "PATIENT DECLINED")
_AFTERWARDS: Final = "written down when the outcome is known"
_A_DATE: Final = "a date"
_TELLS_A_ROW: Final = "identifies a row or a place"


def _recognises(columns: Collection[str]) -> bool:
    names = frozenset(columns)
    return names >= _NEEDED and bool(names & _STAYS)


def _adapt(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with race in a few groups."""
    if RACE_GROUP not in frame.columns:
        groups = {value: race_group(value_text(value)) for value in frame["race"].dropna().unique()}
        frame[RACE_GROUP] = frame["race"].map(groups).astype("category")
    return frame


def race_group(race: str) -> str | None:
    """The group of an entry of ``race``; None where it says that nothing is known."""
    entry = race.strip().upper()
    if not entry or entry.startswith(_UNKNOWN):
        return None
    return next((group for start, group in _GROUPS if entry.startswith(start)), "Other")


MIMIC_SEPSIS: Final = Format(
    name="MIMIC-IV",
    recognises=_recognises,
    adapt=_adapt,
    note="This is a cohort of MIMIC-IV: rows of one patient (subject_id) stay together, race is compared in "
    f'the groups of "{RACE_GROUP}", and what is written down when the outcome is known is no input.',
    left_out={
        **dict.fromkeys(("hadm_id", "stay_id", "subject_id"), _TELLS_A_ROW),
        **dict.fromkeys(
            ("dod", "deathtime", "dischtime", "discharge_location", "outtime", "icu_outtime", "edouttime",
             "los", "los_hospital", "los_icu", "icu_expire_flag", "thirtyday_expire_flag",
             "thirty_day_mortality", "mortality_28d", "mortality_90d", "mort_28", "mort_90",
             "hospstay_seq", "icustay_seq", "last_careunit"),
            _AFTERWARDS,
        ),
        **dict.fromkeys(
            ("admittime", "intime", "icu_intime", "edregtime", "antibiotic_time", "culture_time", "sofa_time",
             "suspected_infection_time", "anchor_year", "anchor_year_group"),
            _A_DATE,
        ),
        "race": f'"{RACE_GROUP}" tells it in fewer words',
        "sepsis3": "the same in every row of a cohort",
    },
    outcome=("hospital_expire_flag", "1"),
    sensitive=(RACE_GROUP, "gender"),
    group_id="subject_id",
)  # fmt: skip
