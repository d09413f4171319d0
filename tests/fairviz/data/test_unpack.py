from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from fairviz.data.unpack import gunzip, only_table
from fairviz.errors import DataError
from tests.fairviz.data.malformed import Case, archives, zipped

ENDINGS = (".csv",)
MIB = 2**20
FOUND = {
    "zip without table": "found none among 1 files",
    "zip of two tables": "found 2 among 2 files",
    "zip with a path upwards": "leads out of the archive",
    "zip with a path from the root": "leads out of the archive",
    "zip with a drive": "leads out of the archive",
    "zip with backslashes": "leads out of the archive",
    "zip with a zero byte in a name": "leads out of the archive",
    "zip with a link": "is a link",
    "zip encrypted": "is encrypted",
    "zip of another compression": "unusual way",
    "zip with a wrong checksum": "a damaged one",
    "zip that lies about its size": "a damaged one",
    "zip with a directory of 4 GB": "at most 1,000 files",
    "zip of 1,001 files": "at most 1,000 files",
    "zip bomb by ratio": "at most 200 times as large",
}


@pytest.mark.parametrize("case", [case for case in archives() if case.id in FOUND], ids=lambda case: case.id)
def test_an_archive_is_refused_for_what_is_wrong_with_it(case: Case) -> None:
    with pytest.raises(DataError) as caught:
        only_table(case.content, ENDINGS, max_bytes=32 * MIB)
    assert FOUND[case.id] in str(caught.value)


def test_the_one_table_comes_out_whole() -> None:
    assert only_table(zipped(("ward/A.CSV", b"a,b")), ENDINGS, max_bytes=MIB) == ("A.CSV", b"a,b")


def test_inflating_stops_at_the_limit() -> None:
    content = bytes(range(256)) * 8 * 1024
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", content)
    for unpack in (
        lambda: gunzip(gzip.compress(content), max_bytes=MIB),
        lambda: only_table(packed.getvalue(), ENDINGS, max_bytes=MIB),
    ):
        with pytest.raises(DataError, match="at most 1 MiB when unpacked"):
            unpack()
    assert gunzip(gzip.compress(content), max_bytes=2 * MIB) == content
