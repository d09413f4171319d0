from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairviz.data.offered import chosen, offered
from fairviz.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "offered"
    for name in (
        "a.csv",
        "b.txt",
        ".hidden.csv",
        "eyes/train/x.npz",
        "eyes/data_summary.csv",
        "d/e/f/g/x.csv",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (tmp_path / "secret.csv").write_text("x")
    (folder / "way out").symlink_to(tmp_path)
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "in.csv").symlink_to(folder / "a.csv")
    return folder


def test_tables_and_folders_are_offered(folder: Path) -> None:
    assert offered(folder) == ("a.csv", "d", "d/e", "d/e/f", "eyes", "eyes/data_summary.csv")


@pytest.mark.parametrize("name", ["a.csv", "eyes", "eyes/../a.csv", "in.csv"])
def test_what_is_inside_can_be_chosen(folder: Path, name: str) -> None:
    assert chosen(folder, name).is_relative_to(folder)


@pytest.mark.parametrize(
    "name",
    ["../secret.csv", "out.csv", "way out", "way out/secret.csv", "/etc/passwd", "gone.csv", "eyes/../.."],
)
def test_what_leads_out_cannot(folder: Path, name: str) -> None:
    message = "expected one inside the folder that is offered, found none there of this name"
    with pytest.raises(DataError, match=re.escape(message)):
        chosen(folder, name)


def test_a_folder_that_is_reached_by_a_link_is_no_way_out(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert offered(tmp_path / "link") == offered(folder)
    assert chosen(tmp_path / "link", "a.csv") == folder / "a.csv"


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="FAIRVIZ_DATA_FOLDER: expected a folder that can be read"):
        offered(tmp_path / "gone")
