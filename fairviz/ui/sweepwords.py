"""What a sweep shows, in careful sentences; pure functions.

Axis letters: P points, S seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from fairviz.figures.arrays import mean_of_defined
from fairviz.figures.series import Floats, Response, Sweep
from fairviz.metrics.dial_effect import LEVEL, points_p_value
from fairviz.reports.collapse import collapses, collapses_by_label
from fairviz.reports.run import Run
from fairviz.ui import words
from fairviz.ui.findings import beyond_seeds, lower_name

_MOST_NAMED: Final = 3


def sentences(sweep: Sweep, attribute: str) -> list[str]:
    """What the dials did, first the gap, then the performance; a person's own words are escaped."""
    performance, gap = sweep.responses
    named = [
        (f"the {lower_name(gap.measure.name)} of {words.plain(attribute)}", gap),
        (lower_name(performance.measure.name), performance),
    ]
    told = _along(sweep, named) if len(sweep.dials) == 1 else _over(sweep, named)
    return [*told, *_beside_the_baseline(named), *_by_chance(gap)]


def collapsed(runs: Sequence[Run]) -> list[str]:
    """Which configurations no longer tell patients apart: a sentence each, or one for many."""
    told = collapses_by_label(runs)
    if len(told) <= _MOST_NAMED:
        return [
            f"{words.plain(label)} {what} (test rows): its gap says nothing." for label, what in told.items()
        ]
    kinds = " or ".join(dict.fromkeys(collapses(runs).values()))
    count = words.counted(len({run.label for run in runs}), "configuration")
    return [
        f"On test rows, {len(told)} of {count} no longer tell patients apart on some seed ({kinds}): "
        "their gaps say nothing."
    ]


def differ(values: Floats) -> bool | None:
    """Whether points [P, S] differ by more than their seeds make; None where that cannot be told.

    On the seeds that every point has.
    """
    whole = values[:, np.isfinite(values).all(axis=0)]
    found = points_p_value(whole.astype(np.float64))
    return None if np.isnan(found) else found < LEVEL


def _along(sweep: Sweep, named: Sequence[tuple[str, Response]]) -> list[str]:
    """From one end of a dial to the other."""
    (dial,) = sweep.dials
    seeds = max(int(np.isfinite(response.values[[0, -1]]).all(axis=0).sum()) for _, response in named)
    clauses = ", and ".join(_clause(name, response) for name, response in named)
    ends = f"{dial.title} {dial.values[0]} to {dial.values[-1]}"
    told = f"From {ends} {clauses}, over {words.counted(seeds, 'seed')}."
    return [told, "One seed cannot be told from the luck of its start."] if seeds == 1 else [told]


def _clause(name: str, response: Response) -> str:
    first, last = response.values[0], response.values[-1]
    both = np.isfinite(first) & np.isfinite(last)
    if not both.any():
        return f"{name} is not estimable"
    change = last[both] - first[both]
    ends = f"{words.number(first[both].mean())} to {words.number(last[both].mean())}"
    if both.sum() < 2:
        return f"{name} went from {ends}"
    moved = "rose" if change.mean() > 0 else "fell"
    if beyond_seeds(float(change.mean()), float(change.std(ddof=1)), int(both.sum())):
        return f"{name} {moved} from {ends}"
    if (change > 0).all() or (change < 0).all():
        return f"{name} {moved} from {ends} (on every seed, but these are too few to be sure)"
    return f"{name} stayed within the seeds' spread ({ends})"


def _over(sweep: Sweep, named: Sequence[tuple[str, Response]]) -> list[str]:
    """Between which points a plane of two dials lies."""
    return [_range(sweep, name, response) for name, response in named]


def _range(sweep: Sweep, name: str, response: Response) -> str:
    values = response.values.reshape(-1, response.values.shape[-1])
    means = mean_of_defined(values, axis=-1)
    known = np.isfinite(means)
    if not known.any():
        return words.upper(f"{name} is not estimable.")
    points = np.array(sweep.points)[known]
    least, most = means[known].argmin(), means[known].argmax()
    low, high = words.number(means[known][least]), words.number(means[known][most])
    over = words.counted(len(points), "point")
    if low == high:
        return f"Over {over}, {name} is {low} throughout."
    verdict = {
        True: "the points differ by more than the seeds' spread",
        False: "these seeds cannot tell that from luck, so that no point can be called better",
        None: "one seed cannot be told from the luck of its start",
    }
    return (
        f"Over {over}, {name} lies between {low} ({points[least]}) and {high} ({points[most]}): "
        f"{verdict[differ(values[known])]}."
    )


def _beside_the_baseline(named: Sequence[tuple[str, Response]]) -> list[str]:
    means = [(name, response.baseline[np.isfinite(response.baseline)]) for name, response in named]
    told = [f"{name} {words.number(known.mean())}" for name, known in means if len(known)]
    return [f"Baseline on the same seeds: {', '.join(told)}."] if told else []


def _by_chance(gap: Response) -> list[str]:
    """Which of the gaps chance alone could make."""
    means = mean_of_defined(gap.values, axis=-1)
    known = means[np.isfinite(means)]
    if gap.noise_floor is None or not len(known):
        return []
    within = int((known <= gap.noise_floor).sum())
    if not within:
        return []
    which = "None of these gaps is" if within == len(known) else f"{within} of {len(known)} gaps are not"
    return [
        f"{which} clear of chance: in 95 of 100 test sets, groups this small would show up to "
        f"{words.number(gap.noise_floor)} even if they were equal."
    ]
