from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.data.encode import TableEncoder
from tests.fairviz.data.tables import ward


@pytest.fixture
def encoder() -> TableEncoder:
    return TableEncoder.fit(ward(), ["age", "lactate", "ward"])


def test_features_are_named_in_order(encoder: TableEncoder) -> None:
    assert encoder.feature_names == (
        "age",
        "lactate",
        "lactate missing",
        "ward = a",
        "ward = b",
        "ward = c",
        "ward rare",
    )


def test_numbers_are_standardised_and_missing_is_the_mean(encoder: TableEncoder) -> None:
    frame = ward()
    encoded = encoder.transform(frame)
    assert encoded.dtype == np.float32
    assert encoded.shape == (300, 7)
    known = frame["lactate"].notna().to_numpy()
    assert encoded[known, 1].mean() == pytest.approx(0, abs=1e-5)
    assert encoded[known, 1].std() == pytest.approx(1, abs=1e-5)
    assert (encoded[~known, 1] == 0).all()
    np.testing.assert_array_equal(encoded[:, 2], ~known)


def test_a_category_is_one_feature_per_row(encoder: TableEncoder) -> None:
    frame = ward()
    encoded = encoder.transform(frame)[:, 3:]
    assert (encoded.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(encoded[:, 0], frame["ward"] == "a")


def test_unseen_levels_are_rare_and_unexpected_gaps_are_zero(encoder: TableEncoder) -> None:
    new = pd.DataFrame({"age": [np.nan], "lactate": [np.nan], "ward": ["z"]})
    encoded = encoder.transform(new)[0]
    assert encoded.tolist() == [0, 0, 1, 0, 0, 0, 1]
    assert encoder.transform(new.assign(ward=None))[0, 3:].tolist() == [0, 0, 0, 0]


def test_rare_levels_share_a_feature_and_missing_has_its_own() -> None:
    column = pd.Series(["a"] * 50 + ["b"] * 9 + [None] * 3, name="ward")
    encoder = TableEncoder.fit(column.to_frame(), ["ward"])
    assert encoder.feature_names == ("ward = a", "ward rare", "ward missing")
    assert encoder.transform(column.to_frame()).sum(axis=0).tolist() == [50, 9, 3]


def test_only_the_rows_given_to_fit_count() -> None:
    frame = ward()
    shifted = frame.assign(age=frame["age"].where(frame.index < 200, 1e6))
    assert TableEncoder.fit(shifted.head(200), ["age"]) == TableEncoder.fit(frame.head(200), ["age"])


@pytest.mark.parametrize("values", [[0.1] * 7, [np.nan] * 7])
def test_a_constant_number_gives_no_scaled_feature(values: list[float]) -> None:
    frame = pd.DataFrame({"x": values})
    encoded = TableEncoder.fit(frame, ["x"]).transform(frame)
    assert np.isfinite(encoded).all()
    assert encoded.shape == (7, int(np.isnan(values[0])))


def test_json_gives_the_same_encoder(encoder: TableEncoder) -> None:
    assert TableEncoder.from_json(encoder.to_json()) == encoder
