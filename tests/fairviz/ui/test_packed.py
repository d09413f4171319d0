from __future__ import annotations

import json
import zlib
from base64 import b64decode

from fairviz.ui.packed import pack, unpack

FIGURE = json.dumps({"data": [{"x": list(range(500)), "name": "Größe <b>é</b>"}]}, ensure_ascii=False)


def test_a_figure_comes_out_as_it_went_in() -> None:
    assert unpack(pack(FIGURE)) == FIGURE


def test_it_is_what_a_browser_unpacks_and_is_sent_without_escapes() -> None:
    packed = pack(FIGURE)
    # The browser's format "deflate" is that of RFC 1950.
    assert zlib.decompressobj(zlib.MAX_WBITS).decompress(b64decode(packed)) == FIGURE.encode()
    assert json.dumps(packed) == f'"{packed}"'


def test_it_is_shorter() -> None:
    assert len(pack(FIGURE)) < 0.6 * len(FIGURE)
