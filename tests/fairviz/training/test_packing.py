"""Which runs share a pack."""

from __future__ import annotations

from fairviz.training.packing import pack_runs
from fairviz.training.runs import RunSpec, method_parameters
from models.specs import TrainingSpec


def run(method: str, seed: int = 0, epochs: int = 5, **changes: object) -> RunSpec:
    return RunSpec(
        method=method,
        parameters=method_parameters(method, changes),
        training=TrainingSpec(epochs=epochs),
        seed=seed,
    )


def test_numbers_may_differ_within_a_pack() -> None:
    runs = [run("multifair", seed, tau=tau) for tau in (0.01, 0.04) for seed in (0, 1)]
    assert [pack.positions for pack in pack_runs(runs)] == [(0, 1, 2, 3)]


def test_choices_training_and_methods_divide_packs() -> None:
    runs = [
        run("baseline"),
        run("multifair"),
        run("multifair-m"),
        run("multifair", losses="released"),
        run("multifair", epochs=6),
        run("baseline", 1),
    ]
    assert [pack.positions for pack in pack_runs(runs)] == [(0, 5), (1,), (2,), (3,), (4,)]


def test_large_packs_are_cut_and_nothing_is_lost() -> None:
    runs = [run("baseline", seed) for seed in range(7)]
    packs = pack_runs(runs, largest=3)
    assert [len(pack.runs) for pack in packs] == [3, 3, 1]
    assert [p for pack in packs for p in pack.positions] == list(range(7))
