"""What keeps a person from using a page, as axe-core finds it."""

from __future__ import annotations

import json
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# axe calls a skipped level of headings moderate; whoever reads by headings misses a part of the page.
_OURS = {"heading-order"}
_SERIOUS = {"serious", "critical"}
_AXE = Axe()

# Elements load their own scripts, the one that brings the frame's style among them: each may come late.
_SETTLED = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && document.body.innerText.includes('Not a medical device')
    && getComputedStyle(document.querySelector('[data-testid=stMain]')).fontVariantNumeric === 'tabular-nums'
    && !document.querySelector('[data-testid=stSkeleton]')
    && [...document.querySelectorAll('.stBidiComponent')].every(
        component => component.querySelector('.fairviz-chart')?.dataset.revision)"""
_STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
_UNFOLD = "document.querySelectorAll('details:not([open]) > summary').forEach(summary => summary.click())"


def wait_until_settled(page: Page) -> None:
    """Wait until the page has run to its end and drawn its charts."""
    page.wait_for_function(_SETTLED, timeout=60_000)


def unfold(page: Page) -> None:
    """Open what is folded: what is not shown is not looked at. Stop colours from changing slowly."""
    page.add_style_tag(content=_STILL)
    page.evaluate(_UNFOLD)


def assert_accessible(page: Page) -> None:
    """No violation that axe-core calls serious or critical, and no skipped level of headings.

    Raises:
        AssertionError: names rule, element and what axe-core says about it.
    """
    violations = _AXE.run(page).response["violations"]
    found = [
        _in_words(violation, node)
        for violation in violations
        if violation["impact"] in _SERIOUS or violation["id"] in _OURS
        for node in violation["nodes"]
    ]
    assert not found, "\n".join(found)


def _in_words(violation: dict[str, Any], node: dict[str, Any]) -> str:
    said = [check["message"] for kind in ("any", "all", "none") for check in node[kind]]
    return f"{violation['id']} at {json.dumps(node['target'])}: {'; '.join(said)}\n    {node['html'][:200]}"
