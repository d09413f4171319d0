"""Someone else's loop, a step at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

import pytest

from fairviz.training.comparators.stepwise import stepwise


class Work:
    """Counts to three; remembers how far it came and how it ended."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.ended_by: BaseException | None = None

    def __call__(self, tell: Callable[[int], None]) -> str:
        try:
            for number in range(3):
                tell(number)
                self.done.append(number)
        except Exception as error:  # as careless as a library may be
            self.ended_by = error
        except BaseException as error:
            self.ended_by = error
            raise
        return "result"


def fits() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "fairviz-fit"]


def test_it_yields_what_is_told_and_returns_the_result() -> None:
    def both() -> Generator[int, None, str]:
        return (yield from stepwise(Work()))

    steps = both()
    assert [next(steps) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == "result"
    assert fits() == []


def test_nothing_goes_on_before_it_is_asked_for() -> None:
    work = Work()
    steps = stepwise(work)
    assert (fits(), next(steps), work.done) == ([], 0, [])
    assert (next(steps), work.done) == (1, [0])
    steps.close()


def test_closing_ends_the_thread_where_it_stands() -> None:
    work = Work()
    steps = stepwise(work)
    next(steps), next(steps)
    assert len(fits()) == 1
    steps.close()
    assert fits() == []
    assert work.done == [0]
    assert work.ended_by is not None
    assert not isinstance(work.ended_by, Exception), "careless code would go on"


def test_an_error_of_the_work_is_raised_where_steps_are_asked_for() -> None:
    def fails(tell: Callable[[int], None]) -> None:
        tell(0)
        raise ValueError("no convergence")

    steps = stepwise(fails)
    assert next(steps) == 0
    with pytest.raises(ValueError, match="no convergence"):
        next(steps)
    assert fits() == []
