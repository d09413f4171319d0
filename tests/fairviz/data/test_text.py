from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from fairviz.data.encode import RARE_BELOW
from fairviz.data.text import FEATURES, TextEncoder
from tests.fairviz.data.tables import noted


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return noted()


@pytest.fixture(scope="module")
def encoder(frame: pd.DataFrame) -> TextEncoder:
    return TextEncoder.fit(frame, ["note"])


def test_few_dense_features(frame: pd.DataFrame, encoder: TextEncoder) -> None:
    encoded = encoder.transform(frame)
    assert encoded.dtype == np.float32
    assert encoded.shape == (300, len(encoder.feature_names))
    assert 0 < len(encoder.feature_names) <= FEATURES
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-5)
    assert encoded.std(axis=0).max() == pytest.approx(1, abs=1e-4)


def test_distances_are_those_of_a_vocabulary_without_hashing(
    frame: pd.DataFrame, encoder: TextEncoder
) -> None:
    words = TfidfVectorizer(
        ngram_range=(1, 2), min_df=RARE_BELOW, sublinear_tf=True, strip_accents="unicode"
    ).fit_transform(frame["note"])
    plain = TruncatedSVD(len(encoder.feature_names), random_state=0).fit_transform(words)
    ours = encoder.transform(frame) * encoder.scale + encoder.center
    np.testing.assert_allclose(ours @ ours.T, plain @ plain.T, atol=1e-4)


def test_training_rows_alone_decide(frame: pd.DataFrame) -> None:
    training = frame.iloc[:200]
    alone = TextEncoder.fit(training, ["note"])
    changed = pd.concat([training, frame.iloc[200:].assign(note="other words " * 30)])
    np.testing.assert_array_equal(
        alone.transform(changed)[:200], TextEncoder.fit(training, ["note"]).transform(training)
    )


def test_a_word_of_one_patient_changes_nothing(frame: pd.DataFrame, encoder: TextEncoder) -> None:
    without = frame.assign(note=frame["note"].str.replace("Zebulonia", ""))
    assert (without["note"] != frame["note"]).sum() == 1
    np.testing.assert_array_equal(encoder.transform(frame), encoder.transform(without))


def test_case_and_accents_make_no_difference(encoder: TextEncoder) -> None:
    plain, other = (pd.DataFrame({"note": [text]}) for text in ("marked dyspnoea", "MÁRKED Dyspnoea"))
    np.testing.assert_array_equal(encoder.transform(plain), encoder.transform(other))


def test_a_missing_text_is_zeros(encoder: TextEncoder) -> None:
    encoded = encoder.transform(pd.DataFrame({"note": ["walks freely", None, "  "]}))
    assert encoded[0].any()
    assert not encoded[1:].any()


def test_columns_are_read_together(frame: pd.DataFrame) -> None:
    halves = frame["note"].str.split(", ", n=1, expand=True).set_axis(["day", "rest"], axis=1)
    both = TextEncoder.fit(halves, ["day", "rest"])
    assert np.corrcoef(both.transform(halves)[:, 1], frame["note"].str.contains("dyspnoea"))[0, 1] ** 2 > 0.9
    one_is_missing = both.transform(halves.assign(day=None))
    assert one_is_missing.any(axis=1).all()


def test_texts_without_a_frequent_word_give_no_feature() -> None:
    letters = pd.DataFrame({"note": [f"word{at}" for at in range(100)]})
    encoder = TextEncoder.fit(letters, ["note"])
    assert encoder.feature_names == ()
    assert encoder.transform(letters).shape == (100, 0)
    none = TextEncoder.fit(pd.DataFrame({"note": [None] * 20}, dtype=object), ["note"])
    assert none.feature_names == ()


def test_texts_that_are_all_alike_have_no_spread() -> None:
    same = pd.DataFrame({"note": ["no findings today"] * 50})
    assert TextEncoder.fit(same, ["note"]).feature_names == ()


def test_a_file_keeps_it(frame: pd.DataFrame, encoder: TextEncoder) -> None:
    again = TextEncoder.from_npz(encoder.to_npz())
    assert again.columns == encoder.columns
    assert again.feature_names == encoder.feature_names
    np.testing.assert_array_equal(again.transform(frame), encoder.transform(frame))


def test_the_same_rows_give_the_same_features(frame: pd.DataFrame, encoder: TextEncoder) -> None:
    np.testing.assert_array_equal(TextEncoder.fit(frame, ["note"]).transform(frame), encoder.transform(frame))
