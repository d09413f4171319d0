"""From a table and a task to the arrays a network is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.availability import available_modalities
from fairviz.data.coded import Rows, encoded
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
            model reads them; of large tables coded rows, which are dense where some of them are asked for.
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
    inputs: tuple[Rows, ...]
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
    fitted = [_fitted(modality, frame, split.train) for modality in spec.modalities]
    scales = _scales(spec, features, available, split.train)
    encoders = tuple(scales.get(place, own) for place, own in enumerate(fitted))
    _require_features(spec, encoders, available[split.train])
    return PreparedData(
        task=spec,
        inputs=tuple(
            scales[place].transform(features[modality.name], available[:, place]) if place in scales else own
            for place, (modality, own) in enumerate(zip(spec.modalities, encoded(frame, fitted), strict=True))
        ),
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


def _fitted(
    modality: ModalitySpec, frame: pd.DataFrame, training: NDArray[np.int64]
) -> TableEncoder | TextEncoder:
    """The encoder of a modality, fitted on training rows; without columns for images and features."""
    if modality.pretrained is not None:
        return TableEncoder.fit(frame, (), training)
    if modality.kind == "text":
        return TextEncoder.fit(frame[list(modality.columns)].iloc[training], modality.columns)
    return TableEncoder.fit(frame, () if modality.kind == "image" else modality.columns, training)


def _scales(
    spec: TaskSpec, features: Features, available: NDArray[np.bool_], training: NDArray[np.int64]
) -> dict[int, FeatureScale]:
    """Of pretrained models, by place: the scale of what they give, over training rows with the modality."""
    return {
        place: FeatureScale.fit(
            modality.pretrained, features[modality.name][training[available[training, place]]]
        )
        for place, modality in enumerate(spec.modalities)
        if modality.pretrained is not None
    }


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
