from __future__ import annotations

from dataclasses import replace

from fairviz.reports.pairing import baselines, baselines_by_label
from fairviz.reports.run import Run
from tests.fairviz.ui.made import run


def at_rate(record: Run, learning_rate: float) -> Run:
    return replace(record, spec={**record.spec, "training": {"epochs": 3, "learning_rate": learning_rate}})


def test_a_run_is_paired_with_the_baseline_of_its_seed() -> None:
    runs = [
        run(1),
        run(2, seed=1),
        run(3, "fairgrad"),
        run(4, "fairgrad", seed=1),
        run(5, "fairgrad", seed=2),
    ]
    assert {key: reference.id for key, reference in baselines(runs).items()} == {3: 1, 4: 2}
    paired = baselines_by_label(runs)
    assert {seed: reference.id for seed, reference in paired["Fairgrad"].items()} == {0: 1, 1: 2}
    assert set(paired) == {"Fairgrad"}


def test_other_training_settings_are_another_baseline() -> None:
    runs = [at_rate(run(1), 0.001), at_rate(run(2), 0.003)]
    runs += [at_rate(run(3, "fairgrad"), 0.001), at_rate(run(4, "fairgrad"), 0.003)]
    runs += [at_rate(run(5, "fairgrad"), 0.01)]
    assert {key: reference.id for key, reference in baselines(runs).items()} == {3: 1, 4: 2}


def test_an_unfinished_baseline_is_none() -> None:
    assert baselines([replace(run(1), test=None), run(2, "fairgrad")]) == {}
