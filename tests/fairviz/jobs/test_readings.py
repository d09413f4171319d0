from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from fairviz.data.adapters.npz_folder import OnProgress
from fairviz.errors import DataError
from fairviz.jobs import readings
from fairviz.jobs.readings import Readings
from fairviz.jobs.stopping import Stopped
from fairviz.store.records import DatasetRecord

DATASET = DatasetRecord("0" * 64, "Eyes", 200, 11, datetime(2026, 1, 1, tzinfo=UTC))


class Slow:
    """Reads one file of two, and the other when it is let."""

    def __init__(self) -> None:
        self.half, self.go_on = threading.Event(), threading.Event()
        self.times = 0

    def __call__(self, tell: OnProgress) -> DatasetRecord:
        self.times += 1
        tell(1, 2)
        self.half.set()
        assert self.go_on.wait(30)
        tell(2, 2)
        return DATASET


@pytest.fixture
def book() -> Iterator[Readings]:
    found = Readings()
    yield found
    found.close()


def test_reading_goes_on_while_nobody_looks(book: Readings) -> None:
    slow = Slow()
    assert book.start("a", "eyes", slow)
    assert slow.half.wait(30)
    reading = book.get("a", wait=0.01)
    assert reading is not None
    assert (reading.active, reading.done, reading.count) == (True, 1, 2)
    assert list(book.active()) == ["a"]
    slow.go_on.set()
    assert book.get("a", wait=30) is reading
    assert (reading.outcome.result(), book.active()) == (DATASET, {})


def test_the_same_is_read_once_at_a_time_and_again_when_asked_again(book: Readings) -> None:
    slow = Slow()
    assert book.start("a", "eyes", slow)
    assert not book.start("a", "eyes", slow), "a second visitor looks on"
    slow.go_on.set()
    book.get("a", wait=30)
    assert book.start("a", "eyes", slow)
    book.get("a", wait=30)
    assert slow.times == 2


def test_what_was_wrong_is_told_to_whoever_asks(book: Readings) -> None:
    def wrong(_: OnProgress) -> DatasetRecord:
        raise DataError("file", expected="a table", found="none", remedy="Bring one.")

    book.start("a", "eyes", wrong)
    reading = book.get("a", wait=30)
    assert reading is not None
    with pytest.raises(DataError, match="expected a table"):
        reading.outcome.result()
    assert book.get("b") is None


def test_closing_stops_at_the_next_file(book: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_CLOSING_SECONDS", 0.05)
    slow = Slow()
    book.start("a", "eyes", slow)
    assert slow.half.wait(30)
    book.close()
    slow.go_on.set()
    reading = book.get("a", wait=30)
    assert reading is not None
    assert isinstance(reading.outcome.exception(), Stopped)


def test_only_the_last_ones_that_ended_are_kept(book: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_ENDED_KEPT", 2)
    for key in "abcd":
        book.start(key, key, lambda _: DATASET)
        book.get(key, wait=30)
    assert [book.get(key) is not None for key in "abcd"] == [False, True, True, True]
