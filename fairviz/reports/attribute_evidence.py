"""Evidence on the groups of one sensitive attribute.

Axis letter: G groups.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from fairviz.data.groups import Attribute
from fairviz.metrics.comparison import AucComparison
from fairviz.metrics.gap_change import GapChange
from fairviz.metrics.harm import harm_test
from fairviz.metrics.heterogeneity import heterogeneity_test
from fairviz.metrics.multiplicity import holm
from fairviz.metrics.sensitivity_drop import SensitivityDrop
from fairviz.reports.evidence import AttributeEvidence, GroupEvidence, Unavailable
from fairviz.reports.paired_rows import LEVEL, PairedRows
from fairviz.suppression import SUPPRESSED


def attribute_evidence(
    attribute: Attribute,
    rows: PairedRows,
    gaps: Mapping[str, GapChange | None],
    *,
    no_decisions: Unavailable | None,
    untold: Collection[str] = (),
) -> AttributeEvidence:
    """Compare both configurations in every group.

    Args:
        attribute: of the rows; a group that is withheld has none.
        rows: scores and decisions of both.
        gaps: how the gaps between these groups have changed.
        no_decisions: why decisions are not compared, None where they are.
        untold: groups that are withheld.
    """
    members = [rows.among(attribute.codes == group) for group in range(len(attribute.values))]
    comparisons = [
        replace(own.auc_of_group(), reason=SUPPRESSED) if name in untold else own.auc_of_group()
        for name, own in zip(attribute.values, members, strict=True)
    ]
    comparable = [own.difference for own, auc in zip(members, comparisons, strict=True) if auc.reason is None]
    drops = [no_decisions or own.sensitivity() for own in members]
    return AttributeEvidence(
        groups=_groups(attribute.values, members, comparisons, drops),
        heterogeneity=heterogeneity_test(comparable),
        gaps=gaps,
        could_miss=harm_test(comparisons, level=LEVEL).could_miss,
    )


def _groups(
    names: Sequence[str],
    members: Sequence[PairedRows],
    comparisons: Sequence[AucComparison],
    drops: Sequence[SensitivityDrop | Unavailable | None],
) -> dict[str, GroupEvidence]:
    """Evidence on each of G groups, with p-values adjusted over all of them."""
    changed = holm([own.p_value for own in comparisons])
    harm = harm_test(comparisons, level=LEVEL)
    missed = holm([own.p_value if isinstance(own, SensitivityDrop) else np.nan for own in drops])
    return {
        name: GroupEvidence(
            auc=comparisons[g],
            grade=members[g].grade,
            p_holm=float(changed[g]),
            p_worse_holm=float(harm.p_values[g]),
            harmed=bool(harm.harmed[g]),
            sensitivity=drops[g],
            sensitivity_p_holm=float(missed[g]),
        )
        for g, name in enumerate(names)
    }
