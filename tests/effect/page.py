"""The page of evidence: Markdown and charts from stored results, the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.effect import sections
from tests.effect.charts import overview_chart, variants_chart
from tests.effect.experiments import STUDIES
from tests.effect.results import StudyResult
from tests.effect.verdicts import (
    Results,
    all_verdicts,
    fairgrad_on_sepsis,
    fairgrad_on_support2,
    plus_dial,
    plus_on_null,
    plus_on_planted,
    variants_inside,
)
from tests.effect.words import listed

FOLDER: Final = Path(__file__).resolve().parent
PAGE: Final = "README.md"
CHARTS: Final = "charts"
_VARIANTS_CHART: Final = f"{CHARTS}/fairgrad-variants.svg"

_INTRODUCTION: Final = """\
# What the methods do

Every number, table, chart and verdict on this page comes from the runs in `results/`.

```
python -m tests.effect run     # trains everything and stores the results
python -m tests.effect page    # makes this page of them
```

`run --only NAME` repeats one study, `run --resume` goes on where a run was interrupted. SUPPORT2, NHEFS
and the synthetic sets come with FairViz; the files `sepsis_survival_primary.parquet` and
`eicu_demo.parquet` do not, and are looked for in the folder given with `--data`. Inputs follow each
dataset's card: where its demographics name a sensitive attribute, the model sees it, and the section says
so. Free text of eICU is left out."""

_HOW_TO_READ: Final = """\
## How to read

- All networks of one seed share split, starting weights, batches and evaluation: a change is the method's
  alone. MultiFair's guidance loss slows training: it gets twice the epochs, and so does the baseline it is
  compared with.
- A cell holds the mean over seeds; below it the change against the baseline with its limits, **bold** where
  0 lies outside.
- *AUC*, of all rows and of each group: 95 % intervals from paired placements and seeds together. *Other
  metrics* on one test set: percentile limits over rows drawn again within group and class, and over seeds.
  They say whether a change is clear of chance, no more: they are not 95 % intervals. Where every seed has
  test rows of its own: 95 % t intervals over seeds, wider where all are splits of one table (Nadeau and
  Bengio). Nothing is corrected for the number of comparisons on this page.
- *Noise floor*: groups this small would show a gap up to this size in 95 of 100 test sets even if they were
  equal. A smaller gap is not clear of chance, which is not the same as fair.
- *Soft gap*: difference in mean predicted risk between groups among patients with the same outcome. It
  needs no threshold, and shows changes that a thresholded gap on small groups cannot.
- Exponentiated gradient and threshold optimizer draw lots for decisions: their scores are chances of a
  decision, take few values and rank worse by nature, and their soft gap is one of decisions, not of risks.
  Limits of their equalized odds are those of the expected decision.
- In the charts right is better and up is a smaller gap; bars are the limits of the change against the
  baseline, grey lines the path of plain regularisation at growing strength."""

_FRONT: Final = """\
The front is the path of plain regularisation at growing strength, for each penalty; at each seed its AUC is
read off at the gap of the other method. *Inside*: more AUC than regularisation at the same gap, with limits
above 0; *outside*: less; *on*: neither. Soft gaps are changes of the mean over seeds."""


def render(results: Results) -> dict[str, str]:
    """Every file of the page by its path: the page itself and its charts."""
    charts = _charts(results)
    parts = [
        _INTRODUCTION,
        _made(results),
        "## Targets\n\n" + sections.verdict_table(all_verdicts(results)),
        _HOW_TO_READ,
        *_experiments(results, charts),
        *_overviews(results, charts),
    ]
    return {PAGE: "\n\n".join(parts) + "\n", **charts}


def _made(results: Results) -> str:
    """What the results are of, and what is missing."""
    minutes = sum(study.minutes for study in results.values())
    runs = sum(len(arm.seeds) for study in results.values() for arm in study.arms)
    absent = [study.name for study in STUDIES if study.name not in results]
    told = f"{runs:,} runs of {len(results)} studies in {minutes:.0f} minutes."
    return f"{told} Not run: {listed(absent)}." if absent else told


def _experiments(results: Results, charts: dict[str, str]) -> list[str]:
    chart = _VARIANTS_CHART if _VARIANTS_CHART in charts else None
    return [
        "## 1 FairGrad against the baseline\n\n"
        + sections.verdict_table([*fairgrad_on_support2(results), fairgrad_on_sepsis(results)])
        + "\n\n"
        + sections.fairgrad(results),
        f"## 2 FairGrad against plain regularisation\n\n{_FRONT}\n\n"
        + sections.verdict_table([variants_inside(results)])
        + "\n\n"
        + sections.fairgrad_front(results, chart),
        "## 3 MultiFair as published\n\n" + sections.multifair(results),
        "## 4 MultiFair+ on a planted gap\n\n"
        + sections.verdict_table([*plus_on_planted(results), plus_on_null(results), plus_dial(results)])
        + "\n\n"
        + sections.planted(results),
        "## 5 Trying to beat MultiFair+\n\n" + sections.beat(results),
    ]


def _overviews(results: Results, charts: dict[str, str]) -> list[str]:
    parts = ["## 6 Every method on every dataset"]
    for name in sections.OVERVIEWS:
        if name in results:
            chart = _chart_path(name)
            parts.append(sections.overview(results[name], chart if chart in charts else None))
    return parts


def _charts(results: Results) -> dict[str, str]:
    drawn = {_chart_path(name): _overview_chart(results.get(name)) for name in sections.OVERVIEWS}
    drawn[_VARIANTS_CHART] = _front_chart(results.get("support2"))
    return {path: svg for path, svg in drawn.items() if svg is not None}


def _chart_path(name: str) -> str:
    return f"{CHARTS}/{name}.svg"


def _overview_chart(study: StudyResult | None) -> str | None:
    return overview_chart(study, sections.main_arms(study)) if study else None


def _front_chart(study: StudyResult | None) -> str | None:
    if study is None:
        return None
    return variants_chart(study, [arm for arm in study.arms if arm.front], study.attributes[:2])


def write(results: Results, folder: Path = FOLDER) -> list[Path]:
    """Write the page's files; charts of an earlier page are removed."""
    files = render(results)
    (folder / CHARTS).mkdir(exist_ok=True)
    for old in (folder / CHARTS).glob("*.svg"):
        old.unlink()
    paths = [folder / path for path in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths
