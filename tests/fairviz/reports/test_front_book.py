from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from fairviz.data.prepare import PreparedData
from fairviz.errors import SettingError
from fairviz.evaluation.binary import PARTS
from fairviz.metrics import CATALOGUE, pareto_front
from fairviz.metrics.gap_change import REPLICATES
from fairviz.metrics.inputs import Groups
from fairviz.metrics.resampled import ResampledRuns
from fairviz.metrics.resampling import Strata, mean_over_seeds
from fairviz.reports.evidence import Unavailable
from fairviz.reports.front_book import FrontAxes, FrontBook, Shares
from fairviz.reports.withheld import Withheld
from fairviz.store.records import RunEntry
from fairviz.store.store import Store
from tests.fairviz.reports.finished_runs import DATA, METHODS, RUNS, TEST, compare, noisy, report

AXES = FrontAxes("auc", "auc_gap", "race")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    opened.add_dataset("d", "d", len(DATA.labels), 2)
    opened.add_task("t", "d", "t", {})
    yield opened
    opened.close()


@dataclass(frozen=True)
class Asked:
    """A book that is asked about runs as the store has them."""

    book: FrontBook
    store: Store

    def of(self, comparison: str, axes: FrontAxes) -> Shares:
        return self.book.of(comparison, self.store.runs(comparison), axes)


def book(store: Store, data: PreparedData = DATA) -> Asked:
    return Asked(FrontBook(store, lambda _: data), store)


def shares(found: Shares) -> dict[str, float]:
    assert all(isinstance(share, float) for share in found.values())
    return {label: share for label, share in found.items() if isinstance(share, float)}


def plain_shares(axes: FrontAxes) -> dict[str, float]:
    """The same from what ``resampled`` gives, one replicate and one front at a time."""
    attribute = next(own for own in DATA.attributes if own.name == axes.attribute)
    groups = Groups(attribute.codes[TEST], len(attribute.values))
    strata = Strata.draw(DATA.labels[TEST], groups, REPLICATES)
    places = []
    for label in METHODS:
        scores = np.stack([own[TEST].astype(np.float64) for name, _, own in RUNS if name == label])
        runs = ResampledRuns([strata], scores, (scores >= 0.5).astype(np.float64), risks=True)
        values = [runs.metric(name) for name in axes.metrics]
        places.append([mean_over_seeds(own) for own in values if own is not None])
    table = np.array(places)
    maximize = [CATALOGUE[name].better == "up" for name in axes.metrics]
    fronts = [pareto_front(table[:, :, b], maximize=maximize) for b in range(1, REPLICATES + 1)]
    return dict(zip(METHODS, np.mean(fronts, axis=0).tolist(), strict=True))


@pytest.mark.parametrize("attribute", ["race", "sex"])
@pytest.mark.parametrize(
    "metrics",
    [
        ("auc", "auc_gap"),
        ("auc", "es_auc"),
        ("balanced_accuracy", "equalized_odds_difference"),
        ("sensitivity", "equal_opportunity_difference"),
        ("brier", "soft_equalized_odds_gap"),
        ("calibration_error", "predictive_quality_disparity"),
    ],
)
def test_shares_agree_with_a_plain_loop(store: Store, metrics: tuple[str, str], attribute: str) -> None:
    axes = FrontAxes(*metrics, attribute)
    found = book(store).of(compare(store, RUNS), axes)
    assert shares(found) == pytest.approx(plain_shares(axes))
    assert list(found) == list(METHODS)


def test_every_pair_of_axes_has_shares(store: Store) -> None:
    made, own = compare(store, RUNS), book(store)
    for metric in CATALOGUE.values():
        if metric.better is not None:
            pair = ("auc", metric.name) if metric.name in PARTS else (metric.name, "auc_gap")
            found = shares(own.of(made, FrontAxes(*pair, "sex")))
            assert max(found.values()) > 0.2


def test_who_is_right_about_everybody_is_always_on_it_and_who_is_far_worse_never(store: Store) -> None:
    right = DATA.labels.astype(np.float32)
    # Right about one race and wrong about the other: no better at anything.
    wrong = np.where(DATA.attributes[0].codes == 0, right, 1 - right)
    runs = [("right", 0, right), ("wrong", 0, wrong), ("between", 0, noisy(0, 1.0))]
    assert shares(book(store).of(compare(store, runs), AXES)) == {"right": 1, "wrong": 0, "between": 0}


def test_twins_have_the_same_share(store: Store) -> None:
    twins = [*RUNS, *[("twin", seed, scores) for label, seed, scores in RUNS if label == "fairgrad"]]
    found = shares(book(store).of(compare(store, twins), AXES))
    assert found["twin"] == found["fairgrad"] > 0
    without = shares(book(store).of(compare(store, RUNS), AXES))
    assert {label: found[label] for label in METHODS} == without


def test_the_order_of_seeds_and_of_runs_does_not_matter(store: Store) -> None:
    expected = shares(book(store).of(compare(store, RUNS), AXES))
    order = np.random.default_rng(3).permutation(len(RUNS))
    assert shares(book(store).of(compare(store, [RUNS[i] for i in order]), AXES)) == expected


def test_all_are_averaged_over_the_seeds_that_all_have(store: Store) -> None:
    fewer = [run for run in RUNS if run[:2] not in {("fairgrad", 1), ("multifair", 2)}]
    found = book(store).of(compare(store, fewer), AXES)
    assert found == book(store).of(compare(store, [run for run in RUNS if run[1] == 0]), AXES)


def test_without_a_seed_that_all_have_nothing_is_said(store: Store) -> None:
    apart = [("baseline", 0, RUNS[0][2]), ("fairgrad", 1, RUNS[4][2])]
    found = book(store).of(compare(store, apart), AXES)
    assert found == dict.fromkeys(("baseline", "fairgrad"), Unavailable.NO_SHARED_SEEDS)


def test_what_has_not_finished_is_left_out(store: Store) -> None:
    entry = RunEntry("baseline", {"method": "baseline", "seed": 0, "parameters": {}, "training": {}})
    made = store.add_comparison("t", [entry], "nobody").id
    assert book(store).of(made, AXES) == {}


def test_several_classes_have_no_shares(store: Store) -> None:
    classes = replace(DATA, classes=("a", "b", "c"))
    found = book(store, classes).of(compare(store, RUNS), AXES)
    assert set(found.values()) == {Unavailable.SEVERAL_CLASSES}


def test_what_is_not_estimable_takes_no_part(store: Store) -> None:
    """Nobody is flagged with one seed of one method: no predictive value, whatever the others are."""
    silent = noisy(50, 1.0) / 3
    runs = [run if run[:2] != ("group-dro", 1) else ("group-dro", 1, silent) for run in RUNS]
    axes = FrontAxes("ppv", "auc_gap", "race")
    found = book(store).of(compare(store, runs), axes)
    assert found["group-dro"] is Unavailable.NOT_ESTIMABLE
    others = book(store).of(compare(store, [run for run in RUNS if run[0] != "group-dro"]), axes)
    assert {label: found[label] for label in METHODS[:-1]} == others


def test_a_gap_of_groups_too_small_is_not_estimable(store: Store) -> None:
    race, sex = DATA.attributes
    few = np.full(len(race.codes), 1)
    few[TEST[:8]] = 0
    data = replace(DATA, attributes=(replace(race, codes=few), sex))
    made = compare(store, RUNS, data)
    assert set(book(store, data).of(made, AXES).values()) == {Unavailable.NOT_ESTIMABLE}
    assert shares(book(store, data).of(made, AXES._replace(attribute="sex")))


def private(data: PreparedData) -> PreparedData:
    return replace(data, task=data.task.model_copy(update={"public": False}))


def test_a_gap_of_a_small_group_is_suppressed(store: Store) -> None:
    race, sex = DATA.attributes
    few = np.full(len(race.codes), 1)
    few[TEST[:8]] = 0
    data = private(replace(DATA, attributes=(replace(race, codes=few), sex)))
    made = compare(store, RUNS, data)
    assert set(book(store, data).of(made, AXES).values()) == {Unavailable.SUPPRESSED}
    assert shares(book(store, data).of(made, AXES._replace(attribute="sex")))


def test_what_reports_withhold_takes_no_part(store: Store) -> None:
    """One method misses few patients, which may not be told: its sensitivity is withheld, not its AUC."""
    few = np.where(DATA.labels == 1, 0.9, 0.1).astype(np.float32)
    few[TEST[DATA.labels[TEST] == 1][:3]] = 0.2
    runs = [(label, 0, noisy(place, 2.0)) for place, label in enumerate(METHODS[:3])]
    data = private(DATA)
    made = compare(store, [*runs, ("few", 0, few)], data)
    axes = FrontAxes("sensitivity", "auc_gap", "sex")
    found = book(store, data).of(made, axes)
    assert found["few"] is Unavailable.SUPPRESSED
    assert {label: found[label] for label in METHODS[:3]} == book(store, data).of(
        compare(store, runs, data), axes
    )
    assert shares(book(store, data).of(made, axes._replace(performance="auc")))["few"] == 1
    assert isinstance(book(store).of(made, axes)["few"], float)


def test_lots_have_no_risks_but_a_place(store: Store) -> None:
    made = compare(store, RUNS, lots=["multifair"])
    found = book(store).of(made, FrontAxes("brier", "auc_gap", "race"))
    assert found["multifair"] is Unavailable.NOT_ESTIMABLE
    assert isinstance(found["baseline"], float)
    assert isinstance(book(store).of(made, AXES)["multifair"], float)


def test_groups_that_a_lottery_alone_withholds_stay_in_the_gaps_of_all(store: Store) -> None:
    """It misses 2 patients of one race: both of its group AUCs are withheld, its soft gap is not."""
    few = np.where(DATA.labels == 1, 0.9, 0.1).astype(np.float32)
    for race, missed in ((0, 2), (1, 12)):
        few[TEST[(DATA.labels[TEST] == 1) & (DATA.attributes[0].codes[TEST] == race)][:missed]] = 0.2
    data, axes = private(DATA), FrontAxes("auc", "soft_equalized_odds_gap", "race")
    lottery = [("few", seed, few) for seed in range(3)]
    withheld = Withheld.of([report(few, data, drawn=True)], public=False)
    assert len(withheld.groups) == 4
    assert ("race", "soft_equalized_odds_gap") not in withheld.gaps
    found = book(store, data).of(compare(store, [*RUNS, *lottery], data, lots=["few"]), axes)
    assert found == book(store).of(compare(store, [*RUNS, *lottery], lots=["few"]), axes)
    assert isinstance(found["few"], float)


def test_what_is_known_is_not_worked_out_again(store: Store) -> None:
    times = []

    def prepared(task_id: str) -> PreparedData:
        times.append(task_id)
        return DATA

    own, made = Asked(FrontBook(store, prepared), store), compare(store, RUNS)
    first = own.of(made, AXES)
    assert own.of(made, AXES) is first
    own.of(made, AXES._replace(gap="es_auc"))
    assert times == ["t", "t"]


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (
            FrontAxes("selection_rate", "auc_gap", "race"),
            "performance: expected one of auc, .*selection_rate",
        ),
        (FrontAxes("auc", "brier", "race"), "gap: expected one of auc_gap, .*, found brier"),
        (FrontAxes("auc", "auc_gap", "ward"), "attribute: expected one of race, sex, found ward"),
    ],
)
def test_errors_name_the_argument(store: Store, axes: FrontAxes, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        book(store).of(compare(store, RUNS), axes)
