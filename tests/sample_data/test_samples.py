from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from fairviz.data.load import content_hash, read_table
from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.samples import SAMPLE_FOLDER, Sample, sample, samples
from fairviz.data.synthetic.glaucoma import make_glaucoma
from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from fairviz.data.synthetic.sud import COLUMNS, make_sud
from fairviz.data.task import check_task

IMAGES = SAMPLE_FOLDER / "glaucoma_images"
EVERY = pytest.mark.parametrize("entry", samples(), ids=lambda entry: entry.name)


def test_the_four_samples_are_listed() -> None:
    assert [entry.name for entry in samples()] == ["support2", "nhefs", "sud", "glaucoma"]


@EVERY
def test_a_sample_is_ready_to_train(entry: Sample) -> None:
    frame, task = read_table(entry.table_path), entry.task()
    check_task(task, frame)
    assert task.dataset == content_hash(entry.table_path)
    assert task.public
    named = {task.outcome, *task.sensitive, *task.drop}
    named |= {column for modality in task.modalities for column in modality.columns}
    assert named == set(frame.columns), "every column is an input, an attribute, the outcome or dropped"


@EVERY
def test_a_card_names_every_modality_and_the_terms(entry: Sample) -> None:
    card = entry.card_path.read_text(encoding="utf-8")
    for heading in ("## Source and terms", "## Who is in it", "## Columns", "## What gap to expect"):
        assert heading in card
    for modality in entry.task().modalities:
        assert f"| {modality.name} |" in card


@pytest.mark.parametrize("column", ["race"])
def test_race_is_no_input_of_the_synthetic_tasks(column: str) -> None:
    for name in ("sud", "glaucoma"):
        assert all(column not in modality.columns for modality in sample(name).task().modalities)


def test_all_files_together_are_small() -> None:
    sizes = [path.stat().st_size for path in SAMPLE_FOLDER.rglob("*") if path.is_file()]
    assert sum(sizes) < 15 * 2**20
    assert sum(path.stat().st_size for path in IMAGES.rglob("*")) < 5 * 2**20


def test_sud_is_what_its_generator_draws() -> None:
    pd.testing.assert_frame_equal(read_table(sample("sud").table_path), make_sud(), check_dtype=False)


def test_glaucoma_is_what_its_generator_draws() -> None:
    drawn = make_glaucoma(6_000, seed=0).round(3)
    pd.testing.assert_frame_equal(
        read_table(sample("glaucoma").table_path), drawn, check_dtype=False, atol=2e-3
    )


def test_images_are_what_their_generator_draws(tmp_path: Path) -> None:
    write_fairvision_folder(tmp_path)
    drawn = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.npz"))
    assert drawn == sorted(path.relative_to(IMAGES) for path in IMAGES.rglob("*.npz"))
    for path in drawn:
        with np.load(IMAGES / path, allow_pickle=False) as kept, np.load(tmp_path / path) as new:
            for key in kept.files:
                # Another version of numpy may round a pixel the other way.
                np.testing.assert_allclose(kept[key].astype(float), new[key], atol=1)


def test_white_patients_answer_as_the_table_of_columns_says() -> None:
    frame = make_sud(40_000, seed=1)
    white = frame[frame["race"] == "White"]
    for column in COLUMNS:
        # Answers go missing more often where hardship is high, so shares move a little.
        shares = white[column.name].value_counts(normalize=True)
        for answer, share in zip(column.answers, column.shares, strict=True):
            assert shares[answer] == pytest.approx(share, abs=0.03)


def test_sud_has_a_gap_by_race_well_above_chance() -> None:
    labels, scores, groups = _held_out(prepare(make_sud(), sample("sud").task()))
    assert 0.75 < roc_auc_score(labels, scores) < 0.80
    gap = _soft_gap(labels, scores, groups)
    rng = np.random.default_rng(0)
    by_chance = [_soft_gap(labels, scores, _shuffled(groups, labels, rng)) for _ in range(50)]
    assert 0.12 < gap < 0.19
    assert gap > 3 * max(by_chance)


def _held_out(data: PreparedData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = np.concatenate(data.inputs, axis=1)
    train, test = data.split.train, data.split.test
    model = LogisticRegression(max_iter=2000).fit(table[train], data.labels[train])
    return data.labels[test], model.predict_proba(table[test])[:, 1], data.attributes[0].codes[test]


def _soft_gap(labels: np.ndarray, scores: np.ndarray, groups: np.ndarray) -> float:
    def gap(label: int) -> float:
        means = [scores[(labels == label) & (groups == group)].mean() for group in range(groups.max() + 1)]
        return float(np.mean([abs(one - other) for one, other in combinations(means, 2)]))

    return (gap(0) + gap(1)) / 2


def _shuffled(groups: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shuffle groups among the rows of one outcome: what is left of a gap is chance."""
    shuffled = groups.copy()
    for label in (0, 1):
        rows = np.flatnonzero(labels == label)
        shuffled[rows] = groups[rng.permutation(rows)]
    return shuffled
