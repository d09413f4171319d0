"""Every page, on a finished comparison: wide and on a phone, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.accessibility import assert_accessible, unfold, wait_until_settled
from tests.browser.conftest import OpenPage
from tests.browser.kept import finished_comparison
from tests.browser.server import ROOT, Server, serving

PAGES = [
    "",
    "data",
    "train",
    "sweep",
    "trade_offs",
    "groups",
    "modulation",
    "what_if",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("accessibility")


@pytest.fixture(scope="module")
def finished(home: Path) -> str:
    """The query of the address of a finished comparison."""
    return finished_comparison(home, ["baseline", "multifair"])


@pytest.fixture(scope="module")
def server(home: Path, finished: str) -> Iterator[Server]:
    assert finished
    with serving(ROOT / "app.py", home) as running:
        yield running


@pytest.mark.parametrize("name", PAGES, ids=lambda name: name or "start")
def test_nothing_keeps_a_person_from_using_a_page(
    name: str, server: Server, finished: str, open_page: OpenPage, console: list[str]
) -> None:
    for width in (1440, 390):
        page = open_page(server.page(f"{name}?{finished}"), width=width)
        wait_until_settled(page)
        unfold(page)
        assert_accessible(page)
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(
            "getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === 'dark'"
        )
        assert_accessible(page)
    assert console == []
