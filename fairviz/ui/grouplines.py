"""AUC of each group by epoch, as it happens: the same chart wherever a page shows it."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Final

import streamlit as st

from fairviz.ui import cache
from fairviz.ui.drawn import draw

_MOST_PANELS: Final = 12


def group_lines(comparison_id: str, revision: int, attribute: str, labels: Collection[str]) -> None:
    """Draw a panel per configuration, on validation rows, all on one scale.

    Args:
        comparison_id: of a comparison with an epoch.
        revision: of it.
        attribute: whose groups.
        labels: of the configurations.
    """
    if len(labels) > _MOST_PANELS:
        st.caption(f"{len(labels)} configurations are too many for a panel each of AUC per group.")
        return
    lines = cache.group_lines(comparison_id, revision, attribute, tuple(sorted(labels)))
    shown = zlib.crc32(f"{attribute} {sorted(labels)}".encode())
    draw(lines, key=f"live-groups-{comparison_id}-{shown:08x}", revision=str(revision))
