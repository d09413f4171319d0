from __future__ import annotations

from pathlib import Path

import pytest

from fairviz.data.samples import sample, samples
from fairviz.errors import NotFoundError


def test_a_folder_without_a_list_has_no_samples(tmp_path: Path) -> None:
    assert samples(tmp_path) == ()
    with pytest.raises(NotFoundError, match="the folder sample_data is absent, found no such sample"):
        sample("sud", tmp_path)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match='sample "mimic": expected one of support2, nhefs, sud, glaucoma'):
        sample("mimic")


def test_a_sample_points_at_its_files() -> None:
    found = sample("support2")
    assert found.real
    assert not found.gap_known
    assert found.table_path.is_file()
    assert found.task().outcome == "hospdead"
