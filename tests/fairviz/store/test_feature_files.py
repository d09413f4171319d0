from __future__ import annotations

from pathlib import Path

import numpy as np

from fairviz.store.feature_files import FeatureFiles


def test_features_are_kept_by_dataset_and_key(tmp_path: Path) -> None:
    files = FeatureFiles(tmp_path / "datasets")
    one, other = (np.full((3, 2), number, dtype=np.float32) for number in (1, 2))
    files.keep("a", "x", one)
    files.keep("a", "y", other)
    files.keep("b", "x", other)
    read = files.read("a", "x")
    assert read is not None
    np.testing.assert_array_equal(read, one)
    assert files.read("b", "y") is None
    files.delete("a")
    assert files.read("a", "x") is None
    assert [path.name for path in (tmp_path / "datasets").iterdir()] == ["b.x.features.npy"]
