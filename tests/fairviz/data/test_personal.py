from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.data.personal import personal_columns, personal_data
from fairviz.data.specs import ModalitySpec
from fairviz.data.suggest import suggest_drops
from fairviz.data.task import check_task
from tests.fairviz.data.tables import ward, ward_task


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("Patient Name", "names of persons"),
        ("surname", "names of persons"),
        ("contactEmail", "email addresses"),
        ("mobile_phone", "telephone or fax numbers"),
        ("Street Address", "addresses"),
        ("ZIP", "postal codes"),
        ("SSN", "official numbers of persons"),
        ("MRN", "record, account or insurance numbers"),
        ("date_of_birth", "dates of birth"),
        ("ip_address", "addresses or numbers of devices"),
    ],
)
def test_names_of_columns_give_them_away(name: str, what: str) -> None:
    assert personal_data(pd.Series(["a", "b"], name=name)) == what


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("ada{}@example.org", "email addresses"),
        ("123-45-{:04d}", "official numbers of persons"),
        ("(030) 555 {:04d}", "telephone or fax numbers"),
        ("10.0.0.{}", "addresses or numbers of devices"),
        ("https://example.org/{}", "addresses or numbers of devices"),
    ],
)
def test_values_give_them_away_under_any_name(value: str, what: str) -> None:
    texts = [value.format(number) for number in range(20)]
    assert personal_data(pd.Series([*texts, None], name="x")) == what
    assert personal_data(pd.Series([*texts[:9], *["other"] * 11], name="x")) is None


@pytest.mark.parametrize(
    "name", ["age", "lactate", "sex", "blood_pressure", "diagnosis", "drug_name", "province"]
)
def test_clinical_columns_do_not(name: str) -> None:
    assert personal_data(pd.Series(np.arange(30) % 7, name=name)) is None
    assert personal_data(pd.Series(["mild", "severe", "120/80"] * 10, name=name)) is None


def test_samples_of_patients_without_identifiers_have_none() -> None:
    assert personal_columns(ward()) == {}


def test_they_are_left_out_of_the_inputs_and_warned_of() -> None:
    frame = ward().assign(email=[f"p{row}@example.org" for row in range(300)])
    assert suggest_drops(frame, "died", "1", ["sex"])["email"] == "may identify patients: email addresses"
    private = ward_task(public=False)
    (note,) = [note for note in check_task(private, frame) if "identify" in note.text]
    assert note.severity == "warning"
    assert note.text.startswith('Columns that may identify patients: "email" (email addresses). None of them')
    used = (*private.modalities, ModalitySpec(name="contact", columns=("email", "race")))
    changed = private.model_copy(update={"modalities": used})
    (note,) = [note for note in check_task(changed, frame) if "identify" in note.text]
    assert 'The model reads "email"' in note.text
    assert not [note for note in check_task(ward_task(), frame) if "identify" in note.text]
