"""What runs predict for one patient, as a figure and as sentences; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairviz.figures.group_series import Configuration, Estimates, Forest
from fairviz.figures.series import Floats
from fairviz.patient import PatientAnswer, RunAnswer
from fairviz.ui import words

_ROWS = ("as recorded", "what if")


@dataclass(frozen=True)
class Answers:
    """What the seeds of one configuration predict: risks [S, 2] as recorded and as changed."""

    label: str
    method: str
    risks: Floats
    thresholds: Floats

    @property
    def seeds(self) -> int:
        """S."""
        return len(self.risks)

    @property
    def flagged(self) -> tuple[int, int]:
        """How many seeds flag the patient, as recorded and as changed."""
        flags = (self.risks >= self.thresholds[:, None]).sum(axis=0)
        return int(flags[0]), int(flags[1])


def by_configuration(runs: Sequence[RunAnswer]) -> list[Answers]:
    """Answers of runs that differ in their seed alone, together."""
    labels = dict.fromkeys(run.label for run in runs)
    own = {label: [run for run in runs if run.label == label] for label in labels}
    return [
        Answers(
            label,
            same[0].method,
            np.array([(run.recorded, run.changed) for run in same]),
            np.array([run.threshold for run in same]),
        )
        for label, same in own.items()
    ]


def patient_forest(answers: Sequence[Answers], row: int, outcome: str) -> Forest:
    """Mean and range over seeds of every configuration, as recorded and as changed."""
    risks = [own.risks for own in answers]
    several = max(own.seeds for own in answers) > 1
    return Forest(
        question="What does each method predict for this patient?",
        details=(f"row {row + 1:,}", *(["bars: range over seeds"] if several else [])),
        unit=f"predicted risk of {outcome}",
        decimals=3,
        configurations=tuple(Configuration(own.label, own.method) for own in answers),
        groups=_ROWS,
        panels=(
            Estimates(
                "Predicted risk",
                "mean over seeds; exact for each model, not what would become of the patient",
                np.array([own.mean(axis=0) for own in risks]),
                np.array([own.min(axis=0) for own in risks]),
                np.array([own.max(axis=0) for own in risks]),
                tuple(("", "") for _ in answers),
            ),
        ),
    )


def sentences(answer: PatientAnswer, *, is_changed: bool) -> list[str]:
    """What each configuration says, where a decision turns, then what to mind."""
    told = [_told(own, is_changed=is_changed) for own in by_configuration(answer.runs)]
    flagged = [_flagged_from(answer.runs[0].threshold)] if answer.runs else []
    warned = [f"{text}: there a prediction is a guess." for text in answer.unusual]
    silent = [f"{', '.join(answer.silent)}: no model is kept that could be asked."] if answer.silent else []
    return [*told, *flagged, *warned, *silent]


def _told(own: Answers, *, is_changed: bool) -> str:
    recorded, changed = own.risks.mean(axis=0)
    before, after = own.flagged
    if not is_changed:
        return (
            f"{own.label}: {words.percent(recorded)}{_range(own.risks[:, 0])}; {_flagged(before, own.seeds)}."
        )
    return (
        f"{own.label}: {words.percent(recorded)} as recorded, {words.percent(changed)}"
        f"{_range(own.risks[:, 1])} as changed; {_flagged(before, own.seeds)} before, "
        f"{_flagged(after, own.seeds)} after."
    )


def _flagged_from(threshold: float) -> str:
    """The risk that is the same for all runs: they share their training rows."""
    return (
        f"Flagged from a risk of {words.percent(threshold)}, the share with the outcome among training rows."
    )


def _range(risks: Floats) -> str:
    if len(risks) < 2:
        return ""
    return f" ({words.percent(risks.min())} to {words.percent(risks.max())} over {len(risks)} seeds)"


def _flagged(flagged: int, seeds: int) -> str:
    if seeds == 1:
        return "flagged" if flagged else "not flagged"
    return f"flagged by {flagged} of {seeds} seeds"
