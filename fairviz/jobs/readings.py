"""Datasets on their way in: each is read by a thread of its own, whether or not a page looks on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass, field

from fairviz.data.adapters.npz_folder import OnProgress
from fairviz.jobs.stopping import Stopped
from fairviz.store.records import DatasetRecord

_ENDED_KEPT = 32
_CLOSING_SECONDS = 2.0


@dataclass
class Reading:
    """One dataset that is being read, or was.

    Attributes:
        name: of the file or folder, as a person knows it.
        done: files of a folder that are read.
        count: files of that folder; 0 where nothing is counted.
        outcome: the dataset, or what was wrong.
    """

    name: str
    done: int = 0
    count: int = 0
    outcome: Future[DatasetRecord] = field(default_factory=Future)

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return not self.outcome.done()


class Readings:
    """All readings of a process, by keys: the same thing is read once, whoever asks for it meanwhile."""

    def __init__(self) -> None:
        self._readings: dict[str, Reading] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, key: str, name: str, read: Callable[[OnProgress], DatasetRecord]) -> bool:
        """Begin to read, unless what has this key is being read; says whether it began.

        ``read`` tells how many of how many files it has read.
        """
        with self._lock:
            other = self._readings.pop(key, None)
            self._readings[key] = reading = Reading(name) if other is None or not other.active else other
            if reading is other:
                return False
            self._drop_ended()
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            thread = threading.Thread(
                target=self._work, args=(reading, read), name="fairviz-reader", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        return True

    def get(self, key: str, *, wait: float = 0.0) -> Reading | None:
        """The reading with this key, after ``wait`` seconds or as soon as it ends; None if there is none."""
        reading = self._readings.get(key)
        if reading is not None and wait:
            futures.wait([reading.outcome], wait)
        return reading

    def active(self) -> dict[str, Reading]:
        """Those that go on."""
        with self._lock:
            return {key: reading for key, reading in self._readings.items() if reading.active}

    def close(self) -> None:
        """Stop reading folders at the next file, and give tables a moment."""
        self._closing.set()
        for thread in self._threads:
            thread.join(_CLOSING_SECONDS)

    def _work(self, reading: Reading, read: Callable[[OnProgress], DatasetRecord]) -> None:
        def tell(done: int, count: int) -> None:
            if self._closing.is_set():
                raise Stopped
            reading.done, reading.count = done, count

        try:
            reading.outcome.set_result(read(tell))
        except Exception as error:  # told to whoever asks for the outcome
            reading.outcome.set_exception(error)

    def _drop_ended(self) -> None:
        """Forget the oldest of those that have ended."""
        ended = [key for key, reading in self._readings.items() if not reading.active]
        for key in ended[: max(0, len(ended) - _ENDED_KEPT)]:
            del self._readings[key]
