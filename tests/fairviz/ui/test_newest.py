from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fairviz.ui.newest import Newest


def never() -> str:
    raise AssertionError("it is there already")


def test_each_revision_is_made_once_and_an_older_one_is_the_newer() -> None:
    held: Newest[str] = Newest()
    assert held.at(1, lambda: "one", exactly=False) == "one"
    assert held.at(1, never, exactly=True) == "one"
    assert held.at(2, lambda: "two", exactly=False) == "two"
    assert held.at(1, never, exactly=True) == "two"


def test_others_get_the_older_value_meanwhile_unless_nobody_will_ask_again() -> None:
    held: Newest[str] = Newest()
    held.at(1, lambda: "one", exactly=False)
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> str:
        begun.set()
        assert go_on.wait(10)
        return "two"

    with ThreadPoolExecutor(2) as pool:
        maker = pool.submit(held.at, 2, slowly, exactly=False)
        assert begun.wait(10)
        assert held.at(2, never, exactly=False) == "one"
        last = pool.submit(held.at, 2, never, exactly=True)
        go_on.set()
        assert maker.result(10) == last.result(10) == "two"


def test_the_first_value_is_waited_for() -> None:
    held: Newest[int] = Newest()
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return 7

    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(held.at, 0, make, exactly=False) for _ in range(8)]
    assert [each.result() for each in found] == [7] * 8
    assert len(made) == 1


def test_what_fails_is_tried_again() -> None:
    held: Newest[str] = Newest()

    def fails() -> str:
        raise OSError("busy")

    with pytest.raises(OSError, match="busy"):
        held.at(1, fails, exactly=False)
    assert held.at(1, lambda: "one", exactly=False) == "one"
