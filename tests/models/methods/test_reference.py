"""Every method and switch against its definition on plain modules, over several batches."""

from __future__ import annotations

import pytest

from tests.models.problem import (
    COLUMNS,
    LAYOUT,
    assert_same_gradients,
    gradient_after_step,
    make_batch,
    make_method,
)
from tests.models.reference import reference_of
from tests.models.variants import SEEDS, VARIANTS


@pytest.mark.parametrize(("classes", "absent"), [(2, False), (2, True), (3, True)])
@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_are_those_of_the_definition(variant: str, classes: int, absent: bool) -> None:
    method = make_method(VARIANTS[variant], SEEDS, columns=COLUMNS[classes])
    reference = reference_of(VARIANTS[variant], SEEDS, method.network, LAYOUT)
    for step in range(3):
        batch = make_batch(3, seed=step, classes=classes, missing=step == 1, absent=absent)
        computed, expected = gradient_after_step(method, batch), reference.step(batch)
        assert_same_gradients(computed, expected.weights)
        watching = method.network.auxiliary_weights.grad
        assert (watching is None) == (expected.auxiliary is None)
        if watching is not None and expected.auxiliary is not None:
            assert_same_gradients(watching, expected.auxiliary)
