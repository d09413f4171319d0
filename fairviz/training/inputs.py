"""Inputs of all rows on a device: dense where they are small, else coded and made dense for a batch.

Axis letters: N rows, M modalities, W inputs of the widest modality, K ones and Q numbers of all modalities.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fairviz.data.coded import CodedRows, Rows
from models.encoders import pad_inputs


class CodedInputs:
    """Coded rows of all modalities, of which a batch is asked for as of a tensor [N, M, W].

    Features stand side by side, W + 1 per modality: the last one takes the ones of what has none.
    """

    def __init__(self, modalities: Sequence[CodedRows], device: torch.device) -> None:
        """Put the rows of all modalities beside each other."""
        self._count = len(modalities)
        self._block = max(own.width for own in modalities) + 1
        kind = torch.uint8 if self._block - 1 < 2**8 else torch.int32
        ones, starts, places = [], [], []
        for number, own in enumerate(modalities):
            start = number * self._block
            none_yet = torch.from_numpy(own.ones.astype(np.int32) if kind is torch.int32 else own.ones)
            ones.append(none_yet.where(none_yet != own.width, self._block - 1).to(kind))
            starts += [start] * own.ones.shape[1]
            places += [start + place for place in own.places]
        self._ones = torch.cat(ones, dim=1).to(device)
        self._starts = torch.tensor(starts, dtype=torch.long, device=device)
        self._numbers = torch.cat([torch.from_numpy(own.numbers) for own in modalities], dim=1).to(device)
        self._places = torch.tensor(places, dtype=torch.long, device=device)

    @property
    def device(self) -> torch.device:
        """Where the rows are."""
        return self._ones.device

    def __getitem__(self, rows: Tensor) -> Tensor:
        """Dense inputs [..., M, W] of some rows [...]."""
        ones = self._ones[rows].long() + self._starts
        dense = torch.zeros(*rows.shape, self._count * self._block, device=self.device)
        dense.scatter_(-1, ones, 1.0)
        dense[..., self._places] = self._numbers[rows]
        by_modality: Tensor = dense.view(*rows.shape, self._count, self._block)
        return by_modality[..., :-1]


def stacked_inputs(modalities: Sequence[Rows], device: torch.device) -> Tensor | CodedInputs:
    """Inputs of all rows [N, M, W], padded to the widest modality; coded where every modality is."""
    coded = [own for own in modalities if isinstance(own, CodedRows)]
    if len(coded) == len(modalities):
        return CodedInputs(coded, device)
    return pad_inputs([torch.from_numpy(np.asarray(own)) for own in modalities]).to(device)
