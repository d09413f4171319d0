from __future__ import annotations

from fairviz.data.specs import ModalitySpec
from fairviz.ui.leftout import lines, only_compared
from tests.fairviz.small import small_spec
from tests.pages.conftest import unescaped


def test_columns_of_one_reason_share_a_line_and_leaks_come_first() -> None:
    reasons = {
        "mrn": "identifies a row or a place",
        "fate": "gives the outcome away: alone it reaches an AUC of 1.00",
        "bed": "identifies a row or a place",
    }
    assert [unescaped(line) for line in lines(reasons)] == [
        "fate: gives the outcome away: alone it reaches an AUC of 1.00.",
        "mrn, bed: identifies a row or a place.",
    ]


def test_many_columns_are_counted_and_names_are_escaped() -> None:
    (line,) = lines({f"c{i}": "empty" for i in range(9)})
    assert line.endswith("c7 and 1 more: empty.")
    (line,) = lines({"![x](http://x.invalid)": "empty"})
    assert "![" not in line


def test_a_compared_column_is_named_unless_a_modality_reads_it_too() -> None:
    spec = small_spec()
    assert only_compared(spec) == ["race", "sex"]
    both = (*spec.modalities, ModalitySpec(name="people", columns=("sex",)))
    assert only_compared(spec.model_copy(update={"modalities": both})) == ["race"]
