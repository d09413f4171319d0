"""What finished runs show, in careful sentences and in rows; pure functions.

A gap that chance alone could make is "not clear of chance"; no wording here says that a model is fair.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

from scipy.special import stdtrit

from fairviz.evaluation.report import AttributeReport, FairnessReport, Performance
from fairviz.metrics.catalogue import CATALOGUE
from fairviz.reports.collapse import collapses_by_label
from fairviz.reports.differences import GAPS, PERFORMANCE, Difference, differences
from fairviz.reports.pairing import baselines_by_label
from fairviz.reports.run import Run
from fairviz.suppression import SUPPRESSED
from fairviz.training.runs import BASELINE
from fairviz.ui import words
from fairviz.ui.series import Axes, Split, gap_of, interval, reports, seed_interval, short

GROUP_METRICS: Final = ("auc", "sensitivity", "specificity", "ppv", "selection_rate", "calibration_error")

COLLAPSE_MEANING: Final = (
    "On test rows, decisions or ranks no longer tell patients apart: nearly all or hardly any are flagged, "
    "or the ranking is no better than chance or far below the baseline's. A small gap then says nothing."
)

_NORMAL_95: Final = 1.959963984540054


@dataclass(frozen=True)
class Result:
    """One configuration: its reports by seed, and those of the baseline.

    Attributes:
        label: configuration that the seeds share.
        method: its method's name.
        by_seed: report of each seed.
        change: paired differences to the baseline; empty for the baseline itself or without one.
        collapse: on how many seeds it no longer tells the patients of the test rows apart, and how.
    """

    label: str
    method: str
    by_seed: dict[int, FairnessReport]
    change: tuple[Difference, ...]
    collapse: str | None = None

    def change_of(self, metric: str, attribute: str | None) -> Difference | None:
        """The paired difference of one metric."""
        found = (d for d in self.change if (d.metric, d.attribute) == (metric, attribute))
        return next(found, None)


def results(runs: Sequence[Run], split: Split) -> list[Result]:
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
    collapsed = collapses_by_label(runs)
    return [
        Result(
            label,
            methods[label],
            by_seed,
            tuple(differences(by_seed, references.get(label, {}))),
            collapsed.get(label),
        )
        for label, by_seed in by_label.items()
    ]


def sentences(result: Result, axes: Axes) -> list[str]:
    """What one configuration shows, most important first; a person's own words are escaped."""
    told = [_level(result, axes), _clear_of_chance(result, axes)]
    if result.method != BASELINE:
        told += _changes(result, axes)
    if result.collapse is not None:
        told.append(
            f"On test rows it {result.collapse}: "
            "a gap closes by itself where decisions or ranks no longer tell patients apart."
        )
    return [sentence for sentence in told if sentence]


def result_row(result: Result, axes: Axes) -> dict[str, Any]:
    """A row of the table of configurations; None where a number is not estimable."""
    gap, performance = (result.change_of(axes.gap, axes.attribute), result.change_of(PERFORMANCE, None))
    low, high = limits(result, axes.performance) or (None, None)
    return {
        "method": result.label,
        "seeds": len(result.by_seed),
        axes.performance: _mean([report.value(axes.performance) for report in result.by_seed.values()]),
        f"{axes.performance}_low": low,
        f"{axes.performance}_high": high,
        axes.gap: gap_mean(result, axes),
        "floor": floor_mean(result, axes),
        "auc_change": performance.mean if performance else None,
        "gap_change": gap.mean if gap else None,
        "gap_lower_on": f"{gap.lower} of {gap.seeds}" if gap and gap.seeds else None,
        "collapse": result.collapse,
    }


def group_rows(found: Sequence[Result], attribute: str, metric: str) -> list[dict[str, Any]]:
    """A row per group: patients, and the metric of each configuration with its interval, as text."""
    first = next(iter(found[0].by_seed.values())).attribute(attribute).groups
    return [
        {
            "group": group,
            "patients": words.SUPPRESSED if report.n is None else f"{report.n:,}",
            **{r.label: _group_cell(r, attribute, group, metric) for r in found},
        }
        for group, report in first.items()
    ]


def limits(result: Result, metric: str) -> tuple[float, float] | None:
    """95 % limits of a configuration's mean, rows and seeds both counted."""
    return _limits(list(result.by_seed.values()), metric)


def gap_mean(result: Result, axes: Axes) -> float | None:
    """Mean gap over the seeds on which it is estimable."""
    return _mean([gap_of(report, axes) for report in result.by_seed.values()])


def floor_mean(result: Result, axes: Axes) -> float | None:
    """The gap that chance alone exceeds one time in twenty, mean over seeds."""
    floors = [report.attribute(axes.attribute).floor(axes.gap) for report in result.by_seed.values()]
    return _mean([floor.percentile_95 for floor in floors if floor is not None])


def _level(result: Result, axes: Axes) -> str:
    performance = _mean([report.value(axes.performance) for report in result.by_seed.values()])
    found = limits(result, axes.performance)
    between = f" ({words.number(found[0])} to {words.number(found[1])})" if found else ""
    report = next(iter(result.by_seed.values()))
    own = report.attribute(axes.attribute)
    return (
        f"{short(axes.performance)} {_number(performance, report, axes.performance)}{between}, "
        f"{lower_name(short(axes.gap))} {_number(gap_mean(result, axes), own, axes.gap)}."
    )


def _number(value: float | None, record: Performance | AttributeReport, metric: str) -> str:
    """A number, or why a record has none: suppressed, or not estimable."""
    is_suppressed = record.reason.get(metric) == SUPPRESSED
    return words.SUPPRESSED if value is None and is_suppressed else words.number(value)


def _clear_of_chance(result: Result, axes: Axes) -> str:
    gap, floor = gap_mean(result, axes), floor_mean(result, axes)
    reasons = next(iter(result.by_seed.values())).attribute(axes.attribute).reason
    if gap is None:
        return f"Gap {words.plain(reasons.get(axes.gap, words.NOT_ESTIMABLE))}."
    if floor is None:
        reason = reasons.get(f"{axes.gap}_floor_95")
        return f"What chance alone would make of it is {words.plain(reason)}." if reason else ""
    if gap <= floor:
        return (
            f"The gap is not clear of chance: in 95 of 100 test sets, groups this small would show up to "
            f"{words.number(floor)} even if they were equal."
        )
    return (
        "The gap is larger than chance alone makes of equal groups "
        f"(up to {words.number(floor)} in 95 of 100 test sets)."
    )


def _changes(result: Result, axes: Axes) -> list[str]:
    if not result.change:
        return ["No baseline with the same seeds to compare with."]
    told = [_change("AUC", result.change_of(PERFORMANCE, None))]
    if axes.gap in GAPS:
        told.append(_change(short(axes.gap), result.change_of(axes.gap, axes.attribute)))
    return told


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


def _group_cell(result: Result, attribute: str, group: str, metric: str) -> str:
    own = [report.attribute(attribute).groups[group] for report in result.by_seed.values()]
    mean = _mean([report.value(metric) for report in own])
    if mean is None:
        return own[0].reason.get(metric, words.NOT_ESTIMABLE)
    found = _limits(own, metric)
    return words.number(mean) + (f" ({words.number(found[0])} to {words.number(found[1])})" if found else "")


def _limits(own: Sequence[Performance], metric: str) -> tuple[float, float] | None:
    values = [value for report in own if (value := report.value(metric)) is not None]
    known = [between for report in own if (between := interval(report, metric)) is not None]
    positives = own[0].positives
    if not values or positives is None or len(known) < len(own) or len(values) < len(own):
        return None
    if len(values) == 1:
        return known[0]
    rows = fmean(((high - low) / (2 * _NORMAL_95)) ** 2 for low, high in known)
    low, high = seed_interval(values, rows, positives)
    return max(low, 0.0), min(high, 1.0)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def lower_name(name: str) -> str:
    """A name inside a sentence: an abbreviation keeps its capitals."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def better(metric: str) -> str:
    """Which way a metric is better, in words."""
    return "more is better" if CATALOGUE[metric].better == "up" else "less is better"
