"""Words in column names, and what they give away. Tables only: order is priority."""

from __future__ import annotations

import re
from typing import Final

OUTCOME_NAMES: Final = (
    r"hospdead|(hosp\w*_?(death|dead|died|mortality|expire\w*))|((death|dead|died|mortality|expire\w*)_?(in_?)?hosp\w*)",
    r"death|died|dead|mortality|expired?|deceased|death_event|\w*_(death|died|dead|mortality)",
    r"outcome|target|label|y|class|\w*_(outcome|target)|(outcome|target)_\w*",
    r"completed|completion|\w*_completed",
    r"glaucoma|readmit\w*|readmission\w*|sepsis|disease|diagnosis|event|relapse\w*|recurrence\w*",
)

POSITIVE_TEXTS: Final = frozenset(
    {"1", "true", "yes", "y", "t", "died", "dead", "death", "deceased", "expired"}
    | {"completed", "complete", "positive", "pos", "present", "case", "event"}
    | {"readmitted", "readmission", "disease"}
)
NEGATIVE_TEXTS: Final = frozenset(
    {"0", "false", "no", "n", "f", "alive", "survived", "negative", "neg", "absent"}
    | {"none", "control", "healthy"}
)

# Family of attribute: names, and whether codes without words (1, 2, 3) are proposed too.
SENSITIVE_NAMES: Final = (
    (r"race\w*|\w*_race|ethnicity\w*|ethnic\w*|\w*_ethnicity", True),
    (r"hispanic\w*|latino\w*|\w*_hispanic", True),
    (r"sex|sex_\w+|gender\w*|\w*_sex|\w*_gender|male|female", True),
    (r"age_?(band|group|cat\w*|class|bin|bracket|range)s?", True),
    (r"income\w*|\w*_income|deprivation\w*|imd\w*", False),
    (r"insurance\w*|\w*_insurance|payer\w*", False),
    (r"(primary_)?language\w*", False),
    (r"marital\w*", False),
    (r"education\w*|religion\w*|disability\w*|rural\w*|citizen\w*", False),
)

DATE_NAMES: Final = re.compile(r"(^|_)(date|datetime|timestamp|dob|dod)($|_)", re.IGNORECASE)

# Written down after the outcome, or a forecast of it. Checked on names because the values alone
# may rank the outcome only moderately and still tell the future.
FUTURE_NAMES: Final = (
    (r"\w*_discharge|discharge(_\w+)?", "recorded at discharge, when the outcome is known"),
    (r"death\w*|\w*_death|died\w*|dth\w*|(yr|mo|da)dth|mod?th|dadth|expired?|mortality\w*",
     "records death"),
    (r"surv\d\w*|survival\w*|prg\d\w*|prognos\w*|predicted_\w*", "a forecast of the outcome"),
    (r"dnr\w*|\w*_dnr", "a decision about resuscitation, taken when death is expected"),
    (r"slos|los|(hospital|icu|unit)_?los|length_of_stay|days_in_hospital|d_time|d\.time|futime"
     r"|(time|days)_to_\w+|follow_?up_?(time|days)?|censored", "time until the outcome or discharge"),
    (r"charges|totcst|totmcst|tot(al)?_?(charges?|costs?)|avtisst", "cost or effort of the whole stay"),
    (r"sfdm2|adlsc", "function judged after admission, with the outcome in view"),
    (r"\w+_(improved|reduced|worsened)", "a change measured at the end"),
)  # fmt: skip

# At most six families are kept; whatever no family claims is split into numbers and categories.
MODALITY_NAMES: Final = (
    (
        "diagnosis",
        r"dz\w*|num_?co|comorb\w*|\w*diagnos\w*|\w*dx|diabet\w*|dementia|ca|\w*cancer|tumou?r|"
        r"\w*failure|lymphoma|leuka?emia|cirrhosis|aids|hiv|immuno\w*|asthma|bronch|tb|hf|hbp|"
        r"pepticulcer|colitis|hepatitis|chroniccough|hayfever|polio|nervousbreak|weakheart|"
        r"allerg\w*|stroke|ckd|copd|chf|hypertension|has_(co|mental)\w*|cooccurring\w*|ima|midur|"
        r"elixhauser\w*|charlson\w*|infection|headache|otherpain|pica|nerves|lackpep|boweltrouble",
    ),
    (
        "demographics",
        r"age|age_(years|group|band|at_\w+)|sex\w*|gender\w*|race\w*|ethnic\w*|hispanic|edu|"
        r"education\w*|school|marital\w*|birth_?place|veteran\w*|pregnan\w*|region|language\w*|"
        r"income|religion|older|is_(adolescent|older_adult|pregnant)|\w*height|ht|\w*weight|wt\d*|"
        r"bmi",
    ),
    (
        "social",
        r"employ\w*|living\w*|housing\w*|homeless\w*|income_\w*|insurance\w*|\w*_insurance|"
        r"payment\w*|payer\w*|arrest\w*|referral\w*|has_no_income|is_criminal\w*|depriv\w*|tax\w*|"
        r"price\w*|hightax\w*",
    ),
    (
        "vitals",
        r""
        r"(aps_)?(\w*bp|meanbp|hrt|hr|heart_?rate|resp|rr|resp\w*rate|temp|temperature|spo2|sao2|o2sat|scoma|gcs\w*|eyes|motor|verbal|urine|fio2|pulse|map|hday)",
    ),
    (
        "labs",
        r""
        r"(aps_)?(wblc?|wbc|pafi|alb\w*|bili\w*|crea\w*|sod\w*|potassium|ph|glucose|bun|urea|ha?ematocrit|ha?emoglobin|hgb|pao2|pco2|paco2|lactate|platelets?|cholesterol|hba1c|crp|inr|calcium|bicarb\w*)",
    ),
    (
        "substances",
        r"\w*substance\w*|route\w*|freq\w*|age_first\w*|years_using|injection\w*|"
        r"is_(poly|opioid|stimulant|alcohol|cannabis|injection)\w*|smok\w*|smk\w*|alcohol\w*|"
        r"tobacco|drug\w*",
    ),
    (
        "treatment",
        r"\w*medicat\w*|\w*therap\w*|treat\w*|\w*treatment\w*|\w*vent|"
        r"(aps_)?(vent|intubated|dialysis|meds)|ventday\d|oobintub\w*|thrombol\w*|activetx|"
        r"electivesurg\w*|surgery|service\w*|wait\w*|has_long_wait|self_help\w*|hbpmed|"
        r"birthcontrol|rx\w*|drug_\w*",
    ),
    (
        "scores",
        r"sps|aps|adlp|adls|sofa|saps\w*|apache\w*|\w*score|\w*_index|karnofsky|ecog",
    ),
    (
        "admission",
        r"admi\w*|\w*admit\w*source|unit\w*|hospital\w*|numbeds\w*|teaching\w*|ward|episode\w*|"
        r"readmit",
    ),
)

_LETTER_CHANGE: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_WORD: Final = re.compile(r"[^0-9a-z]+")


def plain_name(column: str) -> str:
    """Return a name in lower case with underscores, so that ageBand and "Age band" match alike."""
    return _NOT_WORD.sub("_", _LETTER_CHANGE.sub("_", column).lower()).strip("_")


def is_named(column: str, pattern: str) -> bool:
    """Tell whether the whole plain name matches a pattern of these tables."""
    return re.fullmatch(pattern, plain_name(column)) is not None
