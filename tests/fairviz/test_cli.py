"""The command line as a person calls it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from fairviz.cli import main, stages
from tests.fairviz.small import small_table, write_small

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


class Call(Protocol):
    def __call__(self, *arguments: str) -> Done: ...


@pytest.fixture
def fairviz(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command line in this process: the same entry point without starting Python each time."""

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["fairviz", *arguments, "--home", str(tmp_path / "home")])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out, err)

    return call


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(write_small(tmp_path))


QUICK = ("--seeds", "2", "--epochs", "2", "--batch-size", "64")


def test_compare_prints_a_table_and_writes_json(fairviz: Call, tmp_path: Path, data: str) -> None:
    out = tmp_path / "out.json"
    options = ["--target", "died", "--positive", "1", "--sensitive", "race", "--sensitive", "sex"]
    options += ["--modality", "vitals=heart_rate,lactate", "--modality", "rest=age,ward"]
    options += ["--method", "baseline", "--method", "multifair", "--set", "multifair.tau=0.02"]
    done = fairviz("compare", data, *options, *QUICK, "--json", str(out))
    assert done.status == 0, done.err
    assert "Baseline" in done.out
    rows = [line.split() for line in done.out.splitlines() if line.strip().startswith("Baseline")]
    assert [row[1] for row in rows] == ["race", "sex"]
    numbers = [value for row in rows for value in row[2:]]
    assert len(numbers) == 2 * 7
    assert all(re.fullmatch(r"-|x|\d\.\d{3}", value) for value in numbers), "no number is cut on 80 columns"
    assert re.search(r"\d of 2 +\.\d\d-(\.\d\d|1\.00)", done.out), "groups and limits stand below"
    changes = done.out.partition("Change against the baseline")[2]
    assert re.search(r"MultiFair.* race +[+-]\d\.\d{3} +\d\.\d{3}", changes)
    assert "Not a medical device" in done.err
    result = json.loads(out.read_text())
    assert [(run["method"], run["seed"]) for run in result["runs"]] == [
        ("baseline", 0),
        ("baseline", 1),
        ("multifair", 0),
        ("multifair", 1),
    ]
    run = result["runs"][-1]
    assert run["params"]["tau"] == 0.02
    assert {"auc", "threshold", "attributes"} <= run["test"].keys()
    assert {"n", "positives", "auc", "tpr", "fpr"} <= run["test"]["attributes"]["race"]["groups"][
        "White"
    ].keys()
    assert [m["name"] for m in result["task"]["modalities"]] == ["vitals", "rest"]


def test_the_json_tells_of_every_modality_by_itself_whatever_method_trained(
    fairviz: Call, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    methods = ["--method", "baseline", "--method", "multifair", "--seeds", "1", "--epochs", "1"]
    done = fairviz("compare", "glaucoma", *methods, "--json", str(out))
    assert done.status == 0, done.err
    result = json.loads(out.read_text())
    for run in result["runs"]:
        modalities = run["test"]["modalities"]
        assert list(modalities) == [own["name"] for own in result["task"]["modalities"]]
        for own in modalities.values():
            assert 0.4 < own["auc"] < 1
            assert own["n"] <= run["test"]["n"]
            assert own["attributes"].keys() == run["test"]["attributes"].keys()


def test_what_is_not_given_is_proposed(fairviz: Call, tmp_path: Path, data: str) -> None:
    out = tmp_path / "out.json"
    done = fairviz("compare", data, "--method", "baseline", *QUICK, "--json", str(out))
    assert done.status == 0, done.err
    task = json.loads(out.read_text())["task"]
    assert (task["outcome"], set(task["sensitive"])) == ("died", {"race", "sex"})
    inputs = {column for modality in task["modalities"] for column in modality["columns"]}
    assert inputs == {"heart_rate", "lactate", "age", "ward"}


def test_a_target_with_several_values_has_a_class_for_each(fairviz: Call, tmp_path: Path, data: str) -> None:
    out = tmp_path / "out.json"
    options = ["--target", "ward", "--sensitive", "sex", "--method", "baseline", "--json", str(out), *QUICK]
    done = fairviz("compare", data, *options)
    assert done.status == 0, done.err
    assert 'Note: "ward" has 3 values and each is a class of its own: A, B, C.' in done.err
    result = json.loads(out.read_text())
    assert result["task"]["positive"] is None
    report = result["runs"][0]["test"]
    assert list(report["classes"]) == ["A", "B", "C"]
    aucs = [own["auc"] for own in report["classes"].values()]
    assert report["auc"] == pytest.approx(sum(aucs) / 3)


def test_one_value_of_several_is_predicted_where_it_is_named(
    fairviz: Call, tmp_path: Path, data: str
) -> None:
    out = tmp_path / "out.json"
    options = ["--target", "ward", "--positive", "B", "--method", "baseline", "--json", str(out), *QUICK]
    done = fairviz("compare", data, *options)
    assert done.status == 0, done.err
    assert '"B" (' in done.err
    assert "is predicted against all others" in done.err
    assert "classes" not in json.loads(out.read_text())["runs"][0]["test"]


def test_columns_named_in_a_modality_are_inputs_whatever_is_proposed(fairviz: Call, tmp_path: Path) -> None:
    frame = small_table()
    frame["discharge_ward"] = frame["died"]  # would be dropped as leakage
    frame["patient"] = range(len(frame))
    frame.to_csv(tmp_path / "leaky.csv", index=False)
    out = tmp_path / "out.json"
    options = ["--target", "died", "--group-id", "patient", "--method", "baseline"]
    options += ["--modality", "all=discharge_ward,age", "--json", str(out), *QUICK]
    done = fairviz("compare", str(tmp_path / "leaky.csv"), *options)
    assert done.status == 0, done.err
    task = json.loads(out.read_text())["task"]
    assert task["modalities"][0]["columns"] == ["discharge_ward", "age"]
    assert task["split"]["group_id"] == "patient"
    assert not {"discharge_ward", "age"} & set(task["drop"])


def test_the_patient_is_never_proposed_as_an_input(fairviz: Call, tmp_path: Path) -> None:
    frame = small_table()
    frame["patient"] = frame.index // 2
    frame.to_csv(tmp_path / "repeated.csv", index=False)
    out = tmp_path / "out.json"
    done = fairviz(
        "compare", str(tmp_path / "repeated.csv"), "--group-id", "patient", "--method", "baseline", *QUICK,
        "--json", str(out),
    )  # fmt: skip
    assert done.status == 0, done.err
    modalities = json.loads(out.read_text())["task"]["modalities"]
    assert all("patient" not in modality["columns"] for modality in modalities)


def test_a_sweep_trains_the_grid(fairviz: Call, tmp_path: Path, data: str) -> None:
    out = tmp_path / "out.json"
    grid = ["--method", "multifair", "--grid", "tau=0.01,0.02", "--grid", "delta=0.3"]
    done = fairviz("sweep", data, *grid, *QUICK, "--json", str(out))
    assert done.status == 0, done.err
    runs = json.loads(out.read_text())["runs"]
    assert [(run["params"]["tau"], run["seed"]) for run in runs] == [
        (0.01, 0),
        (0.01, 1),
        (0.02, 0),
        (0.02, 1),
    ]


def test_a_sweep_may_vary_the_learning_rate_and_train_the_baseline(
    fairviz: Call, tmp_path: Path, data: str
) -> None:
    out = tmp_path / "out.json"
    grid = ["--method", "fairgrad", "--grid", "learning_rate=0.001,0.003", "--baseline"]
    done = fairviz("sweep", data, *grid, *QUICK, "--json", str(out))
    assert done.status == 0, done.err
    runs = json.loads(out.read_text())["runs"]
    assert [(run["method"], run["training"]["learning_rate"], run["seed"]) for run in runs] == [
        (method, rate, seed)
        for method in ("baseline", "fairgrad")
        for rate in (0.001, 0.003)
        for seed in (0, 1)
    ]
    entries = json.loads(out.read_text())["comparisons"]
    assert [entry["label"] for entry in entries] == ["FairGrad", "FairGrad, learning rate 0.003"]
    assert all(entry["differences"][0]["seeds"] == 2 for entry in entries)


def test_a_grid_may_be_given_in_pieces(fairviz: Call, tmp_path: Path, data: str) -> None:
    out = tmp_path / "out.json"
    grid = ["--method", "multifair", "--grid", "tau=0.01", "--grid", "tau=0.02"]
    done = fairviz("sweep", data, *grid, "--seeds", "1", "--epochs", "1", "--json", str(out))
    assert done.status == 0, done.err
    assert [run["params"]["tau"] for run in json.loads(out.read_text())["runs"]] == [0.01, 0.02]


def test_a_collapsed_run_is_marked_and_explained(fairviz: Call, data: str) -> None:
    grid = ["--method", "regularised", "--grid", "strength=100", "--grid", "penalty=absolute"]
    done = fairviz("sweep", data, *grid, "--grid", "learning_rate=0.3", *QUICK)
    assert done.status == 0, done.err
    assert re.search(
        r"^\* Regularised.*: flags (nearly every patient|hardly anyone) on", done.err, re.MULTILINE
    )
    assert " *" in done.out


def test_an_ordinary_run_is_not_marked(fairviz: Call, data: str) -> None:
    done = fairviz(
        "compare", data, "--method", "baseline", "--seeds", "1", "--epochs", "4", "--batch-size", "32"
    )
    assert done.status == 0, done.err
    assert "*" not in done.out
    assert "says nothing" not in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--grid", "tau=0.01,x"], "multifair.tau: expected a valid number, found 'x'"),
        (["--grid", "tau=0.01,0.01"], "found 0.01 twice"),
        (
            ["--grid", "learning_rate=7"],
            "training.learning_rate: expected less than or equal to 1, found '7'",
        ),
        (["--grid", "taau=1"], "multifair.taau: expected one of tau"),
        (["--grid", "tau"], "expected NAME=VALUE"),
    ],
)
def test_a_bad_grid_ends_with_status_two_and_one_message(
    fairviz: Call, data: str, arguments: list[str], message: str
) -> None:
    done = fairviz("sweep", data, "--method", "multifair", *arguments)
    assert done.status == 2
    assert message in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "nothing"], "nothing"),
        (["--method", "fairgard"], "method: expected one of baseline"),
        (["--set", "multifair.taau=1"], "multifair.taau: expected one of tau"),
        (["--set", "tau=1"], "expected METHOD.PARAM=VALUE"),
        (["--set", "multifair.tau"], "expected NAME=VALUE"),
        (["--set", "multifair.tau=-1"], "multifair.tau: expected greater than 0"),
        (["--modality", "vitals"], "expected NAME=VALUE"),
        (["--sensitive", "died", "--target", "died"], "died"),
        (["--epochs", "0"], "training.epochs"),
        (["--json", "no/such/folder/out.json"], "--json no/such/folder/out.json: expected a file"),
        (["--group-id", "age", "--modality", "all=age,lactate"], 'group id "age": expected a column'),
    ],
)
def test_bad_input_ends_with_status_two_and_one_message(
    fairviz: Call, data: str, arguments: list[str], message: str
) -> None:
    done = fairviz("compare", data, *arguments)
    assert done.status == 2
    assert message in done.err
    assert "Traceback" not in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_missing_file_is_named(fairviz: Call) -> None:
    done = fairviz("compare", "nowhere.csv")
    assert done.status == 2
    assert "nowhere.csv: expected a file" in done.err


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fairviz", "compare", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--sensitive" in done.stdout


def test_a_threshold_is_chosen_on_validation_rows(fairviz: Call, tmp_path: Path, data: str) -> None:
    found = {}
    for rule in ("prevalence", "sensitivity=0.9"):
        out = tmp_path / "out.json"
        options = ["--target", "died", "--method", "baseline", "--threshold", rule, "--json", str(out)]
        done = fairviz("compare", data, *options, *QUICK)
        assert done.status == 0, done.err
        result = json.loads(out.read_text())
        assert result["threshold_rule"] == rule
        found[rule] = result["runs"][0]
    assert found["sensitivity=0.9"]["validation"]["auc"] == found["prevalence"]["validation"]["auc"]


def test_no_rule_for_a_threshold_ends_before_anything_is_trained(fairviz: Call, data: str) -> None:
    done = fairviz("compare", data, "--target", "died", "--threshold", "median")
    assert done.status == 2
    assert "sensitivity=0.9" in done.err


def test_notes_are_a_modality_of_text(fairviz: Call, tmp_path: Path) -> None:
    frame, out = small_table(), tmp_path / "out.json"
    frame["note"] = [f"day {at}: {'short of breath' if at % 3 else 'well'}" for at in range(len(frame))]
    frame.to_csv(tmp_path / "notes.csv", index=False)
    options = ["--target", "died", "--sensitive", "sex", "--modality", "vitals=heart_rate"]
    options += ["--modality", "notes=note", "--json", str(out)]
    options += ["--method", "baseline", "--method", "logistic-regression"]
    done = fairviz("compare", str(tmp_path / "notes.csv"), *options, *QUICK)
    assert done.status == 0, done.err
    assert "may hold names" in done.err
    kinds = [modality["kind"] for modality in json.loads(out.read_text())["task"]["modalities"]]
    assert kinds == ["table", "text"]
    mixed = fairviz("compare", str(tmp_path / "notes.csv"), *options[:4], "--modality", "all=age,note")
    assert mixed.status == 2
    assert 'modality "all": expected free text alone' in mixed.err


def test_the_notes_of_an_intensive_care_unit_tell_deaths(
    fairviz: Call, tmp_path: Path, real_data_dir: Path
) -> None:
    out = tmp_path / "out.json"
    options = ["--target", "died_hospital", "--sensitive", "gender", "--method", "baseline"]
    options += ["--modality", "unit=unittype,aps_wbc,aps_sodium,aps_bun,aps_glucose"]
    options += ["--modality", "notes=text_diagnosis,text_pasthistory,text_physicalexam,text_note"]
    options += ["--modality", "orders=text_treatment,text_medication", "--seeds", "1", "--epochs", "4"]
    done = fairviz("compare", str(real_data_dir / "eicu_demo.parquet"), *options, "--json", str(out))
    assert done.status == 0, done.err
    result = json.loads(out.read_text())
    assert [own["kind"] for own in result["task"]["modalities"]] == ["table", "text", "text"]
    alone = result["runs"][0]["test"]["modalities"]
    assert min(alone[name]["auc"] for name in ("notes", "orders")) > 0.6


def test_a_given_split_is_kept(fairviz: Call, tmp_path: Path) -> None:
    frame, out = small_table(), tmp_path / "out.json"
    frame["use"] = ["train", "test", "val", "train"] * 100
    frame["fold"] = ["train", "train", "dev", "test"] * 100
    frame.to_csv(tmp_path / "split.csv", index=False)
    options = ["--target", "died", "--split-column", "fold", "--method", "baseline", "--json", str(out)]
    done = fairviz("compare", str(tmp_path / "split.csv"), *options, *QUICK)
    assert done.status == 0, done.err
    result = json.loads(out.read_text())
    assert result["task"]["split"]["column"] == "fold"
    test = result["runs"][0]["test"]["attributes"]["sex"]["groups"]
    assert sum(group["n"] for group in test.values()) == 100
    assert 'split as "fold" says: 200 rows train, 100 rows validation, 100 rows test' in done.err


def test_a_task_is_written_edited_and_trained_from_its_file(fairviz: Call, tmp_path: Path, data: str) -> None:
    options = (
        "--target",
        "died",
        "--sensitive",
        "age",
        "--bands",
        "age=40,60",
        "--merge",
        "age:60+=60 and over",
    )
    written = fairviz("task", data, *options)
    assert written.status == 0, written.err
    file = tmp_path / "task.json"
    file.write_text(written.out.replace('"public": false', '"public": true'))
    out = tmp_path / "out.json"
    done = fairviz("compare", data, "--task", str(file), "--method", "baseline", *QUICK, "--json", str(out))
    assert done.status == 0, done.err
    result = json.loads(out.read_text())
    assert result["task"]["public"] is True
    assert result["task"]["measured_alike"] == "unknown"
    groups = result["runs"][0]["test"]["attributes"]["age"]["groups"]
    assert list(groups) == ["under 40", "40 to under 60", "60+"]


def test_combinations_of_groups_are_compared_when_asked_for(fairviz: Call, data: str) -> None:
    written = fairviz("task", data, "--target", "died", "--cross", "race,sex")
    assert written.status == 0, written.err
    assert json.loads(written.out)["sensitive"] == ["race & sex"]


def test_a_second_table_can_be_tested_on(fairviz: Call, tmp_path: Path, data: str) -> None:
    elsewhere = tmp_path / "elsewhere.csv"
    small_table(seed=5).to_csv(elsewhere, index=False)
    out = tmp_path / "out.json"
    done = fairviz(
        "compare", data, "--target", "died", "--sensitive", "sex", "--external", str(elsewhere),
        "--method", "baseline", *QUICK, "--json", str(out),
    )  # fmt: skip
    assert done.status == 0, done.err
    assert "rows of a second dataset" in done.err
    rows = json.loads(out.read_text())["runs"][0]["test"]["n"]
    assert rows == len(small_table(seed=5))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--bands", "age"), "--bands age: expected COL=NUMBER,NUMBER"),
        (("--bands", "age=old"), "Write it as in --bands age=45,65"),
        (("--merge", "race=a,b"), "expected COL:NAME=VALUE,VALUE"),
        (("--cross", "race"), "expected COL,COL"),
        (("--task", "none.json"), "a file that can be read as text"),
        (("--task", "none.json", "--target", "died"), "found options that say it too"),
    ],
)
def test_options_about_groups_that_cannot_be_read_are_explained(
    fairviz: Call, data: str, options: tuple[str, ...], message: str
) -> None:
    done = fairviz("task", data, *options)
    assert done.status == 2
    assert message in done.err


def test_what_takes_long_is_told_in_words(fairviz: Call, data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "_SILENT_SECONDS", 0.0)
    done = fairviz("compare", data, "--method", "baseline", "--seeds", "1", "--epochs", "1")
    assert done.status == 0, done.err
    assert "Reading small.csv ..." in done.err
