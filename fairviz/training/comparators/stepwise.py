"""Work that someone else's code does in one go, made to pause between its steps."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Told = TypeVar("Told")
Result = TypeVar("Result")


class Abandoned(BaseException):
    """Nobody asks for further steps. No ``Exception``, which the interrupted code might take for its own."""


def stepwise(work: Callable[[Callable[[Told], None]], Result]) -> Generator[Told, None, Result]:
    """Run ``work`` a step at a time: up to what it tells next whenever the generator is resumed.

    ``work`` has a thread of its own, which stands still while nobody asks for a step. Closing the generator
    ends the thread where it stands.

    Args:
        work: is given a function, to which it tells what the generator yields.

    Returns:
        What ``work`` returns; what it raises is raised here.
    """
    told: SimpleQueue[tuple[Told] | None] = SimpleQueue()
    goes_on: SimpleQueue[bool] = SimpleQueue()
    result: Future[Result] = Future()

    def tell(what: Told) -> None:
        told.put((what,))
        if not goes_on.get():
            raise Abandoned

    def run() -> None:
        try:
            result.set_result(work(tell))
        except BaseException as error:
            result.set_exception(error)
        told.put(None)

    # A daemon: a process that ends without closing the generator does not wait for it.
    thread = Thread(target=run, name="fairviz-fit", daemon=True)
    thread.start()
    try:
        while (item := told.get()) is not None:
            yield item[0]
            goes_on.put(True)
        return result.result()
    finally:
        goes_on.put(False)
        thread.join()
