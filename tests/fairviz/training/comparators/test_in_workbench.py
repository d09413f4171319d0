"""Comparators are trained, shown, stopped and kept like any run."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fairviz.config import Settings
from fairviz.store.records import State
from fairviz.training.checkpoints import load_weights
from fairviz.training.comparators.learners import fit
from fairviz.workbench import Progress, Workbench
from models.specs import METHODS, TrainingSpec
from tests.fairviz.small import small_spec, write_small

ROOT = Path(__file__).resolve().parents[4]
COMPARATORS = [name for name, entry in METHODS.items() if not entry.trains_network]
LINEAR = ("logistic-regression", "reweighing")
SHORT = TrainingSpec(epochs=2, batch_size=64)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with Workbench(tmp_path / "home", settings=Settings(workers=2)) as opened:
        yield opened


@pytest.fixture
def task_id(bench: Workbench, tmp_path: Path) -> str:
    return bench.create_task(small_spec(bench.add_dataset(write_small(tmp_path)).id)).id


@pytest.fixture
def slow_fits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Exponentiated gradient takes some twenty fits of a tenth of a second; the times at which each began."""
    began: list[float] = []

    def slow(*arguments: Any) -> None:
        began.append(time.monotonic())
        time.sleep(0.1)
        fit(*arguments)

    monkeypatch.setattr("fairviz.training.comparators.exponentiated_gradient.fit", slow)
    return began


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def threads_of_fits() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "fairviz-fit"]


def test_they_stand_beside_the_networks_in_one_comparison(bench: Workbench, task_id: str) -> None:
    told: list[Progress] = []
    comparison = bench.train(task_id, ["baseline", *COMPARATORS], seeds=2, training=SHORT)
    record = bench.wait(comparison, on_progress=told.append, every=0.01)
    assert (record.state, record.message) == (State.FINISHED, "")
    shares = [progress.share for progress in told]
    assert shares == sorted(shares)
    assert any(0 < share < 1 for share in shares)
    report = json.loads(json.dumps(bench.report(comparison)))
    assert [run["method"] for run in report["runs"]] == [m for m in ["baseline", *COMPARATORS] for _ in "01"]
    assert [entry["label"] for entry in report["comparisons"]] == [METHODS[m].title for m in COMPARATORS]
    by_run = {run.id: run for run in bench.runs(comparison)}
    assert {epoch.run_id for epoch in bench.epochs(comparison)} == by_run.keys()
    for run in by_run.values():
        weights, spec = load_weights(bench.settings.home / "weights" / f"{run.id}.safetensors")
        assert spec == run.spec
        method = METHODS[run.spec["method"]]
        assert bool(weights) == (method.trains_network or method.name in LINEAR)
        assert bench.store.scores(run.id).shape == (400, 1)
        assert bench.traces(run.id).keys() == ({"loss"} if method.trains_network else set())


def test_a_fit_in_many_parts_is_cancelled_within_a_second(
    bench: Workbench, task_id: str, slow_fits: list[float]
) -> None:
    comparison = bench.train(task_id, ["exponentiated-gradient"], seeds=3)
    wait_until(lambda: bench.progress(comparison).share)
    assert len(threads_of_fits()) == 2, "one for each worker"
    cancelled = time.monotonic()
    bench.cancel(comparison)
    assert bench.wait(comparison, every=0.01).state is State.CANCELLED
    assert time.monotonic() - cancelled < 1
    assert threads_of_fits() == []
    assert sum(began > cancelled for began in slow_fits) <= 2, "what had been asked for, and no more"
    again = bench.train(task_id, ["logistic-regression"], seeds=1)
    assert bench.wait(again, every=0.01).state is State.FINISHED


def test_closing_ends_a_fit_too(tmp_path: Path, slow_fits: list[float]) -> None:
    with Workbench(tmp_path / "other", settings=Settings(workers=1)) as bench:
        task = bench.create_task(small_spec(bench.add_dataset(write_small(tmp_path)).id)).id
        bench.train(task, ["exponentiated-gradient"], seeds=1)
        wait_until(lambda: slow_fits)
        closing = time.monotonic()
    assert time.monotonic() - closing < 1
    assert threads_of_fits() == []


def test_one_that_cannot_be_trained_leaves_the_others_alone(bench: Workbench, tmp_path: Path) -> None:
    dataset = bench.add_dataset(write_small(tmp_path))
    spec = small_spec(dataset.id)
    wards = {"outcome": "ward", "positive": None, "modalities": spec.modalities[:1]}
    task = bench.create_task(spec.model_copy(update=wards))
    comparison = bench.train(task.id, ["threshold-optimizer", "reweighing"], seeds=1)
    record = bench.wait(comparison, every=0.01)
    assert record.state is State.FINISHED
    assert "threshold-optimizer" in record.message
    assert "expected two classes" in record.message
    states = {run.spec["method"]: run.state for run in bench.runs(comparison)}
    assert states == {"threshold-optimizer": State.FAILED, "reweighing": State.FINISHED}


def test_a_sweep_varies_the_bound(bench: Workbench, task_id: str) -> None:
    comparison = bench.sweep(task_id, "exponentiated-gradient", {"eps": ["0.05", "0.2"]}, seeds=1)
    assert bench.wait(comparison, every=0.01).state is State.FINISHED
    labels = [run.label for run in bench.runs(comparison)]
    assert labels == ["Exponentiated gradient, eps 0.05", "Exponentiated gradient, eps 0.2"]


def test_their_libraries_are_imported_with_the_first_of_them() -> None:
    code = (
        "import sys, fairviz.workbench, fairviz.cli, fairviz.jobs.rotation;"
        "print([name for name in ('sklearn', 'fairlearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_compares_them(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    command = [sys.executable, "-m", "fairviz", "compare", str(write_small(tmp_path)), "--target", "died"]
    command += ["--method", "logistic-regression", "--method", "exponentiated-gradient", "--seeds", "1"]
    command += ["--set", "exponentiated-gradient.eps=0.1"]
    command += ["--home", str(tmp_path / "home"), "--json", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Exponentiated" in done.stdout
    assert "Warning" not in done.stderr
    runs = json.loads(out.read_text())["runs"]
    assert [run["params"] for run in runs] == [
        {"c": 1.0},
        {"estimator": "logistic", "eps": 0.1, "max_iter": 50},
    ]
    assert runs[1]["test"]["threshold"] is None
    assert runs[1]["test"]["calibration_error"] is None
    assert "probabilities of a decision" in runs[1]["test"]["reason"]["calibration_error"]
