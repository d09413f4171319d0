from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fairviz.data.adapters.folders import eye, frame_of, noted_eye, write_eyes


def one(folder: Path, arrays: dict[str, Any]) -> dict[str, Any]:
    frame = frame_of(write_eyes(folder / "in", arrays), folder / "out")
    return {str(name): column.iloc[0] for name, column in frame.items()}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("race", ["Asian", "Black", "White"]),
        ("male", ["Female", "Male"]),
        ("hispanic", ["Non-Hispanic", "Hispanic"]),
        ("language", ["English", "Spanish", "Other"]),
        ("maritalstatus", ["Married", "Single", "Divorced", "Widowed", "Legally separated"]),
    ],
)
def test_codes_of_fairvision_are_the_published_words(key: str, words: list[str], tmp_path: Path) -> None:
    eyes = [eye(**{key: code}) for code in range(len(words))]
    assert frame_of(write_eyes(tmp_path / "in", *eyes), tmp_path / "out")[key].tolist() == words


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("gender", ["Female", "Male"]),
        ("ethnicity", ["Non-Hispanic", "Hispanic"]),
        ("race", ["Asian", "Black"]),
    ],
)
def test_codes_of_fairvlmed_are_the_published_words(key: str, words: list[str], tmp_path: Path) -> None:
    eyes = [noted_eye(**{key: code}) for code in range(len(words))]
    assert frame_of(write_eyes(tmp_path / "in", *eyes), tmp_path / "out")[key].tolist() == words


def test_an_unknown_code_stays_a_number_and_minus_one_is_missing(tmp_path: Path) -> None:
    eyes = [eye(race=code) for code in (2.0, 9, -1, "White or Caucasian", "Asian")]
    race = frame_of(write_eyes(tmp_path / "in", *eyes), tmp_path / "out")["race"]
    assert race[[0, 1, 3, 4]].tolist() == ["White", "9", "White", "Asian"]
    assert race.isna().tolist() == [False, False, True, False, False]


def test_a_note_and_an_age_are_kept_and_what_defines_glaucoma_is_not(tmp_path: Path) -> None:
    row = one(tmp_path, noted_eye(md=-12.0, tds=0.0))
    assert (row["note"], row["age"], row["glaucoma"]) == ("No cupping seen.", 61.5, 1)
    assert not {"md", "tds"} & row.keys()


@pytest.mark.parametrize(
    ("key", "diagnosis", "label", "value"),
    [
        ("amd_condition", "no.amd.diagnosis", "amd", "normal"),
        ("amd_condition", "wet.amd.inactive.scar", "amd", "late"),
        ("dr_subtype", "intermediate.dry", "amd", "intermediate"),
        ("dr_subtype", "moderate.npdr", "dr", 0),
        ("dr_subtype", "pdr", "dr", 1),
        ("dr_class", 1, "dr_class", 1),
        ("amd", 3, "amd", 3),
    ],
)
def test_labels_in_place_of_diagnoses(
    key: str, diagnosis: object, label: str, value: object, tmp_path: Path
) -> None:
    row = one(tmp_path, eye(glaucoma=None, **{key: diagnosis}))
    assert row[label] == value
    assert key == label or key not in row


def test_a_diagnosis_outside_the_lists_is_no_label(tmp_path: Path) -> None:
    eyes = [eye(glaucoma=None, dr_subtype=text) for text in ("pdr", "unheard.of")]
    assert frame_of(write_eyes(tmp_path / "in", *eyes), tmp_path / "out")["dr"].isna().tolist() == [
        False,
        True,
    ]
