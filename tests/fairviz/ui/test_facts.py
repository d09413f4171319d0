from __future__ import annotations

import re

import pytest

from fairviz.ui.facts import facts
from models.specs import METHODS


def test_all_six_facts_stand_beside_tau_and_delta() -> None:
    known = facts(METHODS["multifair"])
    assert known is not None
    assert "tau and delta" in known.title
    assert re.findall(r"^(\d)\. ", known.text, re.MULTILINE) == list("123456")
    for fact in (
        "delta / tau",
        "works against its purpose",
        "AdamW",
        "31 % of batches",
        "\u22120.31 and 0.69",
        "modality factor B",
        "no published setting changed test fairness beyond noise",
    ):
        assert fact in " ".join(known.text.split())


def test_for_multifair_plus_tau_is_the_dial() -> None:
    known = facts(METHODS["multifair-plus"])
    assert known is not None
    assert "dial" in known.title
    measured = re.findall(r"\| (0\.\d+) \| \u2212(0\.\d+) \|", known.text)
    taus, gaps = zip(*((float(tau), float(gap)) for tau, gap in measured), strict=True)
    assert list(taus) == sorted(taus, reverse=True)
    assert list(gaps) == sorted(gaps), "a smaller tau closes more"


@pytest.mark.parametrize("method", ["baseline", "fairgrad", "multifair-m", "group-dro"])
def test_where_the_dials_do_not_act_nothing_is_said(method: str) -> None:
    assert facts(METHODS[method]) is None


def test_the_halves_with_groups_share_the_facts() -> None:
    assert facts(METHODS["multifair-g"]) == facts(METHODS["multifair"])


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("multifair", ("tau", "gate", "delta", "encoder", "factor B")),
        ("multifair-plus", ("Tau", "controller", "delta")),
    ],
)
def test_every_word_of_the_charts_is_explained(method: str, words: tuple[str, ...]) -> None:
    known = facts(METHODS[method])
    assert known is not None
    assert all(word in known.meaning for word in words)
