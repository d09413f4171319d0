"""What a test's server is to find in its home: a finished comparison on a sample, or a task alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fairviz.config import Settings
from fairviz.workbench import Workbench
from models.specs import TrainingSpec

_SAMPLE = "nhefs"


def finished_comparison(home: Path, methods: Sequence[str], *, seeds: int = 1) -> str:
    """Train methods on the sample for two epochs; returns the query of the comparison's address."""
    with Workbench(home, settings=Settings()) as bench:
        task = bench.add_sample(_SAMPLE)
        comparison = bench.train(task.id, methods, seeds=seeds, training=TrainingSpec(epochs=2))
        bench.wait(comparison)
    return f"task={task.id}&comparison={comparison}"


def sample_task(home: Path) -> str:
    """Keep the sample; returns the id of its task."""
    with Workbench(home, settings=Settings()) as bench:
        return bench.add_sample(_SAMPLE).id
