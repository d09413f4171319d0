"""What specifications refuse, and in which words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from models.specs import FairGradSpec, MultiFairSpec, NetworkSpec, TrainingSpec


def test_a_controller_of_delta_needs_factors_by_row() -> None:
    with pytest.raises(ValidationError, match=r"delta_rule 'adaptive' with granularity 'sample'.*worse"):
        MultiFairSpec(delta_rule="adaptive")
    assert MultiFairSpec(delta_rule="adaptive", granularity="sample").delta_rule == "adaptive"


@pytest.mark.parametrize("patience", [0, -1, 1001])
def test_patience_has_bounds(patience: int) -> None:
    with pytest.raises(ValidationError, match="patience"):
        TrainingSpec(patience=patience)


def test_unknown_choices_and_names_are_refused() -> None:
    with pytest.raises(ValidationError, match="'projection', 'upgrad', 'mgda' or 'cagrad'"):
        FairGradSpec.model_validate({"reconciliation": "nash"})
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        FairGradSpec.model_validate({"taau": 1})


def test_a_network_needs_a_modality_and_a_column() -> None:
    with pytest.raises(ValidationError, match="input_widths"):
        NetworkSpec(input_widths=())
    with pytest.raises(ValidationError, match="score_columns"):
        NetworkSpec(input_widths=(1,), score_columns=0)


def test_what_members_may_differ_in_are_settings() -> None:
    assert TrainingSpec.PER_MEMBER.issubset(TrainingSpec.model_fields)
