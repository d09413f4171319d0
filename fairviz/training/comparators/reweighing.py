"""Reweighing: rows weighted so that outcome and group are independent.

Source: Kamiran & Calders 2012, "Data preprocessing techniques for classification without discrimination",
doi:10.1007/s10115-011-0463-8.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fairviz.data.prepare import PreparedData
from fairviz.training.comparators.learners import Learner, fit_in_epochs
from fairviz.training.comparators.stages import Stage
from models.specs import ReweighingSpec


def reweighed(spec: ReweighingSpec, data: PreparedData, seed: int) -> Iterator[Stage]:
    """Fit a learner to weighted training rows: the mean of the weights that each attribute asks for."""
    rows = data.split.train
    weights = [independence_weights(data.labels[rows], grouping.codes[rows]) for grouping in data.attributes]
    return fit_in_epochs(Learner.named(spec.estimator, seed), data, np.mean(weights, axis=0))


def independence_weights(labels: NDArray[np.int64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weights P(a) P(y) / P(a, y) of rows with label y [N] and group a [N]; 1 where the group is -1.

    Shares are among rows whose group is known. Weighted, every label is as frequent in every group as among
    all these rows.
    """
    known = codes >= 0
    counts = np.zeros((codes.max() + 1, labels.max() + 1))
    np.add.at(counts, (codes[known], labels[known]), 1)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    weights = np.ones(len(codes))
    at = codes[known], labels[known]
    weights[known] = expected[at] / counts[at]
    return weights
