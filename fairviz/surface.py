"""A metric as a smooth function of a method's dials, from a few trained points: a Gaussian process.

Kernel: a constant, Matern 5/2 with a length for each dial (Rasmussen & Williams 2006, ch. 4 and 5), and white
noise for what seeds make. Dials count by their logarithm. A seed shifts all points alike, since starting
weights and batches are the same: that shift is taken out first. Axis letters: N runs, P points, D dials, Q
places.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from fairviz.errors import SettingError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FEWEST_POINTS: Final = {1: 4, 2: 6}
"""Distinct points without which a surface over so many dials says nothing."""

_LIMIT: Final = 1.959964  # 95 % of a normal distribution
# In units of a dial's trained range and of the values' variance. A length of five ranges is a plane.
_LENGTHS: Final = (0.15, 5.0)
_SIGNALS: Final = (1e-3, 10.0)
_NOISES: Final = (1e-3, 2.0)
_STARTS: Final = ((1.0, 0.5, 0.5), (0.1, 2.0, 1.0), (1.0, 0.3, 0.05))
"""Signal, length and noise from which the likelihood is climbed."""
_MOST_REFITS: Final = 30
_APART: Final = 0.12
"""Of a dial's trained range: closer points would tell the same."""


@dataclass(frozen=True)
class Trained:
    """One metric of finished runs.

    Attributes:
        dials: [N, D], not negative.
        seeds: [N].
        values: [N], finite.
    """

    dials: FloatArray
    seeds: IntArray
    values: FloatArray

    @property
    def points(self) -> FloatArray:
        """Distinct points [P, D], in order."""
        points: FloatArray = np.unique(self.dials, axis=0)
        return points

    @property
    def varying(self) -> tuple[int, ...]:
        """Places of the dials that have more than one value."""
        return tuple(np.flatnonzero((self.dials != self.dials[:1]).any(axis=0)).tolist())

    def only(self, dials: Iterable[int]) -> Trained:
        """The same runs by some of the dials."""
        return Trained(self.dials[:, list(dials)], self.seeds, self.values)

    def without(self, point: FloatArray) -> Trained:
        """All runs but those at one point."""
        rest = (self.dials != point).any(axis=1)
        return Trained(self.dials[rest], self.seeds[rest], self.values[rest])

    def at(self, point: FloatArray) -> FloatArray:
        """Values at one point."""
        own: FloatArray = self.values[(self.dials == point).all(axis=1)]
        return own

    def levelled(self) -> Trained:
        """The same runs without what a seed adds to all points alike: least squares on points and seeds."""
        _, point = np.unique(self.dials, axis=0, return_inverse=True)
        names, seed = np.unique(self.seeds, return_inverse=True)
        of_points, of_seeds = np.eye(point.max() + 1)[point], np.eye(len(names))[seed]
        effects = np.linalg.lstsq(np.hstack([of_points, of_seeds]), self.values, rcond=None)[0][-len(names) :]
        return Trained(self.dials, self.seeds, self.values - (effects - effects.mean())[seed])


@dataclass(frozen=True)
class Estimate:
    """Of the metric's mean over the trained seeds at Q places: [Q] and [Q]."""

    mean: FloatArray
    sd: FloatArray

    @property
    def half_width(self) -> FloatArray:
        """Of the 95 % band [Q]."""
        return _LIMIT * self.sd


@dataclass(frozen=True)
class LeftOut:
    """Each point as the others predict it, beside what training gave.

    Attributes:
        points: [P, D].
        predicted: of a mean over as many seeds as the point has.
        trained: [P] that mean.
    """

    points: FloatArray
    predicted: Estimate
    trained: FloatArray

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether training gave a value inside the band [P]."""
        return np.abs(self.trained - self.predicted.mean) <= self.predicted.half_width


class Surface:
    """A metric between its trained points.

    Attributes:
        trained: the runs it was fitted to, seeds levelled.
        noise: standard deviation that a seed makes.
    """

    def __init__(self, trained: Trained, theta: FloatArray | None = None, *, refit: bool = True) -> None:
        """Fit to runs, seeds levelled; ``theta`` are logarithms of known parameters to begin with.

        Raises:
            SettingError: if a dial does not vary.
        """
        if len(trained.varying) < trained.dials.shape[1]:
            raise SettingError(
                "trained points",
                expected="two values or more of each dial",
                found="one value of some dial",
                remedy="Leave that dial out, or train other values of it.",
            )
        self.trained = trained
        positive = np.where(trained.dials > 0, trained.dials, np.inf).min(axis=0)
        self._least = positive / 2  # where a dial at 0 stands among logarithms
        logs = self._logs(trained.dials)
        self._start, self._range = logs.min(axis=0), np.ptp(logs, axis=0)
        self._centre, self._scale = float(trained.values.mean()), float(trained.values.std()) or 1.0
        self.theta = self._climb(theta) if refit or theta is None else theta
        self._process = self._fitted(self.theta, trained.dials, trained.values)
        self.noise = self._scale * float(np.sqrt(np.exp(self.theta[-1])))

    def at(self, dials: FloatArray) -> Estimate:
        """Estimates at places [Q, D]: of the metric itself, without what one more seed would add."""
        return self._estimate(self._process, dials)

    def informative(self, candidates: FloatArray, count: int) -> FloatArray:
        """Where to train next [count, D]: one after the other, where the band is widest by then.

        The band at a place follows from where was trained, not from what came of it. Places close to trained
        ones are left out: where a surface is flat its band is widest just beside its outermost points.
        """
        dials, values, chosen = self.trained.dials, self.trained.values, []
        for _ in range(count):
            candidates = candidates[self._apart(candidates, dials)]
            if not len(candidates):
                break
            process = self._fitted(self.theta, dials, values)
            best = candidates[self._estimate(process, candidates).sd.argmax()]
            chosen.append(best)
            dials, values = np.vstack([dials, best]), np.append(values, self._centre)
        return np.array(chosen, dtype=np.float64).reshape(-1, candidates.shape[1])

    def _apart(self, candidates: FloatArray, dials: FloatArray) -> NDArray[np.bool_]:
        """Which candidates [Q] are no neighbours of the dials [N, D]."""
        between = self._scaled(candidates)[:, None] - self._scaled(dials)
        apart: NDArray[np.bool_] = (np.linalg.norm(between, axis=-1) >= _APART).all(axis=1)
        return apart

    def _estimate(self, process: Any, dials: FloatArray) -> Estimate:
        mean, sd = process.predict(self._scaled(dials), return_std=True)
        latent = np.sqrt(np.maximum(sd**2 - np.exp(self.theta[-1]), 0))  # scikit-learn adds a run's own noise
        return Estimate(self._centre + self._scale * mean, self._scale * latent)

    def _climb(self, known: FloatArray | None) -> FloatArray:
        """Parameters of the greatest likelihood; one at its bound is an answer: flat, or a plane."""
        process = self._fitted(None, self.trained.dials, self.trained.values)
        dials = self.trained.dials.shape[1]
        starts = [np.log([signal, *[length] * dials, noise]) for signal, length, noise in _STARTS]

        def loss(theta: FloatArray) -> tuple[float, FloatArray]:
            value, gradient = process.log_marginal_likelihood(theta, eval_gradient=True, clone_kernel=False)
            return -value, -gradient

        found = [
            minimize(loss, start, jac=True, bounds=process.kernel_.bounds, method="L-BFGS-B")
            for start in ([known] if known is not None else starts)
        ]
        best: FloatArray = min(found, key=lambda one: float(one.fun)).x
        return best

    def _fitted(self, theta: FloatArray | None, dials: FloatArray, values: FloatArray) -> Any:
        # scikit-learn is imported with the first surface, not with the page that offers it.
        from sklearn.gaussian_process import GaussianProcessRegressor  # noqa: PLC0415

        kernel = _kernel(dials.shape[1])
        if theta is not None:
            kernel = kernel.clone_with_theta(theta)
        process = GaussianProcessRegressor(kernel, optimizer=None)
        return process.fit(self._scaled(dials), (values - self._centre) / self._scale)

    def _scaled(self, dials: FloatArray) -> FloatArray:
        scaled: FloatArray = (self._logs(dials) - self._start) / self._range
        return scaled

    def _logs(self, dials: FloatArray) -> FloatArray:
        logs: FloatArray = np.log(np.maximum(dials, self._least))
        return logs


def surface(trained: Trained) -> Surface:
    """The surface through finished runs, seeds levelled.

    Raises:
        SettingError: if a dial does not vary.
    """
    return Surface(trained.levelled())


def left_out(whole: Surface) -> LeftOut:
    """What the surface without each point predicts there; of many points with the whole one's parameters."""
    trained, points = whole.trained, whole.trained.points
    means, sds, known = [], [], []
    for point in points:
        rest, own = trained.without(point), trained.at(point)
        known.append(own.mean())
        if len(rest.varying) < points.shape[1]:
            means.append(np.nan)
            sds.append(np.nan)
            continue
        found = Surface(rest, whole.theta, refit=len(points) <= _MOST_REFITS)
        at_point = found.at(point[None])
        means.append(float(at_point.mean[0]))
        sds.append(float(np.hypot(at_point.sd[0], found.noise / np.sqrt(len(own)))))
    return LeftOut(points, Estimate(np.array(means), np.array(sds)), np.array(known))


def lattice(points: FloatArray, count: int) -> tuple[FloatArray, ...]:
    """Places along each dial, evenly by logarithm between the least and greatest trained value; ascending."""
    axes = []
    for values in points.T:
        positive = values[values > 0]
        least = values.min() if values.min() > 0 else positive.min() / 2
        axes.append(np.geomspace(least, values.max(), count))
    return tuple(axes)


def _kernel(dials: int) -> Any:
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel  # noqa: PLC0415

    signal = ConstantKernel(1.0, _SIGNALS) * Matern([0.5] * dials, _LENGTHS, nu=2.5)
    # The level itself is not known: a wide prior, so that the band has its uncertainty too.
    return ConstantKernel(1.0, "fixed") + signal + WhiteKernel(0.5, _NOISES)
