"""The one object that pages, the command line and notebooks speak to.

bench = Workbench()
dataset = bench.add_dataset(Path("patients.csv"))
task = bench.create_task(bench.propose_task(dataset.id))
comparison = bench.train(task.id, ["baseline", "fairgrad"], seeds=3)
bench.wait(comparison)
print(bench.report(comparison))
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.config import GIBIBYTE, MEBIBYTE, Settings
from fairviz.data.adapters.npz_folder import FolderBounds, OnProgress, read_folder
from fairviz.data.adapters.resize import ImageSize
from fairviz.data.counts import group_counts
from fairviz.data.describe import ColumnProfile, describe
from fairviz.data.features import Features
from fairviz.data.images import Images, ImageStack
from fairviz.data.load import content_hash, read_told, title
from fairviz.data.modality import modality_of
from fairviz.data.offered import chosen, offered
from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.pretrained import models_in
from fairviz.data.samples import sample
from fairviz.data.specs import GroupingSpec, ModalityKind, ModalitySpec, TaskNote, TaskSpec
from fairviz.data.suggest import suggest_drops, suggest_task
from fairviz.data.task import check_task
from fairviz.errors import SettingError
from fairviz.evaluation.report import FairnessReport
from fairviz.evaluation.thresholds import AT_PREVALENCE, ThresholdRule
from fairviz.jobs.features import PretrainedFeatures
from fairviz.jobs.manager import JobManager
from fairviz.jobs.progress import Progress
from fairviz.jobs.readings import Readings
from fairviz.metrics.signal_floor import signal_null_gaps
from fairviz.patient import PatientAnswer, ask, patient
from fairviz.reports.evidence import Evidence, Unavailable
from fairviz.reports.evidence_book import EvidenceBook
from fairviz.reports.front_book import FrontAxes, FrontBook
from fairviz.reports.gate import told_counts, told_profile
from fairviz.reports.gate_of_traces import AnyReplay, told_replay, told_traces, traceable_groups
from fairviz.reports.group_curves import RunCurves, run_curves
from fairviz.reports.own_thresholds import DecidedGroups, decided_groups
from fairviz.reports.redecided import Redecided
from fairviz.reports.run import Epoch, Run
from fairviz.reports.summary import comparison_json
from fairviz.store.image_files import ImageFiles
from fairviz.store.records import (
    ComparisonRecord,
    DatasetRecord,
    RunEntry,
    RunRecord,
    State,
    TaskRecord,
)
from fairviz.store.store import Store
from fairviz.store.table_files import TableFiles
from fairviz.training.packing import image_bytes, largest_pack, pack_runs
from fairviz.training.runs import RunSpec, grid_runs, method_runs, point_runs, run_labels
from fairviz.whatif import ControllerReplay, Replay, can_replay, can_steer, replay, replay_controller
from models.specs import TrainingSpec

__all__ = ["Progress", "Workbench"]

_TASKS_IN_MEMORY = 4


class Workbench:
    """Datasets, tasks, comparisons and runs of one home folder, and the workers that train them."""

    def __init__(self, home: Path | str | None = None, *, settings: Settings | None = None) -> None:
        """Open a home folder (by default the user's data folder) and start its workers."""
        chosen = settings or Settings.from_environment()
        self.settings = chosen if home is None else chosen.model_copy(update={"home": Path(home)})
        self._tables = TableFiles(self.settings.home / "datasets")
        self._images = ImageFiles(self.settings.home / "datasets")
        self._features = PretrainedFeatures(self.settings)
        self.store = Store(self.settings.store_url)
        self._prepared: OrderedDict[str, PreparedData] = OrderedDict()
        self._preparing = threading.Lock()
        self._submitting = threading.Lock()
        self.readings = Readings()
        self._jobs = JobManager(self.store, self.settings, self.prepared)
        self._redecided = Redecided(self.store, self.prepared)
        self._evidence = EvidenceBook(self.store, self.prepared)
        self._fronts = FrontBook(self.store, self.prepared)

    def close(self) -> None:
        """Stop the workers; what is not finished is marked as interrupted."""
        self.readings.close()
        self._jobs.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Datasets

    def add_dataset(
        self,
        path: Path | str,
        *,
        name: str | None = None,
        limit_mb: int | None = None,
        on_progress: OnProgress | None = None,
    ) -> DatasetRecord:
        """Read a file with a table, or a folder with images, and keep that.

        The same content twice is one dataset.

        Args:
            path: a table, or a folder in the layout of FairVision or FairVLMed.
            name: of the dataset; by default that of the file or folder.
            limit_mb: largest size of a table; by default what the settings allow for files of this machine.
            on_progress: told how many of how many files of a folder are read.

        Raises:
            DataError: if the file is not a table that can be used, or the folder no dataset.
        """
        path = Path(path)
        if path.is_dir():
            return self._add_folder(path, name or path.resolve().name, on_progress)
        frame, read_as = read_told(path, max_bytes=(limit_mb or self.settings.file_limit_mb) * MEBIBYTE)
        dataset_id = content_hash(path)
        self._tables.keep(dataset_id, frame, read_as)
        return self.store.add_dataset(dataset_id, name or title(path), len(frame), frame.shape[1])

    def _add_folder(self, folder: Path, name: str, on_progress: OnProgress | None) -> DatasetRecord:
        bounds = FolderBounds(
            max_bytes=self.settings.folder_limit_gb * GIBIBYTE,
            max_table_bytes=self.settings.file_limit_mb * MEBIBYTE,
            size=ImageSize(self.settings.image_side, self.settings.image_slices),
        )
        with tempfile.TemporaryDirectory(dir=self.settings.home, prefix="folder-") as unfinished:
            images = Path(unfinished) / "images"
            images.mkdir()
            data = read_folder(folder, images, bounds, on_progress)
            self._images.keep(data.dataset_id, images)
        # After its images: a dataset with a table is whole.
        self._tables.keep(data.dataset_id, data.frame, data.read_as)
        return self.store.add_dataset(data.dataset_id, name, len(data.frame), data.frame.shape[1])

    def images(self, dataset_id: str) -> Images:
        """Images of a dataset by the column that names them; they stay on disk.

        Raises:
            DataError: if a file of them cannot be read.
        """
        paths = self._images.paths(dataset_id)
        return {column: ImageStack.at(path) for column, path in paths.items()}

    def offered(self) -> tuple[str, ...]:
        """Tables and folders on this machine that pages offer: those below the setting ``data_folder``.

        Raises:
            DataError: if that folder cannot be read.
        """
        return () if self.settings.data_folder is None else offered(self.settings.data_folder)

    def add_offered(self, name: str, *, on_progress: OnProgress | None = None) -> DatasetRecord:
        """Read one of those that are offered.

        Raises:
            DataError: if it is not among them, or not a dataset that can be used.
        """
        folder = self.settings.data_folder or self.settings.home / "nothing offered"
        return self.add_dataset(chosen(folder, name), on_progress=on_progress)

    def start_offered(self, name: str) -> str:
        """Begin to read one of those that are offered; returns its key in ``readings``."""
        key = hashlib.sha256(f"offered {name}".encode()).hexdigest()[:16]
        self.readings.start(key, name, lambda tell: self.add_offered(name, on_progress=tell))
        return key

    def start_upload(self, name: str, content: bytes | memoryview) -> str:
        """Begin to read the bytes of a file that came through a browser; returns its key in ``readings``.

        The bytes go to disk before this returns, and are deleted once they are read.
        """
        key = hashlib.sha256(content).hexdigest()[:16]
        folder = tempfile.TemporaryDirectory(dir=self.settings.home, prefix="upload-")
        # Only the last part of the person's own name: messages then name the file that was brought.
        path = Path(folder.name) / Path(name).name[-100:]
        path.write_bytes(content)

        def read(_: OnProgress) -> DatasetRecord:
            with folder:
                return self.add_dataset(path, name=title(Path(name)), limit_mb=self.settings.upload_limit_mb)

        if not self.readings.start(key, name, read):
            folder.cleanup()
        return key

    def table(self, dataset_id: str, *, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The table of a dataset, or some of its columns.

        Raises:
            NotFoundError: if there is no such dataset, or its file is gone.
        """
        return self._tables.read(self.store.dataset(dataset_id).id, columns)

    def read_as(self, dataset_id: str) -> str | None:
        """How a dataset was read, such as "semicolon-separated, decimal comma, UTF-8"; None if unknown.

        Raises:
            NotFoundError: if there is no such dataset, or its file is gone.
        """
        return self._tables.read_as(self.store.dataset(dataset_id).id)

    def delete_dataset(self, dataset_id: str) -> None:
        """Delete a dataset with everything made of it: tasks, runs, weights.

        Raises:
            NotFoundError: if there is no such dataset, or its file is gone.
            SettingError: while something is trained on it.
        """
        self._jobs.interrupt_abandoned()
        for task in self.store.tasks():
            if task.spec.get("external") == dataset_id != task.dataset_id:
                raise SettingError(
                    "dataset",
                    expected="one that no other dataset is tested on",
                    found=f'the test rows of "{task.name}"',
                    remedy="Delete the dataset of that task first.",
                )
            if task.dataset_id == dataset_id and any(
                comparison.state.active for comparison in self.store.comparisons(task.id)
            ):
                raise SettingError(
                    "dataset",
                    expected="one on which nothing is training",
                    found=f'a training of "{task.name}"',
                    remedy="Cancel it on the Train page, or wait for its end.",
                )
        for run_id in self.store.delete_dataset(dataset_id):
            (self._jobs.weights_folder / f"{run_id}.safetensors").unlink(missing_ok=True)
        self._tables.delete(dataset_id)
        self._images.delete(dataset_id)
        self._features.delete(dataset_id)
        with self._preparing:
            self._prepared.clear()

    def profile(self, dataset_id: str) -> tuple[ColumnProfile, ...]:
        """Every column of a dataset in short, without what tells of few patients (as in ``runs``)."""
        table = self.table(dataset_id)
        found = describe(table, self.images(dataset_id))
        return told_profile(found, len(table), public=self.is_public(dataset_id))

    def is_public(self, dataset_id: str) -> bool:
        """Whether a task of a dataset declares it synthetic or public."""
        return any(task.spec["public"] for task in self.store.tasks() if task.dataset_id == dataset_id)

    def add_sample(self, name: str) -> TaskRecord:
        """Keep a dataset that comes with FairViz, with its ready task."""
        chosen = sample(name)
        dataset = self.add_dataset(chosen.table_path, name=chosen.title)
        return self.create_task(chosen.task().model_copy(update={"dataset": dataset.id}))

    # Tasks

    def propose_task(
        self,
        dataset_id: str,
        *,
        outcome: str | None = None,
        positive: str | None = None,
        sensitive: Sequence[str] | None = None,
        modalities: Sequence[ModalitySpec] | None = None,
        drop: Collection[str] = (),
        use_sensitive: bool = False,
        use_text: bool = False,
        group_id: str | None = None,
        split_column: str | None = None,
        groupings: Sequence[GroupingSpec] = (),
    ) -> TaskSpec:
        """A task for a dataset: what is given is kept, the rest is proposed from names and values.

        Raises:
            TaskError: if nothing can be proposed, or a column does not exist.
        """
        return suggest_task(
            self.table(dataset_id),
            dataset=dataset_id,
            name=self.store.dataset(dataset_id).name,
            outcome=outcome,
            positive=positive,
            sensitive=sensitive,
            modalities=modalities,
            drop=drop,
            use_sensitive=use_sensitive,
            use_text=use_text,
            group_id=group_id,
            split_column=split_column,
            images=self.images(dataset_id),
            groupings=groupings,
        )

    def modality(self, dataset_id: str, name: str, columns: Sequence[str]) -> ModalitySpec:
        """A modality of columns of a dataset: of images, of free text, or else of a table.

        Raises:
            TaskError: if these are mixed.
        """
        table = self.table(dataset_id)
        known = table[[column for column in columns if column in table]]
        kinds = {column.name: column.kind for column in describe(known, self.images(dataset_id))}
        return modality_of(name, columns, kinds)

    def pretrained_models(self, kind: ModalityKind) -> tuple[str, ...]:
        """Names of the pretrained models on this machine that read text, or images."""
        return models_in(self.settings.models_path, kind)

    def drop_reasons(self, spec: TaskSpec) -> dict[str, str]:
        """Why columns are proposed not to be inputs, by column."""
        table, images = self.table(spec.dataset), self.images(spec.dataset)
        return suggest_drops(table, spec.outcome, spec.positive, spec.sensitive_columns, images=images)

    def check_task(self, spec: TaskSpec) -> tuple[TaskNote, ...]:
        """What a person should know before training.

        Raises:
            TaskError: if the task cannot be trained.
            SettingError: if it names a pretrained model and `transformers` is not installed.
        """
        table, images = self.table(spec.dataset), self.images(spec.dataset)
        notes = check_task(spec, table, self._external(spec), images=images)
        self._features.check(spec)
        return notes

    def group_counts(self, spec: TaskSpec) -> pd.DataFrame:
        """Rows and outcomes per group of every sensitive attribute.

        NA where they are of few patients, unless data are public.
        """
        table = self.table(spec.dataset)
        patients = group_counts(table, spec, by_patient=True)
        return told_counts(group_counts(table, spec), patients, public=spec.public)

    def create_task(self, spec: TaskSpec) -> TaskRecord:
        """Keep a task that can be trained; the same specification twice is one task.

        Raises:
            TaskError: if it cannot be trained.
        """
        self.check_task(spec)
        task_id = hashlib.sha256(spec.to_json().encode()).hexdigest()[:12]
        return self.store.add_task(task_id, spec.dataset, spec.name, spec.model_dump(mode="json"))

    def task_spec(self, task_id: str) -> TaskSpec:
        """The specification of a task."""
        return TaskSpec.model_validate(self.store.task(task_id).spec)

    def prepared(self, task_id: str, on_progress: OnProgress | None = None) -> PreparedData:
        """A task's rows, split and encoded; the last few are kept in memory.

        What a pretrained model is to read, it reads the first time, which may take long: ``on_progress`` is
        told how many of how many rows it has read.
        """
        with self._preparing:
            if task_id in self._prepared:
                self._prepared.move_to_end(task_id)
                return self._prepared[task_id]
        spec = self.task_spec(task_id)
        # Outside the lock, so that nobody waits who asks for another task.
        features = self._read(spec, on_progress)
        with self._preparing:
            if task_id not in self._prepared:
                table, images = self.table(spec.dataset), self.images(spec.dataset)
                self._prepared[task_id] = prepare(
                    table, spec, self._external(spec), images=images, features=features
                )
            while len(self._prepared) > _TASKS_IN_MEMORY:
                self._prepared.popitem(last=False)
            return self._prepared[task_id]

    def _read(self, spec: TaskSpec, on_progress: OnProgress | None) -> Features:
        """What pretrained models give for all rows of a task, those of its second dataset below its own."""
        return {
            modality.name: np.concatenate(
                [
                    self._features.of(own, modality, self.table(own), self.images(own), on_progress)
                    for own in (spec.dataset, spec.external)
                    if own is not None
                ]
            )
            for modality in spec.modalities
            if modality.pretrained is not None
        }

    def _external(self, spec: TaskSpec) -> pd.DataFrame | None:
        """The second dataset of a task."""
        return None if spec.external is None else self.table(spec.external)

    # Training

    def train(
        self,
        task_id: str,
        methods: Sequence[str],
        *,
        seeds: int = 3,
        training: TrainingSpec | None = None,
        parameters: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> str:
        """Queue every method with seeds 0 to ``seeds`` - 1; returns the comparison's id at once.

        ``parameters`` changes hyperparameters by method, as in ``{"multifair": {"tau": 0.02}}``.

        Raises:
            SettingError: for an unknown method or parameter, or a value outside its bounds.
        """
        runs = method_runs(methods, seeds, training or TrainingSpec(), parameters or {})
        return self._submit(task_id, runs)

    def sweep(
        self,
        task_id: str,
        method: str,
        grid: Mapping[str, Sequence[Any]],
        *,
        seeds: int = 3,
        training: TrainingSpec | None = None,
        baseline: bool = False,
    ) -> str:
        """Queue a method at every point of a grid of hyperparameters; returns the comparison's id at once.

        ``grid`` may also vary ``learning_rate`` and ``batch_size``. With ``baseline`` the baseline is trained
        on the same seeds.

        Raises:
            SettingError: for an unknown method or parameter, a value outside its bounds, or too many runs.
        """
        runs = grid_runs(method, grid, seeds, training or TrainingSpec(), baseline=baseline)
        return self._submit(task_id, runs)

    def train_runs(self, task_id: str, runs: Sequence[RunSpec]) -> str:
        """Queue these very runs, such as those of a recipe; returns the comparison's id at once.

        Raises:
            SettingError: if there are none.
        """
        return self._submit(task_id, runs)

    def train_points(
        self,
        task_id: str,
        method: str,
        points: Sequence[Mapping[str, Any]],
        *,
        seeds: int = 3,
        training: TrainingSpec | None = None,
        baseline: bool = False,
    ) -> str:
        """Queue a method at some points of its hyperparameters, as ``sweep`` does at all of a grid.

        Raises:
            SettingError: for an unknown method or parameter, a value outside its bounds, a point given twice,
                or too many runs.
        """
        runs = point_runs(method, points, seeds, training or TrainingSpec(), baseline=baseline)
        return self._submit(task_id, runs)

    def packs(self, task_id: str, runs: Sequence[RunSpec]) -> int:
        """In how many packs runs are trained; until this process has trained anything, as on a CPU."""
        has_images = any(modality.has_pixels for modality in self.task_spec(task_id).modalities)
        largest = largest_pack(
            len(runs),
            self.settings.workers,
            on_cpu=self.device in {"", "CPU"},
            bytes_per_member=image_bytes(self.prepared(task_id), runs) if has_images else 0,
        )
        return len(pack_runs(runs, largest=largest))

    def seconds_per_epoch(self, task_id: str, method: str, batch_size: int) -> float | None:
        """How long an epoch of one run took when this task was last trained with this batch size.

        None where it never was. A training with the method comes before a newer one without it. Of a training
        with several batch sizes each has the part of the time that its runs' own seconds have.
        """
        others: float | None = None
        for record in self.store.comparisons(task_id):
            if record.state is not State.FINISHED or record.started is None or record.ended is None:
                continue
            runs = self.store.runs(record.id)
            alike = [run for run in runs if run.spec["training"]["batch_size"] == batch_size]
            epochs, own = sum(run.epoch for run in alike), sum(run.seconds for run in alike)
            if not epochs or not own:
                continue
            part = own / sum(run.seconds for run in runs)
            seconds = part * (record.ended - record.started).total_seconds() / epochs
            if any(run.spec["method"] == method for run in alike):
                return seconds
            others = others or seconds
        return others

    def repeat(self, comparison_id: str) -> str:
        """Queue the runs of a comparison again, as a new one; returns its id."""
        return self._submit(self.store.comparison(comparison_id).task_id, self.run_specs(comparison_id))

    def run_specs(self, comparison_id: str) -> list[RunSpec]:
        """What the runs of a comparison are, whether or not they are finished."""
        return [RunSpec.model_validate(run.spec) for run in self.store.runs(comparison_id)]

    @property
    def device(self) -> str:
        """What this process trains on, in words; empty before its first training."""
        return self._jobs.device

    @property
    def reading(self) -> tuple[int, int] | None:
        """How many of how many rows a pretrained model has read before the training in work can begin."""
        return self._jobs.reading

    def cancel(self, comparison_id: str) -> None:
        """Stop a comparison; what it has shown so far stays.

        Raises:
            SettingError: if another living process trains it.
        """
        state, owner = self.progress(comparison_id).state, self.store.comparison(comparison_id).owner
        if state.active and owner != self._jobs.owner:
            raise SettingError(
                "comparison to cancel",
                expected="one that this process trains",
                found="one that another process trains",
                remedy="Cancel it where it was started.",
            )
        self._jobs.cancel(comparison_id)

    def wait(
        self,
        comparison_id: str,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        every: float = 0.2,
    ) -> ComparisonRecord:
        """Block until a comparison is over, telling its progress meanwhile."""
        while (progress := self.progress(comparison_id)).state.active:
            if on_progress is not None:
                on_progress(progress)
            time.sleep(every)
        return self.store.comparison(comparison_id)

    def progress(self, comparison_id: str) -> Progress:
        """How far a comparison is."""
        record = self.store.comparison(comparison_id)
        if record.state.active and self._jobs.is_abandoned(record.owner):
            self._jobs.interrupt_abandoned()
            record = self.store.comparison(comparison_id)
        others = self.store.comparisons() if record.state is State.QUEUED else []
        return Progress.of(record, others)

    # Results

    def runs(self, comparison_id: str, *, threshold: ThresholdRule = AT_PREVALENCE) -> list[Run]:
        """The runs of a comparison; finished ones carry their reports.

        Here and in all other results, what would tell of fewer than 11 patients is withheld (see
        ``fairviz.reports.gate``), unless the task declares its data synthetic or public. Then decisions are
        also told only at thresholds that are far enough apart (``fairviz.reports.rungs``): the nearest is
        taken.

        Args:
            comparison_id: of the comparison.
            threshold: how the threshold of decisions is chosen, on validation rows.

        Raises:
            MetricError: if validation rows lack an outcome that the rule needs.
        """
        public = self._is_public(comparison_id)
        return [Run.told(run, public=public) for run in self._redecided.runs(comparison_id, threshold)]

    def epochs(
        self, comparison_id: str, *, of_runs: Collection[int] | None = None, after: int = 0
    ) -> list[Epoch]:
        """Validation reports of the runs of a comparison, epoch by epoch.

        Args:
            comparison_id: of the comparison.
            of_runs: only of these runs.
            after: only those that came after this epoch.
        """
        public = self._is_public(comparison_id)
        found = self.store.epochs(comparison_id, of_runs=of_runs, after=after)
        return [Epoch.told(epoch, public=public) for epoch in found]

    def traces(
        self, run_id: int, *, after: int = 0, until: int | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """What a run's method recorded at every step, each [steps, ...]; NaN where it may not be told.

        Args:
            run_id: of the run.
            after: only steps of epochs that came after this one.
            until: the last epoch, all there are if None.
        """
        comparison_id = self.store.run(run_id).comparison_id
        traces = self.store.traces(run_id, after=after, until=until)
        if self._is_public(comparison_id):
            return traces
        data = self.prepared(self.store.comparison(comparison_id).task_id)
        return told_traces(traces, traceable_groups(data))

    def untraced_groups(self, task_id: str) -> dict[str, tuple[str, ...]]:
        """By attribute that has such groups, those of whose steps nothing may be told."""
        if self.task_spec(task_id).public:
            return {}
        data = self.prepared(task_id)
        withheld = {
            attribute.name: tuple(name for name, may in zip(attribute.values, told, strict=True) if not may)
            for attribute, told in zip(data.attributes, traceable_groups(data), strict=True)
        }
        return {name: groups for name, groups in withheld.items() if groups}

    def evaluate(self, run_id: int) -> FairnessReport | None:
        """A run's report on test rows, None until it is finished; its ``to_json`` is what files hold."""
        run = self.store.run(run_id)
        return Run.told(run, public=self._is_public(run.comparison_id)).test

    def group_curves(self, run_id: int, attribute: str) -> RunCurves:
        """ROC curve and calibration of each group of a finished run on test rows, as far as may be told.

        Args:
            run_id: of the run.
            attribute: a sensitive attribute, or an intersection by its name in the run's report.

        Raises:
            NotFoundError: if there is no such run or attribute, or the file of its dataset is gone.
            SettingError: if the run is not finished.
        """
        record = self._finished(run_id)
        public = self._is_public(record.comparison_id)
        return run_curves(
            self.prepared(self.store.comparison(record.comparison_id).task_id),
            Run.told(record, public=public),
            self.store.scores(run_id)[:, 0].astype(np.float64),
            attribute,
            None if public else partial(self._told_steps, record),
        )

    def decided_groups(
        self,
        run_id: int,
        attribute: str,
        thresholds: Mapping[str, float],
        *,
        threshold: ThresholdRule = AT_PREVALENCE,
    ) -> DecidedGroups:
        """What decisions do to the groups on test rows where some have a threshold of their own.

        Of data that are not public each group is told at the nearest threshold at which it may be, as in
        ``runs``.

        Args:
            run_id: of a finished run with an outcome of two values, which decides by a threshold.
            attribute: a sensitive attribute, or an intersection by its name in the run's report.
            thresholds: by group, from which predicted risk its patients are flagged.
            threshold: how that of all other groups is chosen, on validation rows.

        Raises:
            NotFoundError: if there is no such run, attribute or group, or the file of its dataset is gone.
            SettingError: if the run is not finished, or does not decide by a threshold.
        """
        record = self._finished(run_id)
        public = self._is_public(record.comparison_id)
        runs = self._redecided.runs(record.comparison_id, threshold)
        run = Run.told(next(run for run in runs if run.id == run_id), public=public)
        if record.test is None or record.test["threshold"] is None:
            raise SettingError(
                "run",
                expected="one that decides between two outcomes by a threshold",
                found=run.label,
                remedy="Choose a run of another method.",
            )
        return decided_groups(
            self.prepared(self.store.comparison(record.comparison_id).task_id),
            run,
            self.store.scores(run_id)[:, 0].astype(np.float64),
            attribute,
            thresholds,
            steps=None if public else partial(self._told_steps, record),
        )

    def _finished(self, run_id: int) -> RunRecord:
        """A run as the store has it, with its reports."""
        record = self.store.run(run_id)
        if record.test is None:
            raise SettingError(
                "run",
                expected="a finished one",
                found=f"one that is {record.state}",
                remedy="Wait for its end.",
            )
        return record

    def _told_steps(self, record: RunRecord) -> list[FairnessReport]:
        """Reports of a finished run at every threshold at which decisions of private data are told."""
        told = [Run.told(run, public=False).test for run in self._redecided.steps(record)]
        return [report for report in told if report is not None]

    def what_if(self, run_id: int, *, tau: float, delta: float) -> Replay:
        """A MultiFair run's gate and factors under other dials, from its recorded steps: an estimate.

        NaN where ``traces`` would not tell it either.

        Raises:
            SettingError: if the run has no such traces, or tau and delta do not act in it.
        """
        run = self.store.run(run_id)
        traces = self.store.traces(run_id)
        parameters = RunSpec.model_validate(run.spec).parameters.model_dump()
        if "surrogate_auc" not in traces or not can_replay(parameters):
            raise SettingError(
                "run",
                expected="a MultiFair run with groups, one factor per batch, a fixed delta and an epoch",
                found=f"{run.label} at epoch {run.epoch}",
                remedy="Choose a MultiFair run.",
            )
        found = replay(traces, self._group_sizes(run), tau=tau, delta=delta, rho=parameters["rho"])
        return self._told_replay(run, found)

    def what_if_controller(self, run_id: int, *, tau: float) -> ControllerReplay:
        """A MultiFair+ run's controller and row weights under another tau: an estimate, as ``what_if``.

        Raises:
            SettingError: if the run is of another method, or has no epoch yet.
        """
        run = self.store.run(run_id)
        traces = self.store.traces(run_id)
        parameters = RunSpec.model_validate(run.spec).parameters.model_dump()
        if "gap" not in traces or not can_steer(parameters):
            raise SettingError(
                "run",
                expected="a MultiFair+ run with an epoch",
                found=f"{run.label} at epoch {run.epoch}",
                remedy="Choose a MultiFair+ run.",
            )
        found = replay_controller(traces, self._group_sizes(run), parameters, tau=tau)
        return self._told_replay(run, found)

    def chance_gaps(self, run_id: int) -> dict[str, NDArray[np.float64]]:
        """By attribute, gaps that chance alone would make in what a finished run compares with tau, [draws].

        From its own scores of training rows, in batches in which groups are made equal. Empty where the
        outcome has more than two classes, and where the run has no tau; without attributes of whose steps
        nothing is told.

        Raises:
            SettingError: if the run is not finished.
        """
        run = self._finished(run_id)
        parameters = run.spec["parameters"]
        task_id = self.store.comparison(run.comparison_id).task_id
        data = self.prepared(task_id)
        if data.score_columns > 1 or "tau" not in parameters:
            return {}
        averages = can_steer(parameters) or parameters["gate"] == "ema"
        rows, scores = data.split.train, self.store.scores(run_id)[:, 0].astype(np.float64)
        return {
            attribute.name: signal_null_gaps(
                data.labels[rows],
                scores[rows],
                attribute.codes[rows],
                batch_size=run.spec["training"]["batch_size"],
                memory=parameters["ema_decay"] if averages else 0.0,
            )
            for attribute in data.attributes
            if attribute.name not in self.untraced_groups(task_id)
        }

    def what_if_patient(self, comparison_id: str, row: int, changes: Mapping[str, str]) -> PatientAnswer:
        """What every finished run predicts for one patient, as recorded and with other values: exact.

        Args:
            comparison_id: of the comparison.
            row: number of the patient's row in the dataset, from 0.
            changes: text of the changed values by column; an empty text is a missing value.

        Raises:
            SettingError: there is no such row or input, a number is none, or the outcome has several classes.
            NotFoundError: if there is no such comparison, or the file of its dataset is gone.
        """
        data = self.prepared(self.store.comparison(comparison_id).task_id)
        asked = patient(data, self.table(data.task.dataset), row, changes)
        return ask(data, asked, self.store.runs(comparison_id), self._jobs.weights_folder)

    def evidence(
        self, comparison_id: str, *, threshold: ThresholdRule = AT_PREVALENCE
    ) -> dict[str, Evidence | Unavailable]:
        """By configuration, whether it differs from the baseline on test rows; worked out once and kept.

        Raises:
            NotFoundError: if there is no such comparison, or the file of its dataset is gone.
        """
        return self._evidence.of(comparison_id, self._redecided.runs(comparison_id, threshold))

    def front_frequency(
        self,
        comparison_id: str,
        performance: str,
        gap: str,
        attribute: str,
        *,
        threshold: ThresholdRule = AT_PREVALENCE,
    ) -> Mapping[str, float | Unavailable]:
        """By configuration, how often it is on the Pareto front when test rows and seeds are drawn again.

        Over the seeds that every configuration with a finished run has finished. A configuration of which the
        performance or the gap is withheld, or not estimable, takes no part. Worked out once and kept.

        Args:
            comparison_id: of the comparison.
            performance: a metric of all test rows.
            gap: a metric between groups.
            attribute: the sensitive attribute that these are groups of.
            threshold: as for ``runs``.

        Raises:
            NotFoundError: if there is no such comparison, or the file of its dataset is gone.
            SettingError: if there is no front of these metrics, or no such attribute.
        """
        runs = self._redecided.runs(comparison_id, threshold)
        return self._fronts.of(comparison_id, runs, FrontAxes(performance, gap, attribute))

    def report(self, comparison_id: str, *, threshold: ThresholdRule = AT_PREVALENCE) -> dict[str, Any]:
        """A comparison as one JSON object: task, finished runs, differences to the baseline."""
        record = self.store.comparison(comparison_id)
        runs = self.runs(comparison_id, threshold=threshold)
        # After the runs: there is evidence on all of them, and perhaps on some that finished since.
        evidence = self.evidence(comparison_id, threshold=threshold)
        return comparison_json(self.store.task(record.task_id), runs, evidence, threshold=str(threshold))

    def _told_replay(self, run: RunRecord, found: AnyReplay) -> AnyReplay:
        if self._is_public(run.comparison_id):
            return found
        data = self.prepared(self.store.comparison(run.comparison_id).task_id)
        return told_replay(found, traceable_groups(data))

    def _group_sizes(self, run: RunRecord) -> list[int]:
        """How many groups each attribute has that a run was trained with."""
        data = self.prepared(self.store.comparison(run.comparison_id).task_id)
        return [len(attribute.values) for attribute in data.attributes]

    def _is_public(self, comparison_id: str) -> bool:
        """Whether a comparison is of data that its task declares synthetic or public."""
        return self.task_spec(self.store.comparison(comparison_id).task_id).public

    def _submit(self, task_id: str, specs: Sequence[RunSpec]) -> str:
        """Keep and queue runs."""
        task = self.store.task(task_id)
        entries = [
            RunEntry(label, spec.model_dump(mode="json"))
            for label, spec in zip(run_labels(specs), specs, strict=True)
        ]
        if not entries:
            raise SettingError(
                "runs", expected="at least one method and one seed", found="none", remedy="Choose some."
            )
        with self._submitting:
            if (queued := self._already_queued(task.id, entries)) is not None:
                return queued
            record = self.store.add_comparison(task.id, entries, self._jobs.owner)
            self._jobs.submit(record.id)
            return record.id

    def _already_queued(self, task_id: str, entries: Sequence[RunEntry]) -> str | None:
        """The comparison that waits for or trains the very same runs: a second press of a button."""
        wanted = [entry.spec for entry in entries]
        for comparison_id in self.store.active_comparisons(self._jobs.owner):
            if self._jobs.is_stopping(comparison_id):
                continue
            same_task = self.store.comparison(comparison_id).task_id == task_id
            if same_task and [run.spec for run in self.store.runs(comparison_id)] == wanted:
                return comparison_id
        return None
