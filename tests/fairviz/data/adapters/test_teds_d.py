from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairviz.data.adapters.formats import known_format
from fairviz.data.adapters.teds_d import TEDS_D, in_words
from fairviz.data.adapters.teds_d_codes import MISSING, WORDS
from fairviz.data.load import read_table, read_told
from fairviz.data.suggest import suggest_task
from fairviz.data.synthetic.teds import make_teds, write_teds
from fairviz.data.task import check_task

ROWS = 2_000


@pytest.fixture(scope="module")
def codes() -> pd.DataFrame:
    return make_teds(ROWS, seed=1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("teds") / "tedsd_puf_2023.csv"
    write_teds(path, ROWS, seed=1)
    return path


@pytest.fixture(scope="module")
def table(file: Path) -> pd.DataFrame:
    return read_table(file)


def test_every_code_becomes_its_word(codes: pd.DataFrame, table: pd.DataFrame) -> None:
    for name in ("RACE", "SERVICES", "SUB1", "STFIPS", "LOS", "ALCFLG", "FREQ_ATND_SELF_HELP_D"):
        expected = codes[name].map(WORDS[name])
        assert expected.notna().sum() == (codes[name] != MISSING).sum()
        np.testing.assert_array_equal(table[name].astype(object).fillna("-"), expected.fillna("-"))


def test_completed_is_reason_1(codes: pd.DataFrame, table: pd.DataFrame) -> None:
    np.testing.assert_array_equal(table["completed"] == "yes", codes["REASON"] == 1)
    assert set(table["completed"].cat.categories) == {"yes", "no"}


def test_a_table_in_words_is_small_and_says_how_it_was_read(file: Path, table: pd.DataFrame) -> None:
    assert read_told(file)[1] == "comma-separated, UTF-8, TEDS-D in words"
    coded = table.drop(columns=["CASEID", "DISYR"])
    assert all(isinstance(kind, pd.CategoricalDtype) for kind in coded.dtypes)
    narrow = coded.drop(columns="CBSA2020")
    assert {narrow[name].cat.codes.dtype for name in narrow.columns} == {np.dtype(np.int8)}


def test_codes_without_words_stay_codes() -> None:
    for kind in (np.int8, np.int64, np.float64):
        found = in_words(pd.Series([2, 7, -9, 1, 2], dtype=kind), {1: "Male", 2: "Female"})
        assert list(found.astype(object)[[0, 1, 3, 4]]) == ["Female", "code 7", "Male", "Female"]
        assert pd.isna(found[2])
        assert list(found.categories) == ["Male", "Female", "code 7"]


def test_a_file_that_does_not_keep_to_narrow_numbers_is_read_all_the_same(
    codes: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    codes.assign(PSOURCE=codes["PSOURCE"].replace(2, 1_000), EDUC=codes["EDUC"] + 0.0).to_csv(
        path, index=False
    )
    table = read_table(path)
    assert "code 1000" in table["PSOURCE"].cat.categories
    np.testing.assert_array_equal(table["EDUC"].isna(), codes["EDUC"] == MISSING)


def test_parquet_and_empty_cells_are_read_alike(
    codes: pd.DataFrame, table: pd.DataFrame, tmp_path: Path
) -> None:
    codes.to_parquet(tmp_path / "table.parquet")
    codes.replace(MISSING, np.nan).to_csv(tmp_path / "table.csv", index=False)
    for name in ("table.parquet", "table.csv"):
        other = read_table(tmp_path / name)
        for column in ("RACE", "SUB1", "completed", "CBSA2020"):
            pd.testing.assert_series_equal(other[column], table[column])


def test_a_table_that_was_adapted_is_known_and_left_alone(table: pd.DataFrame) -> None:
    assert known_format(table.columns) is TEDS_D
    again = TEDS_D.adapt(table.copy())
    pd.testing.assert_frame_equal(again, table)


def test_other_tables_are_not_known() -> None:
    assert known_format(["CASEID", "RACE", "REASON"]) is None


def test_the_proposed_task_sees_nothing_of_the_discharge(table: pd.DataFrame) -> None:
    spec = suggest_task(table, dataset="x", name="TEDS-D")
    assert (spec.outcome, spec.positive, spec.sensitive) == ("completed", "yes", ("RACE", "SEX"))
    inputs = {column for modality in spec.modalities for column in modality.columns}
    assert not inputs & {"REASON", "LOS", "CASEID", "CBSA2020", "RACE", "SEX"}
    assert not any(name.endswith("_D") for name in inputs)
    assert {"SERVICES", "SUB1", "EMPLOY", "FREQ1", "STFIPS"} <= inputs
    assert {m.name for m in spec.modalities} == {
        "demographics",
        "social",
        "place",
        "treatment",
        "substances",
        "diagnosis",
    }


def test_a_task_tells_what_was_made_of_the_file_and_warns_of_what_leaks(table: pd.DataFrame) -> None:
    spec = suggest_task(table, dataset="x", name="TEDS-D")
    first, *modalities = spec.modalities
    leaky = first.model_copy(update={"columns": (*first.columns, "LOS")})
    drop = tuple(name for name in spec.drop if name != "LOS")
    notes = check_task(spec.model_copy(update={"modalities": (leaky, *modalities), "drop": drop}), table)
    assert any("turned into words by the public code book (SAMHSA" in note.text for note in notes)
    warned = [note for note in notes if note.column == "LOS" and note.severity == "warning"]
    assert "time until the outcome" in warned[0].text
