"""Where to train, and how to use it without slowing the dashboard down."""

from __future__ import annotations

import os

# Idle OpenMP threads that spin instead of sleeping slow a busy machine down a hundredfold; read by torch when
# it is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

from fairviz.errors import SettingError

Device = torch.device
CHOICES = ("auto", "cpu", "cuda")


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


def warm_up() -> None:
    """Prepare this process for training, so that the first comparison does not wait for it.

    One thread: small layers gain nothing from several and lose much on a machine that is busy. The first
    optimiser of a process imports a second's worth of modules.
    """
    torch.set_num_threads(1)
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])
