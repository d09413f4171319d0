"""What pretrained models make of the modalities of tasks: made once, and kept beside the dataset."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.config import Settings
from fairviz.data.availability import available_modalities
from fairviz.data.images import Images
from fairviz.data.pretrained import PretrainedModel, find_model, require_transformers
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.data.text import joined_texts
from fairviz.store.feature_files import FeatureFiles

OnProgress = Callable[[int, int], object]

_RECIPE: Final = 1
"""How features are made; changed with it, so that those made otherwise are not used."""


class PretrainedFeatures:
    """Features of one installation's datasets."""

    def __init__(self, settings: Settings) -> None:
        """Models are looked up in the folder of the settings, features kept in its home."""
        self._settings = settings
        self._files = FeatureFiles(settings.home / "datasets")
        self._reading = threading.Lock()

    def check(self, spec: TaskSpec) -> None:
        """Say before anything is read that a model of a task cannot be used.

        Raises:
            SettingError: if `transformers` is not installed.
            TaskError: if a model is missing or may not be used.
        """
        for modality in spec.modalities:
            if modality.pretrained is not None:
                self._model(modality, modality.pretrained)

    def of(
        self,
        dataset_id: str,
        modality: ModalitySpec,
        frame: pd.DataFrame,
        images: Images,
        on_progress: OnProgress | None = None,
    ) -> NDArray[np.float32]:
        """What a modality's pretrained model gives [N, F] for a dataset's rows, zeros where one lacks it.

        Args:
            dataset_id: of the dataset.
            modality: of text or images, with a model.
            frame: the dataset's table.
            images: the dataset's.
            on_progress: told how many of how many rows are read; what it raises ends the reading.

        Raises:
            SettingError: if `transformers` is not installed.
            TaskError: if the model is missing, or cannot be used.
        """
        assert modality.pretrained is not None
        model = self._model(modality, modality.pretrained)
        told = json.dumps([_RECIPE, modality.kind, modality.columns, model.digest()])
        key = hashlib.sha256(told.encode()).hexdigest()[:32]
        # Who comes second finds what the first has made.
        with self._reading:
            features = self._files.read(dataset_id, key)
            if features is None:
                features = self._made(model, modality, frame, images, on_progress)
                self._files.keep(dataset_id, key, features)
        return features

    def delete(self, dataset_id: str) -> None:
        """Remove everything that was made of a dataset."""
        self._files.delete(dataset_id)

    def _model(self, modality: ModalitySpec, name: str) -> PretrainedModel:
        require_transformers()
        return find_model(self._settings.models_path, name, modality.kind)

    def _made(
        self,
        model: PretrainedModel,
        modality: ModalitySpec,
        frame: pd.DataFrame,
        images: Images,
        on_progress: OnProgress | None,
    ) -> NDArray[np.float32]:
        """Let the model read. torch is imported here, so that no page waits for it."""
        from fairviz.training.devices import choose_device, more_threads  # noqa: PLC0415
        from fairviz.training.pretrained import read_images, read_texts  # noqa: PLC0415

        device = choose_device(self._settings.device)
        with more_threads(self._settings.workers):
            if modality.kind == "text":
                return read_texts(model, joined_texts(frame, modality.columns), device, on_progress)
            has_it = np.flatnonzero(available_modalities(frame, [modality])[:, 0])
            return read_images(model, images[modality.columns[0]], has_it, device, on_progress)
