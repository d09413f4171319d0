from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fairviz.data.groups import Attribute
from fairviz.data.load import read_table
from fairviz.data.missingness import contrast
from fairviz.data.specs import ModalitySpec
from fairviz.data.suggest import suggest_task
from fairviz.data.task import check_task
from tests.fairviz.data.tables import staged, ward, ward_task


def found(frame: pd.DataFrame, words: str, **changes: Any) -> list[str]:
    everything = ModalitySpec(name="all", columns=("age", "lactate", "ward"))
    task = ward_task(**({"modalities": (everything,)} | changes))
    return [note.text for note in check_task(task, frame) if words in note.text]


def test_a_value_missing_by_chance_is_no_warning() -> None:
    for seed in range(20):
        assert found(ward(seed=seed), "tell the outcome") == []
        assert found(ward(seed=seed), "Not recorded alike") == []


def trapped(rows: int = 600) -> pd.DataFrame:
    """A table whose rows without a ward mostly died, and lack the lactate too."""
    frame = ward(rows)
    frame["lactate"] = frame["lactate"].fillna(1.0)
    rng = np.random.default_rng(1)
    lost = np.where(frame["died"] == 1, rng.random(rows) < 0.4, rng.random(rows) < 0.03)
    frame.loc[lost, ["ward", "lactate"]] = np.nan
    return frame


def test_what_is_missing_with_the_outcome_is_found_once_for_columns_that_go_together() -> None:
    frame = trapped()
    (text,) = found(frame, "tell the outcome")
    lost = frame["ward"].isna()
    assert text.startswith(
        f'Missing values tell the outcome "1": {frame.loc[lost, "died"].mean():.0%} of the {lost.sum()} rows '
        f'without "lactate" and "ward" have it, {frame.loc[~lost, "died"].mean():.0%} of the others. A model'
    )
    assert "who was recorded" in text


def test_of_private_data_no_share_is_told() -> None:
    (text,) = found(trapped(), "tell the outcome", public=False)
    assert not any(character.isdigit() for character in text.replace('"1"', ""))
    assert 'it is more frequent where "lactate" and "ward" are missing. A model' in text


def test_less_frequent_is_said_too() -> None:
    frame = trapped().assign(died=lambda t: 1 - t["died"])
    (text,) = found(frame, "tell the outcome", public=False)
    assert "is less frequent where" in text
    lost = frame["ward"].isna()
    (text,) = found(frame, "tell the outcome")
    assert f"{frame.loc[lost, 'died'].mean():.0%} of the {lost.sum()} rows" in text


def test_the_strongest_come_first_and_the_rest_are_counted() -> None:
    frame = trapped(2000)
    rng = np.random.default_rng(0)
    extra = [f"x{place}" for place in range(6)]
    for place, name in enumerate(extra):
        lost = rng.random(2000) < np.where(frame["died"] == 1, 0.3 + 0.1 * place, 0.1)
        frame[name] = np.where(lost, np.nan, rng.normal(size=2000))
    everything = ModalitySpec(name="all", columns=("age", "lactate", "ward", *extra))
    (text,) = found(frame, "tell the outcome", modalities=(everything,))
    assert "; and 3 more. A model" in text
    assert text.index('"x5"') < text.index('"x4"')
    assert '"x0"' not in text


def test_every_class_of_several_is_looked_at() -> None:
    frame = staged(600)
    frame.loc[(frame["stage"] == "III") & (np.arange(600) % 3 > 0), "ward"] = None
    texts = found(frame, "tell the outcome", outcome="stage", positive=None)
    assert any(text.startswith('Missing values tell the outcome "III"') for text in texts)


def test_groups_that_are_recorded_differently_are_named_widest_first() -> None:
    frame = ward(600).assign(lactate=1.0)
    black = (frame["race"] == "black").to_numpy()
    frame.loc[black & (np.arange(600) % 10 < 7), "ward"] = None
    frame.loc[black & (np.arange(600) % 10 < 4), "age"] = np.nan
    (text,) = found(frame, "Not recorded alike")
    assert text.startswith('Not recorded alike in the groups of "race": "ward" is missing in ')
    assert text.index('"ward"') < text.index('"age"')
    (private,) = found(frame, "Not recorded alike", public=False)
    assert '"ward" is missing more often in "black" than in' in private


@pytest.mark.parametrize(("rows", "clear"), [(19, False), (400, True)])
def test_a_contrast_needs_rows_on_both_sides(rows: int, clear: bool) -> None:
    marked = np.r_[np.zeros(400, dtype=bool), np.ones(rows, dtype=bool)]
    codes = np.r_[np.zeros(400, dtype=np.int64), np.ones(rows, dtype=np.int64)]
    own = contrast(marked, Attribute("x", ("a", "b"), codes))
    assert (own is not None) is clear
    if own is not None:
        assert (own.high, own.low, own.high_share, own.low_share) == ("b", "a", 1.0, 0.0)


def test_the_trap_of_the_discharge_table_is_found(real_data_dir: Path) -> None:
    """Rows without a primary substance mostly completed their treatment: they come from one state's files."""
    frame = read_table(real_data_dir / "teds_d_2023_sample.parquet")
    proposed = suggest_task(frame, dataset="0", name="treatment", outcome="completed")
    notes = check_task(proposed.model_copy(update={"public": True}), frame)
    (text,) = [note.text for note in notes if note.text.startswith("Missing values tell the outcome")]
    assert '83% of the 137 rows without "primary_substance_admit", "injection_drug_use" and' in text
