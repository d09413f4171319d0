from __future__ import annotations

import numpy as np

from fairviz.ui.tracehistory import TraceHistory, Traces

STEPS = 5


class Recorded:
    """A run that has recorded epochs; remembers which were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int | None]] = []

    def traces(self, run_id: int, *, after: int = 0, until: int | None = None) -> Traces:
        self.asked.append((after, until))
        steps = np.arange(STEPS * after, STEPS * (until or 0), dtype=np.float32)
        return {"gap": np.outer(steps, [1, run_id]).astype(np.float32), "loss": steps}


def test_each_epoch_is_read_once_and_all_are_told() -> None:
    source = Recorded()
    history = TraceHistory(source, 3)
    for epoch in (1, 1, 4, 6):
        found = history.until(epoch)
        np.testing.assert_array_equal(found["loss"], np.arange(STEPS * epoch))
        assert found["gap"].shape == (STEPS * epoch, 2)
        np.testing.assert_array_equal(found["gap"][:, 1], 3 * found["loss"])
    assert source.asked == [(0, 1), (1, 4), (4, 6)]


def test_before_the_first_epoch_there_is_nothing() -> None:
    source = Recorded()
    assert TraceHistory(source, 3).until(0) == {}
    assert source.asked == []


def test_a_run_that_was_begun_again_is_read_again() -> None:
    source = Recorded()
    history = TraceHistory(source, 3)
    before = history.until(4)
    np.testing.assert_array_equal(history.until(2)["loss"], np.arange(2 * STEPS))
    assert source.asked == [(0, 4), (0, 2)]
    assert len(before["loss"]) == 4 * STEPS, "what somebody holds does not change under them"
