"""Every metric of every group, for several partitions of the same rows in one pass.

Axis letters: N rows, G groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fairviz.metrics.calibration import group_calibration_error, log_losses, squared_errors
from fairviz.metrics.clusters import PatientsInGroups
from fairviz.metrics.equity import stratum_means
from fairviz.metrics.estimable import MINIMUM_FOR_INTERVAL, MINIMUM_FOR_NUMBER
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.intervals import auc_interval
from fairviz.metrics.people import people
from fairviz.metrics.ranking import Placements, group_placements
from fairviz.metrics.rates import RATES, confusion_cells, rate_columns

# What is read from probabilities of the outcome, and from no others.
RISK_METRICS = ("brier", "log_loss", "calibration_error")

# What the rows are called of which a metric needs enough.
NEEDS: dict[str, tuple[str, ...]] = {
    "auc": ("positives", "negatives"),
    **{name: (rate.noun,) for name, rate in RATES.items()},
    "balanced_accuracy": ("positives", "negatives"),
    "brier": ("patients",),
    "log_loss": ("patients",),
    "calibration_error": ("patients",),
    "positives_risk": ("positives",),
    "negatives_risk": ("negatives",),
}


@dataclass(frozen=True)
class Measured:
    """One partition of the rows: everything about its G groups.

    Attributes:
        cells: [G, 4] confusion matrices.
        placements: of the rows of each group.
        columns: by metric of ``NEEDS`` and by limit of one, [G]; NaN where undefined.
        cases: by noun of ``NEEDS``, how many such rows there are, [G].
        patients: by noun, how many patients have such rows, [G].
        shares: by rate of ``RATES``, which share of its trials is effective, [G].
        people: as ``fairviz.metrics.people`` counts them, [G]; empty where each row is a patient of its own.
    """

    cells: FloatArray
    placements: Sequence[Placements]
    columns: Mapping[str, FloatArray]
    cases: Mapping[str, FloatArray]
    patients: Mapping[str, FloatArray]
    shares: Mapping[str, FloatArray]
    people: Mapping[str, FloatArray]

    def part(self, at: slice) -> Measured:
        """Some neighbouring groups."""
        return Measured(
            self.cells[at],
            self.placements[at],
            {name: values[at] for name, values in self.columns.items()},
            *(
                {name: values[at] for name, values in own.items()}
                for own in (self.cases, self.patients, self.shares, self.people)
            ),
        )

    def counts(self, rate: str) -> tuple[FloatArray, FloatArray]:
        """Effective successes and trials [G] of a rate: all there are where each row is a patient."""
        successes, trials = RATES[rate].counts(self.cells)
        return successes * self.shares[rate], trials * self.shares[rate]

    def withheld(self) -> Measured:
        """The same without the numbers and limits that rest on too few patients."""
        columns = {
            name: np.where(self._fewest(name) < _minimum(name), np.nan, values)
            for name, values in self.columns.items()
        }
        return replace(self, columns=columns)

    def _fewest(self, name: str) -> FloatArray:
        needs = NEEDS[name.removesuffix("_low").removesuffix("_high")]
        return np.asarray(np.minimum.reduce([self.patients[noun] for noun in needs]))


def _minimum(name: str) -> int:
    return MINIMUM_FOR_INTERVAL if name.endswith(("_low", "_high")) else MINIMUM_FOR_NUMBER


def measure(
    labels: IntArray,
    scores: FloatArray,
    threshold: float,
    partitions: Sequence[Groups],
    decisions: IntArray | None = None,
    *,
    patients: IntArray | None = None,
) -> list[Measured]:
    """Measure the groups of each partition of the same rows.

    Args:
        labels: [N] outcomes 0 or 1.
        scores: [N] probabilities of outcome 1.
        threshold: probability from which a row is decided positive.
        partitions: of the N rows.
        decisions: [N] 0 or 1, taken as they are instead. The scores are then probabilities of a
            positive decision, and ``RISK_METRICS`` NaN.
        patients: [N] patient of each row, which limits then count; None where each row is its own.
    """
    decided = (scores >= threshold).astype(np.int64) if decisions is None else decisions
    times = len(partitions)
    together = _measure(
        np.tile(labels, times),
        np.tile(scores, times),
        np.tile(decided, times),
        _side_by_side(partitions),
        None if patients is None else np.tile(patients, times),
    )
    if decisions is not None:
        unknown = np.full(len(together.cells), np.nan)
        together = replace(together, columns={**together.columns, **dict.fromkeys(RISK_METRICS, unknown)})
    ends = np.cumsum([groups.count for groups in partitions])
    return [
        together.part(slice(end - groups.count, end)) for groups, end in zip(partitions, ends, strict=True)
    ]


def _side_by_side(partitions: Sequence[Groups]) -> Groups:
    """One partition of the rows repeated for each of those given."""
    starts = np.cumsum([0, *(groups.count for groups in partitions)]).tolist()
    shifted = [
        np.where(groups.codes < 0, -1, groups.codes + start)
        for groups, start in zip(partitions, starts, strict=False)
    ]
    return Groups(np.concatenate(shifted), starts[-1])


def _measure(
    labels: IntArray, scores: FloatArray, decisions: IntArray, groups: Groups, patients: IntArray | None
) -> Measured:
    cells = confusion_cells(labels, decisions, groups)
    placements = group_placements(labels, scores, groups, patients)
    cases = {rate.noun: rate.counts(cells)[1] for rate in RATES.values()}
    if patients is None:
        having, shares, own = cases, {name: np.ones(groups.count) for name in RATES}, {}
    else:
        inside = PatientsInGroups.of(patients, groups)
        having, shares = _by_patient(labels, decisions, inside)
        own = people(labels, decisions, inside)
    rates = rate_columns(cells, shares=shares)
    columns = {
        **_auc_columns(placements),
        **rates,
        "balanced_accuracy": (rates["sensitivity"] + rates["specificity"]) / 2,
        **_probability_columns(labels, scores, groups),
    }
    return Measured(cells, placements, columns, cases, having, shares, own)


def _by_patient(
    labels: IntArray, decisions: IntArray, inside: PatientsInGroups
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Patients by noun, and effective shares by rate, both [G]."""
    cells = confusion_cells(labels, decisions, inside.pairs)
    counts = {name: rate.counts(cells) for name, rate in RATES.items()}
    having = {rate.noun: inside.having(counts[name][1]) for name, rate in RATES.items()}
    return having, {name: inside.effective_shares(*own) for name, own in counts.items()}


def _auc_columns(placements: Sequence[Placements]) -> dict[str, FloatArray]:
    auc = np.array([p.auc for p in placements])
    variance = np.array([p.variance for p in placements])
    positives, negatives = np.reshape([p.sizes for p in placements], (-1, 2)).T
    fewest = np.array([min(p.cases) for p in placements])
    low, high = auc_interval(auc, variance, positives, negatives, fewest=fewest)
    return {"auc": auc, "auc_low": low, "auc_high": high}


def _probability_columns(labels: IntArray, scores: FloatArray, groups: Groups) -> dict[str, FloatArray]:
    negatives_risk, positives_risk = stratum_means(labels, scores, groups, minimum=1)
    return {
        "brier": groups.means(squared_errors(labels, scores)),
        "log_loss": groups.means(log_losses(labels, scores)),
        "calibration_error": group_calibration_error(labels, scores, groups),
        "positives_risk": positives_risk,
        "negatives_risk": negatives_risk,
    }
