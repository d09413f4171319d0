"""The papers' experiments: what each one trains, why, and where its result is looked at. Imports no torch.

Nothing about a recipe is stored: which ones a comparison is follows from the specifications of its runs, so
that a reload or a shared link shows the same reading. Two recipes may train the same runs and ask different
questions of them.

Sources: MultiFair, Zubair et al. 2025, arXiv:2510.07328. FairGrad, Wang & Yang 2025, arXiv:2504.14388.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

from fairviz.data.specs import TaskSpec
from fairviz.errors import SettingError
from fairviz.training.runs import BASELINE, RunSpec, grid_runs, method_runs
from models.specs import TrainingSpec

Page = Literal["train", "sweep", "what_if", "trade_offs", "groups", "modulation"]

TAUS: Final = (0.01, 0.02, 0.04, 0.07)
DELTAS: Final = (0.3, 0.5, 0.6)
TAUS_OFF: Final = (0.02, 0.04, 0.06)
"""MultiFair's published tau, and 50 % off both ways."""
BATCH_SIZES: Final = (8, 16, 32)

SOURCES: Final = "Papers: MultiFair, arXiv 2510.07328; FairGrad, arXiv 2504.14388."

_MULTIFAIR: Final = "MultiFair paper (Zubair et al. 2025)"
_FAIRGRAD: Final = "FairGrad paper (Wang and Yang 2025)"
_ON_IMAGES: Final = "The paper reports gains of the whole method, on eye images with pretrained networks."


@dataclass(frozen=True)
class Place:
    """A page with its address: where to look.

    Attributes:
        page: its name.
        label: what is seen there.
        address: query parameters beside those of task and comparison.
    """

    page: Page
    label: str
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """One experiment.

    Attributes:
        name: short, for addresses and code.
        title: the question that it asks.
        what: what it trains and why, with its source.
        reported: what the paper says of it.
        ends: where its result is looked at.
        further: what to look at next.
        build: its runs, of the number of seeds and the training settings of all.
        lacks: what a task lacks for it; empty where nothing.
    """

    name: str
    title: str
    what: str
    reported: str
    ends: Place
    further: Place
    build: Callable[[int, TrainingSpec], list[RunSpec]]
    lacks: Callable[[TaskSpec], str] = lambda _: ""

    def runs(self, seeds: int, training: TrainingSpec, task: TaskSpec) -> list[RunSpec]:
        """What it trains on a task.

        Raises:
            SettingError: if the task lacks what the experiment is about.
        """
        if lacking := self.lacks(task):
            raise SettingError(
                f"recipe {self.name}", expected=lacking, found="a task without", remedy="Change the task."
            )
        return self.build(seeds, training)


def recipes_of(runs: Iterable[RunSpec], task: TaskSpec) -> tuple[Recipe, ...]:
    """The recipes that runs on a task are, whatever their seeds and the settings that all of them share."""
    found = _configurations(runs)
    return tuple(
        recipe
        for recipe in RECIPES
        if _known_configurations()[recipe.name] == found and not recipe.lacks(task)
    )


def _configurations(runs: Iterable[RunSpec]) -> frozenset[tuple[str, ...]]:
    """What runs compare: methods, parameters, and the training settings in which they differ."""
    known = list(runs)
    differing = [
        name for name in TrainingSpec.model_fields if len({getattr(run.training, name) for run in known}) > 1
    ]
    return frozenset(
        (
            run.method,
            run.parameters.model_dump_json(),
            *(f"{name} {getattr(run.training, name)}" for name in differing),
        )
        for run in known
    )


@cache
def _known_configurations() -> dict[str, frozenset[tuple[str, ...]]]:
    return {recipe.name: _configurations(recipe.build(1, TrainingSpec())) for recipe in RECIPES}


def _methods(*methods: str) -> Callable[[int, TrainingSpec], list[RunSpec]]:
    """The baseline and these methods as they are."""
    return lambda seeds, training: method_runs([BASELINE, *methods], seeds, training, {})


def _grid(method: str, **values: tuple[object, ...]) -> Callable[[int, TrainingSpec], list[RunSpec]]:
    """A method at every point of a grid, and the baseline."""
    return lambda seeds, training: grid_runs(method, values, seeds, training, baseline=True)


def _several_modalities(task: TaskSpec) -> str:
    return "" if len(task.modalities) > 1 else "a task with at least two modalities: groups of columns"


def _several_attributes(task: TaskSpec) -> str:
    return "" if len(task.sensitive) > 1 else "a task that compares groups of at least two attributes"


def _elsewhere(task: TaskSpec) -> str:
    return "" if task.external is not None else "a second dataset, from elsewhere, as the task's test rows"


RECIPES: Final = (
    Recipe(
        "halves",
        "Which half of MultiFair does the work: modalities, groups, or both?",
        "MultiFair, each of its halves alone, and the baseline: the ablation of its two levels of modulation "
        f"in the {_MULTIFAIR}.",
        _ON_IMAGES,
        Place("trade_offs", "See the trade-offs", {"gap": "auc_gap"}),
        Place("modulation", "See what both halves did at every step", {"configuration": "MultiFair"}),
        _methods("multifair-m", "multifair-g", "multifair"),
        _several_modalities,
    ),
    Recipe(
        "dials",
        "Which tau and delta suit these patients, if any?",
        f"MultiFair at tau {', '.join(map(str, TAUS))} and delta {', '.join(map(str, DELTAS))} beside the "
        f"baseline: the grid of the {_MULTIFAIR}.",
        "The paper publishes other values for each of its datasets: 0.04 and 0.3, and 0.07 and 0.5.",
        Place("sweep", "See the whole grid", {"gap": "auc_gap"}),
        Place("what_if", "See what lies between these points"),
        _grid("multifair", tau=TAUS, delta=DELTAS),
    ),
    Recipe(
        "tau-off",
        "What if tau is set 50 % too low or too high?",
        "MultiFair at its published tau 0.04, at 0.02 and at 0.06, beside the baseline: how far the result "
        f"hangs on a setting that nobody knows beforehand. After the {_MULTIFAIR}.",
        "The paper's tau is published for its own images; for other patients it is a guess.",
        Place("sweep", "See what tau did", {"gap": "auc_gap"}),
        Place("modulation", "See where tau lies to the noise of batches"),
        _grid("multifair", tau=TAUS_OFF),
    ),
    Recipe(
        "modalities",
        "Does modulation change what each modality tells of each group?",
        "The baseline, MultiFair and MultiFair+: what each modality tells by itself, in every group, with "
        f"and without modulation. After the {_MULTIFAIR}.",
        "The paper's reason for its method: modalities learn unevenly, and may favour different groups.",
        Place("groups", "See every group"),
        Place("trade_offs", "See the modalities beside the whole model", {"gap": "auc_gap"}),
        _methods("multifair", "multifair-plus"),
        _several_modalities,
    ),
    Recipe(
        "gates",
        "Where a gap remains in patients held out, was the gate at work?",
        "The baseline, MultiFair and MultiFair+: AUC gaps over 0.1 on test rows are flagged and traced to "
        f"what gate and controller did in training. After the {_MULTIFAIR}.",
        "In the paper the gate is what lets groups count only where their gap is large.",
        Place("modulation", "See the gate at every step", {"configuration": "MultiFair"}),
        Place("groups", "See who is behind"),
        _methods("multifair", "multifair-plus"),
    ),
    Recipe(
        "attributes",
        "Does closing one attribute's gap open another's?",
        "The baseline, accuracy alone; FairGrad on the first attribute alone; FairGrad on all of them: the "
        f"reason for several objectives in the {_FAIRGRAD}.",
        "The paper reports better equalized odds of several attributes at once, at a competitive accuracy.",
        Place("trade_offs", "See the trade-offs", {"gap": "soft_equalized_odds_gap"}),
        Place(
            "modulation", "See whether the attributes pull against each other", {"configuration": "FairGrad"}
        ),
        _grid("fairgrad", attributes=("first", "all")),
        _several_attributes,
    ),
    Recipe(
        "batches",
        "Does MultiFair still know its groups in small batches?",
        "The baseline and MultiFair in batches of 8, 16 and 32 patients: an AUC of few patients is mostly "
        "noise, and gate and factors are made of such AUCs. A variance over 0.05 is flagged. After the "
        f"{_MULTIFAIR}.",
        "The paper's gate looks at the AUCs of single batches.",
        Place("sweep", "See what the batch size did", {"gap": "auc_gap"}),
        Place("modulation", "See gate and factors at every step"),
        _grid("multifair", batch_size=BATCH_SIZES),
    ),
    Recipe(
        "definitions",
        "Does the answer depend on what fairness means?",
        "The baseline, FairGrad, MultiFair and MultiFair+: every definition of a gap side by side. FairGrad "
        f"lowers gaps in error rates, MultiFair gaps in ranking. After the {_FAIRGRAD}.",
        "The FairGrad paper judges by equalized odds, the MultiFair paper by AUCs of groups.",
        Place("trade_offs", "See the trade-offs"),
        Place("groups", "See what decisions do to each group"),
        _methods("fairgrad", "multifair", "multifair-plus"),
    ),
    Recipe(
        "overhead",
        "How much longer does training take, and does a prediction?",
        "The baseline, FairGrad, MultiFair and MultiFair+: seconds of an epoch. After both papers.",
        "Both compute more at every step, in training alone.",
        Place("train", "See the seconds of every run"),
        Place("trade_offs", "See what the time buys"),
        _methods("fairgrad", "multifair", "multifair-plus"),
    ),
    Recipe(
        "elsewhere",
        "Does it hold in patients from elsewhere?",
        "The baseline, FairGrad, MultiFair and MultiFair+, tested on another dataset: external validation. A "
        "gap that was small at home need not be so there.",
        "Both papers are about datasets of their own; patients from elsewhere are the stricter test.",
        Place("trade_offs", "See the trade-offs there"),
        Place("groups", "See every group there"),
        _methods("fairgrad", "multifair", "multifair-plus"),
        _elsewhere,
    ),
)
