"""Predictions and groups to one report, which holds no number that its cases cannot carry."""

from fairviz.evaluation.attributes import Grouped
from fairviz.evaluation.binary import PARTS, evaluate
from fairviz.evaluation.classes import evaluate_outcome
from fairviz.evaluation.report import AttributeReport, FairnessReport, Performance

__all__ = [
    "PARTS",
    "AttributeReport",
    "FairnessReport",
    "Grouped",
    "Performance",
    "evaluate",
    "evaluate_outcome",
]
