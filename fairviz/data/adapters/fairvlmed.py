"""FairVLMed: SLO fundus images with clinical notes of 10,000 patients with or without glaucoma.

Layout, names of arrays and codes are those that the authors publish with their code (README.md of
github.com/Harvard-Ophthalmology-AI-Lab/FairCLIP; Luo et al., FairCLIP, CVPR 2024): Training, Validation and
Test with data_00001.npz and so on, beside them CSV files with the notes and their summaries by GPT-4.

- race 0 Asian, 1 Black, 2 White; gender 0 Female, 1 Male; ethnicity 0 Non-Hispanic, 1 Hispanic; language
  0 English, 1 Spanish, 2 Other; maritalstatus 0 Married or partnered, 1 Single, 2 Divorced, 3 Widowed,
  4 Legally separated; -1 means unknown, which is a missing value here.
- slo_fundus [664, 512]; note is the de-identified note.

`md` and `tds`, deviations of the visual field, are left out: glaucoma was diagnosed by them. So is
`note_extra`, which puts the attributes before the note.
"""

from __future__ import annotations

from typing import Final

from fairviz.data.adapters.fairvision import LANGUAGE, RACE
from fairviz.data.adapters.layout import Layout

FAIRVLMED: Final = Layout(
    name="FairVLMed",
    marks=frozenset({"gender", "ethnicity", "note"}),
    labels=frozenset({"glaucoma"}),
    words={
        "race": RACE,
        "gender": {0: "Female", 1: "Male", -1: None},
        "ethnicity": {0: "Non-Hispanic", 1: "Hispanic", -1: None},
        "language": LANGUAGE,
        "maritalstatus": {
            0: "Married or partnered",
            1: "Single",
            2: "Divorced",
            3: "Widowed",
            4: "Legally separated",
            -1: None,
        },
    },
    numbers=frozenset({"age"}),
    texts=frozenset({"note"}),
    images={"slo_fundus": 2},
)
