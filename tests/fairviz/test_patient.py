from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fairviz.errors import SettingError
from fairviz.patient import patient
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.fairviz.small import small_spec, small_table

METHODS = ("baseline", "fairgrad", "logistic-regression")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with Workbench(tmp_path_factory.mktemp("home")) as bench:
        yield bench


@pytest.fixture(scope="module")
def comparison(bench: Workbench, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("table") / "table.parquet"
    small_table().to_parquet(path)
    task = bench.create_task(small_spec(bench.add_dataset(path).id))
    found = bench.train(task.id, METHODS, seeds=2, training=TrainingSpec(epochs=3))
    bench.wait(found, every=0.05)
    return found


def test_an_unchanged_patient_has_the_scores_of_the_training(bench: Workbench, comparison: str) -> None:
    networks = [run for run in bench.runs(comparison) if run.spec["method"] != "logistic-regression"]
    for row in (0, 17, 399):
        answer = bench.what_if_patient(comparison, row, {})
        assert [(own.label, own.seed) for own in answer.runs] == [(r.label, r.spec["seed"]) for r in networks]
        for run, own in zip(networks, answer.runs, strict=True):
            assert own.recorded == pytest.approx(float(bench.store.scores(run.id)[row, 0]), abs=1e-6)
            assert own.changed == own.recorded
            assert run.test is not None
            assert own.threshold == run.test.threshold
        assert answer.silent == ("Logistic regression",)
        assert answer.unusual == ()


def test_a_patient_changed_into_another_has_the_other_s_scores(bench: Workbench, comparison: str) -> None:
    here, there = small_table().iloc[3], small_table().iloc[8]
    changes = {column: str(there[column]) for column in ("heart_rate", "lactate", "age", "ward")}
    changed = bench.what_if_patient(comparison, 3, changes)
    for own, other in zip(changed.runs, bench.what_if_patient(comparison, 8, {}).runs, strict=True):
        assert own.changed == pytest.approx(other.recorded, abs=1e-6)
        assert own.recorded != pytest.approx(other.recorded, abs=1e-6)
    assert here["lactate"] != there["lactate"]


def test_a_missing_value_is_encoded_as_missing(bench: Workbench, comparison: str) -> None:
    data = bench.prepared(bench.store.comparison(comparison).task_id)
    changed = patient(data, small_table(), 0, {"lactate": "", "heart_rate": " "})
    assert changed.available.tolist() == [[True, True], [False, True]]
    assert set(changed.unusual) == {f'"{c}" is missing in no training row' for c in ("lactate", "heart_rate")}
    answer = bench.what_if_patient(comparison, 0, {"lactate": "", "heart_rate": ""})
    assert all(np.isfinite(own.changed) for own in answer.runs)


@pytest.mark.parametrize(
    ("changes", "unusual"),
    [
        ({"age": "61"}, ()),
        ({"age": "150"}, ('"age" is outside of what 99 of 100 training rows have',)),
        ({"age": "-5"}, ('"age" is outside of what 99 of 100 training rows have',)),
        ({"ward": "B"}, ()),
        ({"ward": "Z"}, ('"ward" has a value that fewer than 10 training rows have',)),
    ],
)
def test_values_that_training_has_not_shown_are_warned_of(
    bench: Workbench, comparison: str, changes: dict[str, str], unusual: tuple[str, ...]
) -> None:
    assert bench.what_if_patient(comparison, 0, changes).unusual == unusual


@pytest.mark.parametrize(
    ("row", "changes", "message"),
    [
        (400, {}, "row: expected 1 to 400, found 401"),
        (-1, {}, "found 0"),
        (0, {"race": "Black"}, 'column "race": expected a column that the models read'),
        (0, {"age": "old"}, "expected a number, found 'old'"),
        (0, {"age": "inf"}, "expected a number, found 'inf'"),
        (
            0,
            dict.fromkeys(("heart_rate", "lactate", "age", "ward"), ""),
            "at least one value to predict from",
        ),
    ],
)
def test_what_cannot_be_asked_is_explained(
    bench: Workbench, comparison: str, row: int, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingError) as error:
        bench.what_if_patient(comparison, row, changes)
    assert message in str(error.value)


def test_several_classes_are_refused(bench: Workbench, tmp_path: Path) -> None:
    small_table().to_parquet(tmp_path / "t.parquet")
    spec = small_spec(bench.add_dataset(tmp_path / "t.parquet").id)
    changes = {"outcome": "ward", "positive": None, "modalities": spec.modalities[:1]}
    task = bench.create_task(spec.model_copy(update=changes))
    with pytest.raises(SettingError, match="expected an outcome with two values, found 3 classes"):
        patient(bench.prepared(task.id), small_table(), 0, {})
