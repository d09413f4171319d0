"""What a reading of a recipe is made of, and turns of phrase that several readings share; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from fairviz.data.specs import TaskSpec
from fairviz.metrics.catalogue import CATALOGUE
from fairviz.reports.evidence import Evidence
from fairviz.reports.run import Run
from fairviz.training.runs import BASELINE
from fairviz.ui import words
from fairviz.ui.findings import Result, beyond_seeds, lower_name
from fairviz.ui.modulationseries import Steps
from fairviz.ui.series import Axes, short
from fairviz.ui.stepwords import bold

Verdict = Literal["better", "worse", "none"]
"""Of a gap's change: beyond chance in one direction, or not clear of chance."""


@dataclass(frozen=True)
class Ended:
    """The runs of a recipe, finished.

    Attributes:
        runs: all of them.
        results: by configuration, on test rows.
        axes: the attribute and the gap that are told.
        task: what they were trained on.
        steps: by label, what a configuration's method recorded at every step.
    """

    runs: Sequence[Run]
    results: Sequence[Result]
    axes: Axes
    task: TaskSpec
    steps: Mapping[str, Steps] = field(default_factory=dict)

    @property
    def baseline(self) -> Result:
        """The first configuration without a method."""
        return next(result for result in self.results if result.method == BASELINE)

    @property
    def others(self) -> list[Result]:
        """All configurations but the baseline's."""
        return [result for result in self.results if result.method != BASELINE]

    def spec(self, label: str) -> Mapping[str, Any]:
        """The specification that a configuration's runs share, seed aside."""
        return next(run.spec for run in self.runs if run.label == label)


@dataclass(frozen=True)
class Told:
    """What came out: sentences for markdown, and a table where numbers are to be seen side by side."""

    sentences: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...] = ()


def named(result: Result) -> str:
    """A configuration in a sentence."""
    return f"**{words.plain(result.label)}**"


def all_named(found: Sequence[Result]) -> str:
    """Several of them."""
    return words.listed([named(result) for result in found])


def gap_named(gap: str, attribute: str) -> str:
    """A gap in a sentence: the AUC gap of race."""
    return f"{lower_name(short(gap))} of {bold(attribute)}"


def verdict(result: Result, gap: str, attribute: str) -> Verdict | None:
    """Whether a gap has changed against the baseline: on test rows, or as far as seeds tell.

    None where that is not estimable, or withheld.
    """
    if isinstance(result.evidence, Evidence):
        own = result.evidence.attributes.get(attribute)
        change = own.gaps[gap] if own else None
        if change is None:
            return None
        return _direction(gap, change.difference) if change.changed else "none"
    found = result.change_of(gap, attribute)
    if found is None or found.mean is None or found.sd is None:
        return None
    return _direction(gap, found.mean) if beyond_seeds(found.mean, found.sd, found.seeds) else "none"


def change_told(result: Result, gap: str, attribute: str) -> str:
    """A gap's change against the baseline as a cell of a table."""
    judged = verdict(result, gap, attribute)
    amount = _amount(result, gap, attribute)
    if amount is None:
        return "not estimable, or withheld"
    if judged is None:
        return f"{words.change(amount)} (one seed)"
    return f"{words.change(amount)} ({_IN_A_CELL[judged]})"


def beyond_chance(found: Sequence[Result], gap: str, attribute: str) -> str:
    """With which configurations a gap has changed beyond chance, and in which direction."""
    judged = {result.label: verdict(result, gap, attribute) for result in found}
    what = gap_named(gap, attribute)
    if all(own is None for own in judged.values()):
        return f"Whether the {what} has changed is not estimable here, or withheld."
    better, worse = (
        [result for result in found if judged[result.label] == direction] for direction in ("better", "worse")
    )
    if not better and not worse:
        return f"The change of the {what} is not clear of chance with {all_named(found)}."
    clauses = [
        f"{_came(gap, direction)} with {all_named(own)}"
        for direction, own in (("better", better), ("worse", worse))
        if own
    ]
    rest = [result for result in found if judged[result.label] in (None, "none")]
    unclear = f"; with {all_named(rest)} its change is not clear of chance" if rest else ""
    return f"Beyond chance the {what} became {' and '.join(clauses)}{unclear}."


def _came(gap: str, direction: str) -> str:
    """Smaller or larger, whichever of them is better."""
    return "smaller" if (direction == "better") == (CATALOGUE[gap].better == "down") else "larger"


def _amount(result: Result, gap: str, attribute: str) -> float | None:
    if isinstance(result.evidence, Evidence):
        own = result.evidence.attributes.get(attribute)
        change = own.gaps[gap] if own else None
        return None if change is None else change.difference
    found = result.change_of(gap, attribute)
    return None if found is None else found.mean


def _direction(gap: str, difference: float) -> Verdict:
    is_better = difference < 0 if CATALOGUE[gap].better == "down" else difference > 0
    return "better" if is_better else "worse"


_IN_A_CELL: Final = {"better": "better", "worse": "worse", "none": "not clear of chance"}
