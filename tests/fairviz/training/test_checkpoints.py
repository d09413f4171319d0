"""Weights survive a file, and the file says what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fairviz.training.checkpoints import load_weights, save_weights


def test_weights_and_specification_survive(tmp_path: Path) -> None:
    weights = {"head.logit.weight": np.arange(6, dtype=np.float32).reshape(3, 2)}
    spec = {"method": "fairgrad", "seed": 3}
    path = tmp_path / "deep" / "7.safetensors"
    save_weights(path, weights, spec)
    loaded, found = load_weights(path)
    assert found == spec
    np.testing.assert_array_equal(loaded["head.logit.weight"], weights["head.logit.weight"])
    assert [file.name for file in path.parent.iterdir()] == ["7.safetensors"]
