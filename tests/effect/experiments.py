"""What is trained, as data: studies, each a source of tables and a list of arms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import Any, Final

from fairviz.training.runs import BASELINE, RunSpec, method_parameters
from models.specs import METHODS, MultiFairSpec, TrainingSpec
from tests.effect.problems import Planted, RealFile, Sample, Source

# Without income, which a third of the patients lack: the targets are set for race and sex.
SUPPORT2: Final = Sample("support2", sensitive=("race", "sex"))

FAIRGRAD, MULTIFAIR, PLUS, REGULARISED = "fairgrad", "multifair", "multifair-plus", "regularised"
ABSOLUTE: Final = {"penalty": "absolute"}
# MultiFair+ with a controller that follows each batch.
QUICK: Final = {"gain": 0.2, "ema_decay": 0.9}

STRENGTHS: Final = (0.03, 0.1, 0.3, 1.0, 3.0)
PENALTIES: Final = ("squared", "absolute")
TAUS: Final = (0.12, 0.08, 0.04, 0.02, 0.01)
PUBLISHED_TAUS: Final = (0.01, 0.02, 0.04, 0.07)
PUBLISHED_DELTAS: Final = (0.3, 0.5, 0.6)

Changes = Mapping[str, Any]


class Rows(StrEnum):
    """What the seeds of a study have in common; the values are for people."""

    ONE_SPLIT = "seeds on one split"
    SPLITS = "seeds, each with a split of its own"
    DRAWS = "seeds, each with a fresh draw of the data"


@dataclass(frozen=True)
class Arm:
    """A configuration trained with several seeds.

    Attributes:
        method: its name.
        changes: hyperparameters that differ from the method's defaults.
        long: trained for twice the study's epochs, as the guidance loss of MultiFair asks for.
        seeds: how many, None for the study's number.
    """

    method: str
    changes: Changes = field(default_factory=dict)
    long: bool = False
    seeds: int | None = None

    @property
    def reference(self) -> Arm:
        """The baseline that was trained as long."""
        return Arm(BASELINE, long=self.long)

    @property
    def label(self) -> str:
        """What it is called in tables and charts."""
        label = self.run(0, TrainingSpec()).label
        return f"{label}, 2 x epochs" if self.long else label

    def same_as(self, other: Arm) -> bool:
        """Whether both are the same configuration, whatever their seeds."""
        return (self.method, self.parameters, self.long) == (other.method, other.parameters, other.long)

    def run(self, seed: int, training: TrainingSpec) -> RunSpec:
        """One run of it."""
        epochs = training.epochs * (2 if self.long else 1)
        return RunSpec(
            method=self.method,
            parameters=method_parameters(self.method, self.changes),
            training=training.model_copy(update={"epochs": epochs}),
            seed=seed,
        )

    @property
    def parameters(self) -> dict[str, Any]:
        """All of its hyperparameters."""
        return method_parameters(self.method, self.changes).model_dump()


@dataclass(frozen=True)
class Study:
    """Arms trained on one source.

    Attributes:
        name: of its file of results.
        title: for people.
        source: of the tables.
        arms: what is trained; each arm's reference is among them.
        training: shared by all arms, but for the epochs of long ones.
        seeds: how many.
        rows: what they have in common.
        place_in_front: configurations whose place against the regularisation front is worked out.
    """

    name: str
    title: str
    source: Source
    arms: tuple[Arm, ...]
    training: TrainingSpec = field(default_factory=TrainingSpec)
    seeds: int = 8
    rows: Rows = Rows.ONE_SPLIT
    place_in_front: tuple[Arm, ...] = ()


def arms_of(*lists: Iterable[Arm]) -> tuple[Arm, ...]:
    """All arms, each once, after the baselines they are compared with.

    Of two that differ in their number of seeds the first stays: name the longer one first.
    """
    given = [arm for arms in lists for arm in arms]
    kept: list[Arm] = []
    for arm in [*given, *(arm.reference for arm in given)]:
        if not any(arm.same_as(other) for other in kept):
            kept.append(arm)
    return tuple(sorted(kept, key=lambda arm: arm.method != BASELINE))


def known(arms: Iterable[Arm]) -> list[Arm]:
    """The arms whose method and hyperparameters this version of FairViz has."""
    return [
        arm
        for arm in arms
        if arm.method in METHODS and set(arm.changes) <= set(METHODS[arm.method].parameters())
    ]


def every_method() -> list[Arm]:
    """Every method and comparator as it comes."""
    return [Arm(name, long=isinstance(entry.defaults, MultiFairSpec)) for name, entry in METHODS.items()]


def front(strengths: Sequence[float] = STRENGTHS, penalties: Sequence[str] = PENALTIES) -> list[Arm]:
    """The path of plain regularisation at growing strength, for each penalty."""
    return [
        Arm(REGULARISED, {"penalty": penalty, "strength": strength})
        for penalty in penalties
        for strength in strengths
    ]


def front_path(penalty: str) -> list[Arm]:
    """One penalty's path, from the baseline, which is strength 0."""
    return [Arm(BASELINE), *front(penalties=[penalty])]


def fairgrad_variants(attributes: int) -> list[Arm]:
    """FairGrad with one choice changed at a time, for a task with so many sensitive attributes."""
    changes: list[Changes] = [
        {},
        ABSOLUTE,
        {"smoothing": 0.5},
        {"smoothing": 0.9},
        {"balance": "norm", "balance_strength": 0.1},
        {"balance": "norm", "balance_strength": 0.3},
        {"balance": "norm", "balance_strength": round(0.3 / attributes, 3)},
        {"projection": "all"},
        *({"reconciliation": rule} for rule in ("upgrad", "mgda", "cagrad")),
    ]
    return known(Arm(FAIRGRAD, each) for each in changes)


def multifair_grid() -> list[Arm]:
    """The published sweep of tau and delta."""
    return [
        Arm(MULTIFAIR, {"tau": tau, "delta": delta}, long=True)
        for tau, delta in product(PUBLISHED_TAUS, PUBLISHED_DELTAS)
    ]


def multifair_switches() -> list[Arm]:
    """MultiFair with one switch thrown; an adaptive delta needs the form that weighs single rows."""
    changes: list[Changes] = [
        {"losses": "released"},
        {"granularity": "sample"},
        {"signal": "fused"},
        {"gate": "ema"},
        {"gate": "none"},
        {"scales": "update"},
        {"granularity": "sample", "delta_rule": "adaptive"},
    ]
    return known(Arm(MULTIFAIR, each, long=True) for each in changes)


def tau_dial() -> list[Arm]:
    """MultiFair+ with its dial turned from generous to strict."""
    return [Arm(PLUS, {"tau": tau}) for tau in TAUS]


def plus_variants() -> list[Arm]:
    """MultiFair+ with its other numbers changed, and what it competes with."""
    changes: list[Changes] = [
        {},
        {"tau": 0.02},
        {"delta_max": 0.5},
        {"delta_max": 2.0},
        {"delta_max": 4.0},
        QUICK,
        {"gain": 0.2},
        {"ema_decay": 0.9},
        {"ema_decay": 0.99},
        {"weight_floor": 0.5, "weight_ceiling": 2.0},
        {"weight_floor": 0.05, "weight_ceiling": 20.0},
    ]
    others = [Arm("group-dro"), Arm("group-dro", {"step_size": 0.1}), Arm("reweighing")]
    return known([*(Arm(PLUS, each) for each in changes), *others])


def overview(study: str, title: str, source: Source, **settings: Any) -> Study:
    """Every method on one dataset, with short paths of plain regularisation for the chart."""
    paths = [*front((0.1, 0.3, 1.0, 3.0), ["squared"]), *front((0.3, 1.0), ["absolute"])]
    return Study(
        study, title, source, arms_of(every_method(), known([Arm(FAIRGRAD, ABSOLUTE)]), paths), **settings
    )


def support2_splits() -> Study:
    """FairGrad's targets over ten splits: what it does, not what it does to one test set."""
    return Study(
        "support2-splits",
        "SUPPORT2: a split per seed",
        SUPPORT2,
        arms_of([Arm(FAIRGRAD), Arm(FAIRGRAD, ABSOLUTE)]),
        seeds=10,
        rows=Rows.SPLITS,
    )


def support2() -> Study:
    """Every method, FairGrad's variants and their place against the front; the targets over ten seeds."""
    variants = fairgrad_variants(attributes=2)
    counted = [Arm(BASELINE, seeds=10), Arm(FAIRGRAD, seeds=10), Arm(FAIRGRAD, ABSOLUTE, seeds=10)]
    return Study(
        "support2",
        "SUPPORT2: death in hospital",
        SUPPORT2,
        arms_of(counted, every_method(), variants, front()),
        place_in_front=(*variants, *known([Arm("reweighing")])),
    )


def beat(name: str, title: str, source: Source, **settings: Any) -> Study:
    """MultiFair+ and its variants where its task is harder."""
    return Study(
        f"beat-{name}", title, source, arms_of(plus_variants()), seeds=6, rows=Rows.DRAWS, **settings
    )


# Few rows make few steps, many rows many: batches and epochs are chosen so that all take some hundred.
_SMALL: Final = TrainingSpec(epochs=30, batch_size=128)

STUDIES: Final[tuple[Study, ...]] = (
    support2(),
    support2_splits(),
    overview("nhefs", "NHEFS: death by 1992", Sample("nhefs"), training=_SMALL),
    overview(
        "sepsis",
        "Sepsis survival: death in hospital",
        RealFile("sepsis_survival_primary"),
        training=TrainingSpec(epochs=6, batch_size=1024),
    ),
    overview("eicu", "eICU demo: death in hospital", RealFile("eicu_demo"), training=_SMALL),
    overview(
        "sud",
        "Synthetic: completing substance-use treatment",
        Sample("sud"),
        training=TrainingSpec(epochs=10),
    ),
    overview("glaucoma", "Synthetic: glaucoma from three modalities", Sample("glaucoma")),
    Study(
        "multifair-grid",
        "MultiFair's published sweep and its switches, on synthetic glaucoma",
        Sample("glaucoma"),
        arms_of([Arm(MULTIFAIR, long=True)], multifair_grid(), multifair_switches()),
    ),
    Study(
        "planted",
        "Planted gap, fresh draws",
        Planted(),
        arms_of([Arm(PLUS), Arm(PLUS, QUICK)], tau_dial(), known([Arm("group-dro"), Arm("reweighing")])),
        seeds=10,
        rows=Rows.DRAWS,
    ),
    Study(
        "planted-null",
        "Null control: every row with the parameters of one group, fresh draws",
        Planted(null=True),
        arms_of([Arm(PLUS)], known([Arm("group-dro"), Arm("reweighing")])),
        seeds=10,
        rows=Rows.DRAWS,
    ),
    beat("few-rows", "1,000 training rows", Planted(rows=(1_000, 1_000, 6_000)), training=_SMALL),
    beat("two-modalities", "Two modalities", Planted(modalities=("cup", "field"))),
    beat("images", "Images: coarse pixels of disc and nerve layer", Planted(images=True)),
    beat("two-attributes", "Two attributes at once", Planted(attributes=("race", "sex"))),
    beat("rare", "A group of 1 %", Planted(rows=(6_000, 6_000, 12_000), rare=0.01)),
)
