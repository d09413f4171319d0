"""AUC of each group by epoch, as it happens: the same chart wherever a page shows it."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Final

import streamlit as st

from fairviz.ui import cache
from fairviz.ui.drawn import draw
from fairviz.workbench import Progress

_MOST_PANELS: Final = 12


def group_lines(comparison_id: str, progress: Progress, attribute: str, labels: Collection[str]) -> None:
    """Draw a panel per configuration, on validation rows, all on one scale.

    Args:
        comparison_id: of a comparison with an epoch.
        progress: of it.
        attribute: whose groups.
        labels: of the configurations.
    """
    if len(labels) > _MOST_PANELS:
        st.caption(f"{len(labels)} configurations are too many for a panel each of AUC per group.")
        return
    lines = cache.newest(cache.group_lines, comparison_id, progress, attribute, tuple(sorted(labels)))
    shown = zlib.crc32(f"{attribute} {sorted(labels)}".encode())
    draw(lines, key=f"live-groups-{comparison_id}-{shown:08x}", revision=lines.mark)
