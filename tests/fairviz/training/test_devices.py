"""Where training happens."""

from __future__ import annotations

import platform
import resource

import pytest
import torch

from fairviz.errors import SettingError
from fairviz.training.devices import choose_device, describe_device, set_precision, warm_up


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


def test_mixed_precision_can_be_taken_back() -> None:
    products = (torch.backends.cuda.matmul, torch.backends.cudnn.conv)  # type: ignore[attr-defined]
    set_precision("mixed")
    mixed = [own.fp32_precision for own in products]
    set_precision("single")
    assert (mixed, [own.fp32_precision for own in products]) == (["tf32"] * 2, ["ieee"] * 2)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives freed memory back at once")
def test_freed_memory_serves_the_next_step() -> None:
    warm_up()

    def pages_of_a_step() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        torch.ones(2_000_000).mul(2.0).sum()
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    pages_of_a_step()
    # 16 MB are 4,000 pages that would otherwise be asked for again.
    assert min(pages_of_a_step() for _ in range(5)) < 400
