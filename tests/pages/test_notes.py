"""Real notes of an intensive care unit, from the columns on the Data page to what they tell alone."""

from __future__ import annotations

import json
from pathlib import Path

from fairviz.store.records import State
from fairviz.ui.bench import workbench
from tests.pages.conftest import OpenPage, address

NOTES = ("text_diagnosis", "text_pasthistory", "text_physicalexam", "text_note")
ORDERS = ("text_treatment", "text_medication")


def test_columns_of_free_text_are_put_into_modalities_and_trained(
    open_page: OpenPage, home: Path, real_data_dir: Path
) -> None:
    assert home.is_dir()
    dataset = workbench().add_dataset(real_data_dir / "eicu_demo.parquet").id
    uses = dict.fromkeys(NOTES, "notes") | dict.fromkeys(ORDERS, "orders")
    page = open_page("data", dataset=dataset, columns=json.dumps(uses))
    assert not page.exception
    assert not page.error
    page.button("use").click().run()
    spec = workbench().task_spec(address(page, "task"))
    texts = {own.name: own.columns for own in spec.modalities if own.kind == "text"}
    assert texts == {"notes": NOTES, "orders": ORDERS}
    assert {"labs", "vitals"} <= {own.name for own in spec.modalities if own.kind == "table"}

    page = open_page("train", task=address(page, "task"), seeds="1", epochs="2")
    page.button("start").click().run()
    assert not page.error
    comparison = address(page, "comparison")
    assert workbench().wait(comparison, every=0.05).state is State.FINISHED
    for run in workbench().runs(comparison):
        assert run.test is not None
        assert set(run.test.modalities) == {own.name for own in spec.modalities}
        assert all(0.5 < run.test.modalities[name].auc < 1 for name in texts)
