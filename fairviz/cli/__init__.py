"""The command line."""

from fairviz.cli.commands import BAD_INPUT, app, main

__all__ = ["BAD_INPUT", "app", "main"]
