"""From a method's name to the class that trains it."""

from __future__ import annotations

from models.methods.base import Method
from models.methods.baseline import Baseline
from models.methods.fairgrad import FairGrad
from models.methods.group_dro import GroupDRO
from models.methods.multifair import MultiFair
from models.methods.multifair_plus import MultiFairPlus
from models.methods.regularised import Regularised
from models.specs import (
    BaselineSpec,
    FairGradSpec,
    GroupDROSpec,
    MethodSpec,
    MultiFairPlusSpec,
    MultiFairSpec,
    RegularisedSpec,
)

_TRAINERS: dict[type[MethodSpec], type[Method]] = {
    BaselineSpec: Baseline,
    FairGradSpec: FairGrad,
    MultiFairSpec: MultiFair,
    MultiFairPlusSpec: MultiFairPlus,
    RegularisedSpec: Regularised,
    GroupDROSpec: GroupDRO,
}


def trainer_of(spec: MethodSpec) -> type[Method]:
    """The class that trains runs with this kind of specification."""
    return _TRAINERS[type(spec)]
