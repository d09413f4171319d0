"""FairVision: SLO fundus images and OCT slices of 30,000 patients with AMD, DR or glaucoma (or without).

Layout, names of arrays and codes are those that the authors publish with their code (README.md and
src/data_handler.py of github.com/Harvard-Ophthalmology-AI-Lab/FairVision; Luo et al. 2024, arXiv:2310.02492):
a folder per disease, in it Training, Validation and Test (or train, val, test) with data_00001.npz and so on.

- race 0 Asian, 1 Black, 2 White; male 0 Female, 1 Male; hispanic 0 Non-Hispanic, 1 Hispanic; language
  0 English, 1 Spanish, 2 Other; maritalstatus 0 Married, 1 Single, 2 Divorced, 3 Widowed, 4 Legally
  separated; -1 means unknown, which is a missing value here.
- glaucoma 0 or 1. `amd_condition` is a diagnosis in words, from which the authors make four stages: `amd`
  normal, early, intermediate, late. `dr_subtype` likewise: `dr` is 1 for vision-threatening diabetic
  retinopathy (severe non-proliferative or proliferative). Their README names the diagnosis of AMD
  `dr_subtype` as well; its words tell which of the two it is. A diagnosis outside their lists is a missing
  label.
- slo_fundus [200, 200]; oct_bscans [200, 200, 200] for glaucoma, [128, 200, 200] for AMD and DR.

Some copies have the images alone in npz files, and the rest in words in data_summary_glaucoma.csv and so on:
that is read where it lies in the folder.

`md`, the mean deviation of the visual field, is left out: glaucoma was diagnosed by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from fairviz.data.adapters.layout import Layout, Words

_AMD: Final[Mapping[str, str]] = {
    "not.in.icd.table": "normal",
    "no.amd.diagnosis": "normal",
    "early.dry": "early",
    "intermediate.dry": "intermediate",
    "advanced.atrophic.dry.with.subfoveal.involvement": "late",
    "advanced.atrophic.dry.without.subfoveal.involvement": "late",
    "wet.amd.active.choroidal.neovascularization": "late",
    "wet.amd.inactive.choroidal.neovascularization": "late",
    "wet.amd.inactive.scar": "late",
}
_DR: Final[Mapping[str, int]] = {
    "not.in.icd.table": 0,
    "no.dr.diagnosis": 0,
    "mild.npdr": 0,
    "moderate.npdr": 0,
    "severe.npdr": 1,
    "pdr": 1,
}

RACE: Final[Words] = {
    0: "Asian",
    1: "Black",
    2: "White",
    -1: None,
    "Black or African American": "Black",
    "White or Caucasian": "White",
}
LANGUAGE: Final[Words] = {0: "English", 1: "Spanish", 2: "Other", -1: None}
_MARITAL: Final[Words] = {
    0: "Married",
    1: "Single",
    2: "Divorced",
    3: "Widowed",
    4: "Legally separated",
    -1: None,
}


def _diagnoses(frame: pd.DataFrame) -> pd.DataFrame:
    """Labels in place of diagnoses, which would give them away."""
    labels = {}
    for key in ("amd_condition", "dr_subtype"):
        if key in frame:
            is_amd = key == "amd_condition" or (frame[key].isin(_AMD) & ~frame[key].isin(_DR)).any()
            name, words = ("amd", _AMD) if is_amd else ("dr", _DR)
            label = frame[key].map(words)
            labels[name] = label if is_amd else label.astype("Int64")
    return frame.drop(columns=["amd_condition", "dr_subtype"], errors="ignore").assign(**labels)


FAIRVISION: Final = Layout(
    name="FairVision",
    marks=frozenset({"male", "hispanic", "oct_bscans"}),
    labels=frozenset({"glaucoma", "amd", "dr", "dr_class", "amd_condition", "dr_subtype"}),
    words={
        "race": RACE,
        "male": {0: "Female", 1: "Male", -1: None},
        "hispanic": {0: "Non-Hispanic", 1: "Hispanic", -1: None},
        "language": LANGUAGE,
        "maritalstatus": _MARITAL,
    },
    numbers=frozenset({"age"}),
    texts=frozenset(),
    images={"slo_fundus": 2, "oct_bscans": 3},
    finish=_diagnoses,
)
