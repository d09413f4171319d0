from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from fairviz.data.load import read_table
from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.suggest import (
    suggest_drops,
    suggest_modalities,
    suggest_outcome,
    suggest_positive,
    suggest_sensitive,
    suggest_task,
)
from fairviz.data.task import ModalitySpec, SplitSpec, TaskSpec
from fairviz.errors import TaskError
from tests.fairviz.data.tables import noted, staged, ward


def propose(frame: pd.DataFrame, **given: object) -> TaskSpec:
    return suggest_task(frame, dataset="0" * 64, name="t", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("columns", "outcome"),
    [
        (["death", "hospdead"], "hospdead"),
        (["sex", "died", "label"], "died"),
        (["completed", "sex"], "completed"),
        (["a", "b", "sex"], "b"),
        (["Readmitted30", "sex"], "Readmitted30"),
    ],
)
def test_outcome_by_name(columns: list[str], outcome: str) -> None:
    frame = pd.DataFrame({name: [0, 1] * 40 for name in columns})
    assert suggest_outcome(frame) == outcome


def test_no_column_with_two_values() -> None:
    with pytest.raises(
        TaskError, match="outcome: expected a column with two values, found none in the table, nor one with 3"
    ):
        suggest_outcome(pd.DataFrame({"a": range(11), "b": 1}))


def test_without_two_values_anywhere_a_column_of_classes_is_proposed() -> None:
    frame = staged().drop(columns=["died", "sex"]).assign(label=lambda f: f["ward"])
    assert suggest_outcome(frame) == "label"
    assert suggest_outcome(frame.drop(columns="label")) == "stage", "not race, which is compared"
    assert propose(frame).positive is None


def test_more_than_two_values_are_classes_until_one_is_named() -> None:
    frame = staged()
    assert suggest_positive(frame, "stage") is None
    assert propose(frame, outcome="stage").positive is None
    assert propose(frame, outcome="stage", positive="III").positive == "III"
    assert propose(frame).outcome == "died", "two values come first"


@pytest.mark.parametrize("positive", [None, "III"])
def test_what_gives_one_class_away_is_dropped(positive: str | None) -> None:
    frame = staged()
    frame["hospice"] = np.where(frame["stage"] == "III", "yes", "no")
    frame["operated"] = np.where(frame["stage"] == "I", "yes", "no")
    reasons = suggest_drops(frame, "stage", positive, ("race", "sex"))
    told = {"hospice"} if positive else {"hospice", "operated"}
    assert {column for column, reason in reasons.items() if "gives the outcome away" in reason} == told


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        ([0, 1], "1"),
        ([1.0, 0.0], "1"),
        (["no", "Yes"], "Yes"),
        ([True, False], "True"),
        (["alive", "died"], "died"),
        (["alive", "lost"], "lost"),
        (["a", "b", "a"], "b"),
        ([1, 2, 2], "1"),
    ],
)
def test_positive_value(values: list[object], positive: str) -> None:
    assert suggest_positive(pd.DataFrame({"y": values}), "y") == positive


def test_words_win_over_codes_and_coarse_over_fine_groups() -> None:
    frame = ward().assign(sex_code=lambda f: (f["sex"] == "male").astype(int))
    frame["race_fine"] = frame["race"].where(frame.index != 5, "hawaiian")
    frame["gender"] = frame.pop("sex_code")
    frame["age_group"] = np.where(frame["age"] > 60, "60+", "<60")
    frame["income"] = ["low", "high", "middle"] * 100
    assert suggest_sensitive(frame, "died") == ("race", "sex", "age_group")


def test_nothing_named_like_an_attribute() -> None:
    with pytest.raises(
        TaskError, match="sensitive attributes: expected a column named like race, sex or age_band"
    ):
        suggest_sensitive(pd.DataFrame({"a": [0, 1]}), "a")


def test_every_drop_has_its_reason() -> None:
    frame = ward().assign(
        patient_id=range(300),
        admitted="2020-01-01",
        note=[f"seen on day {at}" for at in range(300)],
        country="US",
        blank=None,
        sex_code=lambda f: (f["sex"] == "male") + 1,
        status=lambda f: np.where(f["died"] == 1, "expired", "home"),
        discharge_ward="a",
        length_of_stay=np.arange(300) % 9,
    )
    frame.loc[0, ["discharge_ward", "admitted"]] = ["b", "2020-01-02"]
    reasons = suggest_drops(frame, "died", "1", ("race", "sex"))
    assert reasons == {
        "patient_id": "identifies a row or a place",
        "admitted": "a date",
        "note": "free text",
        "country": "the same in every row",
        "blank": "no values",
        "sex_code": 'tells "sex" in other words',
        "status": "gives the outcome away: alone it reaches an AUC of 1.00",
        "discharge_ward": "recorded at discharge, when the outcome is known",
        "length_of_stay": "time until the outcome or discharge",
    }


def test_what_was_given_is_kept() -> None:
    frame = ward().assign(second=[0, 1] * 150)
    spec = propose(frame, outcome="second", positive="0", sensitive=["race"], drop=["age"])
    assert (spec.outcome, spec.positive, spec.sensitive, spec.drop) == (
        "second",
        "0",
        ("race",),
        ("age", "died"),
    )
    assert inputs(spec) == {"lactate", "ward", "sex"}


def test_sensitive_attributes_are_inputs_only_on_request() -> None:
    assert inputs(propose(ward())) == {"age", "lactate", "ward"}
    assert inputs(propose(ward(), use_sensitive=True)) == {"age", "lactate", "ward", "sex", "race"}
    assert inputs(propose(ward(), use_sensitive=True, drop=["race"])) == {"age", "lactate", "ward", "sex"}


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(TaskError, match='column "gone": expected a column of the table'):
        propose(ward(), drop=["gone"])


def test_modalities_by_series_by_name_and_else_by_kind() -> None:
    series = [f"cup_{at:02d}" for at in range(5)]
    frame = pd.DataFrame({name: range(9) for name in [*series, "sbp", "crea", "zz"]})
    found = {m.name: m.columns for m in suggest_modalities(frame, list(frame.columns))}
    assert found == {"cup": tuple(series), "vitals": ("sbp",), "labs": ("crea",), "other": ("zz",)}
    plain = pd.DataFrame({"zz": [1, 2], "yy": ["a", "b"]})
    assert [m.name for m in suggest_modalities(plain, ["zz", "yy"])] == ["numbers", "categories"]


def test_no_column_left_to_predict_from() -> None:
    with pytest.raises(TaskError, match="modalities: expected at least one usable column"):
        propose(ward()[["sex", "died"]])


def inputs(spec: TaskSpec) -> set[str]:
    return {column for modality in spec.modalities for column in modality.columns}


# name, test AUC of a logistic regression on the card, tolerance, columns that must not be inputs.
# eicu_demo has 34 deaths in a test part, so one split's AUC has a standard error of .045, and its
# card's model reads six columns of free text that are dropped here.
REAL = [
    (
        "support2",
        0.878,
        0.03,
        "death d_time slos charges totcst totmcst avtisst surv2m surv6m prg2m prg6m dnr sfdm2 sno",
    ),
    ("nhefs", 0.790, 0.03, "seqn id yrdth modth dadth sex race"),
    (
        "teds_d_2023_sample",
        0.808,
        0.03,
        "discharge_reason length_of_stay employment_discharge race ethnicity patient_id",
    ),
    ("eicu_demo", 0.740, 0.09, "patientunitstayid hospitalid text_note ethnicity"),
    ("sepsis_survival_primary", 0.704, 0.03, "age_band sex"),
]


def mean_auc(frame: pd.DataFrame, spec: TaskSpec, seeds: int) -> float:
    def one(seed: int) -> float:
        return auc_of(prepare(frame, spec.model_copy(update={"split": SplitSpec(seed=seed)})))

    return float(np.mean([one(seed) for seed in range(seeds)]))


def auc_of(data: PreparedData) -> float:
    table = np.concatenate(data.inputs, axis=1)
    train, test = data.split.train, data.split.test
    model = LogisticRegression(max_iter=2000).fit(table[train], data.labels[train])
    return float(roc_auc_score(data.labels[test], model.predict_proba(table[test])[:, 1]))


@pytest.mark.parametrize(("name", "reference", "tolerance", "never"), REAL)
def test_defaults_alone_make_a_trainable_task(
    real_data_dir: Path, name: str, reference: float, tolerance: float, never: str
) -> None:
    frame = read_table(real_data_dir / f"{name}.parquet")
    # Time of this process, which others that keep the machine busy do not take.
    start = time.process_time()
    spec = propose(frame)
    prepare(frame, spec)
    assert time.process_time() - start < (15 if len(frame) > 100_000 else 5)
    assert not inputs(spec) & set(never.split())
    assert len(spec.modalities) <= 6
    assert abs(mean_auc(frame, spec, seeds=5) - reference) < tolerance


def test_a_csv_gives_the_same_proposal(real_data_dir: Path, tmp_path: Path) -> None:
    frame = read_table(real_data_dir / "nhefs.parquet")
    frame.to_csv(tmp_path / "nhefs.csv", index=False)
    assert propose(read_table(tmp_path / "nhefs.csv")) == propose(frame)


def test_a_table_too_short_for_any_task_says_so_first() -> None:
    with pytest.raises(TaskError, match="table: expected at least 60 rows"):
        propose(ward().head(10))


def test_a_dropped_column_is_not_proposed_as_outcome() -> None:
    assert propose(ward().assign(label=[0, 1] * 150), drop=["died"]).outcome == "label"


def test_free_text_is_an_input_where_it_is_asked_for() -> None:
    frame = noted().assign(plan=[f"come back in {at} days" for at in range(300)])
    asked = propose(frame, use_text=True)
    assert asked.modalities[-1] == ModalitySpec(name="notes", columns=("note", "plan"), kind="text")
    assert {"note", "plan"} & set(asked.drop) == set()
    assert {"note", "plan"} <= set(propose(frame).drop)


def test_free_text_that_tells_the_future_stays_out() -> None:
    frame = noted().rename(columns={"note": "discharge_note"})
    reasons = suggest_drops(frame, "died", "1", (), use_text=True)
    assert reasons["discharge_note"].startswith("recorded at discharge")
