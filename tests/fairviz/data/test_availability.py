from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairviz.data.availability import available_modalities
from fairviz.data.encode import TableEncoder
from fairviz.data.load import read_table
from fairviz.data.prepare import prepare
from fairviz.data.specs import ModalitySpec
from fairviz.data.suggest import suggest_task

CELLS = st.sampled_from([None, 1.5, -2.0])
TEXTS = st.sampled_from([None, "", "  ", "mild", "0"])


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(CELLS, CELLS, TEXTS), min_size=1, max_size=12))
def test_a_row_lacks_a_modality_where_all_its_columns_are_missing(
    rows: list[tuple[float | None, float | None, str | None]],
) -> None:
    frame = pd.DataFrame(rows, columns=["sodium", "urea", "pain"]).astype({"sodium": float, "urea": float})
    labs, mixed = (
        ModalitySpec(name="labs", columns=("sodium", "urea")),
        ModalitySpec(name="mixed", columns=("urea", "pain")),
    )
    found = available_modalities(frame, (labs, mixed))
    known = [[a is not None, b is not None, bool(c and c.strip())] for a, b, c in rows]
    assert found.dtype == np.bool_
    assert found.tolist() == [[a or b, b or c] for a, b, c in known]


@pytest.mark.parametrize(
    ("name", "incomplete"),
    [
        ("support2", {"labs"}),
        ("nhefs", {"vitals", "social"}),
        ("eicu_demo", {"diagnosis", "treatment", "vitals", "labs"}),
        ("teds_d_2023_sample", set()),
    ],
)
def test_real_patients_have_what_their_table_holds(
    real_data_dir: Path, name: str, incomplete: set[str]
) -> None:
    frame = read_table(real_data_dir / f"{name}.parquet")
    data = prepare(frame, suggest_task(frame, dataset="0" * 64, name="t"))
    for modality, has_it in zip(data.task.modalities, data.available.T, strict=True):
        np.testing.assert_array_equal(has_it, frame[list(modality.columns)].notna().any(axis=1))
        assert has_it.all() == (modality.name not in incomplete)


def test_what_counts_as_missing_is_what_the_encoder_calls_missing() -> None:
    frame = pd.DataFrame({"pain": ["mild", " ", None, "NA"], "urea": [1.0, np.nan, 3.0, 4.0]})
    for name in frame.columns:
        has_it = available_modalities(frame, [ModalitySpec(name="m", columns=(name,))])[:, 0]
        encoded = TableEncoder.fit(frame, [name])
        absent = encoded.transform(frame)[:, encoded.feature_names.index(f"{name} missing")]
        np.testing.assert_array_equal(has_it, absent == 0)
