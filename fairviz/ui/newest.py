"""What is made anew at each revision of a comparison, once for all sessions that look at it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """The value of the newest revision; older ones are let go.

    Whoever first asks for a revision makes its value. Were thirty sessions to wait for that, all of them
    would be late: meanwhile they get the value before it, and the new one at their next refresh.
    """

    def __init__(self) -> None:
        """Nothing is made before it is asked for."""
        self._making = threading.Lock()
        self._held: tuple[int, T] | None = None

    def at(self, revision: int, make: Callable[[], T], *, exactly: bool) -> T:
        """The value of a revision or a newer one; of an older one while another thread makes it.

        Args:
            revision: of the comparison.
            make: makes the value of this revision.
            exactly: wait rather than take an older one, because nobody will ask again.
        """
        held = self._held
        if held is not None and held[0] >= revision:
            return held[1]
        if not self._making.acquire(blocking=exactly or held is None):
            assert held is not None, "without a value it waits"
            return held[1]
        try:
            if self._held is None or self._held[0] < revision:
                self._held = revision, make()
            return self._held[1]
        finally:
            self._making.release()
