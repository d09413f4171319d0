"""Which configurations there are to look at, and which questions each can answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fairviz.ui.modulationseries import labels, parts, usual_label
from fairviz.ui.modulationwords import sentences
from tests.fairviz.ui.made import run
from tests.fairviz.ui.steps import fairgrad, full, multifair, multifair_plus, steps_of


def test_configurations_keep_their_order_and_steering_ones_come_first() -> None:
    runs = [run(0), run(1, seed=1), run(2, "fairgrad"), run(3, "multifair-plus"), run(4, "multifair")]
    assert labels(runs) == ["Baseline", "Fairgrad", "Multifair-plus", "Multifair"]
    assert usual_label(runs) == 3
    assert usual_label(runs[:4]) == 2
    assert usual_label(runs[:3]) == 1
    assert usual_label(runs[:2]) == 0


@pytest.mark.parametrize(
    ("method", "traces", "keys"),
    [
        ("baseline", {"loss": full(0.5)}, []),
        (
            "multifair",
            multifair(),
            ["gate", "group_factors-race", "group_factors-sex", "encoders", "losses"],
        ),
        ("fairgrad", fairgrad(), ["conflicts", "reconciled", "gaps"]),
        ("multifair-plus", multifair_plus(), ["controller", "group_weight-race", "group_weight-sex"]),
        ("group-dro", {"group_weight": full(0.5, 4)}, ["group_weight-race", "group_weight-sex"]),
        ("regularised", {"losses": full(0.1, 3)}, ["gaps"]),
    ],
)
def test_each_method_has_the_parts_of_what_it_records_and_each_part_its_words(
    method: str, traces: dict[str, Any], keys: list[str]
) -> None:
    steps = steps_of(method, traces)
    found = parts(steps)
    assert [part.key for part in found] == keys
    assert len({part.key for part in found}) == len(found)
    assert all(sentences(part, steps) for part in found)


def test_a_controlled_delta_joins_the_gate() -> None:
    fixed, adaptive = (
        parts(steps_of("multifair", multifair(), delta_rule=rule))[0].traces for rule in ("fixed", "adaptive")
    )
    assert fixed == ("gap", "gate")
    assert adaptive == ("gap", "gate", "delta")


def test_an_attribute_of_which_nothing_is_told_has_no_part() -> None:
    traces = multifair()
    traces["group_factors"][:, :, 2:] = np.nan
    keys = [part.key for part in parts(steps_of("multifair", traces))]
    assert "group_factors-race" in keys
    assert "group_factors-sex" not in keys
