"""What may be told of single modalities, where groups of patients are small.

How many rows of a group lack a modality may be few, though the group is large. So nothing but areas under
curves is told, and of groups whose own numbers are told. In full, one tells of how many rows it is, being a
fraction of twice their pairs. To two decimals it does not: it rests on at least 10 rows of each outcome, and
some multiple of 1 / 200, or of less, rounds to every such number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fairviz.store.records import Json

_DECIMALS: Final = 2


def told_modality(
    report: Json, *, everyone: bool, groups: Mapping[str, Mapping[str, bool]]
) -> dict[str, Any]:
    """What may be told of a report on the rows that have one modality.

    Args:
        report: as the store has it.
        everyone: whether numbers of all rows may be told.
        groups: whether those of a group may be, by attribute and group.
    """
    return {
        "auc": _told_auc(report, may=everyone),
        "attributes": {
            name: {
                "groups": {
                    group: {"auc": _told_auc(record, may=groups[name][group])}
                    for group, record in attribute["groups"].items()
                }
            }
            for name, attribute in report["attributes"].items()
        },
    }


def _told_auc(record: Json, *, may: bool) -> float | None:
    """The AUC to two decimals; none of scores that are no risks, which rank rows by decisions about them."""
    auc: float | None = record["auc"]
    return None if not may or auc is None or record["brier"] is None else round(auc, _DECIMALS)
