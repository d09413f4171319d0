"""Threshold optimizer: fairlearn's group-wise thresholds with equal error rates.

Source: Hardt et al. 2016, "Equality of opportunity in supervised learning", arXiv:1610.02413.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from fairlearn.postprocessing import ThresholdOptimizer

from fairviz.data.prepare import PreparedData
from fairviz.training.comparators.learners import Learner, fit_in_steps, one_thread
from fairviz.training.comparators.partition import partition
from fairviz.training.comparators.stages import Model, Stage
from models.specs import ThresholdOptimizerSpec


def thresholded(spec: ThresholdOptimizerSpec, data: PreparedData, seed: int) -> Iterator[Stage]:
    """Fit a learner to the training rows, then thresholds to the validation rows: one epoch.

    Raises:
        SettingError: the outcome has more than two classes, or groups are too small.
    """
    rows = data.split.validation
    groups = partition(data, rows, method="threshold-optimizer", part="validation")
    learner = Learner.named(spec.estimator, seed)
    inputs = learner.columns(data)
    yield from fit_in_steps(learner, data)
    thresholds = ThresholdOptimizer(
        estimator=learner.estimator,
        constraints="equalized_odds",
        # Best at the prevalence, where other methods decide too.
        objective="balanced_accuracy_score",
        prefit=True,
        predict_method="predict_proba",
    )
    with one_thread():
        thresholds.fit(inputs[rows], data.labels[rows], sensitive_features=groups[rows])
        # fairlearn has the chance of a positive decision under this name alone.
        chances = thresholds._pmf_predict(inputs, sensitive_features=groups)[:, 1:]
        decisions = thresholds.predict(inputs, sensitive_features=groups, random_state=seed)
    yield Model(chances.clip(0, 1).astype(np.float32), decisions.astype(np.int64))
