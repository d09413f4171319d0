"""The two learners that every comparator is, or is built on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import ThreadpoolController

from fairviz.data.prepare import PreparedData
from fairviz.training.comparators.stages import Model, Stage, columns
from fairviz.training.events import Tick
from models.specs import GradientBoostingSpec, LogisticRegressionSpec

TREES_PER_EPOCH: Final = 5
_MOST_STEPS: Final = 1000
"""Of the logistic regression's solver, which needs under a hundred on standardised columns."""

_BINS: Final = 255
"""Values of a column that trees tell apart: as many as scikit-learn can."""

_THREADS: Final = ThreadpoolController()
# Runs share the cores, not the parts of one run: threads of a small fit cost more than they gain, on a busy
# machine many times more. Linear algebra has one setting for the whole process, trees one for each thread.
_THREADS.limit(limits=1, user_api="blas")

LearnerSpec = LogisticRegressionSpec | GradientBoostingSpec


@dataclass(frozen=True)
class Learner:
    """An estimator of scikit-learn.

    Attributes:
        estimator: not fitted yet.
        columns: from a task to the inputs of every row [N, D], as the estimator takes them.
        settings: under which it is fitted, one after another.
    """

    estimator: Any
    columns: Callable[[PreparedData], NDArray[np.float64]] = columns
    settings: tuple[Mapping[str, int], ...] = ({},)

    @classmethod
    def of(cls, spec: LearnerSpec, seed: int) -> Learner:
        """The learner of a specification."""
        match spec:
            case LogisticRegressionSpec():
                return cls(LogisticRegression(C=spec.c, max_iter=_MOST_STEPS))
            case GradientBoostingSpec():
                return cls(_boosting(spec, seed), binned_columns, _growth(spec.trees))

    @classmethod
    def named(cls, estimator: Literal["logistic", "boosting"], seed: int) -> Learner:
        """The learner of a name, at its defaults."""
        spec = LogisticRegressionSpec() if estimator == "logistic" else GradientBoostingSpec()
        return cls.of(spec, seed)


def _boosting(spec: GradientBoostingSpec, seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=spec.trees,
        learning_rate=spec.shrinkage,
        max_leaf_nodes=spec.leaves,
        max_features=spec.column_share,
        max_bins=_BINS,
        # Its own early stopping would set training rows aside; here validation rows choose.
        early_stopping=False,
        warm_start=True,
        random_state=seed,
    )


def _growth(trees: int) -> tuple[Mapping[str, int], ...]:
    """Numbers of trees at the ends of epochs."""
    return tuple({"max_iter": min(k + TREES_PER_EPOCH, trees)} for k in range(0, trees, TREES_PER_EPOCH))


def binned_columns(data: PreparedData) -> NDArray[np.float64]:
    """Inputs [N, D] in which columns of many values are replaced by the number of their bin.

    The bins are those that the trees themselves would cut at quantiles of equally weighted training rows.
    With weights they would cut them anew in every fit, which takes five times as long as the fit.
    """
    return np.column_stack([_binned(column, data.split.train) for column in columns(data).T])


def _binned(column: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    if len(np.unique(column[rows])) <= _BINS:
        return column
    quantiles = np.linspace(0, 1, _BINS + 1)[1:-1]
    edges = np.unique(np.quantile(column[rows], quantiles, method="averaged_inverted_cdf"))
    return np.searchsorted(edges, column).astype(np.float64)


def learn(spec: LearnerSpec, data: PreparedData, seed: int) -> Iterator[Stage]:
    """Fit a learner to the training rows, all of equal weight."""
    return fit_in_epochs(Learner.of(spec, seed), data)


def fit_in_epochs(
    learner: Learner, data: PreparedData, row_weights: NDArray[np.float64] | None = None
) -> Iterator[Stage]:
    """Fit a learner to the training rows, and score all rows after each step.

    Args:
        learner: it is changed by being fitted.
        data: the task.
        row_weights: of the training rows; None for equal ones.
    """
    inputs = learner.columns(data)
    for tick in fit_in_steps(learner, data, row_weights):
        yield tick
        yield Model(risks(learner.estimator, inputs), weights=weights_of(learner.estimator))


def fit_in_steps(
    learner: Learner, data: PreparedData, row_weights: NDArray[np.float64] | None = None
) -> Iterator[Tick]:
    """Fit a learner to the training rows under each of its settings, telling when it is done."""
    rows = data.split.train
    inputs, labels = learner.columns(data)[rows], data.labels[rows]
    for step, setting in enumerate(learner.settings, start=1):
        learner.estimator.set_params(**setting)
        fit(learner.estimator, inputs, labels, row_weights)
        yield Tick(step, len(learner.settings))


def fit(
    estimator: Any,
    inputs: NDArray[np.float64],
    labels: NDArray[np.int64],
    row_weights: NDArray[np.float64] | None = None,
) -> None:
    """Fit an estimator to rows with weights."""
    with one_thread():
        estimator.fit(inputs, labels, sample_weight=row_weights)


def risks(estimator: Any, inputs: NDArray[np.float64]) -> NDArray[np.float32]:
    """Probabilities [rows, C] of inputs [rows, D]: of two classes that of the second alone."""
    with one_thread():
        by_class = estimator.predict_proba(inputs)
    return np.asarray(by_class[:, 1:] if by_class.shape[1] == 2 else by_class, dtype=np.float32)


def one_thread() -> AbstractContextManager[object]:
    """While it holds, trees use one core in this thread."""
    limit: AbstractContextManager[object] = _THREADS.limit(limits=1, user_api="openmp")
    return limit


def weights_of(estimator: Any) -> dict[str, NDArray[np.float32]]:
    """Coefficients [C, D] and intercepts [C] of a logistic regression; trees have no such form."""
    if not isinstance(estimator, LogisticRegression):
        return {}
    return {
        "coefficients": np.asarray(estimator.coef_, dtype=np.float32),
        "intercepts": np.asarray(estimator.intercept_, dtype=np.float32),
    }
