from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.data import coded as module
from fairviz.data.coded import CodedRows, coded, encoded
from fairviz.data.encode import TableEncoder

COLUMNS = ("age", "ward", "lactate", "same", "wing")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = 500
    return pd.DataFrame(
        {
            "age": rng.normal(60, 10, rows),
            "ward": pd.Series(rng.choice(["A", "B", "C", "rarely", ""], rows, p=[0.4, 0.3, 0.2, 0.01, 0.09])),
            "lactate": np.where(rng.random(rows) < 0.2, np.nan, rng.normal(size=rows)),
            "same": 1.0,
            "wing": pd.Categorical(rng.choice(["north", "south"], rows)),
        }
    )


@pytest.fixture(scope="module")
def encoder(frame: pd.DataFrame) -> TableEncoder:
    # Half of the rows: there are values and missing cells that it has not seen.
    return TableEncoder.fit(frame.assign(wing=frame["wing"].where(frame.index > 20)), COLUMNS, np.arange(250))


def test_dense_rows_are_those_of_the_encoder(frame: pd.DataFrame, encoder: TableEncoder) -> None:
    dense, rows = encoder.transform(frame), coded(frame, encoder)
    assert rows.shape == dense.shape == (500, len(encoder.feature_names))
    assert rows.ones.dtype == np.uint8
    assert (rows.ones.shape, rows.numbers.shape) == ((500, 3), (500, 2))
    np.testing.assert_array_equal(np.asarray(rows), dense)
    assert rows[:5].dtype == np.float32
    for some in (3, slice(10, 20), np.array([7, 7, 2]), np.array([[1, 2], [3, 4]]), frame["age"] > 60):
        np.testing.assert_array_equal(
            rows[np.asarray(some) if isinstance(some, pd.Series) else some], dense[some]
        )


def test_what_is_missing_and_was_never_so_in_training_has_no_feature(frame: pd.DataFrame) -> None:
    encoder = TableEncoder.fit(frame, ["wing"])
    lacking = frame.assign(wing=frame["wing"].where(frame.index > 0))
    np.testing.assert_array_equal(coded(lacking, encoder)[0], [0, 0, 0])
    np.testing.assert_array_equal(coded(lacking, encoder)[:], encoder.transform(lacking))


def test_more_features_than_a_byte_counts() -> None:
    wide = pd.DataFrame({"place": np.repeat([f"p{n:03}" for n in range(300)], 10)})
    encoder = TableEncoder.fit(wide, ["place"])
    rows = coded(wide, encoder)
    assert rows.ones.dtype == np.uint16
    np.testing.assert_array_equal(np.asarray(rows), encoder.transform(wide))


def test_small_tables_stay_dense_and_large_ones_do_not(
    frame: pd.DataFrame, encoder: TableEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(encoded(frame, [encoder])[0], np.ndarray)
    monkeypatch.setattr(module, "DENSE_BYTES", 500 * len(encoder.feature_names) * 4 - 1)
    assert isinstance(encoded(frame, [encoder])[0], CodedRows)


def test_modalities_lie_side_by_side_as_dense_ones_do(frame: pd.DataFrame, encoder: TableEncoder) -> None:
    both = np.concatenate([coded(frame, encoder), encoder.transform(frame)], axis=1, dtype=np.float64)
    half = len(encoder.feature_names)
    np.testing.assert_array_equal(both[:, :half], both[:, half:])
