"""A comparison from its start to its tables and its JSON."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from fairviz.cli.stages import counting, stage
from fairviz.cli.tables import LEGEND, LEGEND_OF_CHANGES, changes_table, collapse_lines, runs_table
from fairviz.errors import SettingError
from fairviz.evaluation.thresholds import ThresholdRule
from fairviz.jobs.progress import Progress as TrainingProgress
from fairviz.jobs.progress import Stage
from fairviz.reports.summary import DISCLAIMER, evidence_rows, summary_rows
from fairviz.store.records import State
from fairviz.workbench import Workbench


def check_folder(json_file: Path | None) -> None:
    """Say before the training, not after it, that its results have nowhere to go."""
    if json_file is not None and not json_file.parent.is_dir():
        raise SettingError(
            f"--json {json_file}",
            expected="a file in a folder that exists",
            found=f"no folder {json_file.parent}",
            remedy="Make the folder or name another.",
        )


def follow(bench: Workbench, comparison_id: str, rule: ThresholdRule, json_file: Path | None) -> None:
    """Say how the task was read, watch a comparison to its end, print its table, write its JSON."""
    console = Console(stderr=True)
    for note in bench.check_task(bench.task_spec(bench.store.comparison(comparison_id).task_id)):
        if note.column is None:
            console.print(f"Note: {note.text}", soft_wrap=True, markup=False)
    with counting(console) as bar:
        shown = bar.add_task(_at(Stage.ENCODING), total=1.0)

        def show(progress: TrainingProgress) -> None:
            bar.update(shown, completed=progress.share, description=_at(progress.stage))

        record = bench.wait(comparison_id, on_progress=show)
        bar.update(shown, completed=record.progress, description=_at(Stage.TRAINING))
    if record.state is not State.FINISHED:
        raise SettingError(
            "training",
            expected="all runs to finish",
            found=f"{record.state} {record.message}".strip(),
            remedy="Correct what the message says and start again.",
        )
    with stage("Comparing the runs"):
        rows = summary_rows(bench.runs(comparison_id, threshold=rule))
        changes = evidence_rows(bench.evidence(comparison_id, threshold=rule))
    tables = Console()
    tables.print(runs_table(rows))
    if changes:
        tables.print(changes_table(changes))
    if record.message:
        console.print(f"Not all runs finished. {record.message}", markup=False)
    if json_file is not None:
        result = bench.report(comparison_id, threshold=rule)
        json_file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    legend = (*LEGEND, *(LEGEND_OF_CHANGES if changes else ()), DISCLAIMER)
    for line in (*collapse_lines(rows), *legend):
        console.print(line, soft_wrap=True, markup=False)


def _at(stage: Stage) -> str:
    return stage.value.capitalize()
