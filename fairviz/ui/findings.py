"""What finished runs show, in careful sentences and in rows; pure functions.

A gap that chance alone could make is "not clear of chance"; no wording here says that a model is fair.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from scipy.special import stdtrit

from fairviz.evaluation.report import FairnessReport
from fairviz.metrics.catalogue import CATALOGUE
from fairviz.metrics.intervals import Interval
from fairviz.reports.collapse import collapses_by_label
from fairviz.reports.differences import PERFORMANCE, Difference, differences
from fairviz.reports.evidence import Evidence, Unavailable, family_p_values
from fairviz.reports.joined import Estimate, Joined
from fairviz.reports.pairing import baselines_by_label
from fairviz.reports.run import Run
from fairviz.suppression import SUPPRESSED
from fairviz.training.runs import BASELINE
from fairviz.ui import words
from fairviz.ui.evidencewords import evidence_row, evidence_sentences, group_changes
from fairviz.ui.series import Axes, Split, reports, short

GROUP_METRICS: Final = (
    "auc", "sensitivity", "specificity", "ppv", "npv", "selection_rate", "accuracy",
    "calibration_error", "brier",
)  # fmt: skip

COLLAPSE_MEANING: Final = (
    "On test rows, decisions or ranks no longer tell patients apart: nearly all or hardly any are flagged, "
    "or the ranking is no better than chance or far below the baseline's. A small gap then says nothing."
)


@dataclass(frozen=True)
class Result:
    """One configuration: its reports by seed, and how it stands to the baseline.

    Attributes:
        label: configuration that the seeds share.
        method: its method's name.
        joined: report of each seed.
        change: paired differences to the baseline; empty for the baseline itself or without one.
        collapse: on how many seeds it no longer tells the patients of the test rows apart, and how.
        evidence: what test rows prove; None for the baseline, and where other rows are shown.
        p_holm: of the overall AUC, adjusted over all configurations; NaN without evidence.
        on_front: by axes, how often it is on the front when patients and seeds are drawn again.
    """

    label: str
    method: str
    joined: Joined
    change: tuple[Difference, ...]
    collapse: str | None = None
    evidence: Evidence | Unavailable | None = None
    p_holm: float = math.nan
    on_front: float | Unavailable | None = None

    def change_of(self, metric: str, attribute: str | None) -> Difference | None:
        """The paired difference of one metric."""
        found = (d for d in self.change if (d.metric, d.attribute) == (metric, attribute))
        return next(found, None)


@dataclass(frozen=True)
class Proof:
    """What was worked out of test rows.

    Attributes:
        evidence: by configuration.
        on_front: by configuration, share of replicates on the front.
    """

    evidence: Mapping[str, Evidence | Unavailable] = field(default_factory=dict)
    on_front: Mapping[str, float | Unavailable] = field(default_factory=dict)


_NO_PROOF: Final = Proof()


def results(runs: Sequence[Run], split: Split, proof: Proof = _NO_PROOF) -> list[Result]:
    """Finished runs by configuration, in the order they were submitted."""
    methods: dict[str, str] = {}
    by_label: dict[str, dict[int, FairnessReport]] = {}
    for run, report in reports(runs, split):
        methods.setdefault(run.label, run.spec["method"])
        by_label.setdefault(run.label, {})[run.spec["seed"]] = report
    references = {
        label: {run.spec["seed"]: report for run, report in reports(paired.values(), split)}
        for label, paired in baselines_by_label(runs).items()
    }
    collapsed, adjusted = collapses_by_label(runs), family_p_values(proof.evidence)
    return [
        Result(
            label,
            methods[label],
            Joined(by_seed),
            tuple(differences(by_seed, references.get(label, {}))),
            collapsed.get(label),
            proof.evidence.get(label),
            adjusted.get(label, math.nan),
            proof.on_front.get(label),
        )
        for label, by_seed in by_label.items()
    ]


def sentences(result: Result, axes: Axes) -> list[str]:
    """What one configuration shows, most important first; a person's own words are escaped."""
    told = [level(result, axes), clear_of_chance(result, axes)]
    if result.method != BASELINE:
        told += against_baseline(result, axes)
    if isinstance(result.on_front, float):
        told.append(f"On the front in {words.percent(result.on_front)} of redraws of patients and seeds.")
    if result.collapse is not None:
        told.append(
            f"On test rows it {result.collapse}: "
            "a gap closes by itself where decisions or ranks no longer tell patients apart."
        )
    return [sentence for sentence in told if sentence]


def result_row(result: Result, axes: Axes) -> dict[str, Any]:
    """A row of the table of configurations; None where a number is not estimable."""
    performance, gap = (
        result.joined.performance(axes.performance),
        result.joined.gap(axes.attribute, axes.gap),
    )
    return {
        "method": result.label,
        "seeds": len(result.joined.by_seed),
        **_number_row(axes.performance, performance),
        **_number_row(axes.gap, gap),
        "floor": result.joined.floor(axes.attribute, axes.gap),
        **_change_row(result, axes),
        "on_front": result.on_front if isinstance(result.on_front, float) else None,
        "collapse": result.collapse,
    }


def _number_row(name: str, estimate: Estimate) -> dict[str, float | None]:
    low, high = (None, None) if estimate.interval is None else (estimate.interval.low, estimate.interval.high)
    return {name: estimate.value, f"{name}_low": low, f"{name}_high": high}


def _change_row(result: Result, axes: Axes) -> dict[str, Any]:
    """Changes against the baseline: proven on test rows, else as they are over seeds."""
    performance, gap = (result.change_of(PERFORMANCE, None), result.change_of(axes.gap, axes.attribute))
    over_seeds = {
        "auc_change": performance.mean if performance else None,
        "gap_change": gap.mean if gap else None,
        "gap_lower_on": f"{gap.lower} of {gap.seeds}" if gap and gap.seeds else None,
    }
    if not isinstance(result.evidence, Evidence):
        return over_seeds
    proven = evidence_row(result.evidence, result.p_holm, axes)
    return over_seeds | {name: value for name, value in proven.items() if value is not None}


def group_rows(found: Sequence[Result], attribute: str, metric: str) -> list[dict[str, Any]]:
    """A row per group: patients, and the metric of each configuration with its interval, as text."""
    first = found[0].joined.first.attribute(attribute).groups
    return [
        {
            "group": group,
            "patients": words.SUPPRESSED if report.n is None else f"{report.n:,}",
            **{r.label: _cell(r.joined.of_group(attribute, group, metric)) for r in found},
        }
        for group, report in first.items()
    ]


def change_rows(found: Sequence[Result], attribute: str) -> list[dict[str, Any]]:
    """A row per group: how each configuration's AUC has changed, as text; none without evidence."""
    proven = {
        r.label: group_changes(r.evidence, attribute) for r in found if isinstance(r.evidence, Evidence)
    }
    if not any(proven.values()):
        return []
    groups = found[0].joined.first.attribute(attribute).groups
    return [
        {"group": group, **{label: changes.get(group, "") for label, changes in proven.items()}}
        for group in groups
    ]


def flagged_from(found: Sequence[Result]) -> str:
    """From which predicted risk patients are flagged, over all runs that decide by it."""
    reports = [report for result in found for report in result.joined.by_seed.values()]
    known = [value for report in reports if (value := report.value("threshold")) is not None]
    by_lot = any("decides" in report.reason.get("threshold", "") for report in reports)
    others = " Methods that decide by themselves keep their decisions." if by_lot else ""
    if not known:
        return f"each by its own rule.{others}"
    lowest, highest = words.number(min(known)), words.number(max(known))
    from_here = lowest if lowest == highest else f"{lowest} to {highest}, by run"
    return f"from a predicted risk of {from_here}.{others}"


def modality_rows(found: Sequence[Result]) -> list[dict[str, Any]]:
    """A row per modality: the AUC that it reaches by itself, of each configuration that has encoders."""
    network = [r for r in found if r.joined.first.modalities]
    if not network:
        return []
    return [
        {"modality": name, **{r.label: _cell(r.joined.of_modality(name, "auc")) for r in network}}
        for name in network[0].joined.first.modalities
    ]


def _cell(estimate: Estimate) -> str:
    return (
        estimate.reason
        if estimate.value is None
        else words.number(estimate.value) + in_brackets(estimate.interval)
    )


def level(result: Result, axes: Axes) -> str:
    """Performance and gap with their limits, and over how many groups."""
    performance, gap = (
        result.joined.performance(axes.performance),
        result.joined.gap(axes.attribute, axes.gap),
    )
    return (
        f"{short(axes.performance)} {_number(performance)}{in_brackets(performance.interval)}, "
        f"{lower_name(short(axes.gap))} {_number(gap)}{in_brackets(gap.interval)}{_over(result, axes)}."
    )


def _over(result: Result, axes: Axes) -> str:
    """How many groups a gap rests on: leaving groups out makes it smaller."""
    own = result.joined.first.attribute(axes.attribute)
    if result.joined.gap(axes.attribute, axes.gap).value is None:
        return ""
    return f" over {own.groups_used[axes.gap]} of {words.counted(len(own.groups), 'group')}"


def in_brackets(interval: Interval | None) -> str:
    """Limits after a number; empty where there are none."""
    return "" if interval is None else f" ({words.between(interval.low, interval.high)})"


def _number(estimate: Estimate) -> str:
    """A number, or why there is none: suppressed, or not estimable."""
    is_suppressed = estimate.reason == SUPPRESSED
    return words.SUPPRESSED if is_suppressed else words.number(estimate.value)


def clear_of_chance(result: Result, axes: Axes) -> str:
    """How a gap stands to what chance alone would make of equal groups."""
    gap, floor = result.joined.gap(axes.attribute, axes.gap), result.joined.floor(axes.attribute, axes.gap)
    if gap.value is None:
        return f"Gap {words.plain(gap.reason)}."
    if floor is None:
        reason = result.joined.first.attribute(axes.attribute).reason.get(f"{axes.gap}_floor_95")
        return f"What chance alone would make of it is {words.plain(reason)}." if reason else ""
    if gap.value <= floor:
        return (
            f"The gap is not clear of chance: in 95 of 100 test sets, groups this small would show up to "
            f"{words.number(floor)} even if they were equal."
        )
    return (
        "The gap is larger than chance alone makes of equal groups "
        f"(up to {words.number(floor)} in 95 of 100 test sets)."
    )


def against_baseline(result: Result, axes: Axes) -> list[str]:
    """What is proven on test rows; where nothing can be, what seeds show."""
    if isinstance(result.evidence, Evidence):
        proven = evidence_sentences(result.evidence, result.p_holm, axes)
        known = axes.attribute in result.evidence.attributes
        return (
            proven
            if known
            else [*proven, _change(short(axes.gap), result.change_of(axes.gap, axes.attribute))]
        )
    if not result.change:
        return ["No baseline with the same seeds to compare with."]
    return [
        _change("AUC", result.change_of(PERFORMANCE, None)),
        _change(short(axes.gap), result.change_of(axes.gap, axes.attribute)),
    ]


def _change(name: str, found: Difference | None) -> str:
    if found is None or found.mean is None:
        return f"{name}: change against the baseline not estimable."
    amount = f"{name} {words.change(found.mean)} against the baseline"
    if found.sd is None:
        return f"{amount} on one seed, which cannot be told from the luck of the start."
    on = f"{amount} on {found.seeds} paired seeds (SD {words.number(found.sd)})"
    if not beyond_seeds(found.mean, found.sd, found.seeds):
        return f"{on}: no change beyond what seeds make."
    higher = found.mean > 0
    count = found.seeds - found.lower if higher else found.lower
    return f"{on}: {'higher' if higher else 'lower'} on {count} of {found.seeds}."


def beyond_seeds(mean: float, sd: float, seeds: int) -> bool:
    """Whether the 95 % t interval of a mean of paired changes over at least two seeds leaves out 0."""
    return abs(mean) > float(stdtrit(seeds - 1, 0.975)) * sd / math.sqrt(seeds)


def lower_name(name: str) -> str:
    """A name inside a sentence: an abbreviation keeps its capitals."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def better(metric: str) -> str:
    """Which way a metric is better, in words."""
    return "more is better" if CATALOGUE[metric].better == "up" else "less is better"
