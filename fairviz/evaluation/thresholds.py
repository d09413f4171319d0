"""Where a decision turns: rules that choose a threshold on validation rows, to be reported on test rows.

Axis letters: N rows, m positives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError, SettingError
from fairviz.metrics.inputs import FloatArray, check_labels, check_probabilities, check_same_length


class Kind(StrEnum):
    """What a rule goes by."""

    PREVALENCE = "prevalence"
    YOUDEN = "youden"
    SENSITIVITY = "sensitivity"
    NUMBER = "number"


_FORMS: Final = "prevalence, youden, sensitivity=0.9 (above 0, at most 1), or a probability such as 0.5"


@dataclass(frozen=True)
class ThresholdRule:
    """A rule, and its number where it has one.

    Attributes:
        kind: ``prevalence``: the share of positives among training rows. ``youden``: where sensitivity +
            specificity - 1 is greatest (Youden 1950). ``sensitivity``: as high as it can be while at least
            ``value`` of the positives are found. ``number``: ``value`` itself.
        value: a share or a probability; None where the rule has none.
    """

    kind: Kind = Kind.PREVALENCE
    value: float | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The rule of a text as ``str`` writes it, like "youden", "sensitivity=0.9" or "0.5".

        Raises:
            SettingError: if there is no such rule, or its number is out of bounds.
        """
        name, _, number = text.strip().lower().partition("=")
        if not number and name in (Kind.PREVALENCE, Kind.YOUDEN):
            return cls(Kind(name))
        value = _number(number if name == Kind.SENSITIVITY else text)
        if name == Kind.SENSITIVITY and 0 < value <= 1:
            return cls(Kind.SENSITIVITY, value)
        if name != Kind.SENSITIVITY and 0 <= value <= 1:
            return cls(Kind.NUMBER, value)
        raise SettingError("threshold", expected=_FORMS, found=repr(text), remedy="Write one of these rules.")

    def __str__(self) -> str:
        """A short text that ``parse`` reads back."""
        match self.kind:
            case Kind.NUMBER:
                return repr(self.value)
            case Kind.SENSITIVITY:
                return f"{self.kind.value}={self.value}"
            case _:
                return self.kind.value

    def choose(self, labels: npt.ArrayLike, scores: npt.ArrayLike, prevalence: float) -> float:
        """The threshold: rows whose score is at least that high are decided positive.

        Args:
            labels: [N] outcomes 0 or 1 of validation rows.
            scores: [N] their probabilities of outcome 1.
            prevalence: share of positives among training rows.

        Raises:
            MetricError: a rule looks at validation rows, and these lack an outcome that it needs.
        """
        y, p = check_labels(labels, "labels"), check_probabilities(scores, "scores")
        check_same_length(labels=y, scores=p)
        match self.kind, self.value:
            case Kind.YOUDEN, _:
                return _youden(_of(y, p, 1), _of(y, p, 0))
            case Kind.SENSITIVITY, float(share):
                return _finding(_of(y, p, 1), share)
            case Kind.NUMBER, float(number):
                return number
            case _:
                return prevalence


AT_PREVALENCE: Final = ThresholdRule()
"""The usual rule."""


def _number(text: str) -> float:
    """The number of a text, NaN where it is none: out of every bound."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _of(labels: npt.NDArray[np.int64], scores: FloatArray, label: int) -> FloatArray:
    """Scores of the rows with an outcome, ascending."""
    own = np.sort(scores[labels == label])
    if not len(own):
        raise MetricError(
            "labels",
            expected="validation rows with the outcome and without it",
            found=f"none with label {label}",
            remedy="Choose the threshold by prevalence, or give a number.",
        )
    return own


def _youden(positives: FloatArray, negatives: FloatArray) -> float:
    """The score from which J is greatest; of several the highest, which flags the fewest."""
    candidates = np.unique(np.concatenate([positives, negatives]))[::-1]
    found = 1 - np.searchsorted(positives, candidates, side="left") / len(positives)
    alarmed = 1 - np.searchsorted(negatives, candidates, side="left") / len(negatives)
    return float(candidates[np.argmax(found - alarmed)])


def _finding(positives: FloatArray, share: float) -> float:
    """The highest score from which at least ``share`` of the positives [m], ascending, are found."""
    # The product may lie a hair above the whole number that it stands for: .07 * 100 is 7.000000000000001.
    needed = math.ceil(round(share * len(positives), 9))
    return float(positives[len(positives) - max(needed, 1)])
