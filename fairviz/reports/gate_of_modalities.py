"""What may be told of single modalities, where groups of patients are small.

How many rows of a group lack a modality may be few, though the group is large. So nothing but areas under
curves is told, and of groups whose own numbers are told. In full, one tells of how many rows it is, being a
fraction of twice their pairs. To two decimals it does not: it rests on at least 10 rows of each outcome, and
some multiple of 1 / 200, or of less, rounds to every such number. Where patients have several rows, both
hold of patients: they are counted for what is told of a group, and for whether it has an AUC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fairviz.evaluation.binary import METRICS, PARTS
from fairviz.store.records import Json
from fairviz.suppression import SUPPRESSED

_DECIMALS: Final = 2
_COUNTS: Final = ("n", "positives", "negatives")
_NUMBERS: Final = frozenset(
    {*_COUNTS, *(f"{name}{end}" for name in METRICS for end in ("", "_low", "_high"))}
)


def told_modality(
    report: Json, *, everyone: bool, groups: Mapping[str, Mapping[str, bool]]
) -> dict[str, Any]:
    """What may be told of a report on the rows that have one modality.

    Args:
        report: as the store has it.
        everyone: whether numbers of all rows may be told.
        groups: whether those of a group may be, by attribute and group.
    """
    return _told_rows(report, may=everyone) | {
        "threshold": None,
        "attributes": {
            name: {
                "groups": {
                    group: _told_rows(record, may=groups[name][group])
                    for group, record in attribute["groups"].items()
                },
                "rows_left_out": None,
                "groups_used": {},
                **dict.fromkeys(PARTS),
                "reason": dict.fromkeys(PARTS, SUPPRESSED),
            }
            for name, attribute in report["attributes"].items()
        },
    }


def _told_rows(record: Json, *, may: bool) -> dict[str, Any]:
    """The AUC to two decimals; none of scores that are no risks, which rank rows by decisions about them."""
    auc: float | None = record["auc"]
    is_told = may and auc is not None and record["brier"] is not None
    withheld = [*_COUNTS, *(name for name in METRICS if name != "auc" or not is_told)]
    return {
        **dict.fromkeys(name for name in record if name in _NUMBERS),
        "auc": round(auc, _DECIMALS) if is_told and auc is not None else None,
        "grade": {},
        "reason": dict.fromkeys(withheld, SUPPRESSED),
    }
