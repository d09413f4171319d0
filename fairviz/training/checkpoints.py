"""Weights of one run in a file that can be read without running code from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load_file, save_file


def save_weights(path: Path, weights: Mapping[str, NDArray[np.float32]], spec: Mapping[str, Any]) -> None:
    """Write named weights and, as metadata, the run's specification; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    save_file(dict(weights), unfinished, metadata={"run": json.dumps(spec)})
    unfinished.replace(path)


def load_weights(path: Path) -> tuple[dict[str, NDArray[np.float32]], dict[str, Any]]:
    """The named weights of a file and the specification of the run they come from."""
    with safe_open(path, framework="numpy") as file:
        spec = json.loads(file.metadata()["run"])
    return load_file(path), spec
