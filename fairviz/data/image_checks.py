"""Whether the images that a task reads are there: one check per question, each with its own remedy."""

from __future__ import annotations

import pandas as pd

from fairviz.data.external import TaskTable
from fairviz.data.images import Images
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.data.values import missing_cells
from fairviz.errors import TaskError


def check_images(spec: TaskSpec, table: TaskTable, images: Images) -> None:
    """Every image modality has one column, some image, and a stack that can be read, a row per row.

    Raises:
        TaskError: for a modality that is not so.
        DataError: if the file of a stack cannot be read.
    """
    for modality in spec.modalities:
        if modality.kind == "image":
            _check_columns(modality)
            _check_any(modality, table.frame)
            _check_stack(modality, table.own, images)


def refuse_images(spec: TaskSpec) -> None:
    """A task that is tested on a second dataset reads no images.

    Raises:
        TaskError: if it does.
    """
    images = [f'"{modality.name}"' for modality in spec.modalities if modality.kind == "image"]
    if images:
        raise TaskError(
            "second dataset",
            expected="none beside images: those of a second dataset are not read",
            found=f"one to test on, and images in {', '.join(images)}",
            remedy="Test on the first dataset's own rows, or leave out every modality of images.",
        )


def _check_columns(modality: ModalitySpec) -> None:
    if len(modality.columns) != 1:
        raise TaskError(
            f'image modality "{modality.name}"',
            expected="one column, which names the image of each row",
            found=f"{len(modality.columns)} columns",
            remedy="Give every kind of image a modality of its own, and other columns to another.",
        )


def _check_any(modality: ModalitySpec, frame: pd.DataFrame) -> None:
    if missing_cells(frame[modality.columns[0]]).all():
        raise TaskError(
            f'image modality "{modality.name}"',
            expected="an image in at least one row",
            found="none in any row",
            remedy="Load the dataset with its images, or remove the modality.",
        )


def _check_stack(modality: ModalitySpec, rows: int, images: Images) -> None:
    (column,) = modality.columns
    if column not in images:
        raise TaskError(
            f'image modality "{modality.name}"',
            expected=f'images for column "{column}"',
            found="none beside the table",
            remedy="Load the folder that holds the images, or remove the modality.",
        )
    images[column].open()
    if images[column].shape[0] != rows:
        raise TaskError(
            f'image modality "{modality.name}"',
            expected=f"images for the table's {rows:,} rows",
            found=f"images for {images[column].shape[0]:,}",
            remedy="Load the table and its images together.",
        )
