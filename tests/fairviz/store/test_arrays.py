"""Arrays as blobs, and what must never be read back."""

from __future__ import annotations

import io

import numpy as np
import pytest

from fairviz.store.arrays import pack_arrays, unpack_arrays


def test_named_arrays_survive() -> None:
    arrays = {"gate": np.array([[0.0, 1.0]], dtype=np.float32), "loss": np.array([], dtype=np.float32)}
    unpacked = unpack_arrays(pack_arrays(arrays))
    assert unpacked.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(unpacked[name], array)
        assert unpacked[name].dtype == array.dtype


def test_objects_are_refused_on_the_way_in_and_out() -> None:
    evil = np.array([{"a": 1}], dtype=object)
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        pack_arrays({"evil": evil})
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, evil=evil)
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        unpack_arrays(buffer.getvalue())
