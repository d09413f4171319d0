"""Which runs share a pack."""

from __future__ import annotations

from typing import Any

import pytest

from fairviz.training.packing import MEMBERS_ON_CPU, largest_pack, pack_runs
from fairviz.training.runs import RunSpec, method_parameters
from models.specs import TrainingSpec


def run(method: str, seed: int = 0, training: TrainingSpec | None = None, **changes: object) -> RunSpec:
    return RunSpec(
        method=method,
        parameters=method_parameters(method, changes),
        training=training or TrainingSpec(epochs=5),
        seed=seed,
    )


def test_numbers_may_differ_within_a_pack() -> None:
    runs = [run("multifair", seed, tau=tau) for tau in (0.01, 0.04) for seed in (0, 1)]
    assert [pack.positions for pack in pack_runs(runs)] == [(0, 1, 2, 3)]


def test_members_may_have_learning_rates_and_patience_of_their_own() -> None:
    settings = [
        TrainingSpec(),
        TrainingSpec(learning_rate=1e-2),
        TrainingSpec(auxiliary_learning_rate=1e-2),
        TrainingSpec(patience=3),
    ]
    runs = [run("multifair", training=own) for own in settings]
    assert [pack.positions for pack in pack_runs(runs)] == [(0, 1, 2, 3)]


@pytest.mark.parametrize(
    "setting", [TrainingSpec(epochs=3), TrainingSpec(batch_size=64), TrainingSpec(weight_decay=0.1)]
)
def test_other_training_settings_divide_packs(setting: TrainingSpec) -> None:
    runs = [run("baseline", training=own) for own in (TrainingSpec(), setting)]
    assert [pack.positions for pack in pack_runs(runs)] == [(0,), (1,)]


SWITCHES: list[tuple[str, dict[str, Any]]] = [
    ("fairgrad", {"reconciliation": "upgrad"}),
    ("fairgrad", {"projection": "all"}),
    ("multifair", {"granularity": "sample"}),
    ("multifair", {"signal": "fused"}),
    ("multifair", {"gate": "ema"}),
    ("multifair", {"scales": "update"}),
]


@pytest.mark.parametrize(("method", "switch"), SWITCHES)
def test_switches_divide_packs(method: str, switch: dict[str, Any]) -> None:
    packs = pack_runs([run(method), run(method, **switch)])
    assert [pack.positions for pack in packs] == [(0,), (1,)]


def test_choices_training_and_methods_divide_packs() -> None:
    runs = [
        run("baseline"),
        run("multifair"),
        run("multifair-m"),
        run("multifair", losses="released"),
        run("multifair", training=TrainingSpec(epochs=6)),
        run("baseline", 1),
    ]
    assert [pack.positions for pack in pack_runs(runs)] == [(0, 5), (1,), (2,), (3,), (4,)]


def test_large_packs_are_cut_and_nothing_is_lost() -> None:
    runs = [run("baseline", seed) for seed in range(7)]
    packs = pack_runs(runs, largest=3)
    assert [len(pack.runs) for pack in packs] == [3, 3, 1]
    assert [p for pack in packs for p in pack.positions] == list(range(7))


def test_a_method_without_the_network_is_alone_even_beside_its_twin() -> None:
    runs = [run("reweighing"), run("reweighing", 1), run("reweighing"), run("baseline")]
    assert [pack.positions for pack in pack_runs(runs)] == [(0,), (1,), (2,), (3,)]


def test_halves_hold_the_same_runs_in_the_same_places() -> None:
    (pack,) = pack_runs([run("baseline", seed) for seed in range(5)])
    first, second = pack.halves()
    assert first.runs + second.runs == pack.runs
    assert (first.positions, second.positions) == ((0, 1), (2, 3, 4))


@pytest.mark.parametrize(
    ("runs", "workers", "on_cpu", "members"),
    [(6, 2, True, 3), (7, 2, True, 4), (100, 2, True, MEMBERS_ON_CPU), (100, 2, False, 100), (1, 4, True, 1)],
)
def test_a_pack_is_a_workers_share(runs: int, workers: int, on_cpu: bool, members: int) -> None:
    assert largest_pack(runs, workers, on_cpu=on_cpu) == members
