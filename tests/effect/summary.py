"""From finished runs to what is kept of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairviz.evaluation.report import FairnessReport
from fairviz.reports.collapse import collapse_of
from tests.effect.comparing import (
    ArmRuns,
    Changes,
    Comparison,
    ManyTestSets,
    OneTestSet,
    flat_metrics,
    metric_key,
)
from tests.effect.experiments import Rows, Study
from tests.effect.results import (
    ArmResult,
    GroupSize,
    StudyResult,
    rounded,
    rounded_interval,
)
from tests.effect.training import Training

FLOORED = ("auc_gap", "equalized_odds_difference", "equalized_odds_difference_mean")
# What a person chooses by; the rest of the validation report is not needed again.
CHOSEN_BY = ("auc", "auc_gap", "worst_group_auc", "es_auc")


def summarise(study: Study, training: Training, minutes: float) -> StudyResult:
    """Compare every arm with its reference and keep what the page says."""
    arms = arm_runs(study, training)
    comparison = _comparison(study, training, arms)
    task, split = training.data.task, training.data.split
    return StudyResult(
        name=study.name,
        title=study.title,
        seeds_share=study.rows.value,
        epochs=study.training.epochs,
        batch_size=study.training.batch_size,
        rows=(len(split.train), len(split.validation), len(split.test)),
        groups=_groups(training),
        modalities=tuple(modality.name for modality in task.modalities),
        attributes_told=training.attributes_told,
        minutes=round(minutes, 1),
        failures=training.failures,
        arms=tuple(_arm_result(own, arms, study, comparison) for own in arms),
    )


def _comparison(study: Study, training: Training, arms: Sequence[ArmRuns]) -> Comparison:
    """The way of comparing that suits what the seeds have in common."""
    match study.rows:
        case Rows.ONE_SPLIT:
            return OneTestSet(arms)
        case Rows.SPLITS:
            split = training.data.split
            return ManyTestSets(test_per_train=len(split.test) / len(split.train))
        case Rows.DRAWS:
            return ManyTestSets()


def arm_runs(study: Study, training: Training) -> list[ArmRuns]:
    """The finished runs of each arm that has any."""
    runs = [ArmRuns(arm, tuple(run for run in training.runs if run.arm is arm)) for arm in study.arms]
    return [own for own in runs if own.runs]


def _arm_result(own: ArmRuns, arms: Sequence[ArmRuns], study: Study, comparison: Comparison) -> ArmResult:
    reference = next((other for other in arms if other.arm.same_as(own.arm.reference)), None)
    result = ArmResult(
        label=own.arm.label,
        method=own.arm.method,
        parameters=own.arm.parameters,
        long=own.arm.long,
        seeds=own.seeds,
        test=_metrics([run.test for run in own.runs]),
        validation=_chosen_by(_metrics([run.validation for run in own.runs])),
        collapsed=_collapses(own, reference),
    )
    changes: dict[str, Changes] = {}
    if reference is not None and reference is not own:
        changes["difference"] = _kept(comparison.difference(own, reference))
        changes["relative"] = _kept(comparison.relative(own, reference))
    if any(own.arm.same_as(arm) for arm in study.place_in_front):
        changes["front"] = _kept(comparison.against_front(own))
    return result.model_copy(update=changes)


def _kept(changes: Changes) -> Changes:
    return {key: rounded_interval(interval) for key, interval in changes.items()}


def _metrics(reports: Sequence[FairnessReport]) -> dict[str, tuple[float | None, ...]]:
    """Metrics and noise floors of some reports, by flat name."""
    flat = [flat_metrics(report) | _floors(report) for report in reports]
    return {key: rounded([metrics[key] for metrics in flat]) for key in flat[0]}


def _chosen_by(metrics: Mapping[str, tuple[float | None, ...]]) -> dict[str, tuple[float | None, ...]]:
    return {key: values for key, values in metrics.items() if key.split("|")[-1] in CHOSEN_BY}


def _floors(report: FairnessReport) -> dict[str, float | None]:
    """95th percentiles of gaps between equal groups."""
    return {
        metric_key(f"{gap}_floor_95", name): floor.percentile_95 if (floor := attribute.floor(gap)) else None
        for name, attribute in report.attributes.items()
        for gap in FLOORED
    }


def _collapses(own: ArmRuns, reference: ArmRuns | None) -> int:
    """On how many seeds the arm no longer tells patients apart.

    The few scores of a method that draws lots rank worse by nature: only its decisions are judged.
    """
    base = {run.seed: run.test for run in reference.runs} if reference is not None else {}
    return sum(
        collapse_of(run.test, None if run.draws_lots else base.get(run.seed)) is not None for run in own.runs
    )


def _groups(training: Training) -> dict[str, dict[str, GroupSize]]:
    last = training.runs[-1].test
    return {
        name: {
            group: GroupSize.model_validate({"rows": own.n, "positives": own.positives})
            for group, own in attribute.groups.items()
        }
        for name, attribute in last.attributes.items()
    }
