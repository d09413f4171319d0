"""A small made-up problem with two tables, an image and a stack of slices, in turns."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from models.groups import GroupLayout
from models.images import Pixels
from models.methods.base import Batch, Method
from models.methods.registry import trainer_of
from models.network import Network
from models.specs import MethodSpec, NetworkSpec
from tests.models.problem import LAYOUT, make_batch, members_of

SHAPES = {1: (1, 9, 8), 3: (3, 8, 11)}
WIDTHS = (5, 9 * 8, 7, 3 * 8 * 11)
TABLES = [0, 2]


def image_spec(*, columns: int = 1, dropout: float = 0.0) -> NetworkSpec:
    return NetworkSpec(input_widths=WIDTHS, image_shapes=SHAPES, score_columns=columns, dropout=dropout)


def make_image_batch(
    seeds: Sequence[int], *, rows: int = 48, seed: int = 0, classes: int = 2, absent: bool = False
) -> Batch:
    """A batch in which the members of a seed see the same rows; ``absent`` as `make_batch` has it."""
    distinct = list(dict.fromkeys(seeds))
    own = [make_batch(1, rows, 100 * seed + one, classes=classes, absent=absent) for one in distinct]
    tables = _side_by_side(own)
    batch = members_of(tables, [distinct.index(one) for one in seeds])
    members = [[place for place, other in enumerate(seeds) if other == one] for one in distinct]
    available = None
    if batch.available is not None:
        # The record behind the second image is the first table's, so that a row has something at least.
        available = batch.available[:, [0, 1, 2, 0]]
    return batch._replace(
        inputs=batch.inputs[:, TABLES],
        available=available,
        images={place: Pixels(_pixels(own, distinct, place, seed), members) for place in SHAPES},
    )


def _side_by_side(batches: Sequence[Batch]) -> Batch:
    available = [own.available for own in batches if own.available is not None]
    return Batch(
        torch.cat([own.inputs for own in batches]),
        torch.cat([own.labels for own in batches]),
        torch.cat([own.groups for own in batches]),
        torch.cat(available) if available else None,
    )


def _pixels(batches: Sequence[Batch], seeds: Sequence[int], place: int, seed: int) -> torch.Tensor:
    """Grain, and a corner that is brighter in rows of the last score column [Q, N, S, H, W]."""
    parts = []
    for own, one in zip(batches, seeds, strict=True):
        generator = torch.Generator().manual_seed(10_000 * seed + 100 * one + place)
        images = torch.randn(own.labels.shape[-1], *SHAPES[place], generator=generator)
        images[..., :3, :3] += own.labels[0, -1, :, None, None, None]
        parts.append(images)
    return torch.stack(parts)


def image_method(
    specs: Sequence[MethodSpec],
    seeds: Sequence[int],
    *,
    dropout: float = 0.0,
    columns: int = 1,
    layout: GroupLayout = LAYOUT,
) -> Method:
    network = Network(image_spec(columns=columns, dropout=dropout), seeds)
    return trainer_of(specs[0])(specs, seeds, network, layout)
