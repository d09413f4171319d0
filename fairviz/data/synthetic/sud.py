"""Synthetic discharges from substance-use treatment, in the vocabulary of TEDS-D.

No row describes a person. Column names and answers follow the public code book of the Treatment
Episode Data Set: Discharges (SAMHSA); every share and effect below is invented.

How a row is made:

1. Race: White .62, Black .20, Other .18. Sex: male .64. Hispanic: .08, .04, .45 by race.
2. Three unmeasured traits: hardship u ~ N(0 / 2.8 / 1.4, 1) by race, severity c ~ N(0, 1) and
   engagement e ~ N(0, 1). Hardship is where the groups differ.
3. Every measured column of `COLUMNS` cuts z = load_u u + load_c c + load_e e + noise (noise chosen
   so that z has unit variance within a race) at fixed points, so that White patients have the
   shares listed and others are shifted along the answers by load_u times their hardship.
4. log odds of completion = intercept + strength[race] * sum over columns of effect * (position of
   the answer - .5), position 0 for the first answer and 1 for the last, + direct[race] + .10 for men.
   Strength is 1 / .6 / .9: for Black patients the columns say little more than half as much. Direct
   is 0 / -.3 / -.15: completion is lower for Black patients than for White ones who answer alike.
5. Answers go missing afterwards: by column at the listed rate, half as much again above mean hardship
   and half as much below; race in 2 % and sex in .1 % of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RACES: Final = ("White", "Black", "Other")
RACE_SHARES: Final = (0.62, 0.20, 0.18)
HARDSHIP: Final = (0.0, 2.8, 1.4)
STRENGTH: Final = (1.0, 0.6, 0.9)
DIRECT: Final = (0.0, -0.3, -0.15)
HISPANIC: Final = (0.08, 0.04, 0.45)
MALE: Final = 0.64
MALE_EFFECT: Final = 0.10
INTERCEPT: Final = 0.05
RACE_MISSING: Final = 0.02
SEX_MISSING: Final = 0.001


@dataclass(frozen=True)
class SudColumn:
    """One measured column.

    Attributes:
        answers: from first to last along z.
        shares: share of White patients with each answer.
        loads: of hardship, severity and engagement on z.
        effect: change in log odds of completion from the first answer to the last.
        missing: share of rows without an answer.
    """

    name: str
    answers: tuple[str, ...]
    shares: tuple[float, ...]
    loads: tuple[float, float, float]
    effect: float
    missing: float = 0.0


COLUMNS: Final = (
    SudColumn("age_band", ("55+", "45-54", "35-44", "25-34", "18-24"),
              (0.13, 0.19, 0.27, 0.30, 0.11), (0.0, 0.1, -0.2), -0.38),
    SudColumn("education", ("Any college", "Grade 12 or GED", "Grades 9-11", "Grade 8 or less"),
              (0.27, 0.47, 0.20, 0.06), (0.45, 0.0, -0.1), -0.14, 0.05),
    SudColumn("marital_status", ("Married", "Divorced or widowed", "Separated", "Never married"),
              (0.15, 0.19, 0.06, 0.60), (0.25, 0.0, 0.0), -0.07, 0.12),
    SudColumn("veteran_status", ("No", "Yes"), (0.96, 0.04), (0.0, 0.0, 0.1), 0.15, 0.03),
    SudColumn("employment", ("Full-time", "Part-time", "Unemployed", "Not in labor force"),
              (0.25, 0.09, 0.37, 0.29), (0.60, 0.15, -0.1), -0.52, 0.04),
    SudColumn("living_arrangement", ("Independent", "Dependent", "Homeless"),
              (0.62, 0.22, 0.16), (0.60, 0.1, 0.0), -0.42, 0.04),
    SudColumn("income_source", ("Wages", "Retirement or disability", "Public assistance", "None"),
              (0.35, 0.12, 0.13, 0.40), (0.65, 0.0, 0.0), -0.32, 0.15),
    SudColumn("health_insurance", ("Private", "Medicare or other", "Medicaid", "None"),
              (0.20, 0.10, 0.45, 0.25), (0.60, 0.0, 0.0), -0.24, 0.18),
    SudColumn("arrests_past_month", ("None", "Once", "Two or more"),
              (0.92, 0.06, 0.02), (0.35, 0.1, 0.0), -0.21, 0.02),
    SudColumn("referral_source", ("Criminal justice", "Employer or school", "Health provider",
                                  "Other community", "Self or individual"),
              (0.30, 0.03, 0.17, 0.10, 0.40), (-0.10, 0.1, -0.2), -0.83, 0.03),
    SudColumn("primary_substance", ("Alcohol", "Marijuana", "Cocaine", "Methamphetamine",
                                    "Other opioids", "Heroin"),
              (0.36, 0.13, 0.07, 0.17, 0.09, 0.18), (0.05, 0.6, 0.0), -0.68, 0.02),
    SudColumn("route", ("Oral", "Smoking", "Inhalation", "Injection"),
              (0.42, 0.28, 0.10, 0.20), (0.05, 0.65, 0.0), -0.38, 0.03),
    SudColumn("frequency", ("No use in the past month", "Some use", "Daily use"),
              (0.32, 0.30, 0.38), (0.10, 0.6, -0.2), -0.75, 0.03),
    SudColumn("age_first_use", ("25 or over", "21-24", "18-20", "15-17", "12-14", "11 or under"),
              (0.18, 0.12, 0.21, 0.25, 0.18, 0.06), (0.10, 0.4, 0.0), -0.15, 0.05),
    SudColumn("number_of_substances", ("1", "2", "3"),
              (0.45, 0.32, 0.23), (0.05, 0.5, 0.0), -0.30),
    SudColumn("cooccurring_mental_health", ("No", "Yes"),
              (0.58, 0.42), (0.05, 0.4, 0.0), -0.22, 0.08),
    SudColumn("service_type", ("Detoxification", "Residential, short", "Residential, long",
                               "Outpatient, intensive", "Outpatient"),
              (0.19, 0.13, 0.11, 0.15, 0.42), (0.30, -0.2, 0.0), -1.42),
    SudColumn("waiting_time", ("Same day", "1-7 days", "8-14 days", "15 days or more"),
              (0.55, 0.27, 0.08, 0.10), (0.55, 0.0, 0.0), -0.42, 0.12),
    SudColumn("prior_treatments", ("None", "One", "Two", "Three or more"),
              (0.38, 0.24, 0.14, 0.24), (0.10, 0.5, 0.0), -0.30, 0.05),
    SudColumn("medication_assisted_therapy", ("No", "Yes"),
              (0.83, 0.17), (-0.20, 0.3, 0.1), -0.68, 0.02),
    SudColumn("self_help_attendance", ("None", "1-3 times a month", "4-7 times a month",
                                       "8 times or more a month"),
              (0.58, 0.12, 0.12, 0.18), (-0.20, 0.0, 0.6), 1.12, 0.06),
)  # fmt: skip


def make_sud(rows: int = 20_000, seed: int = 0) -> pd.DataFrame:
    """Draw discharges with planted disparities (module docstring: how, and how large).

    Returns:
        race, ethnicity, sex, the columns of `COLUMNS`, and completed (1: treatment completed).
    """
    rng = np.random.default_rng(seed)
    race = rng.choice(len(RACES), rows, p=RACE_SHARES)
    male = rng.random(rows) < MALE
    hispanic = rng.random(rows) < np.array(HISPANIC)[race]
    traits = rng.normal(size=(rows, 3))
    traits[:, 0] += np.array(HARDSHIP)[race]
    answers = {column.name: _answers(column, traits, rng) for column in COLUMNS}
    completed = rng.random(rows) < _sigmoid(_log_odds(answers, race, male))
    frame = pd.DataFrame(
        {
            "race": np.array(RACES, dtype=object)[race],
            "ethnicity": np.where(hispanic, "Hispanic", "Not Hispanic"),
            "sex": np.where(male, "Male", "Female"),
            **{c.name: np.array(c.answers, dtype=object)[answers[c.name]] for c in COLUMNS},
            "completed": completed.astype(np.int64),
        }
    )
    return _forget(frame, traits[:, 0], rng)


def _answers(column: SudColumn, traits: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    loads = np.array(column.loads)
    noise = rng.normal(size=len(traits)) * np.sqrt(1 - loads @ loads)
    # The last share is implied: its upper end is infinity.
    cuts = [NormalDist().inv_cdf(share) for share in np.cumsum(column.shares[:-1]).tolist()]
    return np.asarray(np.searchsorted(cuts, traits @ loads + noise), dtype=np.int64)


def _log_odds(
    answers: dict[str, NDArray[np.int64]], race: NDArray[np.int64], male: NDArray[np.bool_]
) -> NDArray[np.float64]:
    measured = sum(
        (column.effect * (answers[column.name] / (len(column.answers) - 1) - 0.5) for column in COLUMNS),
        start=np.zeros(len(race)),
    )
    direct = np.array(DIRECT)[race] + MALE_EFFECT * male
    return np.asarray(INTERCEPT + np.array(STRENGTH)[race] * measured + direct)


def _sigmoid(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _forget(frame: pd.DataFrame, hardship: NDArray[np.float64], rng: np.random.Generator) -> pd.DataFrame:
    more = np.where(hardship > hardship.mean(), 1.5, 0.5)
    rates = {column.name: column.missing * more for column in COLUMNS if column.missing}
    rates |= {"race": np.full(len(frame), RACE_MISSING), "sex": np.full(len(frame), SEX_MISSING)}
    for name, rate in rates.items():
        frame[name] = frame[name].mask(rng.random(len(frame)) < rate)
    return frame
