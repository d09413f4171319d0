"""What reading images from disk costs: ``python -m tests.benchmarks.images [--json FILE]``.

An epoch over streamed images against one over the same images in memory, as numbers that are only looked up.
The file has been read before, so that it is in the system's cache. Epochs are taken in turns in one process.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from fairviz.data.images import ImageStackWriter
from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.data.synthetic.glaucoma import draw_glaucoma, make_glaucoma
from fairviz.data.synthetic.glaucoma_images import draw_fundus, draw_slices
from fairviz.training.devices import warm_up
from fairviz.training.engine import network_spec
from fairviz.training.optimiser import MemberAdamW
from fairviz.training.tensors import Batches, TaskTensors
from models.images import Pixels
from models.methods.base import Batch
from models.methods.registry import trainer_of
from models.network import Network
from models.specs import BaselineSpec, TrainingSpec
from tests.benchmarks.timing import median_seconds

ROWS, BATCH = 1500, 64
AT_MOST = 1.15


def draw(folder: Path) -> PreparedData:
    """The synthetic glaucoma patients: their record, fundus images of 64 x 64 and 8 slices of 32 x 32."""
    patients, rng = draw_glaucoma(ROWS, 0), np.random.default_rng(1)
    frame = make_glaucoma(ROWS, 0).assign(fundus="there", slices="there")
    fundus = ImageStackWriter(folder / "fundus.npy", (ROWS, 1, 64, 64))
    slices = ImageStackWriter(folder / "slices.npy", (ROWS, 8, 32, 32))
    with fundus, slices:
        for start in range(0, ROWS, 50):
            own = slice(start, start + 50)
            fundus.write(draw_fundus(patients.cup[own], rng)[:, np.newaxis, 4:196:3, 4:196:3])
            slices.write(draw_slices(patients.field[own], rng)[:, ::2])
    record = tuple(str(name) for name in frame.columns if str(name).startswith("record"))
    task = TaskSpec(
        name="Eyes",
        dataset="made up",
        outcome="glaucoma",
        positive="1",
        sensitive=("race", "sex"),
        modalities=(
            ModalitySpec(name="record", columns=record),
            ModalitySpec(name="fundus", columns=("fundus",), kind="image"),
            ModalitySpec(name="slices", columns=("slices",), kind="image"),
        ),
    )
    return prepare(frame, task, images={"fundus": fundus.stack, "slices": slices.stack})


class HeldBatches(Batches):
    """The same batches, of images that lie in memory as the network wants them."""

    def __init__(self, tensors: TaskTensors, seeds: Sequence[int], batch_size: int) -> None:
        super().__init__(tensors, seeds, batch_size)
        every = np.arange(len(tensors.labels))[np.newaxis]
        self._held = {m: own.standardised(own.read(every))[0] for m, own in tensors.images.items()}

    def _with_images(self, rows: Iterable[Tensor]) -> Iterator[Batch]:
        for own in rows:
            of_seeds = own[[places[0] for places in self._of_seeds]]
            images = {m: Pixels(held[of_seeds], self._of_seeds) for m, held in self._held.items()}
            yield self._batch(own)._replace(images=images)


class Epochs:
    """Members of the baseline, trained an epoch at a time."""

    def __init__(self, kind: type[Batches], data: PreparedData, seeds: Sequence[int]) -> None:
        self._network = Network(network_spec(data), seeds)
        tensors = TaskTensors.of(data, torch.device("cpu"))
        specs = [BaselineSpec()] * len(seeds)
        self._method = trainer_of(specs[0])(specs, seeds, self._network, tensors.layout)
        self._optimiser = MemberAdamW(self._network, [TrainingSpec()] * len(seeds))
        self._batches = kind(tensors, seeds, BATCH)

    def epoch(self) -> None:
        """Train on every training row once."""
        for batch in self._batches.epoch():
            self._method.step(batch)
            self._optimiser.step()


def ratios(folder: Path, rounds: int) -> dict[str, float]:
    """Seconds of a streamed epoch over those of one in memory, by what is trained."""
    data, found = draw(folder), {}
    for name, seeds in {"1 member": [0], "3 members of a seed": [0] * 3, "3 seeds": [0, 1, 2]}.items():
        jobs = {kind.__name__: Epochs(kind, data, seeds).epoch for kind in (Batches, HeldBatches)}
        seconds = median_seconds(jobs, rounds=rounds, calls=1, warm=1)
        found[name] = seconds["Batches"] / seconds["HeldBatches"]
    return found


def main() -> None:
    """Measure, print, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        found = ratios(Path(folder), arguments.rounds)
    for name, ratio in found.items():
        print(f"an epoch streamed / in memory, {name:20s} {ratio:9.4f} at most {AT_MOST:.4f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
