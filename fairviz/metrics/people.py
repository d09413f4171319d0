"""How many patients stand behind counts of rows, where patients have several.

Axis letters: N rows, G groups, P pairs of a group and a patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fairviz.metrics.clusters import PatientsInGroups
from fairviz.metrics.inputs import FloatArray, IntArray
from fairviz.metrics.rates import CELLS, confusion_cells

# By what is counted, the cells of the confusion matrix with such rows.
_COUNTED: Final[Mapping[str, tuple[str, ...]]] = {
    "patients": CELLS,
    "positives": ("tp", "fn"),
    "negatives": ("fp", "tn"),
    **{cell: (cell,) for cell in ("tp", "fn", "fp", "tn")},
}


def people(labels: IntArray, decisions: IntArray, inside: PatientsInGroups) -> dict[str, FloatArray]:
    """Patients [G] of each group with any row, with one of an outcome, and with one so decided.

    One whose rows differ counts in several: positives and negatives add up to the patients or to more.

    Args:
        labels: [N] outcomes 0 or 1.
        decisions: [N] 0 or 1.
        inside: patients of the groups.
    """
    cells = confusion_cells(labels, decisions, inside.pairs)
    return {
        name: inside.having(cells[:, [CELLS.index(cell) for cell in own]].sum(axis=1))
        for name, own in _COUNTED.items()
    }
