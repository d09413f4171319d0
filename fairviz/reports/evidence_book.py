"""Evidence on the configurations of stored comparisons, worked out when first asked for and then kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from fairviz.data.prepare import PreparedData
from fairviz.reports.comparing import Comparer, Resampled, ScoredRuns
from fairviz.reports.evidence import Evidence, Unavailable
from fairviz.reports.held_out import HeldOutRows, decided_runs
from fairviz.reports.pairing import baselines
from fairviz.reports.withheld import Withheld
from fairviz.store.records import RunRecord
from fairviz.store.store import Store
from fairviz.training.runs import BASELINE

# Configurations: more than the largest sweep has.
_KEPT: Final = 1_000


class _Pair(NamedTuple):
    """Finished runs of a configuration and the baseline of each, in the order of their seeds."""

    new: tuple[RunRecord, ...]
    old: tuple[RunRecord, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """Tells pairs apart, at any threshold, also where ids of deleted runs are given again."""
        return self.new[0].comparison_id, decided_runs(self.new + self.old)


class EvidenceBook:
    """Evidence by comparison and configuration.

    Scores of finished runs never change: what was found of a configuration and its baselines stays true, for
    decisions at the same threshold.
    """

    def __init__(self, store: Store, prepared: Callable[[str], PreparedData]) -> None:
        """Take where runs are kept, and what gives the data of a task."""
        self._store = store
        self._prepared = prepared
        self._known: OrderedDict[tuple[object, ...], Evidence | Unavailable] = OrderedDict()
        self._working = threading.Lock()

    def of(self, comparison_id: str, runs: Sequence[RunRecord]) -> dict[str, Evidence | Unavailable]:
        """Evidence on every configuration with finished runs but the baseline, by its label.

        ``runs`` are those of the comparison, with reports at the threshold that is asked for.
        """
        pairs = _pairs(runs)
        with self._working:
            self._work_out(comparison_id, [pair for pair in pairs.values() if pair.new])
            found = {
                label: self._known[pair.key] if pair.new else Unavailable.NO_BASELINE
                for label, pair in pairs.items()
            }
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
            return found

    def _work_out(self, comparison_id: str, pairs: Sequence[_Pair]) -> None:
        """Whatever of these is not known yet."""
        unknown = [pair for pair in pairs if pair.key not in self._known]
        if not unknown:
            return
        data = self._prepared(self._store.comparison(comparison_id).task_id)
        if data.score_columns > 1:
            self._known |= dict.fromkeys([pair.key for pair in unknown], Unavailable.SEVERAL_CLASSES)
            return
        desk = _Desk(self._store, data)
        self._known |= {pair.key: desk.evidence(pair) for pair in unknown}


class _Desk:
    """Compares stored runs of one task; what configurations share is worked out once."""

    def __init__(self, store: Store, data: PreparedData) -> None:
        self._rows = HeldOutRows(store, data)
        self._comparers: dict[Withheld, Comparer] = {}
        self._baselines: dict[tuple[Withheld, tuple[int, ...]], tuple[ScoredRuns, Resampled]] = {}

    def evidence(self, pair: _Pair) -> Evidence | Unavailable:
        """Evidence on one configuration, as far as the reports of its runs may be told."""
        withheld = Withheld.of(
            [run.test for run in pair.new + pair.old if run.test], public=self._rows.public
        )
        if withheld.everything:
            return Unavailable.SUPPRESSED
        comparer = self._comparer(withheld)
        return comparer.evidence(self._rows.scored(pair.new), *self._baseline(withheld, pair.old))

    def _comparer(self, withheld: Withheld) -> Comparer:
        if withheld not in self._comparers:
            self._comparers[withheld] = self._rows.comparer(withheld, self._rows.attributes)
        return self._comparers[withheld]

    def _baseline(self, withheld: Withheld, runs: Sequence[RunRecord]) -> tuple[ScoredRuns, Resampled]:
        key = withheld, tuple(run.id for run in runs)
        if key not in self._baselines:
            scored = self._rows.scored(runs)
            self._baselines[key] = scored, self._comparer(withheld).resampled(scored)
        return self._baselines[key]


def _pairs(runs: Sequence[RunRecord]) -> dict[str, _Pair]:
    """By label, the runs that have a baseline, which may be none; without the baseline's own labels."""
    references = baselines(runs)
    by_label: dict[str, dict[int, RunRecord]] = {}
    for run in runs:
        if run.test is not None and run.spec["method"] != BASELINE:
            by_label.setdefault(run.label, {})[run.spec["seed"]] = run
    pairs = {}
    for label, by_seed in by_label.items():
        new = tuple(by_seed[seed] for seed in sorted(by_seed) if by_seed[seed].id in references)
        pairs[label] = _Pair(new, tuple(references[run.id] for run in new))
    return pairs
