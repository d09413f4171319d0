"""Typed reads and writes. Every write is one transaction: what belongs together becomes visible together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, create_engine, delete, event, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer
from sqlalchemy.schema import CreateIndex, CreateTable

from fairviz.errors import NotFoundError
from fairviz.store import tables
from fairviz.store.arrays import pack_arrays, unpack_arrays
from fairviz.store.records import (
    ComparisonRecord,
    DatasetRecord,
    EpochEntry,
    EpochRecord,
    Json,
    ResultEntry,
    RunEntry,
    RunRecord,
    State,
    TaskRecord,
)

_ACTIVE = tuple(state.value for state in State if state.active)
Row = TypeVar("Row", bound=tables.Table)


class Store:
    """A database of datasets, tasks, comparisons and runs."""

    def __init__(self, url: str) -> None:
        """Open the database at an SQLAlchemy ``url`` and make its tables where they are missing."""
        self._engine = _open(url)
        _make_tables(self._engine)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    # Datasets and tasks

    def add_dataset(self, dataset_id: str, name: str, rows: int, columns: int) -> DatasetRecord:
        """Keep a dataset; the same content twice is one dataset, under its newest name."""
        self._insert_if_new(
            tables.Dataset(id=dataset_id, name=name, rows=rows, columns=columns, created=_now())
        )
        with self._writing() as session:
            kept = _found(session, tables.Dataset, dataset_id)
            kept.name = name
            return _dataset(kept)

    def dataset(self, dataset_id: str) -> DatasetRecord:
        """The dataset with this hash."""
        with Session(self._engine) as session:
            return _dataset(_found(session, tables.Dataset, dataset_id))

    def datasets(self) -> list[DatasetRecord]:
        """All datasets, newest first."""
        with Session(self._engine) as session:
            rows = session.scalars(select(tables.Dataset).order_by(tables.Dataset.created.desc()))
            return [_dataset(row) for row in rows]

    def delete_dataset(self, dataset_id: str) -> list[int]:
        """Forget a dataset with its tasks, comparisons and runs; returns the ids of the runs."""
        tasks = select(tables.Task.id).where(tables.Task.dataset_id == dataset_id)
        comparisons = select(tables.Comparison.id).where(tables.Comparison.task_id.in_(tasks))
        runs = select(tables.Run.id).where(tables.Run.comparison_id.in_(comparisons))
        with self._writing() as session:
            dataset = _found(session, tables.Dataset, dataset_id)
            run_ids = list(session.scalars(runs))
            for table, chosen in (
                (tables.Epoch, tables.Epoch.run_id.in_(runs)),
                (tables.Run, tables.Run.comparison_id.in_(comparisons)),
                (tables.Comparison, tables.Comparison.task_id.in_(tasks)),
                (tables.Task, tables.Task.dataset_id == dataset_id),
            ):
                session.execute(delete(table).where(chosen).execution_options(synchronize_session=False))
            session.delete(dataset)
            return run_ids

    def add_task(self, task_id: str, dataset_id: str, name: str, spec: Json) -> TaskRecord:
        """Keep a task; the same specification twice is one task."""
        self._insert_if_new(
            tables.Task(id=task_id, dataset_id=dataset_id, name=name, spec=dict(spec), created=_now())
        )
        return self.task(task_id)

    def task(self, task_id: str) -> TaskRecord:
        """The task with this id."""
        with Session(self._engine) as session:
            return _task(_found(session, tables.Task, task_id))

    def tasks(self) -> list[TaskRecord]:
        """All tasks, newest first."""
        with Session(self._engine) as session:
            rows = session.scalars(select(tables.Task).order_by(tables.Task.created.desc()))
            return [_task(row) for row in rows]

    # Comparisons and runs

    def add_comparison(self, task_id: str, entries: Sequence[RunEntry], owner: str) -> ComparisonRecord:
        """Queue these runs, to be trained by ``owner``."""
        with self._writing() as session:
            comparison = tables.Comparison(
                id=uuid4().hex[:12],
                task_id=task_id,
                owner=owner,
                state=State.QUEUED.value,
                progress=0.0,
                revision=0,
                message="",
                created=_now(),
            )
            session.add(comparison)
            session.flush()
            session.add_all(
                tables.Run(
                    comparison_id=comparison.id,
                    position=position,
                    label=entry.label,
                    spec=dict(entry.spec),
                    state=State.QUEUED.value,
                    epoch=0,
                    seconds=0.0,
                )
                for position, entry in enumerate(entries)
            )
            return _comparison(comparison)

    def comparison(self, comparison_id: str) -> ComparisonRecord:
        """The comparison with this id."""
        with Session(self._engine) as session:
            return _comparison(_found(session, tables.Comparison, comparison_id))

    def comparisons(self, task_id: str | None = None) -> list[ComparisonRecord]:
        """All comparisons, or those of one task, newest first."""
        query = select(tables.Comparison).order_by(tables.Comparison.created.desc())
        if task_id is not None:
            query = query.where(tables.Comparison.task_id == task_id)
        with Session(self._engine) as session:
            return [_comparison(row) for row in session.scalars(query)]

    def runs(self, comparison_id: str) -> list[RunRecord]:
        """The runs of a comparison, in the order they were submitted."""
        query = (
            select(tables.Run).where(tables.Run.comparison_id == comparison_id).order_by(tables.Run.position)
        )
        with Session(self._engine) as session:
            return [_run(row) for row in session.scalars(query)]

    def count_runs(self, comparison_id: str) -> int:
        """How many runs a comparison has, without reading them."""
        query = select(func.count()).where(tables.Run.comparison_id == comparison_id)
        with Session(self._engine) as session:
            return session.scalar(query) or 0

    def labels(self, comparison_id: str) -> list[str]:
        """The configurations of a comparison, each once, in the order they were submitted."""
        query = (
            select(tables.Run.label)
            .where(tables.Run.comparison_id == comparison_id)
            .group_by(tables.Run.label)
            .order_by(func.min(tables.Run.position))
        )
        with Session(self._engine) as session:
            return list(session.scalars(query))

    def run(self, run_id: int) -> RunRecord:
        """The run with this id."""
        with Session(self._engine) as session:
            return _run(_found(session, tables.Run, run_id))

    def epochs(
        self, comparison_id: str, *, of_runs: Collection[int] | None = None, after: int = 0
    ) -> list[EpochRecord]:
        """Epochs of a comparison, in order of run and epoch.

        Args:
            comparison_id: of the comparison.
            of_runs: only of these runs.
            after: only those that came after this one.
        """
        query = (
            select(tables.Epoch)
            .join(tables.Run, tables.Run.id == tables.Epoch.run_id)
            .where(tables.Run.comparison_id == comparison_id, tables.Epoch.epoch > after)
            .order_by(tables.Run.position, tables.Epoch.epoch)
        )
        if of_runs is not None:
            query = query.where(tables.Epoch.run_id.in_(of_runs))
        with Session(self._engine) as session:
            return [EpochRecord(row.run_id, row.epoch, row.validation) for row in session.scalars(query)]

    def traces(
        self, run_id: int, *, after: int = 0, until: int | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """A run's traces over its epochs, each [steps, ...]; empty where there is no such epoch yet.

        Args:
            run_id: of the run.
            after: only of epochs that came after this one.
            until: the last epoch, all there are if None.
        """
        own = tables.Epoch
        query = select(own.traces).where(own.run_id == run_id, own.epoch > after).order_by(own.epoch)
        if until is not None:
            query = query.where(own.epoch <= until)
        with Session(self._engine) as session:
            parts = [unpack_arrays(blob) for blob in session.scalars(query)]
        if not parts:
            return {}
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def scores(self, run_id: int) -> NDArray[np.float32]:
        """Predicted probabilities of every row of the dataset by a finished run, [N, C].

        Raises:
            NotFoundError: if the run does not exist or is not finished.
        """
        with Session(self._engine) as session:
            row = session.get(tables.Run, run_id, options=[undefer(tables.Run.scores)])
            if row is None or row.scores is None:
                raise _missing("finished run", run_id)
            scores: NDArray[np.float32] = unpack_arrays(row.scores)["scores"]
            return scores

    # What a worker writes

    def start(self, comparison_id: str) -> None:
        """A worker has begun."""
        with self._changing(comparison_id) as (session, comparison):
            comparison.state = State.RUNNING.value
            comparison.started = _now()
            _set_active_runs(session, comparison_id, State.RUNNING)

    def add_progress(self, comparison_id: str, progress: float) -> None:
        """Say how far a comparison is, from 0 to 1; not a change worth drawing again."""
        with self._writing() as session:
            _found(session, tables.Comparison, comparison_id).progress = progress

    def add_epochs(self, comparison_id: str, progress: float, entries: Sequence[EpochEntry]) -> None:
        """Keep an epoch of each run of a pack."""
        with self._changing(comparison_id) as (session, comparison):
            comparison.progress = progress
            for entry in entries:
                run = _found(session, tables.Run, entry.run_id)
                run.epoch = entry.epoch
                run.seconds = entry.seconds
                session.add(
                    tables.Epoch(
                        run_id=entry.run_id,
                        epoch=entry.epoch,
                        validation=dict(entry.validation),
                        traces=pack_arrays(entry.traces),
                    )
                )

    def add_results(self, comparison_id: str, entries: Sequence[ResultEntry]) -> None:
        """Keep the outcome of each run of a pack."""
        with self._changing(comparison_id) as (session, _):
            for entry in entries:
                run = _found(session, tables.Run, entry.run_id)
                run.state = State.FINISHED.value
                run.best_epoch = entry.best_epoch
                run.validation = dict(entry.validation)
                run.test = dict(entry.test)
                run.scores = pack_arrays({"scores": entry.scores})

    def end(self, comparison_id: str, state: State, message: str = "") -> None:
        """A comparison is over; runs that are not finished end the same way."""
        with self._changing(comparison_id) as (session, comparison):
            comparison.state = state.value
            comparison.message = message
            comparison.ended = _now()
            if state is State.FINISHED:
                comparison.progress = 1.0
            _set_active_runs(session, comparison_id, state)

    def active_owners(self) -> set[str]:
        """Processes that some queued or running comparison waits for."""
        query = select(tables.Comparison.owner).where(tables.Comparison.state.in_(_ACTIVE)).distinct()
        with Session(self._engine) as session:
            return set(session.scalars(query))

    def active_comparisons(self, owner: str) -> list[str]:
        """Ids of the queued and running comparisons of one process."""
        query = select(tables.Comparison.id).where(
            tables.Comparison.owner == owner, tables.Comparison.state.in_(_ACTIVE)
        )
        with Session(self._engine) as session:
            return list(session.scalars(query))

    def fail_runs(self, comparison_id: str, run_ids: Sequence[int]) -> None:
        """Some runs of a comparison cannot go on; the others do."""
        with self._changing(comparison_id) as (session, _):
            failed = update(tables.Run).where(tables.Run.id.in_(run_ids))
            session.execute(failed.values(state=State.FAILED.value))

    def _insert_if_new(self, row: tables.Table) -> None:
        """Insert a row whose key says what it is: who comes second, even at once, finds it there."""
        with suppress(IntegrityError), self._writing() as session:
            session.add(row)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """One transaction: committed whole at the end, or not at all."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _changing(self, comparison_id: str) -> Iterator[tuple[Session, tables.Comparison]]:
        """One transaction that pages must notice: the comparison's revision grows."""
        with self._writing() as session:
            comparison = _found(session, tables.Comparison, comparison_id)
            # Added by the database: threads that write at the same time must not overwrite each other's.
            comparison.revision = tables.Comparison.revision + 1
            yield session, comparison


def _open(url: str) -> Engine:
    """Engine; SQLite in write-ahead mode, so that pages read while workers write."""
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _make_tables(engine: Engine) -> None:
    """Tables and indexes that are missing; several processes may open a new database at once."""
    with engine.begin() as connection:
        for table in tables.Table.metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))


def _found(session: Session, table: type[Row], key: Any) -> Row:
    """The row with this key.

    Raises:
        NotFoundError: if there is none.
    """
    row = session.get(table, key)
    if row is None:
        raise _missing(table.__tablename__, key)
    return row


def _missing(kind: str, key: Any) -> NotFoundError:
    return NotFoundError(
        kind,
        expected=f"the id of a {kind} that is kept here",
        found=repr(key),
        remedy="It may have been deleted: choose another from the list.",
    )


def _set_active_runs(session: Session, comparison_id: str, state: State) -> None:
    """Give ``state`` to the runs of a comparison that are queued or running."""
    active = tables.Run.comparison_id == comparison_id, tables.Run.state.in_(_ACTIVE)
    session.execute(update(tables.Run).where(*active).values(state=state.value))


def _now() -> datetime:
    # Without a zone, as SQLite keeps it: reading back gives what was written.
    return datetime.now(UTC).replace(tzinfo=None)


def _dataset(row: tables.Dataset) -> DatasetRecord:
    return DatasetRecord(row.id, row.name, row.rows, row.columns, row.created)


def _task(row: tables.Task) -> TaskRecord:
    return TaskRecord(row.id, row.dataset_id, row.name, row.spec, row.created)


def _comparison(row: tables.Comparison) -> ComparisonRecord:
    return ComparisonRecord(
        row.id,
        row.task_id,
        row.owner,
        State(row.state),
        row.progress,
        row.revision,
        row.message,
        row.created,
        row.started,
        row.ended,
    )


def _run(row: tables.Run) -> RunRecord:
    return RunRecord(
        row.id,
        row.comparison_id,
        row.position,
        row.label,
        row.spec,
        State(row.state),
        row.epoch,
        row.best_epoch,
        row.seconds,
        row.validation,
        row.test,
    )
