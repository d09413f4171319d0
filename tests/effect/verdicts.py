"""Targets, and whether the numbers meet them: nothing here is written by hand but the targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tests.effect.comparing import AUC, SOFT, metric_key
from tests.effect.experiments import ABSOLUTE, FAIRGRAD, PLUS, TAUS, Arm
from tests.effect.intervals import Interval
from tests.effect.results import ArmResult, StudyResult
from tests.effect.words import change, listed, relative, signed

Results = Mapping[str, StudyResult]

PLUS_ARM: Final = Arm(PLUS)
_WORST, _GAP, _EQUITY = "worst_group_auc", "auc_gap", "es_auc"
_MEAN_ODDS = "equalized_odds_difference_mean"
# Two neighbouring settings of the dial may be this far in the wrong order.
_TIE: Final = 0.001


@dataclass(frozen=True)
class Verdict:
    """A target and what became of it.

    Attributes:
        met: None where the runs it asks about are not there.
        found: the figures.
    """

    target: str
    met: bool | None
    found: str

    @property
    def word(self) -> str:
        """The outcome in a word or two."""
        return {True: "**met**", False: "**not met**", None: "not run"}[self.met]


def _not_run(target: str) -> Verdict:
    return Verdict(target, None, "")


def _find(results: Results, study: str, arm: Arm) -> ArmResult | None:
    return results[study].find(arm) if study in results else None


def fairgrad_on_support2(results: Results) -> list[Verdict]:
    """Both penalties: how much the gap by race must fall, and what it may cost; over splits and on one."""
    return [
        _fairgrad(results, study, arm, fall=fall, loss=loss)
        for study in ("support2-splits", "support2")
        for arm, fall, loss in ((Arm(FAIRGRAD), 0.15, 0.003), (Arm(FAIRGRAD, ABSOLUTE), 0.40, 0.006))
    ]


def _fairgrad(results: Results, study: str, arm: Arm, *, fall: float, loss: float) -> Verdict:
    target = (
        f'FairGrad, penalty "{arm.parameters["penalty"]}", SUPPORT2, '
        f"{'a split per seed' if study == 'support2-splits' else 'one split'}: held-out soft gap by race at "
        f"least {100 * fall:.0f} % lower, AUC at most {loss:.3f} lower"
    )
    own = _find(results, study, arm)
    gap = metric_key(SOFT, "race")
    if own is None or gap not in own.relative:
        return _not_run(target)
    fallen, auc = own.relative[gap], own.difference[AUC]
    met = fallen.estimate <= -fall and auc.estimate >= -loss
    return Verdict(target, met, f"soft gap {relative(fallen)}, AUC {change(auc)}, {len(own.seeds)} seeds")


def fairgrad_on_sepsis(results: Results) -> Verdict:
    """With two attributes at once, one's fix must not open the other's gap."""
    target = (
        "FairGrad, sepsis survival, age band and sex together: neither gap (soft, average equalized odds) "
        "larger than the baseline's"
    )
    own = _find(results, "sepsis", Arm(FAIRGRAD))
    if own is None:
        return _not_run(target)
    found = {
        f"{attribute}, {name}": own.difference.get(metric_key(metric, attribute))
        for attribute in results["sepsis"].attributes
        for name, metric in (("soft gap", SOFT), ("average equalized odds", _MEAN_ODDS))
    }
    met = all(interval is not None and interval.estimate <= 0 for interval in found.values())
    told = "; ".join(f"{name} {change(interval)}" for name, interval in found.items())
    return Verdict(target, met, f"{told}; AUC {change(own.difference[AUC])}")


def plus_on_planted(results: Results) -> list[Verdict]:
    """MultiFair+ where the gap is real and can be reduced."""
    asked = (
        ("worst-group AUC at least .02 higher, interval clear of 0", metric_key(_WORST, "race"), 0.02),
        ("AUC gap at least .02 lower, interval clear of 0", metric_key(_GAP, "race"), -0.02),
        ("AUC at most .003 lower", AUC, None),
    )
    own = _find(results, "planted", PLUS_ARM)
    return [_plus(own, f"MultiFair+, planted gap: {words}", key, bound) for words, key, bound in asked]


def _plus(own: ArmResult | None, target: str, key: str, bound: float | None) -> Verdict:
    if own is None or key not in own.difference:
        return _not_run(target)
    found = own.difference[key]
    if bound is None:
        met = found.estimate >= -0.003
    else:
        far_enough = found.estimate >= bound if bound > 0 else found.estimate <= bound
        met = far_enough and found.clear
    return Verdict(target, met, f"{change(found)}, {len(own.seeds)} draws")


def plus_on_null(results: Results) -> Verdict:
    """Where groups are equal, MultiFair+ should do nothing."""
    target = "MultiFair+, null control: every change within .001"
    own = _find(results, "planted-null", PLUS_ARM)
    if own is None:
        return _not_run(target)
    keys = {
        "AUC": AUC,
        "worst-group AUC": metric_key(_WORST, "race"),
        "AUC gap": metric_key(_GAP, "race"),
        "ES-AUC": metric_key(_EQUITY, "race"),
    }
    found = {name: own.difference[key] for name, key in keys.items()}
    # Kept numbers have five decimals: what is printed as .001 is not above it.
    met = all(round(abs(interval.estimate), 3) <= 0.001 for interval in found.values())
    return Verdict(target, met, "; ".join(f"{name} {change(i)}" for name, i in found.items()))


def plus_dial(results: Results) -> Verdict:
    """A stricter tau must not leave a larger gap, nor a higher AUC."""
    target = (
        f"MultiFair+, planted gap: a smaller tau ({', '.join(f'{tau:g}' for tau in TAUS)}) gives a smaller "
        f"AUC gap and a lower AUC, neighbours tied within {_TIE:.3f}"
    )
    arms = [_find(results, "planted", Arm(PLUS, {"tau": tau})) for tau in TAUS]
    known = [arm for arm in arms if arm is not None]
    if len(known) < len(TAUS):
        return _not_run(target)
    gaps = [arm.difference[metric_key(_GAP, "race")].estimate for arm in known]
    aucs = [arm.difference[AUC].estimate for arm in known]
    told = f"AUC gap {_in_order(gaps)}; AUC {_in_order(aucs)}"
    return Verdict(target, falls(gaps) and falls(aucs), told)


def _in_order(values: Sequence[float]) -> str:
    return ", ".join(signed(value) for value in values)


def falls(values: Iterable[float]) -> bool:
    """Whether no value lies above the one before it by more than a tie."""
    return all(after <= before + _TIE for before, after in pairwise(values))


def place(interval: Interval) -> str:
    """Where a method is, by its AUC less that of the front at the same gap."""
    if not interval.clear:
        return "on"
    return "inside" if interval.estimate > 0 else "outside"


def variants_inside(results: Results) -> Verdict:
    """Whether any variant of FairGrad gets inside the regularisation front."""
    target = "A variant of FairGrad inside the regularisation front of SUPPORT2 (gap by race)"
    study = results.get("support2")
    placed = [arm for arm in study.arms if arm.method == FAIRGRAD and "race" in arm.front] if study else []
    if not placed:
        return _not_run(target)
    by_place = {
        name: [arm.label for arm in placed if place(arm.front["race"]) == name]
        for name in ("inside", "on", "outside")
    }
    told = "<br>".join(f"*{name}*: {listed(labels)}" for name, labels in by_place.items() if labels)
    return Verdict(target, bool(by_place["inside"]), told)


def all_verdicts(results: Results) -> list[Verdict]:
    """Every target in the order of the sections."""
    return [
        *fairgrad_on_support2(results),
        fairgrad_on_sepsis(results),
        variants_inside(results),
        *plus_on_planted(results),
        plus_on_null(results),
        plus_dial(results),
    ]
