from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from fairviz.reports.evidence import Evidence
from fairviz.ui import tradeoffs
from fairviz.ui.bench import workbench
from fairviz.ui.series import short
from tests.pages.conftest import SCRIPT, OpenPage, address, table_with, unescaped, words_of


def charts(page: AppTest) -> int:
    assert not page.error
    return len(page.get("bidi_component"))


def test_nothing_yet_offers_the_next_step(open_page: OpenPage) -> None:
    page = open_page("trade_offs")
    page.button("next").click().run()
    assert page.title[0].value.startswith("What does fairness cost in")


def test_an_untrained_task_leads_to_its_training(open_page: OpenPage, task: str) -> None:
    page = open_page("trade_offs", task=task)
    assert "Nothing is trained yet." in words_of(page)
    page.button("next").click().run()
    assert address(page, "task") == task


def test_a_finished_comparison_is_shown_on_test_data(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("trade_offs", **trained)
    assert charts(page) == 1
    table = table_with(page, "floor")
    runs = [run for run in workbench().runs(trained["comparison"]) if run.label == "Baseline"]
    expected = sum(run.test.auc for run in runs if run.test) / len(runs)
    assert table["auc"][0] == pytest.approx(expected)
    assert table["auc_low"][0] < expected < table["auc_high"][0]


def test_words_never_call_a_model_fair(open_page: OpenPage, trained: dict[str, str]) -> None:
    text = words_of(open_page("trade_offs", **trained)).lower()
    assert "chance" in text
    assert "is fair" not in text
    assert "bias-free" not in text


@pytest.mark.parametrize("split", ["test", "validation"])
@pytest.mark.parametrize("gap", ["auc_gap", "es_auc", "soft_equalized_odds_gap"])
def test_any_metric_against_any_gap(
    open_page: OpenPage, trained: dict[str, str], split: str, gap: str
) -> None:
    chosen = {
        "split": split.capitalize(),
        "gap": short(gap),
        "performance": short("brier"),
        "attribute": "sex",
    }
    page = open_page("trade_offs", **trained, **chosen)
    assert page.selectbox("gap").value == gap
    assert page.selectbox("performance").value == "brier"
    assert charts(page) == 1


def test_seeds_can_be_seen_one_by_one(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("trade_offs", **trained)
    page.toggle("joined").set_value(False).run()
    assert charts(page) == 1


def test_group_by_group_has_intervals_and_hostile_names_stay_text(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("trade_offs", **trained)
    assert page.selectbox("attribute").value == SCRIPT
    table = table_with(page, "patients")
    assert " to " in table["Baseline"][0]
    assert f"Group by group: {SCRIPT}" in unescaped(page.header[1].value)


def test_both_downloads_are_offered(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("trade_offs", **trained)
    assert [button.label for button in page.download_button] == ["Table as CSV", "Everything as JSON"]


def test_changes_are_told_with_what_they_prove(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("trade_offs", **trained)
    text = unescaped(words_of(page))
    assert "against the baseline (" in text
    assert "ranked worse" in text
    row = table_with(page, "floor").set_index("method").loc["FairGrad"]
    assert row["auc_change_low"] <= row["auc_change"] <= row["auc_change_high"]
    assert 0 <= row["on_front"] <= 1
    evidence = workbench().evidence(trained["comparison"])["FairGrad"]
    assert isinstance(evidence, Evidence)
    assert row["auc_change"] == pytest.approx(evidence.auc.difference)


def test_on_validation_data_nothing_is_proven(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("trade_offs", **trained, split="Validation")
    assert "auc_change_p_holm" not in table_with(page, "auc_change")
    assert "ranked worse" not in words_of(page)


@pytest.mark.parametrize(("written", "found"), [("risk that finds 90 %", 0.9), ("0.02", 0.99)])
def test_another_threshold_flags_other_patients(
    open_page: OpenPage, trained: dict[str, str], written: str, found: float
) -> None:
    page = open_page("trade_offs", **trained, performance=short("sensitivity"), split="Validation")
    before = table_with(page, "sensitivity").set_index("method")["sensitivity"]["Baseline"]
    page = open_page(
        "trade_offs", **trained, performance=short("sensitivity"), split="Validation", threshold=written
    )
    after = table_with(page, "sensitivity").set_index("method")["sensitivity"]["Baseline"]
    assert after >= found - 1e-9 > before


def test_no_rule_for_a_threshold_is_said_and_the_usual_one_taken(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("trade_offs", **trained, threshold="median")
    assert "sensitivity=0.9" in unescaped(page.error[0].value)
    assert not table_with(page, "floor").empty


def test_groups_of_two_attributes_can_be_compared(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("trade_offs", **trained)
    crossed = [name for name in page.selectbox("attribute").options if " & " in name]
    assert len(crossed) == 1
    page.selectbox("attribute").set_value(crossed[0]).run()
    groups = table_with(page, "patients")["group"]
    assert all(" & " in name for name in groups)


def test_what_each_modality_tells_by_itself_is_listed(open_page: OpenPage, trained: dict[str, str]) -> None:
    table = table_with(open_page("trade_offs", **trained), "modality")
    spec = workbench().task_spec(trained["task"])
    assert table["modality"].tolist() == [modality.name for modality in spec.modalities]


def test_who_is_harmed_in_any_attribute_is_said_first_and_leads_to_the_groups(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    told = [text.value for text in open_page("groups", **trained).main.markdown]
    answer = next(text for text in told if "ranked worse" in text.lower())
    page = open_page("trade_offs", **trained, attribute="sex")
    said = [text.value for text in page.main.markdown]
    assert said.index(answer) < next(place for place, text in enumerate(said) if "**Baseline**" in text)
    (link,) = (link.proto for link in page.get("page_link") if link.proto.label == "Group by group")
    assert trained["comparison"] in link.query_string


def test_no_number_of_the_table_is_shown_as_less_than_nothing(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    shown = table_with(open_page("trade_offs", **trained), "floor").select_dtypes("float")
    assert not shown.map(lambda value: f"{value:.3f}" == "-0.000").any(axis=None)
    table = pd.DataFrame({"auc_change": [-0.0004, -0.0006, None], "method": ["a", "b", "c"]})
    assert tradeoffs.as_shown(table)["auc_change"].tolist()[:2] == [0.0, -0.0006]
