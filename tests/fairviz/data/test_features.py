from __future__ import annotations

import numpy as np
import pytest

from fairviz.data.encode import FARTHEST
from fairviz.data.features import FeatureScale
from fairviz.data.prepare import prepare
from fairviz.data.specs import ModalitySpec
from fairviz.errors import TaskError
from tests.fairviz.data.tables import ward, ward_task

NOTES = ModalitySpec(name="notes", columns=("note",), kind="text", pretrained="bert")


def drawn(rows: int = 300, width: int = 5) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(0).normal(40, 3, (rows, width)).astype(np.float32)


def test_prepare_takes_features_on_the_scale_of_training_rows_that_have_the_modality() -> None:
    frame, features = ward(), drawn()
    frame["note"] = [None if row % 5 == 0 else f"note {row}" for row in range(len(frame))]
    task = ward_task(modalities=(*ward_task().modalities, NOTES))
    data = prepare(frame, task, features={"notes": features})
    inputs, has_it = np.asarray(data.inputs[-1]), data.available[:, -1]
    assert (inputs.shape, has_it.sum()) == ((300, 5), 240)
    assert inputs.dtype == np.float32
    training = data.split.train[has_it[data.split.train]]
    np.testing.assert_allclose(inputs[training].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(inputs[training].std(axis=0), 1, atol=1e-5)
    assert not inputs[~has_it].any()
    scale = features[training].std(axis=0)
    np.testing.assert_allclose(
        np.diff(inputs[has_it], axis=0) * scale, np.diff(features[has_it], axis=0), atol=1e-4
    )
    assert data.images == {}
    assert data.encoders[-1].feature_names == tuple(f"bert: feature {place}" for place in range(1, 6))


def test_what_other_rows_hold_changes_no_scale() -> None:
    features = drawn()
    changed = features.copy()
    changed[100:] += 1000
    one, other = (FeatureScale.fit("m", own[:100]) for own in (features, changed))
    np.testing.assert_array_equal(one.mean, other.mean)
    assert other.transform(changed, np.ones(300, dtype=bool)).max() == FARTHEST


def test_features_that_differ_by_rounding_alone_are_left_out() -> None:
    features = drawn()
    features[:, 1] = np.float32(40) + np.linspace(0, 1e-5, 300, dtype=np.float32)
    features[:, 3] = 0
    scale = FeatureScale.fit("m", features)
    assert scale.kept.tolist() == [0, 2, 4]
    assert scale.transform(features, np.ones(300, dtype=bool)).shape == (300, 3)


def test_a_model_that_tells_no_rows_apart_is_refused() -> None:
    frame = ward().assign(note=[f"note {row}" for row in range(300)])
    task = ward_task(modalities=(*ward_task().modalities, NOTES))
    with pytest.raises(TaskError, match='modality "notes"'):
        prepare(frame, task, features={"notes": np.ones((300, 5), dtype=np.float32)})


def test_a_table_is_read_by_no_pretrained_model() -> None:
    vitals = ward_task().modalities[0].model_copy(update={"pretrained": "bert"})
    with pytest.raises(TaskError, match="free text or images for a pretrained model, found numbers"):
        prepare(ward(), ward_task(modalities=(vitals,)))
