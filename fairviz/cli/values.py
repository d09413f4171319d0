"""Values of options that hold several."""

from __future__ import annotations

from collections.abc import Sequence

from fairviz.errors import SettingError


def columns(items: Sequence[str] | None) -> list[str]:
    """All columns of repeated COL,COL options."""
    return [column for item in items or [] for column in item.split(",")]


def pair(option: str, item: str) -> tuple[str, str]:
    """Both sides of NAME=VALUE."""
    name, equals, value = item.partition("=")
    if not (name and equals and value):
        raise SettingError(
            f"{option} {item}",
            expected="NAME=VALUE",
            found=repr(item),
            remedy="Put one equals sign between name and value.",
        )
    return name, value
