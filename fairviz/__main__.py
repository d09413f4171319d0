"""``python -m fairviz``."""

from __future__ import annotations

from fairviz.cli import main

main()
