"""How an error reaches a page: in words, with its remedy, and never as a traceback.

Fragments need it as much as pages: streamlit catches what goes wrong inside one before the page sees it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from fairviz.errors import FairVizError
from fairviz.ui.words import plain

_log = logging.getLogger(__name__)


@contextmanager
def shown_errors() -> Iterator[None]:
    """Show what goes wrong inside, and go on after it: what was entered stays as it is."""
    try:
        yield
    except FairVizError as error:
        show_error(error)
    except Exception:
        _log.exception("A page failed")
        st.error(
            "**Something unexpected went wrong.** The server's log has the details. Reload the page: "
            "what is trained and kept is not affected."
        )


def show_error(error: FairVizError) -> None:
    """What is wrong, where, and what to do about it."""
    st.error(
        f"**{plain(error.argument)}**: expected {plain(error.expected)}, found {plain(error.found)}. "
        f"{plain(error.remedy)}"
    )
