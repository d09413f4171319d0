"""Performance on all rows of several runs, under rows drawn again: sums over rows as matrix products.

Axis letters: S seeds, N rows, B + 1 weightings (the first weighs every row once).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from fairviz.metrics.calibration import BINS, bins_of, log_losses, squared_errors
from fairviz.metrics.inputs import FloatArray, ratio
from fairviz.metrics.rates import RATES
from fairviz.metrics.resampling import Strata, Weights

# Rows whose weights are held in double precision at a time: 2,048 under 500 weightings are 8 MB.
_ROWS_AT_ONCE: Final = 2_048


def decision_metrics(strata: Strata, decisions: FloatArray) -> dict[str, FloatArray]:
    """Every rate of ``RATES`` and balanced accuracy [S, B + 1]; NaN where a rate has no trials.

    Args:
        strata: the rows.
        decisions: [S, N] 1 where a row is decided positive; or the chance of it.
    """
    labels, runs = strata.labels.astype(np.float64), len(decisions)
    sums = weighted_sums(
        strata.weights, np.concatenate([decisions * labels, decisions * (1 - labels), [labels, 1 - labels]])
    )
    tp, fp, positives, negatives = sums[:runs], sums[runs : 2 * runs], sums[-2], sums[-1]
    cells = np.stack([negatives - fp, fp, positives - tp, tp], axis=1)
    found = {name: ratio(*rate.counts(cells)) for name, rate in RATES.items()}
    return found | {"balanced_accuracy": (found["sensitivity"] + found["specificity"]) / 2}


def risk_metrics(strata: Strata, scores: FloatArray) -> dict[str, FloatArray]:
    """Brier score, log loss and calibration error [S, B + 1] of probabilities [S, N].

    Calibration error under weights w: a row's bin depends on its probability p alone, and the error is the
    sum over bins of ``|sum of w (y - p)|``, divided by the sum of all w. So it is that of the rows drawn.
    """
    labels, runs = strata.labels, len(scores)
    residuals, bins = labels - scores, bins_of(scores)
    by_bin = [np.where(bins == place, residuals, 0.0) for place in range(BINS)]
    parts = [squared_errors(labels, scores), log_losses(labels, scores), *by_bin, np.ones((1, len(labels)))]
    sums = weighted_sums(strata.weights, np.concatenate(parts))
    squares, losses, *residual_sums = sums[:-1].reshape(2 + BINS, runs, -1)
    return {
        "brier": ratio(squares, sums[-1]),
        "log_loss": ratio(losses, sums[-1]),
        "calibration_error": ratio(np.abs(residual_sums).sum(axis=0), sums[-1]),
    }


def weighted_sums(weights: Weights, values: FloatArray) -> FloatArray:
    """Sums over rows of values [K, N] under weights [N, B + 1], [K, B + 1] in double precision."""
    total = np.zeros((len(values), weights.shape[1]))
    for start in range(0, len(weights), _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        total += values[:, block] @ weights[block].astype(np.float64)
    return total
