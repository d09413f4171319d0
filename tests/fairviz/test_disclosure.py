"""Whatever a page, the command line or a file gets has come through the gate."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairviz.data.samples import samples
from fairviz.data.specs import SplitSpec
from fairviz.evaluation.binary import METRICS
from fairviz.figures.calibration import calibration
from fairviz.figures.forest import forest
from fairviz.figures.group_auc import group_auc
from fairviz.figures.roc import roc
from fairviz.figures.rows import figure_rows
from fairviz.reports.gate import told_report
from fairviz.suppression import SUPPRESSED
from fairviz.ui.curveseries import calibration_planes, roc_planes
from fairviz.ui.findings import Proof, results
from fairviz.ui.groupchanges import changes_forest
from fairviz.ui.groupseries import numbers, rates_forest
from fairviz.ui.history import History
from fairviz.ui.series import group_curves
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.fairviz.small import small_spec, small_table

ROOT = Path(__file__).resolve().parents[2]
# What the store has of runs, raw.
RAW = {"run", "runs", "epochs", "traces", "scores"}
SHORT = TrainingSpec(epochs=2, batch_size=64)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workbench, str, str]]:
    """Patients of three races, one of them rare: neither public nor synthetic."""
    folder = tmp_path_factory.mktemp("patients")
    frame = small_table(800)
    frame.loc[np.arange(800) % 80 == 0, "race"] = "Other"
    frame.to_csv(folder / "patients.csv", index=False)
    with Workbench(folder / "home") as bench:
        dataset = bench.add_dataset(folder / "patients.csv")
        spec = small_spec(dataset.id).model_copy(update={"public": False})
        task = bench.create_task(spec).id
        comparison = bench.train(task, ["baseline", "multifair"], seeds=1, training=SHORT)
        bench.wait(comparison, every=0.05)
        yield bench, task, comparison


def test_every_report_of_the_workbench_is_told(trained: tuple[Workbench, str, str]) -> None:
    bench, _, comparison = trained
    raw = {run.id: run for run in bench.store.runs(comparison)}
    for run in bench.runs(comparison):
        stored = raw[run.id]
        assert stored.test is not None
        assert run.test is not None
        assert run.test.to_json() == told_report(stored.test, public=False) != stored.test
        assert bench.evaluate(run.id) == run.test
        other = run.test.attribute("race").groups["Other"]
        assert (other.n, other.reason["n"]) == (None, SUPPRESSED)
    told = [run.test.to_json() for run in bench.runs(comparison) if run.test]
    assert [run["test"] for run in bench.report(comparison)["runs"]] == told


def test_every_epoch_of_the_workbench_is_told(trained: tuple[Workbench, str, str]) -> None:
    bench, _, comparison = trained
    expected = [told_report(own.validation, public=False) for own in bench.store.epochs(comparison)]
    assert [own.validation.to_json() for own in bench.epochs(comparison)] == expected
    _, epochs = History(bench, comparison).at(1_000)
    assert [own.validation.to_json() for own in epochs] == expected


def test_no_figure_has_a_number_of_a_suppressed_group(trained: tuple[Workbench, str, str]) -> None:
    bench, task, comparison = trained
    runs, attribute = bench.runs(comparison), "race"
    found = results(runs, "test", Proof(bench.evidence(comparison)))
    changes = changes_forest(found, attribute)
    assert changes is not None
    rates = [*numbers(bench.task_spec(task)).values()]
    curves = [bench.group_curves(run.id, attribute) for run in runs]
    planes = roc_planes(curves), calibration_planes(curves)
    figures = [
        group_auc(group_curves(runs, bench.epochs(comparison), attribute), split="validation"),
        forest(rates_forest(found, attribute, rates)),
        forest(changes),
        roc(planes[0], attribute, []),
        calibration(planes[1], attribute, []),
    ]
    tables = [figure_rows(json.loads(figure.to_json())) for figure in figures]
    assert all("White" in table[["series", "y"]].to_numpy() for table in tables if len(table))
    assert any("Other" in table[["series", "y"]].to_numpy() for table in tables)
    for table in tables:
        few = table[(table["series"] == "Other") | (table["y"] == "Other") | (table["x"] == "Other")]
        told = few[["x", "y", "x_low", "y_low", "value"]].map(lambda cell: isinstance(cell, (int, float)))
        assert not (told & few[told.columns].notna()).any(axis=None)


def test_counts_of_groups_and_traces_are_told(trained: tuple[Workbench, str, str]) -> None:
    bench, task, comparison = trained
    counts = bench.group_counts(bench.task_spec(task)).set_index("group")
    assert counts["n"].isna().to_dict() == dict.fromkeys(["female", "male"], False) | {
        "Black": True,
        "Other": True,
        "White": False,
    }
    multifair = bench.runs(comparison)[-1]
    assert "shares" in bench.store.traces(multifair.id)
    assert "shares" not in bench.traces(multifair.id)
    assert bench.what_if(multifair.id, tau=0.1, delta=0.5).scale.size


def test_of_a_group_of_few_patients_with_many_rows_nothing_is_told(tmp_path: Path) -> None:
    """15 rows of 5 patients, which would be told of as 15 rows."""
    frame = small_table(800)
    frame["mrn"] = np.arange(800)
    frame.loc[:14, ["mrn", "race"]] = [[row // 3, "Other"] for row in range(15)]
    frame.to_csv(tmp_path / "patients.csv", index=False)
    with Workbench(tmp_path / "home") as bench:
        dataset = bench.add_dataset(tmp_path / "patients.csv").id
        private = {"public": False, "sensitive": ("race",)}
        spec = small_spec(dataset).model_copy(update=private | {"split": SplitSpec(group_id="mrn")})
        counts = bench.group_counts(spec).set_index("group").loc["Other"]
        assert counts[["n", "positives", "negatives"]].isna().all()
        by_row = bench.group_counts(spec.model_copy(update={"split": SplitSpec()})).set_index("group")
        assert by_row.loc["Other", "n"] == 15
        comparison = bench.train(bench.create_task(spec).id, ["baseline"], seeds=1, training=SHORT)
        bench.wait(comparison, every=0.05)
        (run,) = bench.runs(comparison)
        assert run.test is not None
        reports = [run.test, *(own.validation for own in bench.epochs(comparison))]
        assert len(reports) == 3
        for report in reports:
            groups = report.attribute("race").groups
            other = [group for name, group in groups.items() if name == "Other"]
            assert all(group.value(name) is None for group in other for name in METRICS)
            assert [group.n for group in other] == [None] * len(other)
            assert '"people' not in json.dumps(report.to_json())


def test_rows_told_twice_are_counted_where_they_are_when_told_once(tmp_path: Path) -> None:
    once = small_table(300)
    once.loc[np.arange(300) % 60 == 0, "race"] = "Other"
    once["mrn"] = np.arange(300)
    told = []
    with Workbench(tmp_path / "home") as bench:
        for times in (1, 2):
            path = tmp_path / f"{times}.csv"
            once.loc[np.repeat(np.arange(300), times)].to_csv(path, index=False)
            named = {"public": False, "split": SplitSpec(group_id="mrn")}
            spec = small_spec(bench.add_dataset(path).id).model_copy(update=named)
            told.append(bench.group_counts(spec).set_index(["attribute", "group"]))
    assert told[0]["n"].isna().any()
    assert told[0]["n"].notna().any()
    pd.testing.assert_frame_equal(told[0] * 2, told[1])


def test_notes_do_not_count_few_patients(trained: tuple[Workbench, str, str]) -> None:
    bench, task, _ = trained
    (note,) = (n.text for n in bench.check_task(bench.task_spec(task)) if '"Other"' in n.text)
    assert "has fewer than 11 rows" in note


def test_a_column_does_not_tell_how_few_rows_lack_a_value(tmp_path: Path) -> None:
    frame = small_table()
    frame.loc[:4, "lactate"] = np.nan
    frame.loc[:49, "ward"] = None
    frame.loc[:49, "age"] = np.nan
    frame.to_csv(tmp_path / "patients.csv", index=False)
    with Workbench(tmp_path / "home") as bench:
        dataset = bench.add_dataset(tmp_path / "patients.csv").id
        missing = {column.name: column.missing for column in bench.profile(dataset)}
        assert (missing["lactate"], missing["ward"], missing["age"]) == (None, None, 0.125)
        bench.create_task(small_spec(dataset))
        missing = {column.name: column.missing for column in bench.profile(dataset)}
        assert (missing["lactate"], missing["ward"]) == (0.0125, 0.125)


def test_a_column_tells_no_value_of_few_patients(tmp_path: Path) -> None:
    frame = small_table()
    frame["name"] = [f"Patient {row}" for row in range(len(frame))]
    frame["ward"] = np.where(np.arange(len(frame)) < 10, "Hospice", "A")
    frame.to_csv(tmp_path / "patients.csv", index=False)
    with Workbench(tmp_path / "home") as bench:
        dataset = bench.add_dataset(tmp_path / "patients.csv").id
        examples = {column.name: column.examples for column in bench.profile(dataset)}
        assert (examples["name"], examples["ward"]) == ((), ("A",))
        bench.create_task(small_spec(dataset))
        examples = {column.name: column.examples for column in bench.profile(dataset)}
        assert examples["ward"] == ("A", "Hospice")
        assert len(examples["name"]) == 3


def test_all_samples_are_declared_public_or_synthetic() -> None:
    assert all(sample.task().public for sample in samples())


def test_an_upload_is_not_declared_public_by_itself(tmp_path: Path) -> None:
    small_table().to_csv(tmp_path / "patients.csv", index=False)
    with Workbench(tmp_path / "home") as bench:
        dataset = bench.add_dataset(tmp_path / "patients.csv")
        assert not bench.propose_task(dataset.id, outcome="died", sensitive=("sex",)).public


def readers() -> list[Path]:
    return [
        ROOT / "app.py",
        *(ROOT / "fairviz/cli").glob("*.py"),
        *(ROOT / "pages").glob("*.py"),
        *(ROOT / "fairviz/ui").glob("*.py"),
    ]


@pytest.mark.parametrize("path", readers(), ids=lambda path: path.name)
def test_pages_and_command_line_do_not_read_the_store_past_the_gate(path: Path) -> None:
    """They reach the store as ``....store.name`` or as a ``store`` of their own."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in RAW:
            of = node.value
            name = of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else ""
            assert not name.endswith("store"), f"{path.name}, line {node.lineno}"
