"""A small made-up task: 400 patients, two modalities, a race and a sex."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.training.runs import RunSpec, method_parameters
from models.specs import TrainingSpec


def small_table(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    severity = rng.normal(size=rows)
    race = rng.choice(["Black", "White"], rows, p=[0.4, 0.6])
    signal = severity * np.where(race == "White", 1.5, 0.7)
    died = rng.random(rows) < 1 / (1 + np.exp(-2 * signal))
    return pd.DataFrame(
        {
            "heart_rate": 80 + 10 * severity + rng.normal(scale=5, size=rows),
            "lactate": severity + rng.normal(size=rows),
            "age": rng.normal(60, 10, rows).round(),
            "ward": rng.choice(["A", "B", "C"], rows),
            "race": race,
            "sex": rng.choice(["female", "male"], rows),
            "died": died.astype(int),
        }
    )


def small_spec(dataset: str = "small") -> TaskSpec:
    return TaskSpec(
        name="Small",
        dataset=dataset,
        outcome="died",
        positive="1",
        sensitive=("race", "sex"),
        modalities=(
            ModalitySpec(name="vitals", columns=("heart_rate", "lactate")),
            ModalitySpec(name="background", columns=("age", "ward")),
        ),
        public=True,
    )


def small_task() -> PreparedData:
    return prepare(small_table(), small_spec())


def write_small(folder: Path) -> Path:
    path = folder / "small.csv"
    small_table().to_csv(path, index=False)
    return path


def make_run(method: str, seed: int = 0, epochs: int = 2, **changes: object) -> RunSpec:
    return RunSpec(
        method=method,
        parameters=method_parameters(method, changes),
        training=TrainingSpec(epochs=epochs, batch_size=64),
        seed=seed,
    )
