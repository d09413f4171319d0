from __future__ import annotations

from dataclasses import fields

from fairviz.evaluation import PARTS, AttributeReport, Performance
from fairviz.metrics import CATALOGUE

# The metrics in which more is better; in all others but one less is.
UP = {"auc", "sensitivity", "specificity", "tpr", "ppv", "npv", "accuracy", "balanced_accuracy"}
UP |= {"es_auc", "worst_group_auc", "predictive_quality_disparity"}


def _numbers(report: type) -> set[str]:
    names = {field.name for field in fields(report) if field.type == "float"}
    return {name for name in names if not name.endswith(("_low", "_high"))}


def test_every_number_of_a_report_has_words() -> None:
    assert {m.name for m in CATALOGUE.values() if m.kind == "performance"} == _numbers(Performance)
    assert {m.name for m in CATALOGUE.values() if m.kind == "fairness"} == _numbers(AttributeReport)
    assert {m.name for m in CATALOGUE.values() if m.kind == "fairness"} == set(PARTS)


def test_directions() -> None:
    assert {m.name for m in CATALOGUE.values() if m.better == "up"} == UP
    assert {m.name for m in CATALOGUE.values() if m.better is None} == {"selection_rate"}


def test_words_are_there_and_differ_for_different_metrics() -> None:
    assert all(name == metric.name for name, metric in CATALOGUE.items())
    technical = [metric.technical for metric in CATALOGUE.values()]
    assert len(set(technical)) == len(technical)
    assert all(metric.label and metric.formula for metric in CATALOGUE.values())
