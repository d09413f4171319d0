"""From a table and a task to the arrays a network is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.availability import available_modalities
from fairviz.data.encode import TableEncoder
from fairviz.data.external import TaskTable, task_table
from fairviz.data.features import NO_FEATURES, Features, FeatureScale
from fairviz.data.given_split import given_parts
from fairviz.data.grouping import attributes
from fairviz.data.groups import Attribute
from fairviz.data.images import NO_IMAGES, Images
from fairviz.data.outcome import outcome_classes, outcome_labels
from fairviz.data.patients import patients_of
from fairviz.data.pixels import ScaledImages
from fairviz.data.specs import ModalitySpec
from fairviz.data.split import Split, split_as_given, split_rows
from fairviz.data.task import TaskSpec, check_task
from fairviz.data.text import TextEncoder
from fairviz.errors import TaskError

Encoder = TableEncoder | TextEncoder | FeatureScale


@dataclass(frozen=True)
class PreparedData:
    """Arrays of one task; row i is row i of the table everywhere.

    Attributes:
        inputs: float32 [N, D_m] per modality m, in the task's order; of images D_m = 0, unless a pretrained
            model reads them.
        available: bool [N, M], False where a row lacks modality m (all of its columns missing); every
            row has at least one.
        labels: int64 [N], class codes 0..n-1; of two classes 1 is the positive one.
        classes: names of the classes in the order of their codes; of two (other, positive).
        attributes: sensitive attributes, in the task's order.
        split: row numbers of the three parts.
        encoders: one per modality, fitted on the training rows; without columns for images.
        patients: int64 [N], patient of each row; None where each row is its own.
        images: by the place m of each image modality, where its images are.
    """

    task: TaskSpec
    inputs: tuple[NDArray[np.float32], ...]
    available: NDArray[np.bool_]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    split: Split
    encoders: tuple[Encoder, ...]
    patients: NDArray[np.int64] | None = None
    images: Mapping[int, ScaledImages] = field(default_factory=dict)

    @property
    def score_columns(self) -> int:
        """C, the scores that a row gets: one for two classes, one per class for more."""
        return 1 if len(self.classes) == 2 else len(self.classes)


def prepare(
    frame: pd.DataFrame,
    spec: TaskSpec,
    external: pd.DataFrame | None = None,
    *,
    images: Images = NO_IMAGES,
    features: Features = NO_FEATURES,
) -> PreparedData:
    """Check a task against its table, split the rows and encode every modality.

    The rows of a second dataset, where the task names one, come after its own and are the test rows.
    ``images`` are the table's, by the column that names them; they stay on disk. ``features`` are what
    pretrained models give for all these rows, by the name of the modality.

    Raises:
        TaskError: the task cannot be trained on this table.
        DataError: an input column holds an infinite number, a row has no modality at all, or images cannot
            be read.
    """
    check_task(spec, frame, external, images=images)
    table = task_table(frame, spec, external)
    frame = table.frame
    labels = outcome_labels(frame, spec.outcome, spec.positive)
    groupings = attributes(frame, spec)
    patients = patients_of(frame, spec)
    split = _split(table, labels, groupings, patients, spec)
    available = available_modalities(frame, spec.modalities)
    encoded = [
        _encoded(modality, frame, split.train)
        if modality.pretrained is None
        else _scaled_features(modality.pretrained, features[modality.name], split.train, own)
        for modality, own in zip(spec.modalities, available.T, strict=True)
    ]
    encoders = tuple(encoder for encoder, _ in encoded)
    _require_features(spec, encoders, available[split.train])
    return PreparedData(
        task=spec,
        inputs=tuple(inputs for _, inputs in encoded),
        available=available,
        labels=labels,
        classes=outcome_classes(frame, spec.outcome, spec.positive),
        attributes=groupings,
        split=split,
        encoders=encoders,
        patients=patients,
        images=_scaled(spec, images, available, split.train),
    )


def _split(
    table: TaskTable,
    labels: NDArray[np.int64],
    groupings: tuple[Attribute, ...],
    patients: NDArray[np.int64] | None,
    spec: TaskSpec,
) -> Split:
    """Split a task's own rows; those of a second dataset are the test rows in place of the own ones."""
    own = slice(table.own)
    if spec.split.column is not None:
        split = split_as_given(labels[own], given_parts(table.frame[spec.split.column][own]), spec.split)
    else:
        split = split_rows(
            labels[own],
            [replace(grouping, codes=grouping.codes[own]) for grouping in groupings],
            spec.split,
            None if patients is None else patients[own],
        )
    return replace(split, test=np.arange(table.own, len(labels))) if table.external else split


def _encoded(
    modality: ModalitySpec, frame: pd.DataFrame, training: NDArray[np.int64]
) -> tuple[Encoder, NDArray[np.float32]]:
    """The encoder of a modality, fitted on training rows, and its inputs; without columns for images."""
    own = frame.iloc[training]
    encoder = (
        TextEncoder.fit(own, modality.columns)
        if modality.kind == "text"
        else TableEncoder.fit(own, () if modality.kind == "image" else modality.columns)
    )
    return encoder, encoder.transform(frame)


def _scaled_features(
    name: str, features: NDArray[np.float32], training: NDArray[np.int64], available: NDArray[np.bool_]
) -> tuple[Encoder, NDArray[np.float32]]:
    """What a pretrained model gives, on the scale of the training rows that have the modality."""
    scale = FeatureScale.fit(name, features[training[available[training]]])
    return scale, scale.transform(features, available)


def _scaled(
    spec: TaskSpec, images: Images, available: NDArray[np.bool_], training: NDArray[np.int64]
) -> dict[int, ScaledImages]:
    """The stacks of image modalities by their place, with the mean and deviation of training rows."""
    return {
        place: ScaledImages.fit(modality, images[modality.columns[0]], training[available[training, place]])
        for place, modality in enumerate(spec.modalities)
        if modality.has_pixels
    }


def _require_features(spec: TaskSpec, encoders: tuple[Encoder, ...], available: NDArray[np.bool_]) -> None:
    """Every modality tells some of the training rows apart; ``available`` is of these rows, [rows, M]."""
    for modality, encoder, has_it in zip(spec.modalities, encoders, available.T, strict=True):
        if (not modality.has_pixels and not encoder.feature_names) or not has_it.any():
            raise TaskError(
                f'modality "{modality.name}"',
                expected="a column that tells training rows apart",
                found="columns that are the same, or missing, in every training row",
                remedy="Add a column to the modality, or leave the modality out.",
            )
