"""Typed errors that say what is wrong, where, and what to do about it.

Core code raises them; only ``fairviz.ui`` and the command line show them.
"""

from __future__ import annotations


class FairVizError(Exception):
    """An error a person can act on.

    Attributes:
        argument: what was given wrongly: a parameter, a column, a row or line of a file.
        expected: what would have been right.
        found: what was there instead.
        remedy: what to do next.
    """

    def __init__(self, argument: str, *, expected: str, found: str, remedy: str) -> None:
        """Keep the four parts and join them into one readable message."""
        self.argument = argument
        self.expected = expected
        self.found = found
        self.remedy = remedy
        super().__init__(f"{argument}: expected {expected}, found {found}. {remedy}")


class DataError(FairVizError):
    """A file or table that cannot be read."""


class TaskError(FairVizError):
    """A choice of outcome, groups, modalities or split that cannot be trained."""


class SettingError(FairVizError):
    """A hyperparameter, option or environment setting outside its bounds."""


class NotFoundError(FairVizError):
    """A dataset, task, comparison or run that the store does not hold."""


class MetricError(FairVizError):
    """Arguments a metric cannot be computed from, such as arrays of different lengths."""
