"""The tables. Traces are one compact blob per run and epoch, not a row per number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {dict[str, Any]: JSON, bytes: LargeBinary}  # noqa: RUF012  (read once by SQLAlchemy)


class Dataset(Table):
    """A file's content; ``id`` is its hash."""

    __tablename__ = "dataset"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    rows: Mapped[int]
    columns: Mapped[int]
    created: Mapped[datetime]


class Task(Table):
    """A question put to a dataset; ``id`` is derived from the specification."""

    __tablename__ = "task"

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"), index=True)
    name: Mapped[str]
    spec: Mapped[dict[str, Any]]
    created: Mapped[datetime]


class Comparison(Table):
    """Runs submitted together; ``owner`` is the process that trains them."""

    __tablename__ = "comparison"

    id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), index=True)
    owner: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    progress: Mapped[float] = mapped_column(default=0.0)
    revision: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime]
    started: Mapped[datetime | None]
    ended: Mapped[datetime | None]


class Run(Table):
    """One training."""

    __tablename__ = "run"
    # An id is never used again: whoever kept one would silently get another run.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  (read once by SQLAlchemy)

    id: Mapped[int] = mapped_column(primary_key=True)
    comparison_id: Mapped[str] = mapped_column(ForeignKey("comparison.id"), index=True)
    position: Mapped[int]
    label: Mapped[str]
    spec: Mapped[dict[str, Any]]
    state: Mapped[str]
    epoch: Mapped[int] = mapped_column(default=0)
    best_epoch: Mapped[int | None]
    seconds: Mapped[float] = mapped_column(default=0.0)
    validation: Mapped[dict[str, Any] | None]
    test: Mapped[dict[str, Any] | None]
    scores: Mapped[bytes | None] = mapped_column(deferred=True)


class Epoch(Table):
    """A run's state after an epoch: report and traces become visible together."""

    __tablename__ = "epoch"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    validation: Mapped[dict[str, Any]]
    traces: Mapped[bytes] = mapped_column(deferred=True)
