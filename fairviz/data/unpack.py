"""What a compressed file holds, inflated no further than a limit allows; nothing is written to disk."""

from __future__ import annotations

import gzip
import io
import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, Final

from fairviz.errors import DataError

MIB: Final = 2**20
MAX_RATIO: Final = 200
"""Tables as text shrink to a tenth, seldom to a fiftieth; what grows more is made to fill memory."""
MAX_MEMBERS: Final = 1_000
MAX_DIRECTORY: Final = MIB
"""Bytes of a ZIP archive's list of members: a thousand need a tenth of it."""

_CHUNK: Final = MIB
# Small files of one repeated value may shrink by any ratio and fill nothing.
_RATIO_FROM: Final = 16 * MIB
_END, _END_BYTES = b"PK\x05\x06", 22
_LOCATOR, _LOCATOR_BYTES, _END_64_BYTES = b"PK\x06\x07", 20, 56
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGED: Final = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)
"""What reading a damaged archive raises."""

_AGAIN: Final = "Compress or download it again; it may be cut short or another kind of file."
_UNPACK: Final = "Unpack it and load the table itself."


def gunzip(content: bytes, *, max_bytes: int) -> bytes:
    """Inflate a gzip file.

    Raises:
        DataError: if it is damaged or holds more than ``max_bytes``.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            return _inflated(file, len(content), max_bytes)
    except DAMAGED as error:
        raise DataError("file", expected="a whole gzip file", found="a damaged one", remedy=_AGAIN) from error


def only_table(content: bytes, endings: tuple[str, ...], *, max_bytes: int) -> tuple[str, bytes]:
    """The name and content of the one table in a ZIP archive.

    Args:
        content: the archive.
        endings: what names of tables end in, in lower case.
        max_bytes: most that the table may hold.

    Raises:
        DataError: if there is none or several, or the archive is damaged, encrypted or made to do harm.
    """
    with opened(content) as archive:
        members = [member for member in archive.infolist() if not _is_dust(member)]
        tables = [member for member in members if member.filename.lower().endswith(endings)]
        if len(tables) != 1:
            raise DataError(
                "archive",
                expected=f"one table, with a name that ends in {', '.join(endings)}",
                found=f"{len(tables) or 'none'} among {len(members)} files",
                remedy="Unpack it and load one table by itself.",
            )
        return PurePosixPath(tables[0].filename).name, inflate(archive, tables[0], max_bytes=max_bytes)


def opened(content: bytes) -> zipfile.ZipFile:
    """A ZIP archive whose list of members is small and holds no trick.

    Raises:
        DataError: if it is damaged, too long, encrypted, or a member points out of the archive.
    """
    _check_directory(content)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (*DAMAGED, ValueError, struct.error) as error:
        raise _damaged() from error
    if len(archive.infolist()) > MAX_MEMBERS:
        raise _too_many()
    for position, member in enumerate(archive.infolist(), start=1):
        _check_member(member, position)
    return archive


def inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, max_bytes: int) -> bytes:
    """The content of one member, checksum included.

    Raises:
        DataError: if it is damaged or holds more than ``max_bytes``.
    """
    try:
        with archive.open(member) as file:
            return _inflated(file, member.compress_size, max_bytes)
    except (*DAMAGED, ValueError, struct.error) as error:
        raise _damaged() from error


def _inflated(file: IO[bytes] | gzip.GzipFile, packed: int, max_bytes: int) -> bytes:
    out = bytearray()
    while chunk := file.read(_CHUNK):
        out += chunk
        if len(out) > max_bytes:
            raise DataError(
                "file",
                expected=f"at most {max_bytes / MIB:.3g} MiB when unpacked",
                found="more",
                remedy="Leave out columns or rows that are not needed, or save the table as Parquet.",
            )
        if len(out) > max(_RATIO_FROM, MAX_RATIO * packed):
            raise DataError(
                "file",
                expected=f"content at most {MAX_RATIO} times as large as its compressed form",
                found="more",
                remedy=_UNPACK,
            )
    return bytes(out)


def _check_directory(content: bytes) -> None:
    """Refuse a list of members too long to be read into memory, before anything reads it."""
    at = content.rfind(_END, max(0, len(content) - _END_BYTES - 2**16))
    if at < 0 or len(content) < at + _END_BYTES:
        raise _damaged()
    (size,) = struct.unpack_from("<I", content, at + 12)
    locator, end_64 = at - _LOCATOR_BYTES, at - _LOCATOR_BYTES - _END_64_BYTES
    if end_64 >= 0 and content.startswith(_LOCATOR, locator):
        (size_64,) = struct.unpack_from("<Q", content, end_64 + 40)
        size = max(size_64, size if size != 2**32 - 1 else 0)
    if size > MAX_DIRECTORY:
        raise _too_many()


def _check_member(member: zipfile.ZipInfo, position: int) -> None:
    parts = PurePosixPath(member.filename).parts
    wrong = (
        (member.flag_bits & _ENCRYPTED, "is encrypted", "Save it without a password."),
        (stat.S_ISLNK(member.external_attr >> 16), "is a link to another place", _UNPACK),
        (
            # Both names: Python's own has slashes for backslashes and ends at a zero byte.
            ".." in parts or member.filename.startswith("/") or _tricky(member.orig_filename),
            "has a name that leads out of the archive",
            _UNPACK,
        ),
        (member.compress_type not in _METHODS, "is compressed in an unusual way", _UNPACK),
    )
    for broken, found, remedy in wrong:
        if broken:
            raise DataError(
                f"archive, file {position}", expected="a plain file", found=f"one that {found}", remedy=remedy
            )


def _tricky(name: str) -> bool:
    return any(mark in name for mark in ("\\", ":", "\0"))


def _is_dust(member: zipfile.ZipInfo) -> bool:
    """Folders, and what a Mac adds of its own accord."""
    name = PurePosixPath(member.filename)
    return member.is_dir() or "__MACOSX" in name.parts or name.name.startswith(".")


def _damaged() -> DataError:
    return DataError("file", expected="a whole ZIP archive", found="a damaged one", remedy=_AGAIN)


def _too_many() -> DataError:
    return DataError("archive", expected=f"at most {MAX_MEMBERS:,} files", found="more", remedy=_UNPACK)
