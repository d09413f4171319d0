"""Files and folders that are wrong, or made to do harm: refused in words, and nothing is left behind."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairviz.data.adapters.listing import list_files
from fairviz.data.adapters.npz_folder import FolderBounds
from fairviz.errors import DataError
from tests.fairviz.data.adapters.folders import (
    BOUNDS,
    SECRET,
    SMALL,
    eye,
    header,
    noted_eye,
    npy,
    npz_of,
    npz_with,
    read,
    save,
    write_eyes,
)


class _Tripwire:
    """Leaves a file behind where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("unpickled",)


def _zeros(size: int) -> bytes:
    return b"\0" * size


def _declaring(content: bytes, size: int) -> bytes:
    """The archive with another size of its first member in both places that tell it."""
    told = struct.pack("<I", size)
    at = content.index(b"PK\x01\x02")
    return content[:22] + told + content[26 : at + 24] + told + content[at + 28 :]


WHOLE = npz_with("race", npy(1))
FILES: dict[str, tuple[bytes, str]] = {
    "an array of objects": (
        npz_with("race", npy(np.array([_Tripwire()], dtype=object), allow_pickle=True)),
        '"race": expected plain numbers or text, found Python objects',
    ),
    "an image of objects": (
        npz_with("slo_fundus", npy(np.array([[_Tripwire()]], dtype=object), allow_pickle=True)),
        '"slo_fundus": expected plain numbers or text, found Python objects',
    ),
    "a pickle in place of an array": (
        npz_with("race", b"\x80\x04\x95\x00."),
        '"race": expected a whole array, found a damaged one',
    ),
    "a bomb of one value": (
        npz_with("slo_fundus", header("|u1", (4096, 40960)) + _zeros(4096 * 40960)),
        '"slo_fundus": expected numbers with 2 axes of at most 4,096',
    ),
    "a bomb in the shape that is expected": (
        npz_with("oct_bscans", header("|u1", (40, 1000, 1000)) + _zeros(40_000_000)),
        "expected content at most 200 times as large as its compressed form, found more",
    ),
    "an array that declares more than may be read": (
        npz_with("oct_bscans", header("<f8", (4000, 4000, 4000))),
        '"oct_bscans": expected a whole array of at most 256 MiB, found a larger one',
    ),
    "an array that declares more than it has": (
        npz_with("oct_bscans", header("|u1", (6, 20, 20)) + _zeros(100)),
        '"oct_bscans": expected a whole array of at most 256 MiB, found another size than it declares',
    ),
    "an archive that declares less than it has": (
        _declaring(npz_with("slo_fundus", header("|u1", (40, 40)) + _zeros(40 * 40)), 100),
        '"slo_fundus": expected a whole array',
    ),
    "a header that never ends": (
        npz_with("race", b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535),
        '"race": expected a whole array, found a damaged one',
    ),
    "a version that does not exist": (
        npz_with("race", b"\x93NUMPY\x09\x00" + npy(1)[8:]),
        '"race": expected a whole array, found a damaged one',
    ),
    "a shape below zero": (npz_with("race", header("<i8", (-1, -1)) + _zeros(8)), '"race": expected a whole'),
    "cut short": (WHOLE[: len(WHOLE) // 2], "file: expected a whole ZIP archive, found a damaged one"),
    "empty": (b"", "file: expected a whole ZIP archive, found a damaged one"),
    "a table by the name of an archive": (f"name\n{SECRET}\n".encode(), "expected a whole ZIP archive"),
    "flipped bits": (
        WHOLE[:200] + bytes([WHOLE[200] ^ 255]) + WHOLE[201:],
        "expected a whole",
    ),
    "two arrays of one name": (
        npz_of(("race.npy", npy(1)), ("rbce.npy", npy(2))).replace(b"rbce", b"race"),
        "archive: expected arrays of different names, found two of one name",
    ),
    "a name that leads out": (
        npz_of(("../../race.npy", npy(1))),
        "archive, file 1: expected a plain file, found one that has a name that leads out of the archive",
    ),
    "an absolute name": (npz_of(("/etc/race.npy", npy(1))), "has a name that leads out of the archive"),
    "characters beyond all": (
        npz_with("race", header("<U1", ()) + b"\xff\xff\xff\x7f"),
        '"race": expected text, found characters that no text has',
    ),
    "half a character": (
        npz_with("race", header("<U1", ()) + b"\x00\xd8\x00\x00"),
        '"race": expected text, found characters that no text has',
    ),
    "many values for one": (npz_with("race", npy([0, 1])), '"race": expected one number, or one text of at'),
    "a structure": (npz_with("race", npy(np.zeros(1, "i4,f4"))), '"race": expected one number'),
    "a flat image": (
        npz_with("slo_fundus", npy(np.zeros(16, "u1"))),
        '"slo_fundus": expected numbers with 2',
    ),
    "an image as a volume": (
        npz_with("oct_bscans", npy(np.zeros((4, 4), "u1"))),
        "expected numbers with 3 axes",
    ),
    "an image of words": (npz_with("slo_fundus", npy([[SECRET]])), "found text of shape (1, 1)"),
    "an image of nothing known": (
        npz_with("slo_fundus", npy(np.full((4, 4), np.nan))),
        '"slo_fundus": expected pixels from 0 to 255, found numbers on another scale',
    ),
    "an image on another scale": (npz_with("slo_fundus", npy(np.full((4, 4), 0.5))), "on another scale"),
    "an image out of range": (npz_with("slo_fundus", npy(np.full((4, 4), 256))), "on another scale"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_wrong(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content, message = FILES[name]
    folder = write_eyes(tmp_path / "in", eye())
    (folder / "train" / f"{SECRET}.npz").write_bytes(content)
    save(folder / "train" / "a.npz", eye())
    with pytest.raises(DataError) as caught:
        read(folder, tmp_path / "out")
    assert message in str(caught.value)
    assert str(caught.value).startswith("file 1 of 3, in order of names, ")
    assert SECRET not in str(caught.value)
    assert not (tmp_path / "unpickled").exists()
    assert not list((tmp_path / "out").iterdir()), "nothing unfinished is left"


@pytest.mark.parametrize(
    ("eyes", "found"),
    [
        ((eye(), eye(race=None)), 'found one without "race"'),
        ((eye(race=None), eye()), 'found one with "race"'),
        ((eye(), noted_eye()), 'found one without "hispanic", "male", "oct_bscans"'),
    ],
)
def test_files_that_differ_in_their_arrays_are_named(
    tmp_path: Path, eyes: tuple[dict[str, Any], ...], found: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(write_eyes(tmp_path / "in", *eyes), tmp_path / "out")
    message = f"data_00002.npz, archive: expected the arrays of the first file, {found}."
    assert str(caught.value).startswith(message)


def test_arrays_that_nobody_reads_are_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "in" / "a.npz", eye(pid=np.array([_Tripwire()], dtype=object)))
    assert "pid" not in read(tmp_path / "in", tmp_path / "out").frame
    assert not (tmp_path / "unpickled").exists()


def test_whole_numbers_of_other_types_are_pixels(tmp_path: Path) -> None:
    image = np.arange(256, dtype=np.float64).reshape(16, 16)
    read(write_eyes(tmp_path / "in", eye(slo_fundus=image)), tmp_path / "out")
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "slo_fundus.npy")[0, 0], image)


@pytest.mark.parametrize("order", ["<", ">"])
def test_text_of_either_byte_order(tmp_path: Path, order: str) -> None:
    note = np.array("Größe \U0001f441 unchanged", dtype=f"{order}U40")
    frame = read(write_eyes(tmp_path / "in", noted_eye(note=note)), tmp_path / "out").frame
    assert frame["note"].tolist() == ["Größe \U0001f441 unchanged"]


def test_a_text_that_is_too_long(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "in", noted_eye(note="x" * 200_001))
    with pytest.raises(DataError, match=r'"note": expected one number, or one text of at most 200,000 char'):
        read(folder, tmp_path / "out")


def test_numbers_in_some_files_and_words_in_others(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "in", eye(), eye(glaucoma=SECRET))
    with pytest.raises(DataError, match='numbers or texts as "glaucoma", found both') as caught:
        read(folder, tmp_path / "out")
    assert SECRET not in str(caught.value)


def test_folders_that_are_mixed(tmp_path: Path) -> None:
    beside = write_eyes(tmp_path / "beside", eye())
    save(beside / "data_00009.npz", eye())
    with pytest.raises(DataError, match="files in folders named train, validation and test, or none of them"):
        read(beside, tmp_path / "out")
    several = write_eyes(write_eyes(tmp_path / "several", eye(), part="AMD/train"), eye(), part="DR/train")
    with pytest.raises(DataError, match="the files of one dataset, found files in several places"):
        read(several, tmp_path / "out")


@pytest.mark.parametrize(
    ("arrays", "found"),
    [
        (None, "no file that ends in .npz"),
        ({"x": 1}, "arrays of other names"),
        (eye(glaucoma=None), "no outcome, neither in the arrays nor in a CSV file"),
    ],
)
def test_another_layout(tmp_path: Path, arrays: dict[str, Any] | None, found: str) -> None:
    (tmp_path / "in").mkdir()
    if arrays is not None:
        save(tmp_path / "in" / "a.npz", arrays)
    with pytest.raises(
        DataError, match="layout of FairVLMed or FairVision, with an outcome such as glau"
    ) as caught:
        read(tmp_path / "in", tmp_path / "out")
    assert found in str(caught.value)


def test_links_are_refused_wherever_they_lead(tmp_path: Path) -> None:
    target = save(tmp_path / "outside.npz", eye())
    for name, of in (("file", target), ("folder", tmp_path), ("nowhere", tmp_path / "gone")):
        folder = write_eyes(tmp_path / name, eye())
        (folder / "train" / "data_00002.npz").symlink_to(of)
        with pytest.raises(
            DataError, match="expected plain files and folders, found a link to another place"
        ):
            list_files(folder, max_bytes=2**30)


def test_pipes_and_sockets_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(write_eyes(tmp_path / "a", eye()) / "pipe.npz")
    with pytest.raises(DataError, match="found a device, pipe or socket"):
        list_files(tmp_path / "a", max_bytes=2**30)
    monkeypatch.chdir(write_eyes(tmp_path / "b", eye()))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        with pytest.raises(DataError, match="found a device, pipe or socket"):
            list_files(tmp_path / "b", max_bytes=2**30)


def test_a_link_put_there_later_is_not_followed(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "in", eye())
    (listed,) = list_files(folder, max_bytes=2**30)
    listed.path.unlink()
    listed.path.symlink_to(save(tmp_path / "outside.npz", eye()))
    with pytest.raises(DataError, match="expected a file that can be read"):
        listed.content(max_bytes=2**30)
    listed.path.unlink()
    os.mkfifo(listed.path)
    with pytest.raises(DataError, match="expected plain files, found something else"):
        listed.content(max_bytes=2**30)


def test_bounds_on_files_bytes_and_depth(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "in", eye(), eye(), eye())
    with pytest.raises(DataError, match="at most 2 files, found more"):
        list_files(folder, max_bytes=2**30, max_files=2)
    with pytest.raises(DataError, match="GiB of files, found more"):
        read(folder, tmp_path / "out", FolderBounds(1000, BOUNDS.max_table_bytes, SMALL))
    (listed, *_) = list_files(folder, max_bytes=2**30)
    with pytest.raises(DataError, match="expected files of at most"):
        listed.content(max_bytes=10)
    save(folder / "a" / "b" / "c" / "d" / "e" / "x.npz", eye())
    with pytest.raises(DataError, match="expected at most 4 folders within one another"):
        list_files(folder, max_bytes=2**30)


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="folder: expected a folder, found none of this name"):
        list_files(tmp_path / "gone", max_bytes=1)
