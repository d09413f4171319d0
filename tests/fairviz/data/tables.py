"""Small tables and tasks for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairviz.data.task import ModalitySpec, TaskSpec

Change = Callable[[pd.DataFrame], Any]


def ward(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    """Draw a table with two numbers, one category, two attributes and an outcome."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.normal(60, 10, rows).round(1),
            "lactate": np.where(rng.random(rows) < 0.2, np.nan, rng.gamma(2, 1, rows)),
            "ward": rng.choice(["a", "b", "c"], rows),
            "sex": rng.choice(["female", "male"], rows),
            "race": rng.choice(["white", "black", "other"], rows, p=[0.6, 0.3, 0.1]),
            "died": (rng.random(rows) < 0.3).astype(int),
        }
    )


def staged(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    """The same table with an outcome of three values, the last one rare."""
    stages = np.random.default_rng(seed + 1).choice(["I", "II", "III"], rows, p=[0.5, 0.35, 0.15])
    return ward(rows, seed).assign(stage=stages)


def ward_task(**changes: Any) -> TaskSpec:
    """Make the task that fits `ward`, with some fields changed."""
    fields: dict[str, Any] = {
        "name": "ward",
        "dataset": "0" * 64,
        "outcome": "died",
        "positive": "1",
        "sensitive": ("race", "sex"),
        "modalities": (
            ModalitySpec(name="numbers", columns=("age", "lactate")),
            ModalitySpec(name="place", columns=("ward",)),
        ),
        "public": True,
    }
    return TaskSpec(**(fields | changes))


def saved(folder: Path, content: bytes | str, name: str = "table.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def noted(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    """The same table with a note in which one of two words goes with the outcome, and a name in one note."""
    frame = ward(rows, seed)
    rng = np.random.default_rng(seed + 2)
    sick = rng.random(rows) < np.where(frame["died"] == 1, 0.8, 0.2)
    notes = [
        f"Seen on day {day}, {'marked dyspnoea' if short else 'walks freely'}, plan: review"
        for day, short in zip(rng.permutation(rows), sick, strict=True)
    ]
    notes[0] += ", daughter Zebulonia called"
    return frame.assign(note=notes)
