"""One browser's part of the conversation with the server: it asks, and reads what comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

_SUBPROTOCOL = "streamlit"


@dataclass
class Record:
    """What a session has seen.

    Attributes:
        ended: by fragment, when its runs ended.
        intervals: by fragment that refreshes itself, the seconds between its runs.
        bytes: received.
        errors: messages of exceptions on the page, and of the connection.
        query: of the address, as the page changed it.
        buttons: ids of buttons on the page by label.
    """

    ended: dict[str, list[float]] = field(default_factory=dict)
    intervals: dict[str, float] = field(default_factory=dict)
    bytes: int = 0
    errors: list[str] = field(default_factory=list)
    query: str = ""
    buttons: dict[str, str] = field(default_factory=dict)


class Session:
    """A page that is open in a browser.

    Like the browser it asks for each self-refreshing fragment at its interval, whether the last answer has
    come or not, and tells which large messages it still has, so that the server need not send them again.
    """

    def __init__(self, url: str, page: str, query: str) -> None:
        """Nothing is opened before :meth:`watch`."""
        self.record = Record(query=query)
        self._url, self._page = url, page
        self._script = ""
        self._kept: dict[str, int] = {}
        self._drawn: set[str] = set()
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._runs = 0

    async def watch(self, until: Callable[[Record], bool], press: str = "") -> Record:
        """Keep the page open until something holds, which is asked after each message and each half second.

        Args:
            until: looks at what was seen so far.
            press: label of a button to press once when it is there.
        """
        address = urlsplit(self._url)
        try:
            async with connect(
                f"ws://{address.netloc}{address.path}/_stcore/stream",
                subprotocols=[_SUBPROTOCOL],  # type: ignore[list-item]
                origin=f"http://{address.netloc}",  # type: ignore[arg-type]
                max_size=None,
                compression=None,
            ) as connection:
                await self._ask(connection)
                while not until(self.record):
                    await self._read(connection)
                    if press in self.record.buttons and press and self._runs:
                        await self._ask(connection, pressed=self.record.buttons[press])
                        press = ""
        except (ConnectionClosed, OSError) as error:
            self.record.errors.append(repr(error))
        finally:
            for timer in self._timers.values():
                timer.cancel()
        return self.record

    async def _ask(self, connection: ClientConnection, *, fragment: str = "", pressed: str = "") -> None:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self.record.query
        asked.page_script_hash = self._script
        asked.page_name = "" if self._script else self._page
        asked.fragment_id = fragment
        asked.is_auto_rerun = bool(fragment)
        asked.cached_message_hashes.extend(self._kept)
        if pressed:
            asked.widget_states.widgets.add(id=pressed, trigger_value=True)
        await connection.send(message.SerializeToString())

    async def _refresh(self, connection: ClientConnection, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._ask(connection, fragment=fragment)

    async def _read(self, connection: ClientConnection) -> None:
        try:
            raw = await asyncio.wait_for(connection.recv(decode=False), 0.5)
        except TimeoutError:
            return
        self.record.bytes += len(raw)
        message = ForwardMsg.FromString(raw)
        if message.metadata.cacheable:
            self._kept[message.hash] = self._runs
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._script = message.new_session.page_script_hash
            self._drawn = set()
        elif kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.record.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._begin_to_refresh(connection, message)
        elif kind == "ref_hash":
            self._kept[message.ref_hash] = self._runs
        elif kind == "delta":
            self._see(message)
        elif kind == "script_finished":
            self._finish()

    def _begin_to_refresh(self, connection: ClientConnection, message: ForwardMsg) -> None:
        own = message.auto_rerun
        if own.fragment_id not in self._timers:
            self.record.intervals[own.fragment_id] = own.interval
            refreshing = self._refresh(connection, own.fragment_id, own.interval)
            self._timers[own.fragment_id] = asyncio.create_task(refreshing)

    def _see(self, message: ForwardMsg) -> None:
        self._drawn.add(message.delta.fragment_id)
        if message.delta.WhichOneof("type") != "new_element":
            return
        element = message.delta.new_element
        if element.WhichOneof("type") == "exception":
            self.record.errors.append(element.exception.message)
        elif element.WhichOneof("type") == "button":
            self.record.buttons[element.button.label] = element.button.id

    def _finish(self) -> None:
        now = time.monotonic()
        for fragment in self._drawn - {""}:
            self.record.ended.setdefault(fragment, []).append(now)
        self._runs += 1
        # The browser keeps what the last runs showed.
        self._kept = {key: run for key, run in self._kept.items() if run >= self._runs - 2}
