"""Where to train, and how to use it without slowing the dashboard down."""

from __future__ import annotations

import ctypes
import logging
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

# Idle OpenMP threads that spin instead of sleeping slow a busy machine down a hundredfold; read by torch when
# it is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

from fairviz.errors import SettingError

_log = logging.getLogger(__name__)

Device = torch.device
OutOfMemory = torch.OutOfMemoryError
CHOICES = ("auto", "cpu", "cuda")
Precision = Literal["single", "mixed"]

# From malloc.h: M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD, and M_ARENA_MAX, since the heaps of further
# arenas are too small for a pack's tensors.
_MALLOC_OPTIONS = {-3: 2**30, -1: 2**31 - 1, -2: 2**26, -8: 1}


def choose_device(name: str) -> torch.device:
    """The device called ``name``; "auto" takes a GPU when there is one.

    Raises:
        SettingError: for an unknown name, or a GPU that is not there.
    """
    if name not in CHOICES:
        raise SettingError(
            "device", expected="auto, cpu or cuda", found=repr(name), remedy="Choose one of these."
        )
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise SettingError(
            "device",
            expected="a GPU that this torch can use",
            found="none",
            remedy="Choose auto or cpu, or install the CUDA build of torch.",
        )
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def describe_device(device: torch.device) -> str:
    """The device in words."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


def set_precision(name: Precision) -> None:
    """Let a GPU multiply and convolve with 10 bits of precision instead of 23, or not; a CPU is left alone.

    Args:
        name: "single", or "mixed" for the shorter, faster products; sums stay in single precision.
    """
    for products in (torch.backends.cuda.matmul, torch.backends.cudnn.conv):  # type: ignore[attr-defined]
        products.fp32_precision = "tf32" if name == "mixed" else "ieee"


def warm_up() -> None:
    """Prepare this process for training, so that the first comparison does not wait for it.

    One thread per pack: layers this small lose more in waiting for a second thread than it brings, above all
    on a machine that is busy. The first optimiser of a process imports a second's worth of modules.
    """
    torch.set_num_threads(1)
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])
    _keep_freed_memory()


@contextmanager
def more_threads(count: int) -> Iterator[None]:
    """Let what follows in this thread calculate with ``count`` threads: large layers gain by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def give_back_memory() -> None:
    """Hand back to the system what training has freed and kept; between comparisons nobody needs it."""
    if _has_mallopt():
        ctypes.CDLL(None).malloc_trim(0)


def _has_mallopt() -> bool:
    return platform.libc_ver()[0] == "glibc"


def _keep_freed_memory() -> None:
    """Let memory that a step frees serve the next one, instead of going back to the system in between.

    By default glibc returns every large block and asks for it again a moment later; filling in the fresh
    pages costs as much as the arithmetic of a pack, and more in several threads. Other C libraries do
    without.
    """
    if not _has_mallopt():
        return
    libc = ctypes.CDLL(None)
    for option, value in _MALLOC_OPTIONS.items():
        if not libc.mallopt(option, value):
            _log.warning("glibc refuses to keep freed memory (option %d): training is slower", option)
