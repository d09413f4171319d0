"""What a surface through trained points shows, and how far to trust it, in sentences; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairviz.metrics.catalogue import CATALOGUE
from fairviz.surface import FEWEST_POINTS, LeftOut, Surface, Trained
from fairviz.ui import words
from fairviz.ui.dialpoints import Number
from fairviz.ui.findings import lower_name
from fairviz.ui.series import Split, short

CHOOSING: Final = (
    "Validation rows choose, test rows report: choose on validation rows, then look at test rows for what "
    "the choice is worth."
)


def named(number: Number) -> str:
    """A number inside a sentence: ``the AUC gap of race``."""
    name = lower_name(short(number.metric))
    return f"the {name} of {words.plain(number.attribute)}" if number.is_gap else f"the {name}"


def point_in_words(names: Sequence[str], point: Sequence[float] | NDArray[np.float64]) -> str:
    """A point by its dials: ``tau 0.02, delta 0.3``."""
    return ", ".join(f"{name} {value:g}" for name, value in zip(names, point, strict=True))


def too_few(found: Trained, names: Sequence[str]) -> str | None:
    """Why there is no surface yet; None where there are enough points."""
    points = len(found.points)
    needed = FEWEST_POINTS[max(1, len(found.varying))] if found.varying else FEWEST_POINTS[len(names)]
    if found.varying and points >= needed:
        return None
    if not points:
        return "This number is not estimable, or withheld, in finished runs: choose another, or other groups."
    return (
        f"A surface needs at least {needed} finished points with different {' and '.join(names)}, "
        f"of these settings and this task: there {'is' if points == 1 else 'are'} {points}. "
        "Train a grid, and they will be there."
    )


def difference(number: Number, detected: bool | None, names: Sequence[str], seeds: int) -> str:
    """Whether the dials make any detectable difference."""
    dials, one = words.upper(" and ".join(names)), "s" if len(names) == 1 else ""
    if detected is None:
        return "With fewer than two seeds at each point nothing can be told from the luck of a start."
    if detected:
        return f"{dials} make{one} a difference to {named(number)} beyond what seeds make."
    return (
        f"{dials} make{one} no detectable difference here: {named(number)} is flat within the noise "
        f"of {words.counted(seeds, 'seed')}, and no point can be called better than another."
    )


def estimates(number: Number, found: Surface, names: Sequence[str]) -> str:
    """Between which values the surface lies, and how sure it is there."""
    at = found.at(found.trained.points)
    least, most = int(at.mean.argmin()), int(at.mean.argmax())
    points = found.trained.points
    ends = [
        f"{words.number(float(at.mean[i]))} \u00b1 {_width(float(at.half_width[i]))} at "
        f"{point_in_words(names, points[i])}"
        for i in (least, most)
    ]
    many = words.counted(len(points), "trained point")
    if words.number(float(at.mean.min())) == words.number(float(at.mean.max())):
        return (
            f"Estimated from {many}, {named(number)} is {ends[0].partition(' at ')[0]} throughout; "
            f"one seed alone moves it by {_about(found.noise)}."
        )
    return (
        f"Estimated from {many}, {named(number)} goes from {ends[0]} to {ends[1]}; "
        f"one seed alone moves it by {_about(found.noise)}."
    )


def chosen(
    number: Number, names: Sequence[str], validation: Surface, test: Trained, detected: bool | None
) -> str:
    """Which point validation rows would choose, and what test rows say of it."""
    if not detected:
        return ""
    at = validation.at(validation.trained.points)
    better = CATALOGUE[number.metric].better
    place = int(at.mean.argmax() if better == "up" else at.mean.argmin())
    point = validation.trained.points[place]
    own = test.at(point)
    told = f"Validation rows choose {point_in_words(names, point)}"
    if not len(own):
        return f"{told}; on test rows it is not estimable there."
    return (
        f"{told} ({words.number(float(at.mean[place]))}); on test rows {named(number)} is "
        f"{words.number(float(own.mean()))} there, mean over {words.counted(len(own), 'seed')}."
    )


def trust(found: LeftOut) -> str:
    """How many trained values lay inside what the other points predicted."""
    known = np.isfinite(found.predicted.mean)
    count, inside = int(known.sum()), int(found.inside[known].sum())
    told = (
        f"{inside} of {count} retrained values lay inside the 95 % band of what the other points predict; "
        f"about {round(0.95 * count)} are to be expected."
    )
    if inside < 0.8 * count:
        return f"{told} Do not rely on these estimates: train the point."
    error = float(np.abs(found.trained - found.predicted.mean)[known].mean())
    return f"{told} On average a prediction was off by {_about(error)}."


def split_in_words(split: Split) -> str:
    """Which rows the map shows."""
    return f"Shown: {split} rows. {CHOOSING}"


def _width(value: float) -> str:
    """Half a band, of which less than a thousandth is not nothing."""
    return "under 0.001" if value < 0.0005 else words.number(value)


def _about(value: float) -> str:
    return "under 0.001" if value < 0.0005 else f"about {words.number(value)}"
