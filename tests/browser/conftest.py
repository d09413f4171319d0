"""Chromium of the operating system and a real server, for tests of what a person sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Route, sync_playwright

from tests.browser.server import ROOT, Server, serving

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_PROBE = re.compile(r"/(data|train|sweep|what_if|trade_offs|groups|modulation)/_stcore/(health|host-config)$")
_THIS_MACHINE = "http://127.0.0.1:"

OpenPage = Callable[..., Page]


# First: xdist reads the groups in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests on one worker: they share a browser, and two would starve each other."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    assert CHROMIUM.exists(), f"browser tests need {CHROMIUM}: run make chromium"
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real app with an empty home, shared by all browser tests of a run."""
    with serving(ROOT / "app.py", tmp_path_factory.mktemp("home")) as server:
        yield server


@pytest.fixture
def console() -> list[str]:
    """Errors of the browser's console and of page scripts, as they happen."""
    return []


@pytest.fixture
def open_page(browser: Browser, console: list[str]) -> Iterator[OpenPage]:
    """Open an address in a fresh context: ``open_page(url, width=1440, height=900, scheme="light")``.

    Requests to any other machine fail and are noted in ``console``.
    """
    with ExitStack() as contexts:

        def open_one(url: str, *, width: int = 1440, height: int = 900, scheme: str = "light") -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            contexts.callback(context.close)
            page = context.new_page()
            _watch(page, console)
            _keep_inside(page, console)
            page.goto(url)
            return page

        yield open_one


def _watch(page: Page, console: list[str]) -> None:
    def note(entry: ConsoleMessage) -> None:
        address = entry.location["url"]
        # A page opened by its own address first looks for the server below that address; then above.
        if entry.type == "error" and not _PROBE.search(address):
            console.append(f"{entry.text} {address}")

    page.on("console", note)
    page.on("pageerror", lambda error: console.append(str(error)))


def _keep_inside(page: Page, console: list[str]) -> None:
    """Refuse requests that would leave this machine."""

    def refuse(route: Route) -> None:
        console.append(f"left the machine: {route.request.url}")
        route.abort()

    page.route(lambda address: address.startswith("http") and not address.startswith(_THIS_MACHINE), refuse)
