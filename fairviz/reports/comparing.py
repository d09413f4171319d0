"""Evidence on configurations from their scores of the same test rows.

Axis letters: S seeds, N test rows, B + 1 weightings of them (the first weighs every row once).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from fairviz.data.groups import Attribute
from fairviz.metrics.clusters import check_patients
from fairviz.metrics.draws import Draws, under_draws
from fairviz.metrics.gap_change import REPLICATES, GapChange
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.resampled import ResampledRuns
from fairviz.metrics.resampling import resampled_metrics
from fairviz.reports.attribute_evidence import attribute_evidence
from fairviz.reports.differences import GAPS
from fairviz.reports.evidence import Evidence, Unavailable
from fairviz.reports.paired_rows import PairedRows
from fairviz.reports.withheld import Withheld

Resampled = Mapping[str, Mapping[str, FloatArray]]

_NOTHING_WITHHELD: Final = Withheld()


@dataclass(frozen=True)
class ScoredRuns:
    """The runs of one configuration on test rows.

    Attributes:
        seeds: [S], ascending.
        scores: [S, N] probabilities of the outcome; of a method that draws lots those of a decision.
        thresholds: [S] probability from which a run decides a row positive; None where it draws lots.
    """

    seeds: tuple[int, ...]
    scores: FloatArray
    thresholds: tuple[float | None, ...]

    @property
    def draws_lots(self) -> bool:
        """Whether decisions are known as chances alone."""
        return None in self.thresholds

    @property
    def decisions(self) -> FloatArray:
        """[S, N] 1 where a row is decided positive; where lots are drawn the chance of it."""
        pairs = zip(self.scores, self.thresholds, strict=True)
        decided = [own if threshold is None else own >= threshold for own, threshold in pairs]
        return np.stack(decided).astype(np.float64)


class Comparer:
    """Compares configurations on one set of test rows, all under the same draws of rows."""

    def __init__(
        self,
        labels: IntArray,
        attributes: Sequence[Attribute],
        withheld: Withheld = _NOTHING_WITHHELD,
        patients: IntArray | None = None,
    ) -> None:
        """Take labels [N] and sensitive attributes of the test rows, and what may not be told of them.

        Rows of a group that is withheld count as rows without a value. Where ``patients`` [N] are given, they
        are drawn and counted in place of rows.
        """
        self._labels = labels
        self._patients = check_patients(patients, labels)
        self._withheld = withheld
        self._untold = {
            own.name: [group for group in own.values if (own.name, group) in withheld.groups]
            for own in attributes
        }
        self._attributes = [_without(own, self._untold[own.name]) for own in attributes]

    @cached_property
    def _draws(self) -> dict[str, Draws]:
        """Draws of rows by attribute."""
        return {
            own.name: Draws(self._labels, Groups(own.codes, len(own.values)), REPLICATES, self._patients)
            for own in self._attributes
        }

    def resampled(self, runs: ScoredRuns) -> Resampled:
        """By attribute and metric, [S, B + 1] under rows drawn again; without gaps that are not estimable."""
        return {
            name: under_draws(draws, lambda strata: resampled_metrics(strata, runs.scores, runs.decisions))
            for name, draws in self._draws.items()
        }

    def resampled_runs(self, runs: ScoredRuns, attribute: str) -> ResampledRuns:
        """Any metric of runs under the same draws of rows, gaps of one attribute."""
        return ResampledRuns(self._draws[attribute], runs.scores, runs.decisions, risks=not runs.draws_lots)

    def evidence(self, new: ScoredRuns, old: ScoredRuns, resampled_old: Resampled) -> Evidence:
        """Evidence on a configuration against the baseline with the same seeds.

        Args:
            new: runs of the configuration.
            old: runs of the baseline.
            resampled_old: theirs, which many configurations share.
        """
        rows = PairedRows(
            self._labels,
            new.scores,
            old.scores,
            new.decisions.astype(bool),
            old.decisions.astype(bool),
            self._patients,
        )
        few_valued = new.draws_lots or old.draws_lots
        resampled_new = self.resampled(new)
        own, baseline = rows.mean_aucs()
        return Evidence(
            seeds=new.seeds,
            auc=rows.auc_of_all(),
            own=own,
            baseline=baseline,
            few_valued=few_valued,
            attributes={
                attribute.name: attribute_evidence(
                    attribute,
                    rows,
                    self._gap_changes(attribute.name, resampled_new, resampled_old),
                    no_decisions=self._no_decisions(draws_lots=few_valued),
                    untold=self._untold[attribute.name],
                )
                for attribute in self._attributes
            },
        )

    def _no_decisions(self, *, draws_lots: bool) -> Unavailable | None:
        """Why single decisions are not compared."""
        if self._withheld.decisions:
            return Unavailable.SUPPRESSED
        return Unavailable.DRAWN_BY_LOT if draws_lots else None

    def _gap_changes(self, attribute: str, new: Resampled, old: Resampled) -> dict[str, GapChange | None]:
        """Change of every gap of an attribute, None where it is withheld or not estimable on these rows."""
        ours, theirs = new[attribute], old[attribute]
        told = {gap for gap in ours if (attribute, gap) not in self._withheld.gaps}
        return {gap: GapChange.of(ours[gap], theirs[gap]) if gap in told else None for gap in GAPS}


def _without(attribute: Attribute, groups: Sequence[str]) -> Attribute:
    """An attribute whose rows in some groups have no value."""
    codes = [attribute.values.index(group) for group in groups]
    return replace(attribute, codes=np.where(np.isin(attribute.codes, codes), -1, attribute.codes))
