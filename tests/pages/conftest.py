"""Pages on a fresh server: an own home, an own workbench, and nothing cached from another test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.ui.bench import workbench
from fairviz.workbench import Workbench
from models.specs import TrainingSpec

APP = Path(__file__).resolve().parents[2] / "app.py"
METHODS = ("baseline", "fairgrad", "multifair")

# Names that would show, load or run something if a page did not escape them.
SCRIPT = "<img src=x onerror=alert(1)>"
BEACON = "![x](http://x.invalid/p.png)"

OpenPage = Callable[..., AppTest]


def hostile_table(rows: int = 400) -> pd.DataFrame:
    """Two groups by each attribute, large enough for every gap; names as bad as names get."""
    rng = np.random.default_rng(0)
    severity = rng.normal(size=rows)
    return pd.DataFrame(
        {
            SCRIPT: np.where(np.arange(rows) % 2 == 0, BEACON, "[b](http://x.invalid)"),
            "sex": rng.choice(["female", "male"], rows),
            BEACON: severity + rng.normal(size=rows),
            "lactate": severity + rng.normal(size=rows),
            "ward": rng.choice(["A", "B"], rows),
            "died": (severity + 0.5 * rng.normal(size=rows) > 0).astype(int),
        }
    )


def hostile_spec(dataset: str) -> TaskSpec:
    return TaskSpec(
        name=f"Task {BEACON}",
        dataset=dataset,
        outcome="died",
        positive="1",
        sensitive=(SCRIPT, "sex"),
        modalities=(
            ModalitySpec(name=SCRIPT, columns=(BEACON,)),
            ModalitySpec(name="other", columns=("lactate", "ward")),
        ),
        public=True,
    )


def add_task(bench: Workbench, folder: Path) -> str:
    """Keep the hostile table and its task."""
    path = folder / "table.parquet"
    hostile_table().to_parquet(path)
    dataset = bench.add_dataset(path, name=f"Data {BEACON}")
    return bench.create_task(hostile_spec(dataset.id)).id


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one finished comparison of three methods and two seeds."""
    home = tmp_path_factory.mktemp("trained")
    with Workbench(home) as bench:
        task = add_task(bench, tmp_path_factory.mktemp("table"))
        bench.wait(bench.train(task, METHODS, seeds=2, training=TrainingSpec(epochs=2)), every=0.05)
    return home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home that the pages' workbench uses."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("FAIRVIZ_HOME", str(folder))
    # What a page asks for itself again and again, a test would have to ask for.
    monkeypatch.setattr("fairviz.ui.upload._AT_ONCE_SECONDS", 60.0)
    yield folder
    st.cache_data.clear()
    st.cache_resource.clear()  # closes the workbench and its workers


@pytest.fixture
def trained(home: Path, trained_home: Path) -> dict[str, str]:
    """Address of the finished comparison, in a home of its own."""
    shutil.copytree(trained_home, home, dirs_exist_ok=True)
    comparison = workbench().store.comparisons()[0]
    return {"task": comparison.task_id, "comparison": comparison.id}


@pytest.fixture
def task(home: Path, tmp_path: Path) -> str:  # noqa: ARG001  (opens the workbench there)
    """A task on which nothing is trained."""
    return add_task(workbench(), tmp_path)


@pytest.fixture
def open_page(home: Path) -> OpenPage:  # noqa: ARG001  (opens the workbench there)
    """Open a page by its address: ``open_page("train", task="...")``."""

    def opened(name: str = "", **address: str) -> AppTest:
        page = AppTest.from_file(APP, default_timeout=60)
        page.query_params.update(address)
        if name:
            page.switch_page(f"pages/{name}.py")
        return page.run()

    return opened


def address(page: AppTest, name: str) -> str:
    """A query parameter; the test harness gives it alone or in a list, as it was set."""
    value = page.query_params[name]
    return value if isinstance(value, str) else value[0]


def table_with(page: AppTest, column: str) -> pd.DataFrame:
    """The one table that has this column."""
    (table,) = (frame.value for frame in page.dataframe if column in frame.value)
    return table


def words_of(page: AppTest) -> str:
    """Everything that a page reads as markdown."""
    return "\n".join(element.value for kind in (page.title, page.markdown, page.caption) for element in kind)


def unescaped(text: str) -> str:
    """Markdown of our own making without its escapes: what a person sees."""
    return text.replace("\\", "").replace("\u2060", "")


@pytest.fixture
def running(task: str) -> Iterator[str]:
    """A comparison that trains for longer than a test looks at it."""
    bench = workbench()
    comparison = bench.train(task, METHODS, seeds=1, training=TrainingSpec(epochs=1000))
    yield comparison
    bench.cancel(comparison)
