"""What the finished runs of a recipe say: from results and recorded steps to sentences; pure functions.

Every reading says what came out, with limits where there are any, and whether it is more than chance; none
says that a model is fair. A person's own words are escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fairviz.recipes import Recipe
from fairviz.reports.run import Run
from fairviz.ui import words
from fairviz.ui.recipeeffects import attributes, definitions, dials, effects, elsewhere, one_dial
from fairviz.ui.recipeended import Ended, Told
from fairviz.ui.recipeparts import modalities, overhead
from fairviz.ui.recipesteps import batches, gates


@dataclass(frozen=True)
class _Reader:
    """How a recipe is read.

    Attributes:
        read: from its finished runs to what they say.
        gap: the gap that it is about.
        tested: whether configurations are tested against the baseline on the same patients.
        steps_of: methods whose recorded steps it reads.
    """

    read: Callable[[Ended], Told]
    gap: str = "auc_gap"
    tested: bool = True
    steps_of: tuple[str, ...] = ()


READERS: Final[Mapping[str, _Reader]] = {
    "halves": _Reader(effects),
    "dials": _Reader(dials, tested=False),
    "tau-off": _Reader(one_dial),
    "modalities": _Reader(modalities, tested=False),
    "gates": _Reader(gates, tested=False, steps_of=("multifair", "multifair-plus")),
    "attributes": _Reader(attributes, gap="soft_equalized_odds_gap"),
    "batches": _Reader(batches, steps_of=("multifair",)),
    "definitions": _Reader(definitions),
    "overhead": _Reader(overhead, tested=False),
    "elsewhere": _Reader(elsewhere, gap="equalized_odds_difference"),
}
"""By the recipe's name."""


def still_to_come(recipe: Recipe, runs: Sequence[Run]) -> str:
    """What there will be to read, of a recipe some of whose configurations have no finished run."""
    if any(run.state.active for run in runs):
        many = words.counted(len(runs), "run")
        return f"Still to come, once all {many} are finished: {_WILL_SAY[recipe.name]}."
    done = {run.label for run in runs if run.test is not None}
    absent = list(dict.fromkeys(run.label for run in runs if run.label not in done))
    named = words.listed([words.plain(label) for label in absent[:_MOST_NAMED]])
    more = f" and {len(absent) - _MOST_NAMED} more" if len(absent) > _MOST_NAMED else ""
    return f"This cannot be answered: no run of {named}{more} was finished. Train these runs again."


def is_whole(runs: Sequence[Run]) -> bool:
    """Whether nothing is still to come and every configuration has a finished run."""
    done = {run.label for run in runs if run.test is not None}
    return not any(run.state.active for run in runs) and done == {run.label for run in runs}


_MOST_NAMED: Final = 3
_WILL_SAY: Final[Mapping[str, str]] = {
    "halves": "whether either half, or both together, change AUC and AUC gap beyond chance",
    "dials": "whether any point of the grid differs from the others by more than its seeds do",
    "tau-off": "whether the result holds where tau is 0.02 or 0.06",
    "modalities": "what each modality tells of each group by itself, with and without modulation",
    "gates": "which gaps exceed 0.1 on test rows, and what gate and controller did about them",
    "attributes": "what each attribute's gap did while the first one's was being closed, or all of them",
    "batches": "what MultiFair changes at each batch size, and which AUCs vary by more than 0.05",
    "definitions": "how every definition of a gap has changed, side by side",
    "overhead": "how many seconds an epoch took with each method",
    "elsewhere": "what is left elsewhere of the AUC at home, and of each method's effect",
}
