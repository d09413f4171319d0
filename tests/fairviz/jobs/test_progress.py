from __future__ import annotations

import pytest

from fairviz.jobs.progress import Progress, Stage
from fairviz.store.records import State


@pytest.mark.parametrize(
    ("share", "stage"),
    [(0.0, Stage.ENCODING), (0.001, Stage.TRAINING), (0.999, Stage.TRAINING), (1.0, Stage.MEASURING)],
)
def test_the_stage_follows_from_the_share(share: float, stage: Stage) -> None:
    assert Progress(State.RUNNING, share, None, 0, 0, "").stage is stage
