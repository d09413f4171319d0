"""What a network, a training run and each method can be told, with bounds, defaults and their source.

Nothing here imports torch, so pages and forms can read it at once. Numbers may differ between the members
of a pack and become tensors [R]; choices (``Literal`` and ``bool``) are shared by a whole pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

CONTROLLER_GAIN = 0.2
"""How fast a controller of the group factors' strength reacts to gap - tau."""

CHANNELS = (8, 16, 32)
"""Channels after each convolution of an image encoder."""
STRIDE = 2
"""Pixels from one place of a convolution to the next: each halves height and width."""


def numbers_kept(slices: int, height: int, width: int) -> int:
    """Numbers that a training step keeps of one row's image, for the way back through its encoder."""
    kept = 0
    for channels in CHANNELS:
        height, width = -(-height // STRIDE), -(-width // STRIDE)
        kept += 2 * channels * height * width  # what was convolved, and what it became
    return slices * kept


class Spec(BaseModel):
    """Base of every specification: frozen, and strict about names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NetworkSpec(Spec):
    """Size of one member: an encoder per modality, attention over the modalities, a head."""

    input_widths: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        min_length=1,
        description="Numbers per row of each modality, in the task's order; of images all pixels.",
    )
    image_shapes: Mapping[int, tuple[PositiveInt, PositiveInt, PositiveInt]] = Field(
        {}, description="Slices, height and width of the modalities that are images, by their place."
    )
    hidden_width: int = Field(64, ge=1, le=4096, description="Width of an encoder's hidden layer.")
    score_columns: int = Field(
        1, ge=1, description="Logits C per row: 1 for an outcome of two values, else one per class."
    )
    feature_width: int = Field(32, ge=1, le=4096, description="Width D of a modality's feature vector.")
    attention_heads: int = Field(4, ge=1, le=64, description="Heads of the fusion's attention.")
    dropout: float = Field(0.1, ge=0, lt=1, description="Share of hidden units left out in a step.")

    @property
    def tables(self) -> tuple[int, ...]:
        """Places of the modalities that are numbers of a table."""
        return tuple(place for place in range(len(self.input_widths)) if place not in self.image_shapes)


class TrainingSpec(Spec):
    """How long and in which steps to train; shared by every method of a comparison.

    Members of a pack may differ in what is named in ``PER_MEMBER``.
    """

    PER_MEMBER: ClassVar[frozenset[str]] = frozenset({"learning_rate", "auxiliary_learning_rate", "patience"})

    epochs: int = Field(20, ge=1, le=1000, description="Passes over the training rows.")
    batch_size: int = Field(256, ge=8, le=65536, description="Rows per step (N).")
    learning_rate: float = Field(1e-3, gt=0, le=1, description="How far a training step moves the network.")
    auxiliary_learning_rate: float = Field(
        5e-4, gt=0, le=1, description="Step size of the classifiers that watch single modalities."
    )
    weight_decay: float = Field(1e-2, ge=0, le=1, description="How strongly weights are held small.")
    patience: int | None = Field(
        None, ge=1, le=1000, description="Stop after this many epochs without a better validation AUC."
    )


class BaselineSpec(Spec):
    """Cross-entropy alone."""


class FairGradSpec(Spec):
    """FairGrad: gradients of accuracy and of each attribute's gap, reconciled by projection.

    Source: Wang & Yang 2025, arXiv:2504.14388.
    """

    penalty: Literal["squared", "absolute"] = Field(
        "squared",
        description="Form of the gap penalty; 'absolute' pulls about three times as hard.",
    )
    attributes: Literal["all", "first"] = Field(
        "all",
        description="Whose gaps act: those of every sensitive attribute, or of the first one alone.",
    )
    projection: Literal["conflicting", "all"] = Field(
        "conflicting",
        description="Remove from each gradient what opposes another, or also what they have in common.",
    )
    balance: Literal["none", "norm"] = Field(
        "none",
        description="'norm' rescales each gap's gradient to `balance_strength` times the task gradient.",
    )
    balance_strength: float = Field(
        0.3,
        gt=0,
        le=10,
        description="Used with balance 'norm'. From 1 on accuracy suffers; from 3 on all get the same risk.",
    )
    reconciliation: Literal["projection", "upgrad", "mgda", "cagrad"] = Field(
        "projection",
        description="How gradients become one: FairGrad's projection, or another rule from torchjd.",
    )
    smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="How much of earlier batches' group rates is kept; for attributes with many groups.",
    )


class MultiFairSpec(Spec):
    """MultiFair: encoder gradients modulated per modality and per group.

    Source: Zubair et al. 2025, arXiv:2510.07328; published settings tau 0.04, delta 0.3.
    """

    tau: float = Field(0.04, gt=0, le=1, description="Gap between groups that opens the gate.")
    delta: float = Field(0.3, ge=0, le=5, description="Strength of the group factor once the gate is open.")
    rho: float = Field(1.2, gt=0, le=10, description="Overall strength of the modality factor.")
    lambda_gm: float = Field(0.15, ge=0, le=10, description="Weight of the gradient-direction loss.")
    lambda_f: float = Field(0.5, ge=0, le=10, description="Weight of the group-fairness loss.")
    ema_decay: float = Field(0.9, ge=0, lt=1, description="Memory of the groups' averaged AUCs over batches.")
    clip_norm: float = Field(0.8, gt=0, le=100, description="Largest norm of a member's gradient.")
    losses: Literal["paper", "released"] = Field(
        "paper",
        description="'paper': both extra losses train the network; 'released': neither does, as in the code.",
    )
    modalities: bool = Field(True, description="Balance modalities (the M of MultiFair_M).")
    groups: bool = Field(True, description="Modulate by group (the G of MultiFair_G).")
    granularity: Literal["batch", "sample"] = Field(
        "batch", description="One group factor per batch, as published, or one per patient."
    )
    signal: Literal["modality", "fused"] = Field(
        "modality",
        description="Whose AUC makes the group factors: each modality's own, or the whole model's.",
    )
    gate: Literal["batch", "ema", "none"] = Field(
        "batch",
        description="What opens the gate: the batch's gap, its moving average, or 'none': always open.",
    )
    scales: Literal["gradient", "update"] = Field(
        "gradient",
        description="What the factors scale: gradients, much of which AdamW undoes, or the updates it makes.",
    )
    delta_rule: Literal["fixed", "adaptive"] = Field(
        "fixed",
        description="'adaptive': a controller sets delta, up to the one given; needs granularity 'sample'.",
    )

    @model_validator(mode="after")
    def _controller_needs_rows(self) -> Self:
        if self.delta_rule == "adaptive" and self.granularity == "batch":
            raise ValueError(
                "delta_rule 'adaptive' with granularity 'sample': with one factor per batch it makes the "
                "worst group worse"
            )
        return self


class MultiFairPlusSpec(Spec):
    """MultiFair+: row weights steered by a controller until the gap between groups is about tau.

    A calm controller with a long memory costs less accuracy at the same gap than one that follows each batch
    (gain 0.2, memory 0.9): chosen on validation rows of ten draws of the planted set, confirmed on ten more.
    """

    tau: float = Field(0.04, gt=0, le=1, description="The gap between groups to steer towards: the dial.")
    delta_max: float = Field(1.0, ge=0, le=10, description="Upper bound of the controller's strength.")
    gain: float = Field(0.05, gt=0, le=10, description="How fast the controller reacts to gap - tau.")
    ema_decay: float = Field(0.97, ge=0, lt=1, description="Memory of the groups' batch AUC.")
    weight_floor: float = Field(0.2, gt=0, le=1, description="Smallest weight of a row.")
    weight_ceiling: float = Field(5.0, ge=1, le=100, description="Largest weight of a row.")


class RegularisedSpec(Spec):
    """Cross-entropy plus a weight times the gaps: what FairGrad is measured against."""

    penalty: Literal["squared", "absolute"] = Field(
        "squared", description="Form of the gap penalty; 'absolute' pulls about three times as hard."
    )
    strength: float = Field(0.3, ge=0, le=100, description="Weight of the gaps beside the cross-entropy.")


class GroupDROSpec(Spec):
    """Group DRO: the loss of the group that fares worst. Source: Sagawa et al. 2020, arXiv:1911.08731."""

    step_size: float = Field(
        0.01, gt=0, le=10, description="How fast weight moves to groups with a larger loss."
    )


class ComparatorSpec(Spec):
    """A method of scikit-learn or fairlearn: a model of its own, on the rows and judged by the rules of all.

    It reads the columns of all modalities side by side. Epochs, batch size and step sizes are the networks'.
    """


class LogisticRegressionSpec(ComparatorSpec):
    """Logistic regression with a ridge penalty. Nothing in it is random, so that all seeds agree."""

    c: float = Field(1.0, gt=0, le=100, description="scikit-learn's C: the inverse of the ridge penalty.")


class GradientBoostingSpec(ComparatorSpec):
    """Gradient-boosted trees; five trees count as an epoch, of which validation chooses one.

    Defaults suit tables of some thousand rows; a share of columns drawn anew for every split is what makes
    seeds differ.
    """

    trees: int = Field(100, ge=1, le=2000, description="Trees of each class, added one after another.")
    shrinkage: float = Field(0.1, gt=0, le=1, description="Share of each tree that is added.")
    leaves: int = Field(8, ge=2, le=256, description="Most leaves of a tree; 8 are three questions deep.")
    column_share: float = Field(0.5, gt=0, le=1, description="Share of columns that a split may choose from.")


class _WithLearnerSpec(ComparatorSpec):
    """A method around a learner, whose own settings are at their defaults."""

    estimator: Literal["logistic", "boosting"] = Field(
        "logistic", description="The learner: 'logistic' regression or gradient 'boosting'."
    )


class ReweighingSpec(_WithLearnerSpec):
    """Reweighing: row weights P(a) P(y) / P(a, y), under which outcome and group are independent.

    Of several sensitive attributes the mean of their weights is taken; a missing value weighs 1.
    Source: Kamiran & Calders 2012, doi:10.1007/s10115-011-0463-8.
    """


class ExponentiatedGradientSpec(_WithLearnerSpec):
    """Exponentiated gradient: a lottery among learners under a bound on the gaps in error rates.

    The bound holds for the task's first sensitive attribute. Both kinds of error weigh by the rarity of
    their outcome, so that decisions are made where all other methods make them: at the training prevalence.
    Source: Agarwal et al. 2018, arXiv:1803.02453; fairlearn's ``ExponentiatedGradient``, ``EqualizedOdds``.
    """

    eps: float = Field(
        0.02,
        gt=0,
        le=1,
        description="Largest difference allowed, on training rows, between a group's and everybody's rates.",
    )
    max_iter: int = Field(
        50, ge=1, le=500, description="Most iterations, of about three fits each; few tasks need 20."
    )


class ThresholdOptimizerSpec(_WithLearnerSpec):
    """Thresholds and a lottery for each group of the first sensitive attribute, at equal error rates.

    The learner is fitted on training rows, the thresholds on validation rows: on rows that the learner has
    seen, its risks are too good. Of all points with equal rates the one of the best balanced accuracy.
    Source: Hardt et al. 2016, arXiv:1610.02413; fairlearn's ``ThresholdOptimizer``.
    """


MethodSpec = (
    BaselineSpec
    | FairGradSpec
    | MultiFairSpec
    | MultiFairPlusSpec
    | RegularisedSpec
    | GroupDROSpec
    | LogisticRegressionSpec
    | GradientBoostingSpec
    | ReweighingSpec
    | ExponentiatedGradientSpec
    | ThresholdOptimizerSpec
)


@dataclass(frozen=True)
class MethodEntry:
    """A method as people meet it: its name in commands, its title, its defaults, one line on what it does.

    ``fixed`` are the parameters that make this entry what it is and that nobody may change.
    """

    name: str
    title: str
    defaults: MethodSpec
    summary: str
    fixed: frozenset[str] = frozenset()

    @property
    def trains_network(self) -> bool:
        """Whether it trains the network that methods share; otherwise a library fits a model of its own."""
        return not isinstance(self.defaults, ComparatorSpec)

    def parameters(self) -> dict[str, str]:
        """The names a person may set, with their meaning."""
        fields = type(self.defaults).model_fields
        return {name: field.description or "" for name, field in fields.items() if name not in self.fixed}


_MULTIFAIR_SWITCHES = frozenset({"modalities", "groups"})
_ACT_THROUGH_GROUPS = frozenset(
    {"tau", "delta", "lambda_f", "ema_decay", "granularity", "signal", "gate", "delta_rule"}
)

METHODS: dict[str, MethodEntry] = {
    entry.name: entry
    for entry in (
        MethodEntry("baseline", "Baseline", BaselineSpec(), "Accuracy alone: the point of comparison."),
        MethodEntry(
            "fairgrad",
            "FairGrad",
            FairGradSpec(),
            "Improves accuracy and narrows each attribute's error gap at once, removing what conflicts.",
        ),
        MethodEntry(
            "multifair",
            "MultiFair",
            MultiFairSpec(),
            "Slows or speeds the learning of each modality by its progress and by how groups fare in it.",
            _MULTIFAIR_SWITCHES,
        ),
        MethodEntry(
            "multifair-m",
            "MultiFair M",
            MultiFairSpec(groups=False),
            "MultiFair's modality half alone, without groups.",
            _MULTIFAIR_SWITCHES | _ACT_THROUGH_GROUPS,
        ),
        MethodEntry(
            "multifair-g",
            "MultiFair G",
            MultiFairSpec(modalities=False, rho=1.0, lambda_gm=0.0),
            "MultiFair's group half alone, without balancing modalities.",
            _MULTIFAIR_SWITCHES | {"rho", "lambda_gm"},
        ),
        MethodEntry(
            "multifair-plus",
            "MultiFair+",
            MultiFairPlusSpec(),
            "Gives more weight to patients of the groups the model ranks worst, until the gap is about tau.",
        ),
        MethodEntry(
            "regularised",
            "Regularised",
            RegularisedSpec(),
            "For comparison: adds the gaps to the loss with a weight that you choose.",
        ),
        MethodEntry(
            "group-dro",
            "Group DRO",
            GroupDROSpec(),
            "For comparison: trains for whichever group has the largest loss.",
        ),
        MethodEntry(
            "logistic-regression",
            "Logistic regression",
            LogisticRegressionSpec(),
            "For comparison: accuracy alone, without a network. All seeds agree.",
        ),
        MethodEntry(
            "gradient-boosting",
            "Gradient boosting",
            GradientBoostingSpec(),
            "For comparison: accuracy alone, with many small decision trees.",
        ),
        MethodEntry(
            "reweighing",
            "Reweighing",
            ReweighingSpec(),
            "For comparison: weighs patients so that outcome and group are unrelated in training.",
        ),
        MethodEntry(
            "exponentiated-gradient",
            "Exponentiated gradient",
            ExponentiatedGradientSpec(),
            "For comparison: draws each decision from several models, with a bound on the error gaps of the "
            "first sensitive attribute. Its scores take few values, and its AUC is theirs.",
        ),
        MethodEntry(
            "threshold-optimizer",
            "Threshold optimizer",
            ThresholdOptimizerSpec(),
            "For comparison: thresholds for each group of the first sensitive attribute, which must be known "
            "to decide. Its scores take few values, and its AUC is theirs.",
        ),
    )
}
