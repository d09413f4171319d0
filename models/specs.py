"""What a network, a training run and each method can be told, with bounds, defaults and their source.

Nothing here imports torch, so pages and forms can read it at once. Numbers may differ between the members
of a pack and become tensors [R]; choices (``Literal`` and ``bool``) are shared by a whole pack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Spec(BaseModel):
    """Base of every specification: frozen, and strict about names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NetworkSpec(Spec):
    """Size of one member: an encoder per modality, attention over the modalities, a head."""

    input_widths: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        min_length=1, description="Numbers per row of each modality, in the task's order."
    )
    hidden_width: int = Field(64, ge=1, le=4096, description="Width of an encoder's hidden layer.")
    feature_width: int = Field(32, ge=1, le=4096, description="Width D of a modality's feature vector.")
    attention_heads: int = Field(4, ge=1, le=64, description="Heads of the fusion's attention.")
    dropout: float = Field(0.1, ge=0, lt=1, description="Share of hidden units left out in a step.")


class TrainingSpec(Spec):
    """How long and in which steps to train; shared by every method of a comparison."""

    epochs: int = Field(20, ge=1, le=1000, description="Passes over the training rows.")
    batch_size: int = Field(256, ge=8, le=65536, description="Rows per step (N).")
    learning_rate: float = Field(1e-3, gt=0, le=1, description="AdamW's step size.")
    auxiliary_learning_rate: float = Field(
        5e-4, gt=0, le=1, description="Step size of the classifiers that watch single modalities."
    )
    weight_decay: float = Field(1e-2, ge=0, le=1, description="AdamW's decoupled weight decay.")


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
    projection: Literal["conflicting", "all"] = Field(
        "conflicting",
        description="Remove only opposing parts of other objectives' gradients, or every shared part.",
    )
    balance: Literal["none", "norm"] = Field(
        "none",
        description="'norm' rescales each gap's gradient to `balance_strength` times the task gradient.",
    )
    balance_strength: float = Field(
        0.3,
        gt=0,
        le=10,
        description="Used with balance 'norm'. From 1 on the task suffers; 3 ends in a constant.",
    )
    smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Memory of a stratum's rate over batches; helps attributes with many groups.",
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
    ema_decay: float = Field(0.9, ge=0, lt=1, description="Memory of the groups' surrogate AUC over batches.")
    clip_norm: float = Field(0.8, gt=0, le=100, description="Largest norm of a member's gradient.")
    losses: Literal["paper", "released"] = Field(
        "paper",
        description="Whether both extra losses reach a gradient, as printed, or not, as in released code.",
    )
    modalities: bool = Field(True, description="Balance modalities (the M of MultiFair_M).")
    groups: bool = Field(True, description="Modulate by group (the G of MultiFair_G).")


class MultiFairPlusSpec(Spec):
    """MultiFair+: row weights steered by a controller until the gap between groups is about tau."""

    tau: float = Field(0.04, gt=0, le=1, description="The gap between groups to steer towards: the dial.")
    delta_max: float = Field(1.0, ge=0, le=10, description="Upper bound of the controller's strength.")
    gain: float = Field(0.2, gt=0, le=10, description="How fast the controller reacts to gap - tau.")
    ema_decay: float = Field(0.9, ge=0, lt=1, description="Memory of the groups' batch AUC.")
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


MethodSpec = BaselineSpec | FairGradSpec | MultiFairSpec | MultiFairPlusSpec | RegularisedSpec | GroupDROSpec


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

    def parameters(self) -> dict[str, str]:
        """The names a person may set, with their meaning."""
        fields = type(self.defaults).model_fields
        return {name: field.description or "" for name, field in fields.items() if name not in self.fixed}


_MULTIFAIR_SWITCHES = frozenset({"modalities", "groups"})

METHODS: dict[str, MethodEntry] = {
    entry.name: entry
    for entry in (
        MethodEntry("baseline", "Baseline", BaselineSpec(), "Accuracy alone: the point of comparison."),
        MethodEntry(
            "fairgrad",
            "FairGrad",
            FairGradSpec(),
            "Pushes accuracy and each attribute's error gap together, removing what conflicts.",
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
            _MULTIFAIR_SWITCHES,
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
    )
}
