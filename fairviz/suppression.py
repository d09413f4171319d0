"""Which counts of patients may be told: the threshold rule, and complementary suppression.

Terms are those of statistical disclosure control (Hundepool et al. 2012, Statistical Disclosure Control,
Wiley, chapter 4; Cox 1980, doi:10.1080/01621459.1980.10477481).

- Primary suppression, by the threshold rule: a count of 1 to 10 patients is not told, as in the cell size
  suppression policy of the US Centers for Medicare & Medicaid Services. 0 is told.
- Secondary (complementary) suppression: what is withheld of a table with known totals can be had by
  subtraction, one cell exactly and several together. So whatever is withheld of a column adds up to 0 or to
  at least 11, where need be by withholding one row more: the smallest that helps. Then no combination of
  what is told bounds a withheld count inside 1 to 10: it may be 0, or 11 and more.

It guards against who knows the numbers, not against who knows more: the members of a group by name, the rows
of a table, or a second attribute that merges groups of the first.

Axis letters: G rows of a table (the groups of an attribute), C columns (outcomes, or decisions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]

THRESHOLD: Final = 11
"""The smallest count of patients, other than 0, that is told."""
SUPPRESSED: Final = "suppressed: fewer than 11 patients, or a number that would reveal such a count"
FEW: Final = "fewer than 11"


@dataclass(frozen=True)
class Told:
    """What may be told of the rows of a table.

    Attributes:
        sizes: [G] whether how many patients a row has may be told.
        cells: [G] whether its cells may be told; never without its size.
    """

    sizes: Bools
    cells: Bools


def is_small(counts: Any) -> Bools:
    """Whether counts of patients are of 1 to 10: too few to be told."""
    return np.asarray((np.asarray(counts) > 0) & (np.asarray(counts) < THRESHOLD))


def told_groups(cells: Counts, sizes: Counts | None = None) -> Told:
    """What may be told of groups whose outcomes [G, C] add up to known totals.

    Patients with rows of several outcomes count in each, and once in ``sizes`` [G]; without these every
    patient has one outcome. A group of 1 to 10 patients is withheld as a whole, one with 1 to 10 of an
    outcome but for its size. Who reads a list of groups may know that none is empty: the sizes withheld leave
    room for one of 11 beside the others.
    """
    sizes = cells.sum(axis=1) if sizes is None else sizes
    small = is_small(sizes)
    if small.any() and sizes[small].sum() - (small.sum() - 1) < THRESHOLD:
        small = _with_smallest(small, sizes, sizes > 0)
    return Told(~small, told_cells(cells, withheld=small))


def told_cells(cells: Counts, *, withheld: Bools) -> Bools:
    """Which rows [G] of a table [G, C] with known totals may be told.

    Args:
        cells: counts of patients.
        withheld: [G] rows that are not told whatever their counts.
    """
    concealed = withheld | is_small(cells).any(axis=1)
    for column in cells.T:
        if is_small(column[concealed].sum()):
            concealed = _with_smallest(concealed, cells.sum(axis=1), column > 0)
    return np.asarray(~concealed)


def _with_smallest(concealed: Bools, sizes: Counts, helps: Bools) -> Bools:
    """Conceal the smallest further row among those that help; none where all that help are concealed."""
    others = np.flatnonzero(helps & ~concealed)
    chosen = concealed.copy()
    if others.size:
        chosen[others[sizes[others].argmin()]] = True
    return chosen
