"""The same results on a GPU as on a CPU, in single and in mixed precision. Needs a GPU that torch can use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from fairviz.data.prepare import PreparedData, prepare
from fairviz.training.devices import set_precision
from fairviz.training.engine import train
from fairviz.training.events import MemberResult, PackEnd
from fairviz.training.packing import pack_runs
from fairviz.training.tensors import TaskTensors
from models.specs import METHODS
from tests.fairviz.eyes import eyes, eyes_task
from tests.fairviz.small import make_run, small_task

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here: comparison not made")

METRICS = ("auc", "brier", "log_loss")


@pytest.fixture(autouse=True)
def single_precision_after() -> Iterator[None]:
    yield
    set_precision("single")


def trained(method: str, device: str, data: PreparedData | None = None) -> tuple[MemberResult, ...]:
    data = data or small_task()
    (pack,) = pack_runs([make_run(method, seed) for seed in range(3)])
    *_, end = train(pack, data, TaskTensors.of(data, torch.device(device)))
    assert isinstance(end, PackEnd)
    return tuple(end.results.values())


@pytest.mark.parametrize("method", [name for name, entry in METHODS.items() if entry.trains_network])
@pytest.mark.parametrize("precision", ["single", "mixed"])
def test_a_gpu_gives_the_results_of_a_cpu(method: str, precision: str) -> None:
    on_cpu = trained(method, "cpu")
    set_precision("mixed" if precision == "mixed" else "single")
    on_gpu = trained(method, "cuda")
    for ours, theirs in zip(on_gpu, on_cpu, strict=True):
        for metric in METRICS:
            assert getattr(ours.test, metric) == pytest.approx(getattr(theirs.test, metric), abs=1e-3)


@pytest.mark.parametrize("method", ["baseline", "fairgrad", "multifair"])
def test_images_are_seen_alike(method: str, tmp_path: Path) -> None:
    frame, images = eyes(tmp_path)
    data = prepare(frame, eyes_task(), images=images)
    set_precision("single")
    for ours, theirs in zip(trained(method, "cuda", data), trained(method, "cpu", data), strict=True):
        assert ours.test.auc == pytest.approx(theirs.test.auc, abs=1e-2)


def test_the_same_pack_twice_on_a_gpu_agrees() -> None:
    for first, second in zip(trained("multifair", "cuda"), trained("multifair", "cuda"), strict=True):
        assert first.test.auc == pytest.approx(second.test.auc, abs=1e-3)
