"""Results as tables for a terminal of 80 columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich import box
from rich.table import Table

from fairviz.reports.joined import Estimate
from fairviz.suppression import SUPPRESSED

_COLUMNS = {
    "label": "run",
    "attribute": "groups\nof",
    "auc": "AUC",
    "worst_group_auc": "worst\nAUC",
    "auc_gap": "AUC\ngap",
    "auc_gap_floor": "by\nchance",
    "equalized_odds_difference": "EOD",
    "equalized_odds_difference_floor": "by\nchance",
    "soft_equalized_odds_gap": "soft\nEOD",
}
_CHANGES = {
    "label": "run",
    "attribute": "groups\nof",
    "auc_change": "AUC",
    "p_holm": "p",
    "gap_change": "EOD",
    "gap_changed": "beyond\nchance",
    "harmed": "ranked\nworse",
    "could_miss": "could\nmiss",
}
LEGEND = (
    "Below an attribute: how many of its groups enter every gap. Below a number: its 95 % limits, of test "
    "rows and seeds both. EOD: equalized-odds difference. By chance: groups of this size would stay "
    "below it in 95 of 100 test sets if they were equal; a smaller gap is not clear of chance.",
    "-: not estimable, too few patients. x: withheld, since it would tell of fewer than 11 patients.",
)
LEGEND_OF_CHANGES = (
    "p is corrected for the number of runs (Holm). Ranked worse: groups whose AUC is found to have fallen, "
    "corrected for their number; could miss: a fall that large would not have been found in every group.",
)
_COLLAPSED = "*"


def runs_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Means over seeds on test rows, with their limits below; a mark where there is none."""
    table = _headed(f"Test rows, mean over {rows[0]['seeds']} seeds", _COLUMNS)
    for row in rows:
        # A column without limits leaves the names of runs room on a terminal of 80 columns.
        shown = {**row, "worst_group_auc": replace(row["worst_group_auc"], interval=None)}
        shown["attribute"] = f"{row['attribute']}\n{row['groups_used']} of {row['groups']}"
        if row["collapse"]:
            shown["label"] = f"{row['label']} {_COLLAPSED}"
        table.add_row(*(_cell(shown[name]) for name in _COLUMNS))
    return table


def changes_table(rows: Sequence[dict[str, Any]]) -> Table:
    """What test rows prove against the baseline."""
    table = _headed("Change against the baseline", _CHANGES)
    for row in rows:
        shown = {**row, "auc_change": _change(row["auc_change"], row["low"], row["high"])}
        table.add_row(*(_cell(shown[name]) for name in _CHANGES))
    return table


def _headed(title: str, columns: Mapping[str, str]) -> Table:
    table = Table(title=title, box=box.SIMPLE, collapse_padding=True, pad_edge=False)
    for name, heading in columns.items():
        if name in ("label", "attribute", "harmed"):
            table.add_column(heading, overflow="fold", min_width=13 if name == "label" else 6)
        else:  # wide enough for three decimals, however narrow the terminal
            table.add_column(heading, justify="right", min_width=5)
    return table


def collapse_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What the mark beside a run means: it no longer tells patients apart, so that its gap says nothing."""
    told = {row["label"]: row["collapse"] for row in rows if row["collapse"]}
    return [f"{_COLLAPSED} {label}: {collapse}. Its gap says nothing." for label, collapse in told.items()]


def _cell(value: Any) -> str:
    """Text of a table's cell."""
    match value:
        case Estimate():
            return _estimate(value)
        case bool():
            text = "yes" if value else "no"
        case float():
            text = "-" if math.isnan(value) else f"{value:.3f}"
        case tuple():
            text = ", ".join(value) or "none"
        case _:
            text = "-" if value is None else str(value)
    return text


def _estimate(estimate: Estimate) -> str:
    """A number with its limits below, or the mark of why there is none."""
    if estimate.value is None:
        return "x" if estimate.reason == SUPPRESSED else "-"
    limits = estimate.interval
    below = "" if limits is None else f"\n{_short(limits.low)}-{_short(limits.high)}"
    return f"{estimate.value:.3f}{below}"


def _change(value: float, low: float, high: float) -> str:
    """A difference with its limits below."""
    return "-" if math.isnan(value) else f"{value:+.3f}\n{_short(low)} to {_short(high)}"


def _short(limit: float) -> str:
    """Two decimals without the leading 0: a column has seven characters for both limits."""
    return f"{limit:.2f}".replace("0.", ".", 1)
