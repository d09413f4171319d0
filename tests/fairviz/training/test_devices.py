"""Where training happens."""

from __future__ import annotations

import pytest
import torch

from fairviz.errors import SettingError
from fairviz.training.devices import choose_device, describe_device


def test_auto_takes_what_is_there() -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert choose_device("auto").type == expected
    assert choose_device("cpu").type == "cpu"
    assert describe_device(choose_device("cpu")) == "CPU"


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(SettingError, match="device: expected auto, cpu or cuda, found 'tpu'"):
        choose_device("tpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_an_absent_gpu_is_named() -> None:
    with pytest.raises(SettingError, match=r"device: expected a GPU .* found none\. Choose auto or cpu"):
        choose_device("cuda")
