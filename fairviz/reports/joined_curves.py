"""Curves of one group in several seeds of a configuration, as one.

Only curves that are told are joined (``fairviz.reports.group_curves``), point by point as they are told: what
comes out follows from them, and tells of private data nothing that they do not.

Axis letters: S seeds, P points, B bins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairviz.metrics.curves import CalibrationBins, RocCurve
from fairviz.metrics.inputs import FloatArray
from fairviz.metrics.intervals import Interval
from fairviz.metrics.over_seeds import mean_interval


@dataclass(frozen=True)
class JoinedRoc:
    """Mean sensitivity of the seeds at each false alarm rate.

    Attributes:
        fpr: [P], ascending; twice where a seed steps upwards.
        tpr: [P] mean over the seeds.
        low: [P] least of the seeds.
        high: [P] greatest of the seeds.
    """

    fpr: FloatArray
    tpr: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class JoinedCalibration:
    """Observed against predicted risk.

    Attributes:
        predicted: [B] mean over the seeds.
        observed: [B] mean over the seeds.
        low: [B] lower 95 % limit, of patients and seeds both.
        high: [B] upper 95 % limit.
    """

    predicted: FloatArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray


def joined_roc(curves: Sequence[RocCurve]) -> JoinedRoc:
    """Vertical average of curves (Fawcett 2006, doi:10.1016/j.patrec.2005.10.010, section 9.1).

    Exact at every false alarm rate that any seed has, before and after its step: the area below it is the
    mean of the seeds' areas.
    """
    fpr = np.unique(np.concatenate([curve.fpr for curve in curves]))
    before = [-np.interp(-fpr, -curve.fpr[::-1], -curve.tpr[::-1]) for curve in curves]
    after = [np.interp(fpr, curve.fpr, curve.tpr) for curve in curves]
    tpr = np.stack([before, after], axis=2).reshape(len(curves), -1)
    places = np.repeat(fpr, 2)
    kept = np.concatenate([[True], (np.diff(tpr, axis=1) != 0).any(axis=0) | (np.diff(places) != 0)])
    tpr = tpr[:, kept]
    return JoinedRoc(places[kept], tpr.mean(axis=0), tpr.min(axis=0), tpr.max(axis=0))


def joined_calibration(bins: Sequence[CalibrationBins]) -> JoinedCalibration:
    """Mean of the seeds' bins at the same place among the patients, who are ordered by their risk.

    Bins of seeds have different edges. So each seed's risks are read at the middles of the bins of the seed
    with the fewest, as shares of the patients, on straight lines between the middles of its own bins. Limits
    are read in the same way: between two bins, which are of different patients, they are wide rather than
    narrow.
    """
    places = min((_middles(own) for own in bins), key=len)
    read = [
        [np.interp(places, _middles(own), line) for line in (own.predicted, own.observed, own.low, own.high)]
        for own in bins
    ]
    predicted, observed, low, high = np.swapaxes(read, 0, 1)
    cases = int(min(own.n.min() for own in bins))
    limits = [
        mean_interval(
            observed[:, b], [Interval(*own) for own in zip(low[:, b], high[:, b], strict=True)], cases
        )
        for b in range(len(places))
    ]
    return JoinedCalibration(
        predicted.mean(axis=0),
        observed.mean(axis=0),
        np.array([max(own.low, 0.0) for own in limits]),
        np.array([min(own.high, 1.0) for own in limits]),
    )


def _middles(bins: CalibrationBins) -> FloatArray:
    """Middle of each bin [B] among all patients, from 0 to 1 in order of risk."""
    return np.asarray((np.cumsum(bins.n) - bins.n / 2) / bins.n.sum())
