"""Reports on what each modality's encoder tells by itself, as the engine makes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.specs import ModalitySpec
from fairviz.evaluation import FairnessReport
from fairviz.training import probing
from fairviz.training.engine import network_spec, train
from fairviz.training.events import EpochEnd, Event, MemberResult, PackEnd
from fairviz.training.packing import pack_runs
from fairviz.training.runs import RunSpec
from fairviz.training.tensors import TaskTensors
from models.network import Network
from models.specs import METHODS
from tests.fairviz.small import make_run, small_spec, small_table

CPU = torch.device("cpu")
TRAINED = [name for name, entry in METHODS.items() if entry.trains_network]


def table() -> pd.DataFrame:
    """Of 1,200 patients a third lack their vitals."""
    own = small_table(1200)
    own.loc[own.index % 3 == 0, ["heart_rate", "lactate"]] = np.nan
    return own


@pytest.fixture(scope="module")
def data() -> PreparedData:
    return prepare(table(), small_spec())


@pytest.fixture(scope="module")
def three_wards() -> PreparedData:
    """The ward is to be told from the vitals, which know nothing of it, and from a trace of it."""
    own = table()
    own["trace"] = own["ward"].map({"A": 0.0, "B": 1.0, "C": 2.0}) + own["age"] / 30
    modalities = (
        ModalitySpec(name="vitals", columns=("heart_rate", "lactate")),
        ModalitySpec(name="trace", columns=("trace", "age")),
    )
    changes = {"outcome": "ward", "positive": None, "modalities": modalities}
    return prepare(own, small_spec().model_copy(update=changes))


def events_of(runs: list[RunSpec], data: PreparedData) -> list[Event]:
    (pack,) = pack_runs(runs)
    return list(train(pack, data, TaskTensors.of(data, CPU)))


def results(runs: list[RunSpec], data: PreparedData) -> list[MemberResult]:
    end = events_of(runs, data)[-1]
    assert isinstance(end, PackEnd)
    return list(end.results.values())


def features_of(result: MemberResult, data: PreparedData, modality: int) -> NDArray[np.float64]:
    """Features h_m [N, D] of every row by the kept weights, written out."""
    own = {
        name.removeprefix("encoder."): values[modality]
        for name, values in result.weights.items()
        if name.startswith("encoder.")
    }
    inputs = np.asarray(data.inputs[modality], dtype=np.float64)
    hidden = np.maximum(inputs @ own["hidden.weight"][: inputs.shape[1]] + own["hidden.bias"], 0)
    out = hidden @ own["feature.weight"] + own["feature.bias"]
    normal = (out - out.mean(1, keepdims=True)) / np.sqrt(out.var(1, keepdims=True) + 1e-5)
    return np.asarray(normal * own["norm.scale"] + own["norm.shift"])


def assert_close(first: FairnessReport, second: FairnessReport, tolerance: float = 1e-3) -> None:
    assert first.modalities.keys() == second.modalities.keys()
    for name, own in first.modalities.items():
        assert own.n == second.modalities[name].n
        assert own.auc == pytest.approx(second.modalities[name].auc, abs=tolerance)


@pytest.mark.parametrize("method", TRAINED)
def test_it_is_a_logistic_regression_on_the_kept_encoders_features(method: str, data: PreparedData) -> None:
    (member,) = results([make_run(method, epochs=3)], data)
    for place, (name, own) in enumerate(member.test.modalities.items()):
        assert name == data.task.modalities[place].name
        has_it = data.available[:, place]
        train_rows, test_rows = (rows[has_it[rows]] for rows in (data.split.train, data.split.test))
        features = features_of(member, data, place)
        standard = (features - features[train_rows].mean(0)) / features[train_rows].std(0)
        model = LogisticRegression(solver="newton-cholesky", tol=1e-10)
        model.fit(standard[train_rows], data.labels[train_rows])
        scores = model.predict_proba(standard[test_rows])[:, 1]
        assert own.n == len(test_rows)
        assert own.auc == pytest.approx(roc_auc_score(data.labels[test_rows], scores), abs=2e-3)
        black = data.attributes[0].codes[test_rows] == data.attributes[0].values.index("Black")
        group = own.attributes["race"].groups["Black"]
        assert group.n == black.sum()
        assert group.auc == pytest.approx(
            roc_auc_score(data.labels[test_rows][black], scores[black]), abs=4e-3
        )
        assert group.auc_low < group.auc < group.auc_high


def test_the_informative_modality_is_far_above_the_other(data: PreparedData) -> None:
    (member,) = results([make_run("baseline", epochs=6)], data)
    assert member.test.modalities["vitals"].auc > 0.75
    assert member.test.modalities["background"].auc == pytest.approx(0.5, abs=0.12)
    # Patients without vitals are no patients of that report, but they are of the other.
    assert member.test.modalities["background"].n == len(data.split.test)
    seen = member.test.modalities["vitals"].n
    assert seen is not None
    assert 0.5 < seen / len(data.split.test) < 0.8


def test_only_reports_on_test_rows_have_them_and_no_floor(data: PreparedData) -> None:
    events = events_of([make_run("baseline")], data)
    epochs = [event.members[0] for event in events if isinstance(event, EpochEnd)]
    assert all(epoch is not None and not epoch.validation.modalities for epoch in epochs)
    end = events[-1]
    assert isinstance(end, PackEnd)
    validation, test = end.results[0].validation, end.results[0].test
    assert not validation.modalities
    assert list(test.modalities) == ["vitals", "background"]
    for own in test.modalities.values():
        assert not own.modalities
        assert not own.attributes["race"].floors
        assert not own.attributes["race"].intervals
        assert own.threshold == test.threshold


def test_packed_or_alone_a_member_gets_the_same(data: PreparedData) -> None:
    runs = [make_run("multifair", seed) for seed in range(3)]
    for run, together in zip(runs, results(runs, data), strict=True):
        (alone,) = results([run], data)
        assert_close(alone.test, together.test, 5e-3)


def test_how_many_members_are_looked_at_together_changes_nothing(
    data: PreparedData, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [make_run("baseline", seed) for seed in range(3)]
    together = results(runs, data)
    monkeypatch.setitem(probing._FEATURES_AT_ONCE, "cpu", 1)
    for one, other in zip(results(runs, data), together, strict=True):
        assert_close(one.test, other.test)


def test_a_member_that_failed_leaves_the_others_theirs(data: PreparedData) -> None:
    calm, wild = make_run("baseline", 0), make_run("baseline", 1)
    wild = wild.model_copy(update={"training": wild.training.model_copy(update={"learning_rate": 1e38})})
    (alone,), (beside,) = results([calm], data), results([wild, calm], data)
    assert_close(alone.test, beside.test, 5e-3)


def test_the_fill_of_an_absent_modality_changes_nothing(data: PreparedData) -> None:
    vitals = np.array(data.inputs[0])
    vitals[~data.available[:, 0]] = 7.0
    other = replace(data, inputs=(vitals, *data.inputs[1:]))
    (ours,), (theirs,) = (results([make_run("baseline")], own) for own in (data, other))
    assert_close(ours.test, theirs.test, 0)


def test_one_modality_has_nothing_beside_it() -> None:
    changes = {"modalities": small_spec().modalities[1:]}
    (member,) = results([make_run("baseline")], prepare(table(), small_spec().model_copy(update=changes)))
    assert member.test.modalities == {}
    assert "modalities" not in member.test.to_json()


def test_of_several_classes_each_is_probed_against_the_rest(three_wards: PreparedData) -> None:
    (member,) = results([make_run("baseline", epochs=12)], three_wards)
    trace, vitals = (member.test.modalities[name] for name in ("trace", "vitals"))
    assert list(trace.classes) == list(three_wards.classes)
    assert trace.auc == pytest.approx(np.mean([own.auc for own in trace.classes.values()]))
    assert trace.auc > 0.75
    assert vitals.auc == pytest.approx(0.5, abs=0.12)
    record = member.test.to_json()["modalities"]["trace"]
    assert record["classes"].keys() == trace.classes.keys()


def test_without_a_probe_the_report_says_why(data: PreparedData) -> None:
    network = Network(network_spec(data), [0, 1])
    with torch.no_grad():
        network.layout.views(network.weights)["encoder.hidden.weight"][1, 0] = 0
    reports = list(probing.modality_reports(network, TaskTensors.of(data, CPU), data, [0, 1]))
    silent = reports[1]["vitals"]
    assert np.isfinite(reports[0]["vitals"].auc)
    assert np.isfinite(reports[1]["background"].auc)
    assert np.isnan(silent.auc)
    assert silent.reason["auc"].startswith("not estimable: the encoder gives all training rows")
    assert silent.n == reports[0]["vitals"].n


def test_training_rows_of_one_class_are_a_reason(data: PreparedData) -> None:
    available = data.available.copy()
    available[data.split.train, 0] &= data.labels[data.split.train] == 1
    own = replace(data, available=available)
    (member,) = results([make_run("baseline")], own)
    silent = member.test.to_json()["modalities"]["vitals"]
    assert silent["auc"] is None
    assert silent["reason"]["auc"].startswith("not estimable: a class of the outcome is missing")
    assert silent["attributes"]["race"]["groups"]["White"]["reason"]["auc"] == silent["reason"]["auc"]
    assert np.isfinite(member.test.modalities["background"].auc)


def test_held_out_rows_of_whom_none_has_a_modality_are_counted_as_none(data: PreparedData) -> None:
    available = data.available.copy()
    available[data.split.test, 0] = False
    (member,) = results([make_run("baseline")], replace(data, available=available))
    assert member.test.modalities["vitals"].n == 0
    assert np.isnan(member.test.modalities["vitals"].auc)
    assert np.isfinite(member.test.modalities["background"].auc)


def test_probes_of_very_many_rows_are_fitted_on_a_sample_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    training = torch.arange(10, 5_010)
    assert torch.equal(probing._fitted_on(training), training)
    monkeypatch.setattr(probing, "MOST_FITTED", 500)
    sample = probing._fitted_on(training)
    assert sample.shape == sample.unique().shape == (500,)
    assert torch.equal(sample, sample.sort().values)
    assert torch.isin(sample, training).all()
    assert torch.equal(sample, probing._fitted_on(training))
    assert float(sample.float().mean()) == pytest.approx(float(training.float().mean()), rel=0.1)
