"""Finished runs of a sweep, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fairviz.reports.run import Run
from fairviz.training.runs import BASELINE, RunSpec, method_parameters, training_spec
from tests.fairviz.ui.made import report, run


def swept_run(
    run_id: int,
    method: str,
    seed: int = 0,
    *,
    training: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    **reported: Any,
) -> Run:
    """A finished run with a real specification; ``reported`` are numbers of its report."""
    spec = RunSpec(
        method=method,
        parameters=method_parameters(method, parameters or {}),
        training=training_spec(**(training or {})),
        seed=seed,
    )
    made = run(run_id, method, seed, test=report(**reported))
    return replace(made, label=spec.label, spec=spec.model_dump(mode="json"))


def tau_sweep(*, seeds: int = 3, taus: tuple[float, ...] = (0.12, 0.04, 0.01)) -> list[Run]:
    """MultiFair+ over tau beside the baseline: with tau the gap falls by 0.02 a step and the AUC by 0.01."""
    baseline = [swept_run(s, BASELINE, s, auc=0.9 + 0.001 * s, gap=0.12) for s in range(seeds)]
    own = [
        swept_run(
            100 * place + s,
            "multifair-plus",
            s,
            parameters={"tau": tau},
            auc=0.9 - 0.01 * place + 0.001 * s,
            gap=0.12 - 0.02 * place + 0.001 * s,
        )
        for place, tau in enumerate(taus, start=1)
        for s in range(seeds)
    ]
    return [*baseline, *own]
