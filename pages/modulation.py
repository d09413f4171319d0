"""Modulation: what a method did at each optimisation step, and whether that was more than noise."""

from __future__ import annotations

from fairviz.ui import frame, modulationview, state
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors


def page() -> None:
    """Selectors above, then a chart per question with words beside it."""
    here = frame.here()
    if here is None:
        return
    if here.task is None:
        frame.next_step("There are no steps to look at yet.", state.START, "Start with a demo or your data")
        return
    frame.about(here)
    runs = workbench().runs(here.comparison.id) if here.comparison else []
    if here.comparison is None or not runs:
        frame.next_step("Nothing is trained yet.", state.TRAIN, "Go to training", **here.address)
        return
    with shown_errors():
        view = modulationview.choose_view(here.comparison, runs)
        modulationview.about(view)
        modulationview.steps(view)


frame.show(state.MODULATION, "What is the method doing?", page)
