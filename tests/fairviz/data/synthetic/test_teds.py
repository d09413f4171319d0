from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from fairviz.data.adapters.teds_d_codes import MISSING, WORDS
from fairviz.data.synthetic import teds


def test_it_has_the_columns_and_codes_of_the_public_use_file() -> None:
    frame = teds.make_teds(3_000)
    assert frame.shape == (3_000, 76)
    assert (frame.dtypes == np.int64).all()
    for name in WORDS.keys() & set(frame.columns):
        assert set(frame[name]) <= {*WORDS[name], MISSING}, name
    assert frame["CASEID"].is_unique


def test_a_file_is_the_table_whatever_the_chunks(tmp_path: Path) -> None:
    rows = teds.CHUNK + 500
    teds.write_teds(tmp_path / "teds.csv", rows, seed=3)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "teds.csv"), teds.make_teds(rows, seed=3))


def test_what_follows_from_other_columns_does() -> None:
    frame = teds.make_teds(5_000)
    alcohol = (frame[["SUB1", "SUB2", "SUB3"]] == 2).any(axis=1)
    np.testing.assert_array_equal(frame["ALCFLG"] == 1, alcohol)
    assert (frame.loc[frame["SEX"] != 2, "PREG"] == MISSING).all()
    assert (frame.loc[frame["SUB2"] <= 1, "ROUTE2"] == MISSING).all()
    assert frame.groupby("STFIPS")["DIVISION"].nunique().max() == 1


def test_completion_follows_what_was_planted() -> None:
    frame = teds.make_teds(40_000)
    completed = (frame["REASON"] == 1).groupby(frame["RACE"]).mean()
    assert completed[5] - completed[teds.BLACK] > 0.03

    def effect(race: int) -> float:
        own = frame[frame["RACE"] == race]
        rate = (own["REASON"] == 1).groupby(own["SERVICES"]).mean()
        return float(rate[2] - rate[7])

    # The columns tell less of Black patients: .6 of the log odds.
    assert 0.1 < effect(teds.BLACK) < effect(5) - 0.05
