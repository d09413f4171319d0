"""From a method's name to the class that trains it."""

from __future__ import annotations

from models.methods.base import Method
from models.methods.baseline import Baseline
from models.methods.fairgrad import FairGrad
from models.methods.multifair import MultiFair
from models.methods.multifair_plus import MultiFairPlus
from models.specs import BaselineSpec, FairGradSpec, MethodSpec, MultiFairPlusSpec, MultiFairSpec

_TRAINERS: dict[type[MethodSpec], type[Method]] = {
    BaselineSpec: Baseline,
    FairGradSpec: FairGrad,
    MultiFairSpec: MultiFair,
    MultiFairPlusSpec: MultiFairPlus,
}


def trainer_of(spec: MethodSpec) -> type[Method]:
    """The class that trains runs with this kind of specification."""
    return _TRAINERS[type(spec)]
