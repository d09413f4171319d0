"""Free text as numbers for a network: latent semantic analysis of words and pairs of words.

Words and pairs of neighbouring words are counted in hashed buckets, weighted by TF-IDF and projected on the
directions along which training rows differ most (Deerwester et al. 1990, doi:10.1002/(SICI)1097-4571
(199009)41:6<391::AID-ASI1>3.0.CO;2-9). All of it is learned from training rows alone.

Buckets that fewer than `RARE_BELOW` training rows have are left out. Their weight would be noise, and a name
that stands in the notes of one patient never becomes an input.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.encode import RARE_BELOW
from fairviz.data.values import value_text

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FEATURES: Final = 64
"""Directions kept at most. On the notes of eICU a logistic regression did no better with 128."""

_BUCKETS: Final = 2**18
_LONGEST: Final = 2
# Standard deviation below which texts are alike but for rounding; their length is 1.
_ALIKE: Final = 1e-6
# Of the randomised projection: the same rows give the same directions.
_SEED: Final = 0
# Of texts without a direction: buckets, rarity, directions, center, scale.
_NOTHING: Final = (
    np.empty(0, dtype=np.int64),
    np.empty(0),
    np.empty((0, 0), dtype=np.float32),
    np.empty(0, dtype=np.float32),
    1.0,
)


@dataclass(frozen=True, eq=False)
class TextEncoder:
    """Encodes the texts of one modality together; fitted on training rows, then fixed.

    Axis letters: N rows, B buckets kept, D directions.

    Attributes:
        columns: whose texts are joined, in this order.
        buckets: int64 [B], ascending, of the hashed words that are counted.
        rarity: float64 [B], inverse document frequencies.
        directions: float32 [D, B].
        center: float32 [D], mean of the training rows that have a text.
        scale: one standard deviation for all directions, the largest: those along which rows hardly differ
            stay small.
    """

    columns: tuple[str, ...]
    buckets: NDArray[np.int64]
    rarity: NDArray[np.float64]
    directions: NDArray[np.float32]
    center: NDArray[np.float32]
    scale: float

    @classmethod
    def fit(cls, frame_train: pd.DataFrame, columns: Sequence[str]) -> TextEncoder:
        """Learn words, weights and directions from training rows only; rows without a text do not count."""
        # Slow to import, and no page needs it to paint.
        from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415
        from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415

        texts = joined_texts(frame_train, columns)
        counts = _counts(texts)[texts != ""]
        buckets = np.flatnonzero(np.bincount(counts.indices, minlength=_BUCKETS) >= RARE_BELOW)
        if not buckets.size:
            return cls(tuple(columns), *_NOTHING)
        weights = TfidfTransformer(sublinear_tf=True).fit(counts[:, buckets])
        weighted = weights.transform(counts[:, buckets])
        _, _, directions = randomized_svd(weighted, min(FEATURES, *weighted.shape), random_state=_SEED)
        places = weighted @ directions.T
        scale = float(places.std(axis=0).max())
        if scale < _ALIKE:
            return cls(tuple(columns), *_NOTHING)
        return cls(
            columns=tuple(columns),
            buckets=buckets,
            rarity=np.asarray(weights.idf_, dtype=np.float64),
            directions=directions.astype(np.float32),
            center=places.mean(axis=0).astype(np.float32),
            scale=scale,
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the D features; none where training rows share no word, or every word."""
        return tuple(f"{', '.join(self.columns)}: direction {at + 1}" for at in range(len(self.directions)))

    def transform(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Return float32 [N, D]; zeros where a row has no text."""
        texts = joined_texts(frame, self.columns)
        if not len(self.directions):
            return np.empty((len(texts), 0), dtype=np.float32)
        weighted = self._weighted(_counts(texts)[:, self.buckets])
        places = (np.asarray(weighted @ self.directions.T) - self.center) / self.scale
        return np.where((texts == "")[:, np.newaxis], 0, places).astype(np.float32)

    def to_npz(self) -> bytes:
        """Return everything `transform` needs as an npz archive of plain arrays."""
        out = io.BytesIO()
        np.savez_compressed(
            out,
            columns=np.array(self.columns),
            buckets=self.buckets,
            rarity=self.rarity,
            directions=self.directions,
            center=self.center,
            scale=np.array(self.scale),
        )
        return out.getvalue()

    @classmethod
    def from_npz(cls, content: bytes) -> TextEncoder:
        """Read what `to_npz` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            fields: dict[str, Any] = {name: kept[name] for name in kept.files}
        return cls(**fields | {"columns": tuple(fields["columns"].tolist()), "scale": float(fields["scale"])})

    def _weighted(self, counts: csr_matrix) -> csr_matrix:
        """TF-IDF [N, B] of counts [N, B]."""
        from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415

        weights = TfidfTransformer(sublinear_tf=True)
        weights.idf_ = self.rarity
        return weights.transform(counts)


def joined_texts(frame: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.object_]:
    """One text per row [N] of the texts of all its columns; empty where all are missing."""
    parts = [frame[column].map(value_text) for column in columns]
    return np.array(["\n".join(filter(None, own)) for own in zip(*parts, strict=True)], dtype=object)


def _counts(texts: NDArray[np.object_]) -> csr_matrix:
    """How often each text has a word, or a pair of words, of each bucket [N, buckets]."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415

    # Signs would make words that share a bucket cancel, and a weight by rarity has none.
    vectorizer = HashingVectorizer(
        n_features=_BUCKETS,
        ngram_range=(1, _LONGEST),
        alternate_sign=False,
        norm=None,
        strip_accents="unicode",
    )
    return vectorizer.transform(texts)
