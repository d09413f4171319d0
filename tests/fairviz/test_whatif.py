"""Replay against real training traces, against plain loops, and what must hold for any dials."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairviz.errors import SettingError
from fairviz.reports.run import Run
from fairviz.whatif import can_replay, can_steer, replay, replay_controller
from fairviz.workbench import Workbench
from models.specs import MultiFairPlusSpec, MultiFairSpec, TrainingSpec
from tests.benchmarks.whatif import GRID, MOST_MILLISECONDS, recorded, turn
from tests.fairviz.small import small_spec, small_table, write_small

SIZES = (3, 2)
RHO = 1.2
OWN = {"gain": 0.05, "delta_max": 1.0, "weight_floor": 0.2, "weight_ceiling": 5.0}

dials = st.tuples(st.floats(1e-3, 1.0), st.floats(0.0, 5.0))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workbench, dict[str, Run]]]:
    """A run of each method that has tau; MultiFair+ at a tau that moves its controller."""
    folder = tmp_path_factory.mktemp("whatif")
    with Workbench(folder / "home") as bench:
        dataset = bench.add_dataset(write_small(folder))
        task = bench.create_task(small_spec(dataset.id))
        changes: dict[str, dict[str, Any]] = {
            "multifair": {"tau": 0.1, "delta": 0.7},
            "multifair-g": {},
            "multifair-plus": {"tau": 0.02, "ema_decay": 0.5},
        }
        comparison = bench.train(
            task.id,
            ["baseline", *changes],
            seeds=1,
            training=TrainingSpec(epochs=3, batch_size=64),
            parameters=changes,
        )
        bench.wait(comparison, every=0.05)
        yield bench, {run.spec["method"]: run for run in bench.runs(comparison)}


@pytest.mark.parametrize("method", ["multifair", "multifair-g"])
def test_the_recorded_dials_give_the_engine_s_own_factors(
    trained: tuple[Workbench, dict[str, Run]], method: str
) -> None:
    bench, runs = trained
    run = runs[method]
    traces, own = bench.traces(run.id), run.spec["parameters"]
    found = bench.what_if(run.id, tau=own["tau"], delta=own["delta"])
    assert 0 < traces["gate"].mean() < 1, "a gate that both opens and closes"
    for name in ("gate", "group_factors", "batch_factors", "scale"):
        np.testing.assert_allclose(getattr(found, name), traces[name], rtol=0, atol=1e-6)


def test_the_recorded_tau_gives_the_engine_s_own_controller(
    trained: tuple[Workbench, dict[str, Run]],
) -> None:
    bench, runs = trained
    run = runs["multifair-plus"]
    traces = bench.traces(run.id)
    found = bench.what_if_controller(run.id, tau=run.spec["parameters"]["tau"])
    assert traces["delta"].max() > 0.01, "a controller that moves"
    np.testing.assert_allclose(found.delta, traces["delta"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.group_weight, traces["group_weight"], rtol=0, atol=1e-6)


def test_only_runs_of_the_method_have_the_replay(trained: tuple[Workbench, dict[str, Run]]) -> None:
    bench, runs = trained
    with pytest.raises(SettingError, match=r"MultiFair\+ run with an epoch"):
        bench.what_if_controller(runs["multifair"].id, tau=0.1)
    with pytest.raises(SettingError, match="expected a MultiFair run"):
        bench.what_if(runs["multifair-plus"].id, tau=0.1, delta=0.3)


def test_a_replay_of_private_data_tells_no_more_than_its_traces(tmp_path: Path) -> None:
    """One group of race is made small."""
    frame = small_table(800)
    frame.loc[:7, "race"] = "Other"
    frame.to_csv(tmp_path / "private.csv", index=False)
    with Workbench(tmp_path / "home") as bench:
        dataset = bench.add_dataset(tmp_path / "private.csv")
        private = small_spec(dataset.id).model_copy(update={"public": False})
        task = bench.create_task(private)
        short = TrainingSpec(epochs=1, batch_size=64)
        comparison = bench.train(task.id, ["multifair", "multifair-plus"], seeds=1, training=short)
        bench.wait(comparison, every=0.05)
        gated, steered = bench.runs(comparison)
        assert set(bench.untraced_groups(task.id)) == {"race"}
        race, sex = 0, 1
        found = bench.what_if(gated.id, tau=0.01, delta=5)
        plus = bench.what_if_controller(steered.id, tau=0.01)
        for compared in (found.gate, plus.delta):
            assert np.isnan(compared[:, race]).all()
            assert np.isfinite(compared[:, sex]).all()
        for joined in (found.batch_factors, found.acting, found.scale):
            assert np.isnan(joined).all(), "they join all attributes"
        for own, told in (
            (found.group_factors, bench.traces(gated.id)["group_factors"]),
            (plus.group_weight, bench.traces(steered.id)["group_weight"]),
        ):
            np.testing.assert_array_equal(np.isnan(own), np.isnan(told))
        assert [list(bench.chance_gaps(run.id)) for run in (gated, steered)] == [["sex"]] * 2


def test_chance_is_told_of_finished_runs_that_have_tau(trained: tuple[Workbench, dict[str, Run]]) -> None:
    bench, runs = trained
    gate, averaged = (bench.chance_gaps(runs[name].id) for name in ("multifair", "multifair-plus"))
    assert set(gate) == set(averaged) == {"race", "sex"}
    for name, gaps in gate.items():
        assert (gaps >= 0).all()
        assert np.median(averaged[name]) < np.median(gaps), "a moving mean has less noise"
    assert bench.chance_gaps(runs["baseline"].id) == {}


def test_dials_act_where_they_are_said_to() -> None:
    assert can_replay(MultiFairSpec().model_dump())
    assert not can_replay(MultiFairSpec(gate="none").model_dump())
    assert not can_replay({})
    assert can_steer(MultiFairPlusSpec().model_dump())
    assert not can_steer(MultiFairSpec().model_dump())


@settings(max_examples=25, deadline=None)
@given(delta=st.floats(0, 5))
def test_a_tau_above_every_gap_closes_the_gate_everywhere(delta: float) -> None:
    traces = recorded(60)
    found = replay(traces, SIZES, tau=float(traces["gap"].max()) + 1e-3, delta=delta, rho=RHO)
    assert found.gate.sum() == 0
    np.testing.assert_allclose(found.scale, RHO * traces["balance"], rtol=1e-6)
    np.testing.assert_array_equal(found.acting, 1)


@settings(max_examples=25, deadline=None)
@given(dials)
def test_a_replay_is_the_published_formula(chosen: tuple[float, float]) -> None:
    tau, delta = chosen
    traces = recorded(20, 2)
    found = replay(traces, SIZES, tau=tau, delta=delta, rho=RHO)
    for t in range(20):
        for m in range(2):
            acting = []
            for k, part in enumerate((slice(0, 3), slice(3, 5))):
                auc, share = (
                    traces["surrogate_auc"][t, m, part].astype(float),
                    traces["shares"][t, part].astype(float),
                )
                factor = np.maximum(1 + delta * (auc.mean() - auc) / tau, 0)
                np.testing.assert_allclose(found.group_factors[t, m, part], factor, rtol=1e-4, atol=1e-4)
                is_open = traces["gap"][t, k] >= np.float32(tau)
                acting.append((share * factor).sum() if is_open else 1.0)
            expected = RHO * float(traces["balance"][t, m]) * np.mean(acting)
            assert found.scale[t, m] == pytest.approx(expected, rel=1e-3, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(dials)
def test_only_their_ratio_acts_once_the_gate_is_open(chosen: tuple[float, float]) -> None:
    tau, delta = chosen[0] / 2, chosen[1] / 2
    traces = recorded(40) | {"gap": np.ones((40, 2), dtype=np.float32)}
    once = replay(traces, SIZES, tau=tau, delta=delta, rho=RHO)
    twice = replay(traces, SIZES, tau=2 * tau, delta=2 * delta, rho=RHO)
    np.testing.assert_allclose(once.scale, twice.scale, rtol=1e-4, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(tau=st.floats(0.05, 1.0), delta=st.floats(0, 0.4))
def test_factors_of_groups_with_equal_shares_cancel(tau: float, delta: float) -> None:
    shares = np.tile(np.array([1 / 3, 1 / 3, 1 / 3, 0.5, 0.5], dtype=np.float32), (40, 1))
    found = replay(recorded(40) | {"shares": shares}, SIZES, tau=tau, delta=delta, rho=RHO)
    assert found.group_factors.min() > 0, "none stops at 0"
    np.testing.assert_allclose(found.batch_factors, 1, atol=1e-5)


def controller_traces(steps: int = 80) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    auc = rng.uniform(0.6, 0.9, (steps, 5)).astype(np.float32)
    auc[:10, 2] = np.nan
    gap = np.stack(
        [np.nanmax(auc[:, part], 1) - np.nanmin(auc[:, part], 1) for part in (slice(3), slice(3, 5))], 1
    )
    return {"fused_auc": auc, "gap": gap}


@settings(max_examples=25, deadline=None)
@given(tau=st.floats(1e-3, 1.0))
def test_a_controller_is_its_formula_step_by_step(tau: float) -> None:
    traces = controller_traces()
    found = replay_controller(traces, SIZES, OWN, tau=tau)
    delta = [0.0, 0.0]
    for t in range(80):
        for k, part in enumerate((slice(0, 3), slice(3, 5))):
            delta[k] = min(max(delta[k] + 0.05 * (float(traces["gap"][t, k]) - tau), 0.0), 1.0)
            auc = traces["fused_auc"][t, part].astype(float)
            weight = np.clip(1 + delta[k] * (np.nanmean(auc) - auc) / tau, 0.2, 5)
            assert found.delta[t, k] == pytest.approx(delta[k], abs=1e-5)
            np.testing.assert_allclose(found.group_weight[t, part], np.nan_to_num(weight, nan=1.0), atol=5e-3)


def test_a_controller_whose_tau_no_gap_reaches_stays_at_rest() -> None:
    found = replay_controller(controller_traces(), SIZES, OWN, tau=0.9)
    assert found.delta.max() == 0
    assert (found.group_weight == 1).all()


def test_a_larger_tau_never_opens_a_gate_or_strengthens_a_controller() -> None:
    taus = (0.01, 0.03, 0.06, 0.1)
    gates = [replay(recorded(200), SIZES, tau=tau, delta=0.3, rho=RHO).gate for tau in taus]
    deltas = [replay_controller(controller_traces(), SIZES, OWN, tau=tau).delta for tau in taus]
    assert all((small >= large).all() for small, large in pairwise(gates))
    assert all((small >= large).all() for small, large in pairwise(deltas))


def test_a_dial_is_turned_in_a_moment() -> None:
    """Five times what the benchmark allows: this machine may be busy."""
    traces = recorded()
    turn(traces, tau=0.02, delta=0.5)
    began = time.perf_counter()
    assert turn(traces, tau=0.05, delta=0.3) > 10_000
    assert time.perf_counter() - began < 5 * MOST_MILLISECONDS / 1000


def test_points_without_a_grid_train_like_those_of_one(tmp_path: Path) -> None:
    with Workbench(tmp_path / "home") as bench:
        dataset = bench.add_dataset(write_small(tmp_path))
        task = bench.create_task(small_spec(dataset.id)).id
        short = TrainingSpec(epochs=1, batch_size=64)
        points = bench.train_points(task, "multifair", GRID[:2], seeds=2, training=short, baseline=True)
        grid = bench.sweep(
            task, "multifair", {"tau": [0.01], "delta": [0.3, 0.5]}, seeds=2, training=short, baseline=True
        )
        assert [run.spec for run in bench.store.runs(points)] == [run.spec for run in bench.store.runs(grid)]
        bench.wait(points, every=0.05)
        bench.wait(grid, every=0.05)
        twice = {"tau": 0.01, "delta": 0.3}
        with pytest.raises(SettingError, match="twice"):
            bench.train_points(task, "multifair", [twice, dict(twice)], seeds=1)
