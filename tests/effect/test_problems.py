from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairviz.data.prepare import prepare
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.errors import NotFoundError
from tests.effect.problems import TASKS, Places, Planted, RealFile, Sample, attributes_told, thinned
from tests.fairviz.small import small_spec


def test_a_planted_set_has_the_rows_asked_for(tmp_path: Path) -> None:
    source = Planted(rows=(600, 200, 400), modalities=("cup", "record"), attributes=("race", "sex"))
    problem = source.problem(3, Places(tmp_path, None))
    data = prepare(pd.read_parquet(problem.table), problem.task)
    sizes = [len(rows) for rows in (data.split.train, data.split.validation, data.split.test)]
    assert sizes == pytest.approx([600, 200, 400], abs=2)
    assert [modality.shape[1] for modality in data.inputs] == [20, 8]
    assert [attribute.name for attribute in data.attributes] == ["race", "sex"]


def test_every_draw_is_another_one_and_always_the_same(tmp_path: Path) -> None:
    source = Planted(rows=(60, 20, 20))
    first, again, other = (source.table(draw) for draw in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    assert source.problem(0, Places(tmp_path, None)).task.split.seed == 0


def test_a_group_is_thinned_out_to_its_share() -> None:
    frame = Planted(rows=(6_000, 2_000, 2_000), rare=0.01).table(0)
    assert len(frame) == 10_000
    assert (frame["race"] == "Black").sum() == 100


def test_thinning_keeps_the_order_of_rows() -> None:
    frame = pd.DataFrame({"race": ["Black", "White", "Black", "White", "White"], "at": range(5)})
    assert thinned(frame, 4, 0.25)["at"].tolist() == [0, 1, 3, 4]


def test_a_sample_is_always_there(tmp_path: Path) -> None:
    problem = Sample("nhefs").problem(0, Places(tmp_path, None))
    assert problem.table.is_file()
    assert problem.task.outcome == "death"


@pytest.mark.parametrize("data", [True, False])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, data: bool) -> None:
    with pytest.raises(NotFoundError, match=r"eicu_demo\.parquet.*--data"):
        RealFile("eicu_demo").problem(0, Places(tmp_path, tmp_path if data else None))


@pytest.mark.parametrize("path", sorted(TASKS.glob("*.json")), ids=lambda path: path.stem)
def test_real_files_answer_their_tasks(path: Path, real_data_dir: Path, tmp_path: Path) -> None:
    problem = RealFile(path.stem).problem(0, Places(tmp_path, real_data_dir))
    data = prepare(pd.read_parquet(problem.table), problem.task)
    card = (real_data_dir / f"{path.stem}.md").read_text(encoding="utf-8")
    leakage = card.split("Leakage / never use as features:")[1].splitlines()[0].strip().split(", ")
    inputs = {column for modality in data.task.modalities for column in modality.columns}
    assert not inputs & {*leakage, data.task.outcome}
    assert all(f"`{name}`" in card for name in data.task.sensitive)


def test_tasks_are_as_fairviz_writes_them() -> None:
    for path in TASKS.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert TaskSpec.from_json(text).to_json() == text


def test_a_sample_may_be_compared_by_other_attributes(tmp_path: Path) -> None:
    problem = Sample("support2", sensitive=("sex",)).problem(0, Places(tmp_path, None))
    assert problem.task.sensitive == ("sex",)


def test_an_attribute_is_told_by_itself_or_by_what_it_follows_from() -> None:
    rng = np.random.default_rng(0)
    age = rng.integers(20, 60, 1_000)
    frame = pd.DataFrame(
        {
            "age": age,
            "age_band": np.where(age < 40, "younger", "older"),
            "sex": rng.choice(["female", "male"], 1_000),
            "race": rng.choice(["a", "b"], 1_000),
            "weight": rng.normal(size=1_000),
        }
    )
    task = small_spec().model_copy(
        update={
            "sensitive": ("age_band", "sex", "race"),
            "modalities": (ModalitySpec(name="record", columns=("age", "sex", "weight")),),
        }
    )
    assert attributes_told(frame, task) == ("age_band", "sex")
