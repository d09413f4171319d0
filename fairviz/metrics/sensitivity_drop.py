"""Are positives missed that used to be detected? An exact test on decisions, beside the one on ranks.

Axis letters: S seeds, m positives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

from fairviz.errors import MetricError
from fairviz.metrics.clusters import check_patients, sums_by_patient, variance_of_mean
from fairviz.metrics.inputs import FloatArray, IntArray, check_labels, check_same_length
from fairviz.metrics.student import Estimate, Variance


@dataclass(frozen=True)
class SensitivityDrop:
    """Decisions of a new model on positives against those of an old one.

    Attributes:
        change: new less old sensitivity, the mean over seeds.
        lost: positives detected less often than before; with one seed, no longer detected. Of patients with
            several rows, those whose positives are, taken together.
        gained: positives, or patients, detected more often than before.
        p_value: one-sided: small where sensitivity has fallen.
    """

    change: float
    lost: int
    gained: int
    p_value: float


def sensitivity_drop_test(
    detected_before: npt.ArrayLike, detected_now: npt.ArrayLike, *, patients: npt.ArrayLike | None = None
) -> SensitivityDrop:
    """Exact one-sided test that sensitivity has not fallen: McNemar's, on the same positives.

    With D positives on which the models disagree, those lost are Binomial(D, 1/2) if sensitivity is the same
    (McNemar 1947, Psychometrika 12:153). With several seeds a positive is lost where it is detected on fewer
    of them than before. That says nothing of other seeds: the p-value is then the larger of this exact one
    and, where anything varies, that of the mean change with ``v_rows + v_seeds / S`` as its variance, as in
    ``paired_auc_test``.

    Of patients with several positives, who have no single decision, each counts once: by whether more of its
    rows are lost or more gained (the exact sign test on patients' net changes; with a positive for each it is
    McNemar's).

    Args:
        detected_before: [S, m] or [m], 1 where a positive is decided positive by the old model.
        detected_now: the same by the new model.
        patients: [m] patient of each positive; where none are given each is its own.

    Raises:
        MetricError: shapes differ, a decision is not 0 or 1, or a patient is missing.
    """
    before = _check_decisions(detected_before, "detected_before")
    now = _check_decisions(detected_now, "detected_now")
    check_same_length(detected_before=before, detected_now=now)
    check_same_length(detected_before=before[0], detected_now=now[0])
    changes = now - before
    own = check_patients(patients, before[0])
    net = sums_by_patient(changes.sum(axis=0), own)
    lost, gained = int((net < 0).sum()), int((net > 0).sum())
    p_value = float(bdtrc(lost - 1, lost + gained, 0.5)) if lost else 1.0
    if len(changes) > 1:
        over_seeds = _over_seeds(changes, own).p_negative
        p_value = p_value if np.isnan(over_seeds) else max(p_value, over_seeds)
    return SensitivityDrop(float(changes.mean()) if changes.size else np.nan, lost, gained, p_value)


def _over_seeds(changes: FloatArray, patients: IntArray | None) -> Estimate:
    """Mean change of detection [S, m] with the variances of rows, or patients, and seeds."""
    rows = variance_of_mean(changes.mean(axis=0), patients)
    parts = [rows, Variance.of_mean(changes.mean(axis=1))]
    return Estimate(float(changes.mean()), Variance.total(parts))


def _check_decisions(values: npt.ArrayLike, argument: str) -> FloatArray:
    """Decisions [S, m] from those of S runs, or of one."""
    array = np.asarray(values)
    runs = array[None] if array.ndim == 1 else array
    if runs.ndim != 2 or not len(runs):
        raise MetricError(
            argument,
            expected="decisions of at least one run, [seeds, positives]",
            found=f"an array of shape {array.shape}",
            remedy="Stack the decisions of all seeds, one row of the array for each.",
        )
    return np.stack([check_labels(own, argument) for own in runs]).astype(np.float64)
