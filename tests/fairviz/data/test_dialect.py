from __future__ import annotations

import pytest

from fairviz.data.dialect import HEAD_BYTES, Dialect, detect
from fairviz.errors import DataError

TEXTS = {
    "a,b\n1,2\n": (",", "."),
    "a;b\n1;2\n": (";", "."),
    "a\tb\n1\t2\n": ("\t", "."),
    "a|b\n1|2\n": ("|", "."),
    "a;b\n1,5;2\n": (";", ","),
    "a;b\n1,5;2.5\n3;4.5\n": (";", "."),
    "age;weight, kg;died\n60;70,5;1\n61;80,5;0\n": (";", ","),
    'a,b\n"1;2;3",4\n': (",", "."),
    "a\tb\n1,234\t2\n": ("\t", "."),
    "a\tb\n1,234\t2\n1,5\t3\n": ("\t", ","),
    "a\n1\n": (",", "."),
    "a,b": (",", "."),
    'sep=;\r\na;"b,c"\r\n1,5;2\r\n': (";", ","),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.items(), ids=repr)
def test_delimiter_and_decimal_mark(text: str, expected: tuple[str, str]) -> None:
    dialect = detect(text.encode(), whole=True)
    assert (dialect.delimiter, dialect.decimal) == expected


@pytest.mark.parametrize(
    ("encoding", "codec", "mark"),
    [
        ("utf-8", "utf-8", 0),
        ("utf-8-sig", "utf-8", 3),
        ("utf-16", "utf-16-le", 2),
        ("utf-16-le", "utf-16-le", 0),
        ("utf-16-be", "utf-16-be", 0),
        ("cp1252", "cp1252", 0),
        ("latin-1", "cp1252", 0),
    ],
)
def test_encoding(encoding: str, codec: str, mark: int) -> None:
    dialect = detect("name,b\nMüller,1\nGroß,2\n".encode(encoding), whole=True)
    assert (dialect.encoding, dialect.mark, dialect.delimiter) == (codec, mark, ",")


def test_nothing_beyond_the_head_is_looked_at() -> None:
    head = b"a;b\n" + b"1,5;2\n" * (HEAD_BYTES // 6)
    assert detect(head + b"\xff\0,,,,", whole=True) == detect(head + b"\n" * 9, whole=False)


def test_a_head_may_end_in_the_middle_of_a_character() -> None:
    head = "a,b\nü,1\n".encode()[:5]
    assert detect(head, whole=False).encoding == "utf-8"
    assert detect(head, whole=True).encoding == "cp1252"


def test_encodings_that_mix_are_refused_with_the_line() -> None:
    with pytest.raises(DataError, match="line 3: expected text in one encoding"):
        detect("a,b\nü,1\n".encode() + "ü,2\n".encode("cp1252"), whole=True)


def test_it_can_be_told() -> None:
    assert str(Dialect("cp1252", ";", ",")) == "semicolon-separated, decimal comma, Windows-1252"
    assert str(Dialect()) == "comma-separated, UTF-8"
