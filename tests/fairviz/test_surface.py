"""The surface on planted functions, on noise, and against the formulas of a Gaussian process."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from fairviz.errors import SettingError
from fairviz.surface import FloatArray, Surface, Trained, lattice, left_out, surface

GRID = np.array(list(product((0.01, 0.02, 0.04, 0.07), (0.3, 0.5, 0.6))))
NOISE, SEEDS = 0.004, 3


def planted(dials: FloatArray) -> FloatArray:
    found: FloatArray = 0.1 + 0.01 * np.log(dials[:, 0] / 0.02) ** 2 + 0.02 * np.log(dials[:, 1] / 0.5)
    return found


def flat(dials: FloatArray) -> FloatArray:
    return np.full(len(dials), 0.1)


def runs(of: object, rng: np.random.Generator, points: FloatArray = GRID) -> Trained:
    assert callable(of)
    dials, seeds = np.repeat(points, SEEDS, axis=0), np.tile(np.arange(SEEDS), len(points))
    shift = rng.normal(0, 0.02, SEEDS)
    shift -= shift.mean()
    return Trained(dials, seeds, of(dials) + shift[seeds] + rng.normal(0, NOISE, len(dials)))


def places() -> FloatArray:
    return np.array(list(product(*lattice(GRID, 9))))


def test_a_planted_smooth_function_is_recovered_and_covered() -> None:
    inside, errors = [], []
    for seed in range(6):
        found = surface(runs(planted, np.random.default_rng(seed))).at(places())
        away = np.abs(found.mean - planted(places()))
        inside.append((away <= found.half_width).mean())
        errors.append(away.mean())
    assert np.mean(inside) > 0.9
    assert np.mean(errors) < NOISE / 2
    assert np.ptp(planted(places())) > 5 * NOISE, "there is something to recover"


def test_flat_noise_gives_a_flat_surface_with_its_noise() -> None:
    found = [surface(runs(flat, np.random.default_rng(seed))) for seed in range(6)]
    spread = [np.ptp(own.at(places()).mean) for own in found]
    assert np.median(spread) < NOISE
    assert np.median([own.noise for own in found]) == pytest.approx(NOISE, rel=0.25)
    inside = [(np.abs(own.at(places()).mean - 0.1) <= own.at(places()).half_width).mean() for own in found]
    assert np.mean(inside) > 0.9


def test_the_band_is_narrow_at_trained_points_and_wide_far_from_them() -> None:
    corner = GRID[(GRID[:, 0] < 0.03)]
    found = surface(runs(planted, np.random.default_rng(0), corner))
    assert found.at(corner).sd.max() < found.at(np.array([[0.5, 0.5]])).sd[0]


def test_a_surface_is_the_textbook_s_gaussian_process() -> None:
    """Rasmussen & Williams 2006, equations 2.25 and 2.26, with Matern 5/2 (4.17)."""
    found = surface(runs(planted, np.random.default_rng(3)))
    signal, *lengths, noise = np.exp(found.theta)

    def scaled(dials: FloatArray) -> FloatArray:
        logs = np.log(GRID)
        own: FloatArray = (np.log(dials) - logs.min(0)) / np.ptp(logs, axis=0)
        return own

    def kernel(a: FloatArray, b: FloatArray) -> FloatArray:
        r = np.sqrt(5) * np.linalg.norm((scaled(a)[:, None] - scaled(b)) / lengths, axis=-1)
        own: FloatArray = 1 + signal * (1 + r + r**2 / 3) * np.exp(-r)
        return own

    trained, at = found.trained, places()
    centre, scale = trained.values.mean(), trained.values.std()
    covariance = kernel(trained.dials, trained.dials) + noise * np.eye(len(trained.values))
    across = kernel(at, trained.dials)
    mean = centre + scale * across @ np.linalg.solve(covariance, (trained.values - centre) / scale)
    variance = np.diag(kernel(at, at) - across @ np.linalg.solve(covariance, across.T))
    np.testing.assert_allclose(found.at(at).mean, mean, atol=1e-7)
    np.testing.assert_allclose(found.at(at).sd, scale * np.sqrt(variance), atol=1e-7)


def test_no_other_parameters_are_likelier() -> None:
    found = surface(runs(planted, np.random.default_rng(0)))
    process = found._process
    best = process.log_marginal_likelihood(found.theta)
    rng = np.random.default_rng(0)
    low, high = process.kernel_.bounds.T
    assert all(process.log_marginal_likelihood(rng.uniform(low, high)) <= best + 1e-6 for _ in range(200))


def test_what_a_seed_adds_to_all_points_is_taken_out() -> None:
    quiet = Trained(np.repeat(GRID, 2, axis=0), np.tile([0, 1], len(GRID)), np.repeat(planted(GRID), 2))
    shifted = Trained(quiet.dials, quiet.seeds, quiet.values + np.where(quiet.seeds == 0, 0.1, -0.1))
    np.testing.assert_allclose(shifted.levelled().values, quiet.values, atol=1e-12)
    lacking = np.arange(len(quiet.values)) != 3
    partly = Trained(shifted.dials[lacking], shifted.seeds[lacking], shifted.values[lacking]).levelled()
    between = [np.ptp(partly.at(point)) for point in partly.points]
    assert max(between) < 1e-12, "also where a point lacks a seed"


def test_a_left_out_point_is_predicted_from_the_others_alone() -> None:
    base = runs(planted, np.random.default_rng(1))
    moved = Trained(base.dials, base.seeds, base.values + 0.2 * (base.dials == GRID[4]).all(axis=1))
    before, after = left_out(Surface(base)), left_out(Surface(moved))
    assert after.trained[4] == pytest.approx(before.trained[4] + 0.2)
    assert after.predicted.mean[4] == pytest.approx(before.predicted.mean[4], abs=NOISE)
    assert not after.inside[4]


def test_bands_of_left_out_points_hold_about_what_they_promise() -> None:
    inside = [left_out(surface(runs(planted, np.random.default_rng(seed)))).inside for seed in range(5)]
    assert 0.8 < np.mean(inside) < 1.0


def test_the_most_informative_points_lie_where_nothing_was_trained() -> None:
    ring = GRID[(GRID[:, 0] != 0.04) | (GRID[:, 1] == 0.3)]
    found = surface(runs(planted, np.random.default_rng(0), ring))
    candidates = np.array(list(product((0.01, 0.02, 0.04, 0.07), (0.3, 0.5, 0.6))))
    first, second = found.informative(candidates, 2)
    assert first[0] == 0.04
    assert first[1] in (0.5, 0.6)
    assert tuple(first) != tuple(second)


def test_what_came_of_training_does_not_decide_where_to_train() -> None:
    one = surface(runs(planted, np.random.default_rng(0)))
    other = Surface(
        Trained(one.trained.dials, one.trained.seeds, -one.trained.values), one.theta, refit=False
    )
    np.testing.assert_array_equal(one.informative(places(), 3), other.informative(places(), 3))


def test_nothing_is_proposed_beside_trained_points() -> None:
    found = surface(runs(flat, np.random.default_rng(0)))
    assert found.informative(GRID * 1.001, 3).shape == (0, 2)


def test_a_dial_at_zero_has_a_place() -> None:
    points = np.array(list(product((0.02, 0.04, 0.07), (0.0, 0.3, 0.6))))
    found = surface(runs(flat, np.random.default_rng(0), points))
    assert np.isfinite(found.at(points).mean).all()
    assert np.isfinite(np.concatenate(lattice(points, 5))).all()


def test_a_dial_that_never_changes_is_refused() -> None:
    still = GRID[GRID[:, 1] == 0.3]
    with pytest.raises(SettingError, match="one value of some dial"):
        surface(runs(planted, np.random.default_rng(0), still))
    one = runs(planted, np.random.default_rng(0), still)
    assert one.varying == (0,)
    assert surface(one.only(one.varying)).at(still[:, :1]).mean.shape == (4,)
