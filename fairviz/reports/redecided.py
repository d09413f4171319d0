"""Reports of finished runs with decisions made at another threshold, from the scores that are kept.

Axis letters: N rows, C score columns, K attributes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairviz.data.groups import Attribute
from fairviz.data.prepare import PreparedData
from fairviz.evaluation.thresholds import AT_PREVALENCE, Kind, ThresholdRule
from fairviz.metrics.clusters import chosen, patients_by_group
from fairviz.metrics.inputs import BoolArray, FloatArray, Groups, IntArray
from fairviz.reports.gate_of_intersections import tells_intersections
from fairviz.reports.rungs import nearest, safe_thresholds
from fairviz.store.records import Json, RunRecord
from fairviz.store.store import Store
from fairviz.suppression import told_groups
from fairviz.training.scoring import prevalences, report

# Runs: more than the largest sweep has.
_KEPT: Final = 1_000


class _Reports(NamedTuple):
    validation: Json
    test: Json


class Redecided:
    """Reports by run and rule.

    A finished run never changes: what was worked out of its scores stays true.
    """

    def __init__(self, store: Store, prepared: Callable[[str], PreparedData]) -> None:
        """Take where runs are kept, and what gives the data of a task."""
        self._store = store
        self._prepared = prepared
        self._known: OrderedDict[tuple[str, int, ThresholdRule], _Reports] = OrderedDict()
        self._working = threading.Lock()

    def runs(self, comparison_id: str, rule: ThresholdRule) -> list[RunRecord]:
        """The runs of a comparison, with reports at the threshold that a rule chooses on validation rows.

        Runs that are not finished, and those of methods that decide by themselves, are as they were.

        Raises:
            MetricError: if validation rows lack an outcome that the rule needs.
            NotFoundError: if there is no such comparison, or the file of its dataset is gone.
        """
        with self._working:
            runs = [self._at(run, rule) for run in self._store.runs(comparison_id)]
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
            return runs

    def steps(self, run: RunRecord) -> list[RunRecord]:
        """A finished run of two outcomes that decides by a threshold, at each that is told of private data.

        They are those that ``runs`` would take, whatever its rule: no more is told here than there.
        """
        with self._working:
            data = self._prepared(self._store.comparison(run.comparison_id).task_id)
            assert run.test is not None
            thresholds = _told_thresholds(
                data,
                _positives(data, 0),
                self._store.scores(run.id)[:, 0].astype(np.float64),
                start=prevalences(data)[0],
                crossed=_crossed(data, run.test),
            )
            return [self._at(run, ThresholdRule(Kind.NUMBER, float(value))) for value in thresholds]

    def _at(self, run: RunRecord, rule: ThresholdRule) -> RunRecord:
        if rule == AT_PREVALENCE or run.test is None or _decides_by_itself(run.test):
            return run
        key = run.comparison_id, run.id, rule
        if key not in self._known:
            data = self._prepared(self._store.comparison(run.comparison_id).task_id)
            self._known[key] = _reports(data, run.test, self._store.scores(run.id), rule)
        known = self._known[key]
        return replace(run, validation=known.validation, test=known.test)


def _decides_by_itself(test: Json) -> bool:
    """Whether a run's decisions are not made by a threshold on its scores."""
    return test["threshold"] is None and "classes" not in test


def _reports(data: PreparedData, test: Json, scores: NDArray[np.float32], rule: ThresholdRule) -> _Reports:
    """Reports on validation and test rows, with the threshold of each column of scores.

    Args:
        data: the task.
        test: what has been reported on test rows.
        scores: [N, C].
        rule: that chooses.
    """
    columns, crossed = scores.astype(np.float64).T, _crossed(data, test)
    thresholds = [
        _threshold(data, _positives(data, c), column, rule, start=start, crossed=crossed)
        for c, (column, start) in enumerate(zip(columns, prevalences(data), strict=True))
    ]
    found = [
        report(data, rows, scores[rows], thresholds=thresholds, floor=floor).to_json()
        for rows, floor in ((data.split.validation, False), (data.split.test, True))
    ]
    # Probes are other models, and decide as they did.
    kept = {"modalities": test["modalities"]} if "modalities" in test else {}
    return _Reports(found[0], found[1] | kept)


def _positives(data: PreparedData, column: int) -> BoolArray:
    """Which rows [N] a column of scores is about."""
    return np.asarray(data.labels == (1 if data.score_columns == 1 else column))


def _crossed(data: PreparedData, test: Json) -> IntArray:
    """Combinations of all attributes [N]; a single one where intersections are not told."""
    questions = list(test.get("classes", {}).values()) or [test]
    if not tells_intersections(questions):
        return np.zeros(len(data.labels), dtype=np.int64)
    values = np.column_stack([attribute.codes for attribute in data.attributes])
    return np.unique(values, axis=0, return_inverse=True)[1].astype(np.int64)


def _threshold(
    data: PreparedData,
    positives: BoolArray,
    scores: FloatArray,
    rule: ThresholdRule,
    *,
    start: float,
    crossed: IntArray,
) -> float:
    """What the rule chooses on validation rows; of private data the nearest that may be told as well."""
    rows = data.split.validation
    wanted = rule.choose(positives[rows].astype(np.int64), scores[rows], start)
    if data.task.public:
        return wanted
    return nearest(_told_thresholds(data, positives, scores, start=start, crossed=crossed), wanted)


def _told_thresholds(
    data: PreparedData, positives: BoolArray, scores: FloatArray, *, start: float, crossed: IntArray
) -> FloatArray:
    """Thresholds around ``start`` at which decisions of private data may be told, ascending."""
    rows = data.split.validation
    told = np.concatenate([data.split.validation, data.split.test])
    cells = np.concatenate(
        [_cells(data, positives, crossed, rows) for rows in (data.split.validation, data.split.test)]
    )
    # Rows of one split are told apart from those of the other.
    cells[len(rows) :] += int(cells.max(initial=-1)) + 1
    return safe_thresholds(scores[told], cells, start, chosen(data.patients, told))


def _cells(data: PreparedData, positives: BoolArray, crossed: IntArray, rows: IntArray) -> IntArray:
    """Cells of some rows [rows, K + 1], group and outcome: of each attribute, and of all of them crossed."""
    patients = chosen(data.patients, rows)
    return np.column_stack(
        [
            *(_cell(own, own.codes[rows], positives[rows], patients) for own in data.attributes),
            2 * crossed[rows] + positives[rows],
        ]
    )


def _cell(attribute: Attribute, codes: IntArray, positives: BoolArray, patients: IntArray | None) -> IntArray:
    """Cells of rows [N]; those of groups that are withheld, or of none, share one for each outcome."""
    rest = len(attribute.values)
    groups = np.where(codes < 0, rest, codes)
    cells = patients_by_group(Groups(2 * groups + positives, 2 * (rest + 1)), patients).reshape(-1, 2)
    sizes = patients_by_group(Groups(groups, rest + 1), patients)
    groups = np.where(told_groups(cells, sizes).cells[groups], groups, rest)
    return np.asarray(2 * groups + positives)
