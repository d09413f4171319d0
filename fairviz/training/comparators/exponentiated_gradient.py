"""Exponentiated gradient: fairlearn's reduction of fair classification to weighted fits.

Source: Agarwal et al. 2018, "A reductions approach to fair classification", arXiv:1803.02453.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import numpy as np
from fairlearn.reductions import EqualizedOdds, ErrorRate, ExponentiatedGradient
from numpy.typing import NDArray

from fairviz.data.prepare import PreparedData
from fairviz.training.comparators.learners import Learner, fit, one_thread
from fairviz.training.comparators.partition import partition
from fairviz.training.comparators.stages import Model, Stage
from fairviz.training.comparators.stepwise import stepwise
from fairviz.training.events import Tick
from models.specs import ExponentiatedGradientSpec

_FITS_TO_COME: Final = 20
"""As many fits are always still expected: it takes no fewer, and when it converges is not known before."""


def exponentiated(spec: ExponentiatedGradientSpec, data: PreparedData, seed: int) -> Iterator[Stage]:
    """Fit a lottery among learners to the training rows: one epoch, since half a lottery decides nothing.

    Raises:
        SettingError: the outcome has more than two classes, or groups are too small.
    """
    rows = data.split.train
    groups = partition(data, rows, method="exponentiated-gradient", part="training")[rows]
    inputs, labels = Learner.named(spec.estimator, seed).columns(data), data.labels[rows]

    def work(tell: Callable[[Tick], None]) -> ExponentiatedGradient:
        ticks = (Tick(fits, fits + _FITS_TO_COME) for fits in count())
        estimator = _Telling(lambda: Learner.named(spec.estimator, seed).estimator, lambda: tell(next(ticks)))
        lottery = ExponentiatedGradient(
            estimator,
            EqualizedOdds(difference_bound=spec.eps),
            objective=balanced_error(labels),
            eps=spec.eps,
            max_iter=spec.max_iter,
        )
        return lottery.fit(inputs[rows], labels, sensitive_features=groups)

    lottery = yield from stepwise(work)
    yield Tick(lottery.n_oracle_calls_, lottery.n_oracle_calls_)
    # fairlearn has the chance of a positive decision under this name alone. A sum of weights may exceed 1 by
    # a rounding error.
    chances = lottery._pmf_predict(inputs)[:, 1:].clip(0, 1)
    decisions = lottery.predict(inputs, random_state=seed)
    yield Model(chances.astype(np.float32), decisions.astype(np.int64))


def balanced_error(labels: NDArray[np.int64]) -> ErrorRate:
    """Mean of both error rates. Who knows the risks keeps it least by deciding at the prevalence."""
    prevalence = labels.mean()
    return ErrorRate(costs={"fp": 0.5 / (1 - prevalence), "fn": 0.5 / prevalence})


@dataclass
class _Telling:
    """An estimator that tells before it is fitted; fairlearn fits deep copies of it.

    Attributes:
        make: the estimator to fit; a function, since a deep copy leaves functions as they are.
        tell: called before the fit.
    """

    make: Callable[[], Any]
    tell: Callable[[], None]
    fitted: Any = field(init=False, default=None)

    def fit(
        self, inputs: NDArray[np.float64], labels: NDArray[np.int64], sample_weight: NDArray[np.float64]
    ) -> None:
        """Fit the estimator to weighted rows."""
        self.tell()
        self.fitted = self.make()
        fit(self.fitted, inputs, labels, sample_weight)

    def predict(self, inputs: NDArray[np.float64]) -> NDArray[np.int64]:
        """Decisions [rows]."""
        with one_thread():
            decisions: NDArray[np.int64] = self.fitted.predict(inputs)
        return decisions
