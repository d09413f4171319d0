"""Fixtures shared by every test."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _shared(name: str) -> Path:
    folder = ROOT.parent / "shared" / name
    if not folder.is_dir():
        pytest.skip(f"no folder ../shared/{name} beside the repository: comparison not made")
    return folder


@pytest.fixture
def oracle_dir() -> Path:
    """Folder of inputs with independently computed answers."""
    return _shared("oracles")


@pytest.fixture
def real_data_dir() -> Path:
    """Folder of real datasets with their cards."""
    return _shared("data")
