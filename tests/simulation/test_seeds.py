from __future__ import annotations

from tests.simulation.seeds import judge, scenario_of
from tests.simulation.shares import count


def test_rows_alone_hold_less_than_rows_and_seeds() -> None:
    scenario = scenario_of(3, 0.06)
    shares = count(scenario.name, lambda repetition: judge(scenario, repetition), 200).shares
    for what in ("mean", "difference"):
        assert shares[what].hits > shares[f"{what}_rows_alone"].hits + 20
        assert shares[what].hits > 0.85 * 200


def test_a_scenario_is_named_after_its_seeds_and_their_spread() -> None:
    assert scenario_of(5, 0.03).name == "seeds-5-sd-03"
