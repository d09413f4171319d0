"""The sections of the page, each from stored results alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fairviz.training.runs import BASELINE
from tests.effect.charts import is_far
from tests.effect.choosing import LARGEST_LOSS, choose
from tests.effect.comparing import AUC, SOFT, metric_key
from tests.effect.experiments import (
    ABSOLUTE,
    FAIRGRAD,
    MULTIFAIR,
    PUBLISHED_DELTAS,
    PUBLISHED_TAUS,
    REGULARISED,
    STUDIES,
    Arm,
    every_method,
    multifair_grid,
    multifair_switches,
)
from tests.effect.intervals import Interval
from tests.effect.results import ArmResult, StudyResult
from tests.effect.verdicts import PLUS_ARM, Results, Verdict, place
from tests.effect.words import change, folded, level, listed, percent, table

LEVELS: Final = {
    "es_auc": "ES-AUC",
    "worst_group_auc": "Worst-group AUC",
    "auc_gap": "AUC gap",
    "equalized_odds_difference": "Equalized odds, worst case",
    "equalized_odds_difference_mean": "Equalized odds, mean",
    SOFT: "Soft gap",
}
OVERVIEWS: Final = ("support2", "nhefs", "sepsis", "eicu", "sud", "glaucoma")
BEATS: Final = tuple(study.name for study in STUDIES if study.name.startswith("beat-"))
_RANKED: Final = ("worst_group_auc", "auc_gap", "es_auc")


def verdict_table(verdicts: Sequence[Verdict]) -> str:
    """Targets and what became of them."""
    return table(("Target", "Outcome", "Found"), [(v.target, v.word, v.found) for v in verdicts])


def main_arms(study: StudyResult) -> list[ArmResult]:
    """Every method and comparator that was trained, the baselines first."""
    return _trained(
        study, [Arm(BASELINE), Arm(BASELINE, long=True), *every_method(), Arm(FAIRGRAD, ABSOLUTE)]
    )


def overview(study: StudyResult, chart: str | None) -> str:
    """One dataset: facts, chart, a table per attribute."""
    arms = main_arms(study)
    parts = [f"### {study.title}", facts(study)]
    if chart is not None:
        parts.append(f"![AUC and gaps of every method on {study.name}]({chart})")
        parts += _left_out(study, arms)
    for at, attribute in enumerate(study.attributes):
        body = f"{levels(study, arms, attribute)}\n\n{group_changes(study, arms, attribute)}"
        parts.append(f"By {attribute}:\n\n{body}" if at == 0 else folded(f"By {attribute}", body))
    if study.failures:
        parts.append(f"Runs that are missing: {' '.join(study.failures)}")
    return "\n\n".join(parts)


def facts(study: StudyResult) -> str:
    """What was trained on what."""
    train, validation, test = study.rows
    seeds = sorted({len(arm.seeds) for arm in study.arms})
    groups = "; ".join(
        f"{attribute}: "
        + ", ".join(f"{group} {size.rows:,} ({size.positives:,})" for group, size in sizes.items())
        for attribute, sizes in study.groups.items()
    )
    return (
        f"{train:,} training, {validation:,} validation and {test:,} test rows; {study.epochs} epochs, "
        f"batches of {study.batch_size:,}; {listed([str(number) for number in seeds])} {study.seeds_share}. "
        f"Inputs: {listed(study.modalities)}. {_attributes_told(study)} "
        f"Test rows (with the outcome): {groups}."
    )


def _attributes_told(study: StudyResult) -> str:
    """Whether a model can see the sensitive attributes."""
    if not study.attributes_told:
        return "No sensitive attribute is an input, nor follows from one."
    return f"Among the inputs, or following from one: {listed(study.attributes_told)}."


def _left_out(study: StudyResult, arms: Sequence[ArmResult]) -> list[str]:
    """Methods whose AUC is too low for the chart, by name."""
    far = [f"{arm.label} ({level(arm.mean(AUC))})" for arm in arms if is_far(study, arm)]
    return [f"Left of the chart, by AUC: {listed(far)}."] if far else []


def levels(study: StudyResult, arms: Sequence[ArmResult], attribute: str) -> str:
    """Means over seeds, and changes against the baseline under them."""
    rows = [_floor_row(study, attribute)]
    for arm in arms:
        cells = [_cell(arm, AUC), *(_cell(arm, metric_key(metric, attribute)) for metric in LEVELS)]
        rows.append([_name(arm), *cells])
    return table(("Method", "AUC", *LEVELS.values()), rows)


def _name(arm: ArmResult) -> str:
    if not arm.collapsed:
        return arm.label
    return f"{arm.label} (collapsed on {arm.collapsed} of {len(arm.seeds)} seeds)"


def _floor_row(study: StudyResult, attribute: str) -> list[str]:
    """Gaps that equal groups would stay below in 95 of 100 test sets, by the baseline's ranking."""
    baseline = study.find(Arm(BASELINE))
    cells = []
    for metric in LEVELS:
        floor = baseline.mean(metric_key(f"{metric}_floor_95", attribute)) if baseline else None
        cells.append("" if floor is None else level(floor))
    return ["*noise floor*", "", *cells]


def _cell(arm: ArmResult, key: str) -> str:
    """A mean; below it the change."""
    mean = level(arm.mean(key))
    return f"{mean}<br>{change(arm.difference[key])}" if key in arm.difference else mean


def group_changes(study: StudyResult, arms: Sequence[ArmResult], attribute: str) -> str:
    """Every group's own AUC, the main evidence about groups."""
    groups = list(study.groups[attribute])
    rows = [
        [_name(arm), *(_cell(arm, metric_key(AUC, attribute, group)) for group in groups)] for arm in arms
    ]
    return folded(f"AUC of each group of {attribute}", table(("Method", *groups), rows))


def fairgrad(results: Results) -> str:
    """FairGrad over several splits."""
    study = results.get("support2-splits")
    if study is None:
        return "A split per seed: not run."
    tables = [f"By {attribute}:\n\n{levels(study, study.arms, attribute)}" for attribute in study.attributes]
    return "\n\n".join([f"#### {study.title}", facts(study), *tables])


def fairgrad_front(results: Results, chart: str | None) -> str:
    """FairGrad's variants against plain regularisation."""
    study = results.get("support2")
    placed = [arm for arm in study.arms if arm.front] if study else []
    if study is None or not placed:
        return "Not run."
    attributes = study.attributes
    headings = (
        "Variant",
        "AUC",
        *(f"Soft gap, {a}" for a in attributes),
        *(f"Against the front, {a}" for a in attributes),
    )
    rows = [
        [
            arm.label,
            change(arm.difference.get(AUC)),
            *(_relative(arm, attribute) for attribute in attributes),
            *(_place(arm.front.get(attribute)) for attribute in attributes),
        ]
        for arm in placed
    ]
    parts = [table(headings, rows)]
    if chart is not None:
        parts.append(f"![FairGrad and its variants against plain regularisation]({chart})")
    return "\n\n".join([*parts, _front_path(study)])


def _front_path(study: StudyResult) -> str:
    """The path of plain regularisation itself."""
    rows = [
        [arm.label, change(arm.difference.get(AUC)), *(_relative(arm, name) for name in study.attributes)]
        for arm in study.arms
        if arm.method == REGULARISED
    ]
    headings = ("Method", "AUC", *(f"Soft gap, {name}" for name in study.attributes))
    return folded("The path of plain regularisation", table(headings, rows))


def _relative(arm: ArmResult, attribute: str) -> str:
    found = arm.relative.get(metric_key(SOFT, attribute))
    return "not estimable" if found is None else percent(found.estimate)


def _place(interval: Interval | None) -> str:
    return "not estimable" if interval is None else f"{place(interval)}: {change(interval)}"


def multifair(results: Results) -> str:
    """The published sweep and the switches."""
    study = results.get("multifair-grid")
    if study is None:
        return "Not run."
    attribute = study.attributes[0]
    headings = ("tau", *(f"delta {delta:g}" for delta in PUBLISHED_DELTAS))
    parts = [facts(study)]
    for metric in _RANKED[:2]:
        key = metric_key(metric, attribute)
        rows = [
            [
                f"{tau:g}",
                *(
                    _change_of(study, Arm(MULTIFAIR, {"tau": tau, "delta": delta}, long=True), key)
                    for delta in PUBLISHED_DELTAS
                ),
            ]
            for tau in PUBLISHED_TAUS
        ]
        parts.append(
            f"{LEVELS[metric]} by {attribute}, change against the baseline:\n\n{table(headings, rows)}"
        )
    grid = [study.find(arm) for arm in multifair_grid()]
    parts.append(
        f"{_clear(grid, metric_key('auc_gap', attribute))} settings change the AUC gap beyond chance, "
        f"{_clear(grid, metric_key('worst_group_auc', attribute))} the worst group's AUC."
    )
    parts.append(
        "Switches, each alone at published settings:\n\n"
        + _ranking_table(_trained(study, [Arm(MULTIFAIR, long=True), *multifair_switches()]), attribute)
    )
    return "\n\n".join(parts)


def _trained(study: StudyResult, arms: Sequence[Arm]) -> list[ArmResult]:
    """The results of those arms that were trained, each once."""
    found = [study.find(arm) for arm in arms]
    return [arm for at, arm in enumerate(found) if arm is not None and arm not in found[:at]]


def _change_of(study: StudyResult, arm: Arm, key: str) -> str:
    found = study.find(arm)
    return "not run" if found is None else change(found.difference.get(key))


def _clear(arms: Sequence[ArmResult | None], key: str) -> str:
    """How many arms change a metric, of how many."""
    changes = [arm.difference[key] for arm in arms if arm is not None and key in arm.difference]
    return f"{sum(interval.clear for interval in changes)} of {len(changes)}"


def _ranking_table(arms: Sequence[ArmResult], attribute: str) -> str:
    """Changes of AUC and of what concerns rankings within groups."""
    keys = [AUC, *(metric_key(metric, attribute) for metric in _RANKED)]
    rows = [[_name(arm), *(change(arm.difference.get(key)) for key in keys)] for arm in arms]
    return table(("Method", "AUC", *(LEVELS[metric] for metric in _RANKED)), rows)


def planted(results: Results) -> str:
    """MultiFair+ where the gap is known, and where there is none."""
    parts = []
    for name in ("planted", "planted-null"):
        study = results.get(name)
        if study is None:
            parts.append(f"{name}: not run.")
            continue
        attribute = study.attributes[0]
        parts += [
            f"#### {study.title}",
            facts(study),
            _ranking_table([arm for arm in study.arms if arm.method != BASELINE], attribute),
            group_changes(study, study.arms, attribute),
        ]
    return "\n\n".join(parts)


def beat(results: Results) -> str:
    """MultiFair+ and its competitors where the task is harder."""
    parts = [
        "In each setting validation rows choose the variant with the largest worst-group AUC among those "
        f"whose AUC is at most {LARGEST_LOSS:.3f} below the baseline's; test rows report it. Images are "
        "seen through coarse pixels by the same encoder as tables."
    ]
    for name in BEATS:
        study = results.get(name)
        if study is None:
            parts.append(f"#### {name}\n\nNot run.")
            continue
        parts += [f"#### {study.title}", facts(study), _chosen(study)]
        competitors = [arm for arm in study.arms if arm.method != BASELINE]
        for attribute in study.attributes:
            parts.append(folded(f"All variants, by {attribute}", _all_variants(competitors, attribute)))
    return "\n\n".join(parts)


def _chosen(study: StudyResult) -> str:
    """What validation chose, and whether it beats MultiFair+ as it comes."""
    choice = choose(study, PLUS_ARM)
    if choice is None:
        return "No variant can be chosen: the worst group's AUC is not estimable on validation rows."
    attribute = study.attributes[0]
    shown = [arm for arm in study.arms if arm.is_arm(PLUS_ARM) or arm is choice.arm]
    compared = choice.against_default
    beaten = compared is not None and compared.low > 0
    return "\n\n".join(
        [
            f"Chosen on validation: **{choice.arm.label}**.",
            _ranking_table(shown, attribute),
            f"Worst-group AUC on test rows, chosen less MultiFair+ as it comes: {change(compared)}. "
            f"MultiFair+ as it comes is {'' if beaten else 'not '}beaten.",
        ]
    )


def _all_variants(arms: Sequence[ArmResult], attribute: str) -> str:
    keys = [AUC, *(metric_key(metric, attribute) for metric in _RANKED)]
    validated = metric_key("worst_group_auc", attribute)
    rows = [
        [_name(arm), level(arm.validated(validated)), *(change(arm.difference.get(key)) for key in keys)]
        for arm in arms
    ]
    return table(
        ("Method", "Worst-group AUC on validation", "AUC", *(LEVELS[metric] for metric in _RANKED)), rows
    )
