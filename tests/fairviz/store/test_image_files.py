"""Images as folders of arrays: whole or not there, and gone with their dataset."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from fairviz.store.image_files import ImageFiles


def made(folder: Path, value: int = 1) -> Path:
    folder.mkdir()
    for column in ("fundus", "slices"):
        np.save(folder / f"{column}.npy", np.full((2, 1, 3, 3), value, dtype=np.uint8))
    return folder


def test_images_survive_however_many_bring_them_at_once(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path / "kept")
    with ThreadPoolExecutor(4) as visitors:
        list(visitors.map(lambda n: files.keep("abc", made(tmp_path / str(n), n)), range(12)))
    paths = files.paths("abc")
    assert list(paths) == ["fundus", "slices"]
    values = {int(np.load(path).mean()) for path in paths.values()}
    assert len(values) == 1, "both are of one visitor"


def test_a_dataset_without_images_has_none(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path)
    assert files.paths("abc") == {}
    files.delete("abc")


def test_deleted_images_are_gone(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path / "kept")
    files.keep("abc", made(tmp_path / "new"))
    files.delete("abc")
    assert files.paths("abc") == {}
    assert not list((tmp_path / "kept").iterdir())


def test_what_cannot_be_moved_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        ImageFiles(tmp_path / "kept").keep("abc", tmp_path / "gone")
