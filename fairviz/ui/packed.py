"""Figures made small for their way to the browser, whose script unpacks them.

What is sent is copied, escaped and hashed several times for each session. A figure is compressed once for all
of them, to about half its length, and base 64 has nothing to escape.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode


def pack(text: str) -> str:
    """A text compressed (zlib, RFC 1950), in base 64."""
    return b64encode(zlib.compress(text.encode())).decode()


def unpack(packed: str) -> str:
    """The text that was packed."""
    return zlib.decompress(b64decode(packed)).decode()
