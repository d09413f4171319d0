"""The code book of TEDS-D: what the numbers in its public-use files stand for.

Source: Substance Abuse and Mental Health Services Administration, Treatment Episode Data Set: Discharges
(TEDS-D), public-use file code book (in the public domain). Codes are those of the files of 2015 and later,
read from the code book of 2019; files of 2006 to 2014 have others. A code that is not listed is not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MISSING: Final = -9
"""Missing, unknown, not collected or invalid; no substance reported in IDU; no diagnosis in DSMCRIT."""


def _from(first: int, *words: str) -> dict[int, str]:
    """Words of codes that follow each other."""
    return dict(enumerate(words, start=first))


_YES_NO: Final = _from(1, "Yes", "No")
_REPORTED: Final = _from(0, "Not reported", "Reported")
_EMPLOYMENT: Final = _from(1, "Full-time", "Part-time", "Unemployed", "Not in labor force")
_NOT_WORKING: Final = _from(
    1, "Homemaker", "Student", "Retired or disabled", "Resident of institution", "Other"
)
_LIVING: Final = _from(1, "Homeless", "Dependent living", "Independent living")
_ARRESTS: Final = _from(0, "None", "Once", "Two or more times")
_SETTING: Final = _from(
    1,
    "Detox, 24-hour, hospital inpatient",
    "Detox, 24-hour, free-standing residential",
    "Rehab/residential, hospital (non-detox)",
    "Rehab/residential, short term (30 days or fewer)",
    "Rehab/residential, long term (more than 30 days)",
    "Ambulatory, intensive outpatient",
    "Ambulatory, non-intensive outpatient",
    "Ambulatory, detoxification",
)
_SUBSTANCE: Final = _from(
    1,
    "None",
    "Alcohol",
    "Cocaine/crack",
    "Marijuana/hashish",
    "Heroin",
    "Non-prescription methadone",
    "Other opiates and synthetics",
    "PCP",
    "Hallucinogens",
    "Methamphetamine/speed",
    "Other amphetamines",
    "Other stimulants",
    "Benzodiazepines",
    "Other tranquilizers",
    "Barbiturates",
    "Other sedatives or hypnotics",
    "Inhalants",
    "Over-the-counter medications",
    "Other drugs",
)
_ROUTE: Final = _from(1, "Oral", "Smoking", "Inhalation", "Injection", "Other")
_FREQUENCY: Final = _from(1, "No use in the past month", "Some use", "Daily use")
_FIRST_USE: Final = _from(
    1,
    "11 years and under",
    "12-14 years",
    "15-17 years",
    "18-20 years",
    "21-24 years",
    "25-29 years",
    "30 years and over",
)
_SELF_HELP: Final = _from(
    1,
    "No attendance",
    "1-3 times in the past month",
    "4-7 times in the past month",
    "8-30 times in the past month",
    "Some attendance, frequency unknown",
)
_SEX: Final = _from(1, "Male", "Female")
_STATES: Final = {
    **_from(1, "Alabama", "Alaska"),
    **_from(4, "Arizona", "Arkansas", "California"),
    **_from(8, "Colorado", "Connecticut", "Delaware", "District of Columbia", "Florida", "Georgia"),
    **_from(15, "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana"),
    **_from(23, "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri"),
    **_from(30, "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York"),
    **_from(37, "North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania"),
    **_from(44, "Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah", "Vermont"),
    **_from(51, "Virginia"),
    **_from(53, "Washington", "West Virginia", "Wisconsin", "Wyoming"),
    72: "Puerto Rico",
}
"""Federal Information Processing Standard codes of states."""

FLAGS: Final = (
    "ALCFLG", "COKEFLG", "MARFLG", "HERFLG", "METHFLG", "OPSYNFLG", "PCPFLG", "HALLFLG", "MTHAMFLG",
    "AMPHFLG", "STIMFLG", "BENZFLG", "TRNQFLG", "BARBFLG", "SEDHPFLG", "INHFLG", "OTCFLG", "OTHERFLG",
)  # fmt: skip
"""Whether a substance was reported at admission, in the order of the codes of SUB1 from 2."""

WORDS: Final[Mapping[str, Mapping[int, str]]] = {
    "AGE": _from(
        1, "12-14 years", "15-17 years", "18-20 years", "21-24 years", "25-29 years", "30-34 years",
        "35-39 years", "40-44 years", "45-49 years", "50-54 years", "55-64 years", "65 years and older",
    ),
    "SEX": _SEX,
    "GENDER": _SEX,
    "RACE": _from(
        1, "Alaska Native", "American Indian", "Asian or Pacific Islander", "Black or African American",
        "White", "Asian", "Other single race", "Two or more races",
        "Native Hawaiian or Other Pacific Islander",
    ),
    "ETHNIC": _from(
        1, "Puerto Rican", "Mexican", "Cuban or other specific Hispanic", "Not of Hispanic or Latino origin",
        "Hispanic or Latino, origin not specified",
    ),
    "MARSTAT": _from(1, "Never married", "Now married", "Separated", "Divorced or widowed"),
    "EDUC": _from(
        1, "Grade 8 or less", "Grades 9 to 11", "Grade 12 (or GED)", "1-3 years of college",
        "4 years of college or more",
    ),
    "EMPLOY": _EMPLOYMENT,
    "EMPLOY_D": _EMPLOYMENT,
    "DETNLF": _NOT_WORKING,
    "DETNLF_D": _NOT_WORKING,
    "PREG": _YES_NO,
    "VET": _YES_NO,
    "LIVARAG": _LIVING,
    "LIVARAG_D": _LIVING,
    "PRIMINC": _from(
        1, "Wages/salary", "Public assistance", "Retirement/pension, disability", "Other", "None"
    ),
    "ARRESTS": _ARRESTS,
    "ARRESTS_D": _ARRESTS,
    "STFIPS": _STATES,
    "REGION": _from(0, "U.S. territories", "Northeast", "Midwest", "South", "West"),
    "DIVISION": _from(
        0, "U.S. territories", "New England", "Middle Atlantic", "East North Central", "West North Central",
        "South Atlantic", "East South Central", "West South Central", "Mountain", "Pacific",
    ),
    "SERVICES": _SETTING,
    "SERVICES_D": _SETTING,
    "METHUSE": _YES_NO,
    "DAYWAIT": _from(0, "0 days", "1-7 days", "8-14 days", "15-30 days", "31 days or more"),
    "REASON": _from(
        1, "Treatment completed", "Dropped out of treatment", "Terminated by facility",
        "Transferred to another program or facility", "Incarcerated", "Death", "Other",
    ),
    "LOS": {
        **_from(1, "1 day", *(f"{days} days" for days in range(2, 31))),
        **_from(31, "31 to 45 days", "46 to 60 days", "61 to 90 days", "91 to 120 days", "121 to 180 days",
                "181 to 365 days", "More than a year"),
    },
    "PSOURCE": _from(
        1, "Individual (includes self-referral)", "Alcohol/drug use care provider",
        "Other health care provider", "School (educational)", "Employer/EAP", "Other community referral",
        "Court/criminal justice referral/DUI/DWI",
    ),
    "DETCRIM": _from(
        1, "State/federal court", "Formal adjudication process", "Probation/parole",
        "Other recognized legal entity", "Diversionary program", "Prison", "DUI/DWI", "Other",
    ),
    "NOPRIOR": _from(0, "No prior treatment episodes", "One or more prior treatment episodes"),
    **{f"SUB{n}{when}": _SUBSTANCE for n in (1, 2, 3) for when in ("", "_D")},
    **{f"ROUTE{n}": _ROUTE for n in (1, 2, 3)},
    **{f"FREQ{n}{when}": _FREQUENCY for n in (1, 2, 3) for when in ("", "_D")},
    **{f"FRSTUSE{n}": _FIRST_USE for n in (1, 2, 3)},
    "IDU": _from(0, "Not reported", "Reported"),
    **dict.fromkeys(FLAGS, _REPORTED),
    "ALCDRUG": _from(0, "None", "Alcohol only", "Other drugs only", "Alcohol and other drugs"),
    "DSMCRIT": _from(
        1, "Alcohol-induced disorder", "Substance-induced disorder", "Alcohol intoxication",
        "Alcohol dependence", "Opioid dependence", "Cocaine dependence", "Cannabis dependence",
        "Other substance dependence", "Alcohol abuse", "Cannabis abuse", "Other substance abuse",
        "Opioid abuse", "Cocaine abuse", "Anxiety disorders", "Depressive disorders",
        "Schizophrenia/other psychotic disorders", "Bipolar disorders",
        "Attention deficit/disruptive behavior disorders", "Other mental health condition",
    ),
    "PSYPROB": _YES_NO,
    "HLTHINS": _from(1, "Private insurance", "Medicaid", "Medicare or other", "None"),
    "PRIMPAY": _from(
        1, "Self-pay", "Private insurance", "Medicare", "Medicaid", "Other government payments", "No charge",
        "Other",
    ),
    "FREQ_ATND_SELF_HELP": _SELF_HELP,
    "FREQ_ATND_SELF_HELP_D": _SELF_HELP,
}  # fmt: skip
"""Words of every coded column of the public-use file."""
