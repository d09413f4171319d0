"""The facade, from a file to a report, with real training on a small table."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fairviz
from fairviz.config import Settings
from fairviz.data.prepare import PreparedData
from fairviz.errors import DataError, NotFoundError, SettingError, TaskError
from fairviz.store.records import RunEntry, State
from fairviz.store.store import Store
from fairviz.training.checkpoints import load_weights
from fairviz.training.engine import train
from fairviz.training.events import Event
from fairviz.training.packing import Pack
from fairviz.training.runs import grid_runs
from fairviz.training.tensors import TaskTensors
from fairviz.workbench import Progress, Workbench
from models.specs import TrainingSpec
from tests.fairviz.small import small_spec, small_table, write_small

ROOT = Path(__file__).resolve().parents[2]
SHORT = TrainingSpec(epochs=2, batch_size=64)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with Workbench(tmp_path / "home", settings=Settings()) as opened:
        yield opened


@pytest.fixture
def task_id(bench: Workbench, tmp_path: Path) -> str:
    dataset = bench.add_dataset(write_small(tmp_path), name="Small")
    return bench.create_task(small_spec(dataset.id)).id


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def test_from_a_file_to_a_report(bench: Workbench, task_id: str) -> None:
    told: list[Progress] = []
    comparison = bench.train(task_id, ["baseline", "fairgrad", "multifair"], seeds=2, training=SHORT)
    record = bench.wait(comparison, on_progress=told.append, every=0.01)
    assert record.state is State.FINISHED, record.message
    assert told
    report = json.loads(json.dumps(bench.report(comparison)))
    assert [(run["method"], run["seed"]) for run in report["runs"]] == [
        (method, seed) for method in ("baseline", "fairgrad", "multifair") for seed in (0, 1)
    ]
    race = report["runs"][0]["test"]["attributes"]["race"]
    assert set(race["groups"]) == {"Black", "White"}
    assert 0 <= race["soft_equalized_odds_gap"] <= 1
    assert [entry["label"] for entry in report["comparisons"]] == ["FairGrad", "MultiFair"]
    assert report["task"]["outcome"] == "died"
    run = bench.runs(comparison)[-1]
    assert bench.traces(run.id)["gate"].shape == (8, 2)
    assert bench.evaluate(run.id) == run.test
    _, spec = load_weights(bench.settings.home / "weights" / f"{run.id}.safetensors")
    assert spec == run.spec


def test_the_paired_differences_are_those_of_the_reports(bench: Workbench, task_id: str) -> None:
    comparison = bench.train(task_id, ["baseline", "fairgrad"], seeds=2, training=SHORT)
    bench.wait(comparison)
    report = bench.report(comparison)
    auc = {(run["method"], run["seed"]): run["test"]["auc"] for run in report["runs"]}
    expected = np.mean([auc["fairgrad", seed] - auc["baseline", seed] for seed in (0, 1)])
    (entry,) = report["comparisons"]
    found = next(d for d in entry["differences"] if d["metric"] == "auc")
    assert found["mean"] == pytest.approx(expected)
    assert found["seeds"] == 2


def test_a_report_says_what_differences_prove(bench: Workbench, tmp_path: Path) -> None:
    spec = small_spec(bench.add_dataset(write_small(tmp_path)).id)
    task = bench.create_task(spec.model_copy(update={"public": True}))
    comparison = bench.train(task.id, ["baseline", "fairgrad"], seeds=2, training=SHORT)
    bench.wait(comparison, every=0.01)
    (entry,) = json.loads(json.dumps(bench.report(comparison), allow_nan=False))["comparisons"]
    evidence = entry["evidence"]
    mean = {d["metric"]: d["mean"] for d in entry["differences"] if d["attribute"] in (None, "race")}
    assert evidence["seeds"] == [0, 1]
    assert evidence["auc"]["difference"] == pytest.approx(mean["auc"])
    race = evidence["attributes"]["race"]
    for gap, change in race["gaps"].items():
        assert change["difference"] == pytest.approx(mean[gap])
        assert change["percentile_2_5"] <= change["percentile_97_5"]
    assert set(race["groups"]) == {"Black", "White"}
    assert race["groups_tested"] == 2
    assert (race["could_miss_drops_up_to"] is None) == bool(race["harmed"])
    assert bench.evidence(comparison)["FairGrad"] is bench.evidence(comparison)["FairGrad"]


def test_configurations_have_a_share_of_fronts(bench: Workbench, task_id: str) -> None:
    comparison = bench.train(task_id, ["baseline", "fairgrad"], seeds=2, training=SHORT)
    bench.wait(comparison, every=0.01)
    axes = ("auc", "equalized_odds_difference", "race")
    found = bench.front_frequency(comparison, *axes)
    assert list(found) == ["Baseline", "FairGrad"]
    numbers = [share for share in found.values() if isinstance(share, float)]
    assert sum(numbers) >= 1
    assert max(numbers) <= 1
    assert bench.front_frequency(comparison, *axes) is found
    with pytest.raises(SettingError, match="attribute: expected one of race, sex"):
        bench.front_frequency(comparison, *axes[:2], "ward")


def test_a_sweep_is_measured_against_the_baseline_of_its_own_settings(bench: Workbench, task_id: str) -> None:
    grid = {"tau": ["0.01", "0.04"], "learning_rate": ["0.001", "0.01"]}
    comparison = bench.sweep(task_id, "multifair", grid, seeds=2, training=SHORT, baseline=True)
    assert bench.wait(comparison, every=0.01).state is State.FINISHED
    report = bench.report(comparison)
    rates = {(run["method"], run["training"]["learning_rate"]) for run in report["runs"]}
    assert rates == {(method, rate) for method in ("baseline", "multifair") for rate in (0.001, 0.01)}
    assert [entry["label"] for entry in report["comparisons"]] == [
        "MultiFair, tau 0.01",
        "MultiFair, tau 0.01, learning rate 0.01",
        "MultiFair",
        "MultiFair, learning rate 0.01",
    ]
    auc = {
        (run["method"], run["training"]["learning_rate"], run["params"].get("tau"), run["seed"]): run["test"][
            "auc"
        ]
        for run in report["runs"]
    }
    expected = np.mean(
        [auc["multifair", 0.01, 0.04, seed] - auc["baseline", 0.01, None, seed] for seed in (0, 1)]
    )
    found = next(d for d in report["comparisons"][-1]["differences"] if d["metric"] == "auc")
    assert found["mean"] == pytest.approx(expected)


def test_a_collapse_is_named_in_the_report(bench: Workbench, task_id: str) -> None:
    grid: dict[str, list[Any]] = {"strength": [0.3, 100], "penalty": ["absolute"], "learning_rate": [0.3]}
    comparison = bench.sweep(task_id, "regularised", grid, seeds=1, training=SHORT)
    bench.wait(comparison, every=0.01)
    runs = {run["params"]["strength"]: run for run in bench.report(comparison)["runs"]}
    assert runs[100]["collapse"] in {"flags nearly every patient", "flags hardly anyone"}
    decided = {runs[100]["test"]["sensitivity"], 1 - runs[100]["test"]["specificity"]}
    assert max(decided) - min(decided) < 0.1
    ordinary = bench.train(task_id, ["baseline"], seeds=1, training=SHORT)
    bench.wait(ordinary, every=0.01)
    assert [run["collapse"] for run in bench.report(ordinary)["runs"]] == [None]


def test_a_sweep_beyond_the_limit_is_refused_whole(bench: Workbench, task_id: str) -> None:
    grid = {"tau": [number / 1000 for number in range(1, 602)]}
    with pytest.raises(SettingError, match="at most 600 runs, found 601"):
        bench.sweep(task_id, "multifair", grid, seeds=1)
    assert bench.store.comparisons(task_id) == []


def test_packs_are_those_that_would_be_trained(tmp_path: Path) -> None:
    many = grid_runs("multifair", {"tau": [number / 100 for number in range(1, 50)]}, 1, SHORT)
    path = write_small(tmp_path)
    with Workbench(tmp_path / "one", settings=Settings(workers=1)) as bench:
        task_id = bench.create_task(small_spec(bench.add_dataset(path).id)).id
        assert (
            bench.packs(task_id, grid_runs("multifair", {"tau": [0.01, 0.02]}, 2, SHORT, baseline=True)) == 2
        )
        choices = grid_runs("fairgrad", {"penalty": ["squared", "absolute"]}, 1, SHORT)
        assert bench.packs(task_id, choices) == 2, "a choice is shared by a pack"
        assert bench.packs(task_id, many) == 3, "24 members fill a CPU's pack"
    with Workbench(tmp_path / "seven", settings=Settings(workers=7)) as bench:
        task_id = bench.create_task(small_spec(bench.add_dataset(path).id)).id
        assert bench.packs(task_id, many) == 7, "each worker has its share"


def test_how_long_it_takes_is_known_after_the_first_time(bench: Workbench, task_id: str) -> None:
    assert bench.seconds_per_epoch(task_id, "fairgrad", 64) is None
    record = bench.wait(bench.train(task_id, ["baseline"], seeds=2, training=SHORT), every=0.01)
    assert record.started is not None
    assert record.ended is not None
    expected = (record.ended - record.started).total_seconds() / (2 * SHORT.epochs)
    assert bench.seconds_per_epoch(task_id, "fairgrad", 64) == pytest.approx(expected)
    assert bench.seconds_per_epoch(task_id, "fairgrad", 32) is None, "other batches, another speed"
    bench.wait(bench.train(task_id, ["fairgrad"], seeds=1, training=SHORT), every=0.01)
    assert bench.seconds_per_epoch(task_id, "fairgrad", 64) != pytest.approx(expected)
    assert bench.seconds_per_epoch(task_id, "baseline", 64) == pytest.approx(expected)


def test_batches_of_several_sizes_each_have_their_own_speed(bench: Workbench, task_id: str) -> None:
    runs = grid_runs("baseline", {"batch_size": [8, 64]}, 2, TrainingSpec(epochs=2))
    record = bench.wait(bench.train_runs(task_id, runs), every=0.01)
    assert record.started is not None
    assert record.ended is not None
    small, large = (bench.seconds_per_epoch(task_id, "baseline", size) for size in (8, 64))
    assert small is not None
    assert large is not None
    assert small > large
    assert 4 * (small + large) == pytest.approx((record.ended - record.started).total_seconds())


def test_no_runs_are_no_comparison(bench: Workbench, task_id: str) -> None:
    with pytest.raises(SettingError, match="at least one method and one seed"):
        bench.train_runs(task_id, [])


def test_methods_move_together(bench: Workbench, task_id: str) -> None:
    comparison = bench.train(task_id, ["baseline", "fairgrad"], seeds=1, training=SHORT)
    bench.wait(comparison)
    runs = {run.id: run.spec["method"] for run in bench.runs(comparison)}
    epochs = bench.epochs(comparison)
    assert sorted((runs[e.run_id], e.epoch) for e in epochs) == [
        ("baseline", 1),
        ("baseline", 2),
        ("fairgrad", 1),
        ("fairgrad", 2),
    ]


def test_a_second_press_of_the_button_trains_nothing_twice(bench: Workbench, task_id: str) -> None:
    long = TrainingSpec(epochs=1000, batch_size=64)
    first = bench.train(task_id, ["baseline"], seeds=1, training=long)
    assert bench.train(task_id, ["baseline"], seeds=1, training=long) == first
    other = bench.train(task_id, ["baseline"], seeds=2, training=long)
    assert other != first
    for comparison in (other, first):
        bench.cancel(comparison)
        bench.wait(comparison, every=0.01)
    again = bench.train(task_id, ["baseline"], seeds=1, training=SHORT)
    assert again != first
    assert bench.wait(again, every=0.01).state is State.FINISHED


def test_any_number_of_threads_gives_the_same_results(tmp_path: Path) -> None:
    methods = ["baseline", "fairgrad", "multifair", "multifair-plus"]
    found = []
    for workers in (1, 3):
        with Workbench(tmp_path / str(workers), settings=Settings(workers=workers)) as bench:
            dataset = bench.add_dataset(write_small(tmp_path))
            task = bench.create_task(small_spec(dataset.id))
            comparison = bench.train(task.id, methods, seeds=2, training=SHORT)
            assert bench.wait(comparison, every=0.01).state is State.FINISHED
            found.append([bench.store.scores(run.id) for run in bench.runs(comparison)])
            # Start and end, and for each pack two epochs and its results: no change goes unseen.
            assert bench.progress(comparison).revision == 2 + 3 * len(methods)
    for alone, together in zip(*found, strict=True):
        np.testing.assert_array_equal(alone, together)


def test_several_threads_stop_when_cancelled(tmp_path: Path) -> None:
    with Workbench(tmp_path / "home", settings=Settings(workers=2)) as bench:
        dataset = bench.add_dataset(write_small(tmp_path))
        task = bench.create_task(small_spec(dataset.id))
        long = TrainingSpec(epochs=1000, batch_size=64)
        comparison = bench.train(task.id, ["baseline", "fairgrad"], seeds=1, training=long)
        wait_until(lambda: bool(bench.epochs(comparison)))
        bench.cancel(comparison)
        assert bench.wait(comparison, every=0.01).state is State.CANCELLED
        again = bench.train(task.id, ["baseline"], seeds=1, training=SHORT)
        assert bench.wait(again, every=0.01).state is State.FINISHED


def test_cancelling_keeps_what_was_shown(bench: Workbench, task_id: str) -> None:
    comparison = bench.train(
        task_id, ["baseline"], seeds=1, training=TrainingSpec(epochs=1000, batch_size=64)
    )
    wait_until(lambda: bool(bench.epochs(comparison)))
    bench.cancel(comparison)
    record = bench.wait(comparison, every=0.01)
    assert record.state is State.CANCELLED
    assert bench.epochs(comparison)
    assert {run.state for run in bench.runs(comparison)} == {State.CANCELLED}
    assert bench.report(comparison)["runs"] == []


def test_the_same_runs_can_be_trained_again_at_once_after_a_cancel(bench: Workbench, task_id: str) -> None:
    long = TrainingSpec(epochs=1000, batch_size=64)
    first = bench.train(task_id, ["baseline"], seeds=1, training=long)
    wait_until(lambda: bool(bench.epochs(first)))
    bench.cancel(first)
    second = bench.train(task_id, ["baseline"], seeds=1, training=long)
    assert second != first
    wait_until(lambda: bool(bench.epochs(second)))
    bench.cancel(second)


def test_a_queued_comparison_says_who_is_ahead(bench: Workbench, task_id: str) -> None:
    long = TrainingSpec(epochs=1000, batch_size=64)
    first = bench.train(task_id, ["baseline"], seeds=1, training=long)
    second = bench.train(task_id, ["baseline"], seeds=1, training=SHORT)
    wait_until(lambda: bench.progress(first).state is State.RUNNING)
    waiting = bench.progress(second)
    assert (waiting.state, waiting.ahead) == (State.QUEUED, 1)
    bench.cancel(second)
    assert bench.progress(second).state is State.CANCELLED
    assert bench.progress(first).state is State.RUNNING
    bench.cancel(first)
    assert bench.wait(first, every=0.01).state is State.CANCELLED
    third = bench.train(task_id, ["baseline"], seeds=1, training=SHORT)
    assert bench.wait(third, every=0.01).state is State.FINISHED
    assert bench.progress(second).state is State.CANCELLED


def test_time_left_is_estimated_while_running(bench: Workbench, task_id: str) -> None:
    comparison = bench.train(
        task_id, ["baseline"], seeds=1, training=TrainingSpec(epochs=1000, batch_size=64)
    )
    wait_until(lambda: bench.progress(comparison).share > 0)
    left = bench.progress(comparison).seconds_left
    assert left is not None
    assert left > 0
    bench.cancel(comparison)
    bench.wait(comparison, every=0.01)


def test_closing_marks_what_was_running_as_interrupted(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Workbench(home, settings=Settings()) as bench:
        dataset = bench.add_dataset(write_small(tmp_path))
        task = bench.create_task(small_spec(dataset.id))
        comparison = bench.train(
            task.id, ["baseline"], seeds=1, training=TrainingSpec(epochs=1000, batch_size=64)
        )
        wait_until(lambda: bool(bench.epochs(comparison)))
    with Workbench(home, settings=Settings()) as bench:
        assert bench.progress(comparison).state is State.INTERRUPTED
        assert bench.epochs(comparison)


def test_work_of_a_dead_process_is_marked_and_that_of_a_living_one_is_not(
    bench: Workbench, task_id: str
) -> None:
    url = bench.settings.store_url
    store = Store(url)
    entries = [RunEntry("Baseline", {"method": "baseline", "seed": 0})]
    dead = store.add_comparison(task_id, entries, owner="gone").id
    (bench.settings.home / "processes" / "gone.lock").touch()
    elsewhere = store.add_comparison(task_id, entries, owner="of another home").id
    living = bench.train(task_id, ["baseline"], seeds=1, training=TrainingSpec(epochs=1000, batch_size=64))
    with Workbench(bench.settings.home, settings=Settings()) as second:
        assert second.progress(dead).state is State.INTERRUPTED
        assert second.progress(living).state.active
        assert second.progress(elsewhere).state.active
        with pytest.raises(SettingError, match="comparison to cancel: expected one that this process trains"):
            second.cancel(living)
    bench.cancel(living)
    bench.wait(living, every=0.01)
    store.close()


def test_a_neighbour_that_dies_later_is_noticed(bench: Workbench, task_id: str) -> None:
    entries = [RunEntry("Baseline", {"method": "baseline", "seed": 0})]
    orphan = bench.store.add_comparison(task_id, entries, owner="neighbour").id
    assert bench.progress(orphan).state is State.QUEUED
    (bench.settings.home / "processes" / "neighbour.lock").touch()
    assert bench.progress(orphan).state is State.INTERRUPTED
    assert not (bench.settings.home / "processes" / "neighbour.lock").exists()


def test_a_pack_that_fails_leaves_the_others_alone(
    bench: Workbench, task_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_diverges(pack: Pack, data: PreparedData, tensors: TaskTensors) -> Iterator[Event]:
        yield from train(pack, data, tensors)
        if pack.runs[0].method == "fairgrad":
            raise SettingError("fairgrad, seed 0", expected="numbers", found="none", remedy="Go slower.")

    monkeypatch.setattr("fairviz.jobs.rotation.train", one_diverges)
    comparison = bench.train(task_id, ["fairgrad", "baseline"], seeds=1, training=SHORT)
    record = bench.wait(comparison, every=0.01)
    assert record.state is State.FINISHED
    assert "fairgrad, seed 0: expected numbers" in record.message
    states = {run.spec["method"]: run.state for run in bench.runs(comparison)}
    assert states["baseline"] is State.FINISHED
    assert states["fairgrad"] is State.FAILED


def test_a_training_that_fails_says_why(bench: Workbench, task_id: str) -> None:
    for file in (bench.settings.home / "datasets").iterdir():
        file.unlink()
    record = bench.wait(bench.train(task_id, ["baseline"], seeds=1, training=SHORT), every=0.01)
    assert record.state is State.FAILED
    assert "expected its file" in record.message
    assert "Load the dataset again" in record.message


def test_an_unexpected_error_is_logged_and_the_worker_lives_on(
    bench: Workbench, task_id: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("fairviz.jobs.rotation.train", lambda *_: 1 / 0)
        record = bench.wait(bench.train(task_id, ["baseline"], seeds=1, training=SHORT), every=0.01)
    assert record.state is State.FAILED
    assert record.message == (
        "Baseline: expected a training to its end, found an unexpected error. "
        "The server's log has the details."
    )
    assert "ZeroDivisionError" in caplog.text
    after = bench.wait(bench.train(task_id, ["baseline"], seeds=1, training=SHORT), every=0.01)
    assert after.state is State.FINISHED


def test_a_sweep_trains_every_point_and_seed(bench: Workbench, task_id: str) -> None:
    comparison = bench.sweep(
        task_id, "multifair", {"tau": [0.01, 0.04], "delta": ["0.3"]}, seeds=2, training=SHORT
    )
    bench.wait(comparison)
    runs = bench.runs(comparison)
    assert [(run.spec["parameters"]["tau"], run.spec["seed"]) for run in runs] == [
        (0.01, 0),
        (0.01, 1),
        (0.04, 0),
        (0.04, 1),
    ]
    assert {run.label for run in runs} == {"MultiFair", "MultiFair, tau 0.01"}


def test_what_if_with_the_recorded_dials_gives_the_recorded_factors(bench: Workbench, task_id: str) -> None:
    comparison = bench.sweep(task_id, "multifair", {"tau": [0.05]}, seeds=1, training=SHORT)
    bench.wait(comparison)
    (run,) = bench.runs(comparison)
    traces = bench.traces(run.id)
    replayed = bench.what_if(run.id, tau=0.05, delta=0.3)
    for name in ("gate", "group_factors", "batch_factors", "scale"):
        np.testing.assert_allclose(getattr(replayed, name), traces[name], atol=1e-6)
    open_gates = bench.what_if(run.id, tau=1e-3, delta=0.3).gate.sum()
    assert open_gates >= traces["gate"].sum()


def test_curves_of_groups_are_of_finished_runs_on_test_rows(bench: Workbench, task_id: str) -> None:
    comparison = bench.train(task_id, ["baseline"], seeds=1, training=TrainingSpec(epochs=1))
    (queued,) = bench.store.runs(comparison)
    bench.wait(comparison)
    found = bench.group_curves(queued.id, "sex")
    report = bench.evaluate(queued.id)
    assert report is not None
    assert list(found.groups) == list(report.attributes["sex"].groups)
    for group, own in found.groups.items():
        if own.roc is not None:
            area = np.trapezoid(own.roc.tpr, own.roc.fpr)
            assert area == pytest.approx(report.attributes["sex"].groups[group].auc)


def test_runs_that_are_not_finished_have_no_curves(bench: Workbench, task_id: str) -> None:
    comparison = bench.train(task_id, ["baseline"], seeds=1, training=TrainingSpec(epochs=1000))
    with pytest.raises(SettingError, match="a finished one"):
        bench.group_curves(bench.store.runs(comparison)[0].id, "sex")
    bench.cancel(comparison)


def test_what_if_needs_a_multifair_run(bench: Workbench, task_id: str) -> None:
    comparison = bench.train(task_id, ["baseline"], seeds=1, training=SHORT)
    bench.wait(comparison)
    with pytest.raises(SettingError, match="run: expected a MultiFair run"):
        bench.what_if(bench.runs(comparison)[0].id, tau=0.1, delta=0.3)


def test_the_names_that_scripts_call_are_there() -> None:
    names = "add_dataset create_task train sweep runs traces evaluate what_if report"
    assert fairviz.Workbench is Workbench
    assert all(callable(getattr(Workbench, name)) for name in names.split())
    with pytest.raises(AttributeError, match="has no attribute 'Workbanch'"):
        _ = fairviz.Workbanch


def test_visitors_may_bring_the_same_file_at_once(bench: Workbench) -> None:
    with ThreadPoolExecutor(4) as visitors:
        tasks = list(visitors.map(bench.add_sample, ["nhefs"] * 8))
    assert len({task.id for task in tasks}) == 1
    assert len(bench.store.datasets()) == 1
    assert len(bench.table(tasks[0].dataset_id)) == 1629


def test_processes_may_open_a_new_home_at_once(tmp_path: Path) -> None:
    code = "import sys; from fairviz.store.store import Store; Store('sqlite:///' + sys.argv[1]).close()"
    opening = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "new.db")], cwd=ROOT) for _ in range(4)
    ]
    assert [process.wait() for process in opening] == [0, 0, 0, 0]


def test_a_deleted_run_leaves_its_id_to_nobody(bench: Workbench, tmp_path: Path) -> None:
    def run_id() -> int:
        dataset = bench.add_dataset(str(write_small(tmp_path)))
        task = bench.create_task(small_spec(dataset.id))
        comparison = bench.train(task.id, ["baseline"], seeds=1, training=SHORT)
        bench.wait(comparison)
        found = bench.runs(comparison)[0].id
        bench.delete_dataset(dataset.id)
        return found

    assert run_id() < run_id()


@pytest.mark.parametrize("method", ["multifair", "multifair-g"])
def test_replay_of_every_gated_form_gives_the_recorded_factors(
    bench: Workbench, task_id: str, method: str
) -> None:
    comparison = bench.train(task_id, [method], seeds=1, training=SHORT)
    bench.wait(comparison)
    (run,) = bench.runs(comparison)
    own = run.spec["parameters"]
    replayed = bench.what_if(run.id, tau=own["tau"], delta=own["delta"])
    np.testing.assert_allclose(replayed.scale, bench.traces(run.id)["scale"], atol=1e-6)


def test_there_is_no_what_if_where_dials_act_otherwise(bench: Workbench, task_id: str) -> None:
    changes: list[dict[str, str]] = [{"granularity": "sample"}, {"gate": "none"}]
    for change in changes:
        comparison = bench.train(
            task_id, ["multifair"], seeds=1, training=SHORT, parameters={"multifair": change}
        )
        bench.wait(comparison)
        with pytest.raises(SettingError, match="one factor per batch"):
            bench.what_if(bench.runs(comparison)[0].id, tau=0.1, delta=0.3)


def test_there_is_no_what_if_where_groups_do_not_act(bench: Workbench, task_id: str) -> None:
    comparison = bench.train(task_id, ["multifair-m"], seeds=1, training=SHORT)
    bench.wait(comparison)
    with pytest.raises(SettingError, match="expected a MultiFair run with groups"):
        bench.what_if(bench.runs(comparison)[0].id, tau=0.1, delta=0.3)


def test_the_same_file_and_task_twice_are_one(bench: Workbench, tmp_path: Path) -> None:
    path = write_small(tmp_path)
    first, second = bench.add_dataset(path), bench.add_dataset(path)
    assert first == second
    spec = small_spec(first.id)
    assert bench.create_task(spec) == bench.create_task(spec)
    assert len(bench.store.tasks()) == 1


def test_a_kept_table_is_the_file(bench: Workbench, tmp_path: Path) -> None:
    dataset = bench.add_dataset(write_small(tmp_path))
    kept = bench.table(dataset.id)
    assert list(kept.columns) == list(small_table().columns)
    np.testing.assert_array_equal(kept["died"], small_table()["died"])


def test_every_sample_has_a_ready_task(bench: Workbench) -> None:
    task = bench.add_sample("support2")
    assert bench.task_spec(task.id).outcome == "hospdead"
    assert set(bench.group_counts(bench.task_spec(task.id))["attribute"]) == {"race", "sex", "income"}


def test_proposals_keep_what_is_given(bench: Workbench, tmp_path: Path) -> None:
    dataset = bench.add_dataset(write_small(tmp_path))
    spec = bench.propose_task(dataset.id, sensitive=["sex"])
    assert (spec.outcome, spec.sensitive) == ("died", ("sex",))


def test_a_task_that_cannot_be_trained_is_not_kept(bench: Workbench, tmp_path: Path) -> None:
    dataset = bench.add_dataset(write_small(tmp_path))
    with pytest.raises(TaskError):
        bench.create_task(small_spec(dataset.id).model_copy(update={"outcome": "no_such_column"}))
    assert bench.store.tasks() == []


def test_parameters_of_a_method_that_is_not_trained_are_refused(bench: Workbench, task_id: str) -> None:
    with pytest.raises(SettingError, match="parameters of multifair: expected one of the methods"):
        bench.train(task_id, ["baseline"], parameters={"multifair": {"tau": 0.1}})


def test_nothing_to_train_is_refused(bench: Workbench, task_id: str) -> None:
    with pytest.raises(SettingError, match="runs: expected at least one method"):
        bench.train(task_id, [])


def test_unknown_ids_are_named(bench: Workbench) -> None:
    with pytest.raises(NotFoundError, match="dataset: expected the id"):
        bench.table("nothing")


def test_a_process_that_ends_in_the_middle_of_a_training_ends_well(tmp_path: Path) -> None:
    write_small(tmp_path)
    script = f"""
import time
from pathlib import Path
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.fairviz.small import small_spec
bench = Workbench({str(tmp_path / "home")!r})
dataset = bench.add_dataset(Path({str(tmp_path / "small.csv")!r}))
task = bench.create_task(small_spec(dataset.id))
comparison = bench.train(task.id, ["multifair"], training=TrainingSpec(epochs=1000, batch_size=16))
while not bench.progress(comparison).share:
    time.sleep(0.01)
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], check=False, cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert ended.returncode == 0, ended.stderr
    with Workbench(tmp_path / "home", settings=Settings()) as bench:
        (comparison,) = bench.store.comparisons()
        assert comparison.state is State.INTERRUPTED


def test_a_file_larger_than_the_limit_it_is_given_is_refused(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("age,died\n" + "61,0\n" * 300_000, encoding="utf-8")
    with pytest.raises(DataError, match=r"at most 1 MiB, found 1\.43 MiB"):
        bench.add_dataset(path, limit_mb=1)
    assert bench.add_dataset(path).rows == 300_000


def test_some_columns_of_a_table_are_read_alone(bench: Workbench, tmp_path: Path) -> None:
    dataset = bench.add_dataset(write_small(tmp_path))
    assert list(bench.table(dataset.id, columns=["race"]).columns) == ["race"]
