"""Groups with thresholds of their own: exact on public data, of others only what reports tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from fairviz.data.prepare import PreparedData
from fairviz.errors import NotFoundError
from fairviz.evaluation.report import FairnessReport
from fairviz.reports.own_thresholds import DecidedGroups, decided_groups
from fairviz.reports.redecided import Redecided
from fairviz.reports.run import Run
from fairviz.store.records import ResultEntry, RunEntry
from fairviz.store.store import Store
from fairviz.training.scoring import report
from tests.fairviz.reports.test_group_curves import ATTRIBUTE, DATA, PRIVATE, SMALL_PRIVATE, members, scores

FIRST, SECOND = ATTRIBUTE.values


class Kept(NamedTuple):
    """A finished run, and the reports of it that are told."""

    data: PreparedData
    run: Run
    steps: list[FairnessReport]

    def at(self, **thresholds: float) -> DecidedGroups:
        own: NDArray[np.float64] = scores(self.data)[:, 0].astype(np.float64)
        steps = None if self.data.task.public else lambda: self.steps
        return decided_groups(self.data, self.run, own, ATTRIBUTE.name, thresholds, steps=steps)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    opened.add_dataset("d", "d", len(DATA.labels), 2)
    opened.add_task("t", "d", "t", {})
    yield opened
    opened.close()


def kept(store: Store, data: PreparedData) -> Kept:
    entry: dict[str, Any] = {"method": "baseline", "parameters": {}, "training": {}, "seed": 0}
    made = store.add_comparison("t", [RunEntry("b", entry)], "nobody").id
    store.start(made)
    own, public = scores(data), data.task.public
    validation, test = (
        report(data, rows, own[rows], floor=floor).to_json()
        for rows, floor in ((data.split.validation, False), (data.split.test, True))
    )
    first = store.runs(made)[0]
    store.add_results(made, [ResultEntry(first.id, 1, validation, test, own)])
    record = store.run(first.id)
    told = (
        []
        if public
        else [Run.told(at, public=False).test for at in Redecided(store, lambda _: data).steps(record)]
    )
    return Kept(data, Run.told(record, public=public), [at for at in told if at is not None])


def test_public_groups_are_decided_at_exactly_their_thresholds(store: Store) -> None:
    found = kept(store, DATA).at(**{FIRST: 0.2, SECOND: 0.55})
    flagged = 0
    for group, threshold in ((FIRST, 0.2), (SECOND, 0.55)):
        labels, risks = members(DATA, group)
        decided = risks >= threshold
        own = found.groups[group]
        assert own.threshold == threshold
        assert own.performance.sensitivity == pytest.approx(decided[labels == 1].mean())
        assert own.performance.ppv == pytest.approx(labels[decided].mean())
        assert own.performance.selection_rate == pytest.approx(decided.mean())
        flagged += int(decided.sum())
    assert found.everyone is not None
    assert found.everyone.n is not None
    assert found.everyone.selection_rate * found.everyone.n == pytest.approx(flagged)


def test_a_group_without_a_threshold_keeps_that_of_the_run(store: Store) -> None:
    own = kept(store, DATA)
    assert own.run.test is not None
    found = own.at(**{FIRST: 0.2})
    usual = own.run.test.attribute(ATTRIBUTE.name).groups[SECOND]
    assert found.groups[SECOND].threshold == own.run.test.threshold
    assert found.groups[SECOND].performance.interval("sensitivity") == usual.interval("sensitivity")
    assert found.groups[SECOND].performance.ppv == pytest.approx(usual.ppv)


def test_private_groups_are_told_as_some_report_tells_them(store: Store) -> None:
    own = kept(store, PRIVATE)
    assert len(own.steps) > 4
    for wanted in (0.1, 0.35, 0.6):
        found = own.at(**{FIRST: wanted, SECOND: 0.5})
        for group, at in ((FIRST, wanted), (SECOND, 0.5)):
            one = found.groups[group]
            told = [step for step in own.steps if step.threshold == one.threshold]
            assert len(told) == 1
            assert told[0].attribute(ATTRIBUTE.name).groups[group] == one.performance
            assert one.threshold is not None
            distances = [
                abs(step.threshold - at)
                for step in own.steps
                if step.attribute(ATTRIBUTE.name).groups[group].value("sensitivity") is not None
                and step.attribute(ATTRIBUTE.name).groups[group].value("fpr") is not None
            ]
            assert abs(one.threshold - at) == min(distances)
            assert one.choices == len(distances)


def test_private_patients_together_are_not_told(store: Store) -> None:
    assert kept(store, PRIVATE).at(**{FIRST: 0.3}).everyone is None


def test_few_private_patients_stay_at_the_threshold_of_all(store: Store) -> None:
    own = kept(store, SMALL_PRIVATE)
    assert own.run.test is not None
    moved, usual = own.at(**{FIRST: 0.05}), own.at()
    assert moved.groups[FIRST] == usual.groups[FIRST]
    assert usual.groups[FIRST].threshold == own.run.test.threshold
    assert usual.groups[FIRST].choices in (0, 1)


def test_an_unknown_group_or_attribute_is_refused(store: Store) -> None:
    own = kept(store, DATA)
    with pytest.raises(NotFoundError, match="group"):
        own.at(nobody=0.5)
    with pytest.raises(NotFoundError, match="attribute"):
        decided_groups(DATA, own.run, scores(DATA)[:, 0].astype(np.float64), "shoe size", {}, steps=None)
