from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fairviz.data.groups import Attribute
from fairviz.evaluation import FairnessReport, Grouped, evaluate, evaluate_outcome
from fairviz.evaluation.intersections import (
    MOST_GROUPS,
    MOST_INTERSECTIONS,
    fewest_crossed,
    intersections,
    left_out,
)

SIZES = {"race": 3, "sex": 2, "age": 2}


def attributes(rows: int, sizes: dict[str, int], seed: int = 0) -> list[Attribute]:
    """About one row in twenty has no value."""
    rng = np.random.default_rng(seed)
    return [
        Attribute(name, tuple(f"{name} {g}" for g in range(size)), rng.integers(-1, 20 * size, rows) // 20)
        for name, size in sizes.items()
    ]


def texts(own: Attribute) -> NDArray[np.object_]:
    """The group of each row; None where the value is missing."""
    return np.array([*own.values, None], dtype=object)[own.codes]


def question(rows: int = 600, seed: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, rows)
    return labels, rng.beta(2 + labels, 3 - labels)


def test_every_two_and_every_three_with_the_groups_that_occur() -> None:
    own = attributes(300, SIZES)
    crossed = intersections(own)
    assert [one.name for one in crossed] == ["race & sex", "race & age", "sex & age", "race & sex & age"]
    table = pd.DataFrame({one.name: texts(one) for one in own})
    for one in crossed:
        known = table[one.name.split(" & ")].dropna()
        expected = known.agg(" & ".join, axis=1)
        names = np.array([*one.values, None], dtype=object)[one.codes]
        assert names[known.index].tolist() == expected.tolist()
        assert np.flatnonzero(one.codes < 0).tolist() == sorted(set(table.index) - set(known.index))
        assert set(one.values) == set(expected)
        assert len(set(one.values)) == len(one.values)


def test_groups_that_do_not_occur_are_not_listed() -> None:
    race = Attribute("race", ("Black", "White"), np.array([0, 0, 1, 1, -1]))
    sex = Attribute("sex", ("female", "male"), np.array([0, 0, 0, 1, 1]))
    (one,) = intersections([race, sex])
    assert one.values == ("Black & female", "White & female", "White & male")
    assert one.codes.tolist() == [0, 0, 1, 2, -1]


@given(
    st.lists(
        st.lists(st.text('a&" ', max_size=6), min_size=2, max_size=3, unique=True), min_size=2, max_size=3
    )
)
def test_groups_keep_names_of_their_own(values: list[list[str]]) -> None:
    places = np.array(list(product(*(range(len(own)) for own in values)))).T
    own = [Attribute(str(k), tuple(names), places[k]) for k, names in enumerate(values)]
    groups = [one.values for one in intersections(own)]
    assert all(len(set(names)) == len(names) for names in groups)
    assert len(groups[-1]) == places.shape[1]


def test_an_intersection_of_too_many_groups_is_left_out_with_a_reason() -> None:
    own = attributes(400, {"ward": 9, "age": 6, "sex": 2})
    assert [one.name for one in intersections(own)] == ["ward & sex", "age & sex"]
    assert left_out(own) == {
        "ward & age": f"left out: 54 combinations of groups, more than {MOST_GROUPS}",
        "ward & age & sex": f"left out: 108 combinations of groups, more than {MOST_GROUPS}",
    }


def test_of_many_attributes_pairs_come_first() -> None:
    own = attributes(50, dict.fromkeys("abcdef", 2))
    crossed = intersections(own)
    assert len(crossed) == MOST_INTERSECTIONS
    assert [one.name for one in crossed[:15]] == [" & ".join(pair) for pair in combinations("abcdef", 2)]
    assert len(left_out(own)) == 35 - MOST_INTERSECTIONS


def test_a_report_holds_of_an_intersection_what_it_holds_of_an_attribute() -> None:
    labels, scores = question()
    own = attributes(600, SIZES)
    report = evaluate(labels, scores, threshold=0.5, attributes=own)
    for one in intersections(own):
        alone = evaluate(labels, scores, threshold=0.5, attributes=[one])
        assert repr(report.intersections[one.name]) == repr(alone.attributes[one.name])
        assert report.intersections[one.name].rows_left_out == int((one.codes < 0).sum()) > 0
    assert list(report.attributes) == list(SIZES)
    assert list(report.intersections) == list(report.to_json()["intersections"])


def test_of_several_classes_too() -> None:
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 3, 900), rng.dirichlet(np.ones(3), 900)
    own = attributes(900, {"race": 2, "sex": 2})
    (one,) = intersections(own)

    def reports(given: Sequence[Grouped]) -> FairnessReport:
        return evaluate_outcome(labels, scores, thresholds=[0.3] * 3, attributes=given)

    both, alone = reports(own), reports([one])
    assert repr(both.intersections[one.name]) == repr(alone.attributes[one.name])
    for name, report in both.classes.items():
        assert repr(report.intersections[one.name]) == repr(alone.classes[name].attributes[one.name])


@pytest.mark.parametrize(("sizes", "floor"), [(SIZES, False), ({"race": 3}, True)])
def test_no_intersections_every_epoch_nor_of_one_attribute(sizes: dict[str, int], floor: bool) -> None:
    labels, scores = question()
    record = evaluate(labels, scores, threshold=0.5, attributes=attributes(600, sizes), floor=floor).to_json()
    assert not {"intersections", "no_intersection", "fewest_crossed"} & set(record)


def test_decisions_that_are_given_count() -> None:
    labels, scores = question()
    own = attributes(600, SIZES)
    decided = np.arange(600) % 2
    given = evaluate(labels, scores, threshold=0.5, attributes=own, decisions=decided)
    assert given.fewest_crossed == fewest_crossed(own, labels, decided)
    assert given.intersections["race & sex"].groups["race 0 & sex 0"].selection_rate == pytest.approx(
        decided[(own[0].codes == 0) & (own[1].codes == 0)].mean()
    )


@given(st.integers(1, 200), st.integers(0, 1000))
def test_the_fewest_patients_of_the_cross_table(rows: int, seed: int) -> None:
    own = attributes(rows, SIZES, seed)
    rng = np.random.default_rng(seed)
    labels, decisions = rng.integers(0, 2, (2, rows))
    patients = rng.integers(0, 1 + rows // 3, rows)
    table = pd.DataFrame(
        {one.name: one.codes for one in own} | {"label": labels, "decision": decisions, "patient": patients}
    )
    by_decision = table.groupby([*SIZES, "label", "decision"])["patient"].nunique()
    found = fewest_crossed(own, labels, decisions, patients)
    assert found["outcomes"] == table.groupby([*SIZES, "label"])["patient"].nunique().min()
    for side, label in (("positives", 1), ("negatives", 0)):
        of_side = by_decision[by_decision.index.get_level_values("label") == label]
        assert found[side] == (of_side.min() if len(of_side) else 0)


@given(st.integers(1, 200), st.integers(0, 1000))
def test_the_fewest_of_the_cross_table(rows: int, seed: int) -> None:
    own = attributes(rows, SIZES, seed)
    rng = np.random.default_rng(seed)
    labels, decisions = rng.integers(0, 2, (2, rows))
    table = pd.DataFrame({one.name: one.codes for one in own} | {"label": labels, "decision": decisions})
    by_outcome = table.groupby([*SIZES, "label"]).size()
    by_decision = table.groupby([*SIZES, "label", "decision"]).size()

    def fewest(label: int) -> int:
        return int(by_decision[by_decision.index.get_level_values("label") == label].min())

    assert fewest_crossed(own, labels, decisions) == {
        "outcomes": by_outcome.min(),
        "positives": fewest(1) if labels.any() else 0,
        "negatives": fewest(0) if not labels.all() else 0,
    }
