"""Every method that trains the network, and every switch of each, with numbers that differ by member."""

from __future__ import annotations

from typing import Any

from models.specs import (
    METHODS,
    BaselineSpec,
    FairGradSpec,
    GroupDROSpec,
    MethodSpec,
    MultiFairPlusSpec,
    MultiFairSpec,
    RegularisedSpec,
)

SEEDS = (5, 5, 8)
TRAINED = [name for name, entry in METHODS.items() if entry.trains_network]
"""Names of the methods themselves."""


def _multifair(**choices: Any) -> list[MethodSpec]:
    """Three settings whose gates are open, open and mostly closed; numbers may be given otherwise."""
    numbers = ({"tau": 0.01}, {"tau": 0.04, "delta": 1.5, "rho": 0.7}, {"tau": 0.4, "clip_norm": 0.05})
    return [MultiFairSpec(**{**own, **choices}) for own in numbers]


VARIANTS: dict[str, list[MethodSpec]] = {
    "baseline": [BaselineSpec()] * 3,
    "fairgrad": [FairGradSpec()] * 3,
    "fairgrad absolute": [FairGradSpec(penalty="absolute")] * 3,
    "fairgrad balanced": [FairGradSpec(balance="norm", balance_strength=c) for c in (0.1, 0.3, 1)],
    "fairgrad first": [FairGradSpec(attributes="first")] * 3,
    "fairgrad first, mgda": [FairGradSpec(attributes="first", reconciliation="mgda", balance="norm")] * 3,
    "fairgrad all": [FairGradSpec(projection="all")] * 3,
    "fairgrad smoothed": [FairGradSpec(smoothing=s) for s in (0.0, 0.5, 0.9)],
    "fairgrad upgrad": [FairGradSpec(reconciliation="upgrad")] * 3,
    "fairgrad mgda": [FairGradSpec(reconciliation="mgda", balance="norm")] * 3,
    "fairgrad cagrad": [FairGradSpec(reconciliation="cagrad")] * 3,
    "multifair": _multifair(),
    "multifair released": _multifair(losses="released"),
    "multifair-m": _multifair(groups=False),
    "multifair-g": _multifair(modalities=False, rho=1.0, lambda_gm=0.0),
    "multifair by row": _multifair(granularity="sample", delta=5.0),
    "multifair by row released": _multifair(granularity="sample", losses="released"),
    "multifair fused": _multifair(signal="fused", ema_decay=0.5),
    "multifair averaged gate": _multifair(gate="ema", ema_decay=0.5),
    "multifair no gate": _multifair(gate="none"),
    "multifair updates": _multifair(scales="update"),
    "multifair adaptive": _multifair(
        granularity="sample", signal="fused", delta_rule="adaptive", tau=0.001, ema_decay=0.5
    ),
    "multifair-plus": [MultiFairPlusSpec(tau=t, gain=1, ema_decay=0.5) for t in (0.01, 0.04, 0.5)],
    "regularised": [RegularisedSpec(strength=s) for s in (0.3, 1, 10)],
    "regularised absolute": [RegularisedSpec(strength=s, penalty="absolute") for s in (0.3, 1, 10)],
    "group-dro": [GroupDROSpec(step_size=s) for s in (0.01, 0.1, 1)],
}
