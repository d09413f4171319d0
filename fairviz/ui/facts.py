"""What simulations and paired runs showed about tau and delta, in the words of whoever turns them.

Wherever the two dials are set, these words stand beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.specs import MethodEntry, MultiFairPlusSpec, MultiFairSpec


@dataclass(frozen=True)
class Facts:
    """What to know before turning a method's dials.

    Attributes:
        meaning: what the method does with them, for whoever has never heard of it.
        title: what it is about, without a full stop.
        text: a list, as markdown.
    """

    meaning: str
    title: str
    text: str


_MULTIFAIR: Final = Facts(
    "Each modality, a kind of data such as labs, is read by an encoder of its own. Where the AUCs of two "
    "groups in a batch of patients lie at least tau apart, a gate opens: each encoder then learns faster or "
    "slower by how the groups fare in it (factors F and f), the more so the larger delta. In MultiFair as a "
    "whole a factor B slows the modality whose AUC has just moved most.",
    "Before turning tau and delta",
    """\
1. Once the gate is open only delta / tau matters: doubling both leaves an encoder's factor as it
   is. Where groups have equal shares of a batch it is exactly 1; on real data, at delta 0.3, its
   standard deviation is 0.01 to 0.03.
2. Where the majority is better off, the factor works against its purpose: it slows an encoder
   exactly when the gap is large. The worst group's AUC fell by 0.014 at delta 2 and by 0.046 at
   delta 5. A group's factor would even turn negative at a large delta, which is learning in
   reverse; here it stops at 0.
3. AdamW divides each gradient by its own running size, so most of a slowly changing factor is
   divided away.
4. Gaps of single batches are noisy: without any true gap they exceed 0.04 in 31 % of batches of 256
   with two equal groups, and in 80 to 95 % with small groups. A moving mean with memory 0.9 has
   0.23 of that noise. So tau should be at least the gap that chance alone exceeds in one batch of
   twenty: the grey band in the chart of a run's steps.
5. The factors come from a smooth stand-in for AUC that lies between \u22120.31 and 0.69, so its
   gaps are smaller than gaps of real AUCs.
6. The modality factor B follows the same noise: given to the modalities in a random order it does
   as well.

On SUPPORT2, RHC and a readmission set no published setting changed test fairness beyond noise, over 8
to 10 paired seeds. The paper's gains, on images with pretrained networks, are neither contradicted by
that nor reproduced.
""",
)

_MULTIFAIR_PLUS: Final = Facts(
    "Tau is the gap between the groups' AUCs to steer towards: while a moving mean of the gap is larger, a "
    "controller raises delta, and patients of the groups that the model ranks worst count for more.",
    "Before turning tau: here it is the dial",
    """\
1. Tau is the gap to steer towards: a smaller one closes more of the gap and costs more AUC. On a
   synthetic set with a planted gap:

   | tau | change of the AUC gap | change of the AUC |
   |---|---|---|
   | 0.12 | \u22120.012 | 0.000 |
   | 0.08 | \u22120.027 | 0.000 |
   | 0.04 | \u22120.039 | \u22120.001 |
   | 0.02 | \u22120.047 | \u22120.002 |
   | 0.01 | \u22120.048 | \u22120.002 |

2. The best served group lost about 0.007 of its AUC (levelling down).
3. Where groups are equal it does nothing; but a tau below what chance makes of the gap chases noise.
   Its gap is a moving mean over batches, which has 0.12 of a single batch's noise.
""",
)


def facts(entry: MethodEntry) -> Facts | None:
    """What to know before turning a method's tau and delta; None where they do not act."""
    match entry.defaults:
        case MultiFairSpec(groups=True):
            return _MULTIFAIR
        case MultiFairPlusSpec():
            return _MULTIFAIR_PLUS
        case _:
            return None
