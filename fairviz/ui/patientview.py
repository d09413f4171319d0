"""What if one patient's values were different: a row of the table, its values to change, every run's answer.

Values of patients stay out of the address: a link that is passed on must not tell them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from fairviz.data.prepare import PreparedData
from fairviz.data.values import value_text
from fairviz.figures.forest import forest, forest_text
from fairviz.patient import input_columns, require_values
from fairviz.store.records import ComparisonRecord
from fairviz.ui import words
from fairviz.ui.bench import workbench
from fairviz.ui.cache import drawing
from fairviz.ui.drawn import draw
from fairviz.ui.patientseries import by_configuration, patient_forest, sentences


def patient_part(record: ComparisonRecord) -> None:
    """Choose a patient, change values, and read what every run predicts.

    Raises:
        SettingError: for a value that is none, an outcome of several classes, or models that read images.
    """
    spec = workbench().task_spec(record.task_id)
    require_values(spec)
    if not spec.public and not st.toggle(
        "Show the values of single patients", key="single", help="Mind who else sees this screen."
    ):
        st.caption("A patient's values are shown only to whoever asks for them.")
        return
    data = workbench().prepared(record.task_id)
    left, right = st.columns([2, 3], gap="large")
    with left:
        row = _row(data)
        changes = _changes(data, row)
    with right:
        _answer(record, row, changes, spec.outcome)


def _row(data: PreparedData) -> int:
    """Which row, and whether models have seen it before."""
    first = int(data.split.test[0])
    number = st.number_input(
        "Row of the table", 1, len(data.labels), first + 1, key="row",
        help="The first one offered is a test row, which no model was trained on.",
    )  # fmt: skip
    row = int(number) - 1
    if np.isin(row, data.split.train):
        st.caption("Models were trained on this row: their predictions for it are too sure.")
    return row


def _changes(data: PreparedData, row: int) -> dict[str, str]:
    """The values that a person has changed, by column."""
    recorded = workbench().table(data.task.dataset).iloc[row]
    modality = {column: own.name for own in data.task.modalities for column in own.columns}
    texts = [value_text(recorded[column]) for column in input_columns(data)]
    st.caption("Write another value under What if: double-click a cell, or type over it.")
    edited = st.data_editor(
        pd.DataFrame({"column": list(modality), "recorded": texts, "what if": texts}).assign(
            modality=list(modality.values())
        ),
        hide_index=True,
        disabled=["column", "recorded", "modality"],
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True, width=130),
            "recorded": st.column_config.TextColumn("Recorded", width=90),
            "what if": st.column_config.TextColumn(
                "What if", width=90, help="Write another value, or nothing for a missing one."
            ),
            "modality": st.column_config.TextColumn("Modality", width=100),
        },
        key=f"patient-{data.task.dataset[:6]}-{row}",
        height=min(35 * (len(texts) + 1) + 3, 460),
    )
    wanted = edited["what if"].fillna("").tolist()
    pairs = zip(modality, texts, wanted, strict=True)
    return {column: text for column, before, text in pairs if text.strip() != before}


def _answer(record: ComparisonRecord, row: int, changes: Mapping[str, str], outcome: str) -> None:
    answer = workbench().what_if_patient(record.id, row, changes)
    if answer.runs:
        shown = patient_forest(by_configuration(answer.runs), row, outcome)
        made = drawing(forest(shown), forest_text(shown))
        draw(made, key=f"patient-{record.id}", revision=f"{record.revision} {row} {sorted(changes.items())}")
    told = sentences(answer, is_changed=bool(changes))
    st.markdown("\n".join(f"- {words.plain(line)}" for line in told))
    st.caption(
        "This is what the models do with a value. It is not what would become of a patient: changing a value "
        "in a table treats nobody."
    )
