"""FairViz: the trade-off between performance and fairness in healthcare AI, made visible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairviz.workbench import Workbench

__all__ = ["Workbench"]


def __getattr__(name: str) -> Any:
    """``Workbench`` on first use: metrics alone need none of what it imports."""
    if name == "Workbench":
        from fairviz.workbench import Workbench  # noqa: PLC0415

        return Workbench
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
