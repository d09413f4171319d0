"""One queue and the thread that works it off, for the whole process."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from fairviz.config import Settings
from fairviz.data.prepare import PreparedData
from fairviz.errors import FairVizError
from fairviz.jobs.features import OnProgress
from fairviz.jobs.ownership import Ownership
from fairviz.jobs.stopping import Stopped
from fairviz.store.records import State
from fairviz.store.store import Store

_log = logging.getLogger(__name__)
_UNEXPECTED = "An unexpected error ended the training. The server's log has the details."


class JobManager:
    """Trains queued comparisons one after another, each with ``settings.workers`` threads.

    Comparisons that a dead process left unfinished are marked as interrupted at the start.

    Attributes:
        device: what the last comparison was trained on, in words; empty before the first.
        reading: how many of how many rows a pretrained model has read for the comparison in work; None where
            none is reading.
    """

    def __init__(
        self, store: Store, settings: Settings, load: Callable[[str, OnProgress], PreparedData]
    ) -> None:
        """Start working; ``load`` prepares the task of an id and tells how far pretrained models are."""
        self._store = store
        self._settings = settings
        self._load = load
        self._ownership = Ownership(settings.home / "processes")
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._stops: dict[str, threading.Event] = {}
        self.device = ""
        self.reading: tuple[int, int] | None = None
        self._closing = threading.Event()
        self.interrupt_abandoned()
        self._thread = threading.Thread(target=self._work, name="fairviz-trainer", daemon=True)
        self._thread.start()
        # A process that ends in the middle of a step would end with a crash.
        atexit.register(self.close)

    @property
    def owner(self) -> str:
        """The name under which this process's comparisons are kept."""
        return self._ownership.name

    @property
    def weights_folder(self) -> Path:
        """Where the weights of finished runs are."""
        return self._settings.home / "weights"

    def submit(self, comparison_id: str) -> None:
        """Queue a comparison."""
        self._stops[comparison_id] = threading.Event()
        self._queue.put(comparison_id)

    def cancel(self, comparison_id: str) -> None:
        """Stop a comparison between two steps, or before it begins; what it has written stays."""
        stop = self._stops.get(comparison_id)
        if stop is None:
            return
        stop.set()
        if self._store.comparison(comparison_id).state is State.QUEUED:
            self._store.end(comparison_id, State.CANCELLED)

    def close(self) -> None:
        """Stop all work, mark what was not finished, and wait for the thread."""
        if self._closing.is_set():
            return
        atexit.unregister(self.close)
        self._closing.set()
        self._queue.put(None)
        self._thread.join()
        self._interrupt(self.owner)
        self._ownership.close()

    def is_abandoned(self, owner: str) -> bool:
        """Whether the process that was to train something is known to be gone."""
        return self._ownership.is_gone(owner)

    def interrupt_abandoned(self) -> None:
        """Say of comparisons whose process is gone that they will not go on."""
        for owner in self._store.active_owners():
            if self.is_abandoned(owner):
                self._interrupt(owner)
                self._ownership.forget(owner)

    def _interrupt(self, owner: str) -> None:
        for comparison_id in self._store.active_comparisons(owner):
            self._store.end(comparison_id, State.INTERRUPTED)

    def _work(self) -> None:
        """The thread's life. torch is imported here, so that no page waits for it."""
        from fairviz.training.devices import warm_up  # noqa: PLC0415

        try:
            warm_up()
        except Exception:  # told again, to whoever is waiting, by the first comparison
            _log.exception("Training could not be prepared")
        while (comparison_id := self._queue.get()) is not None:
            try:
                self._finish(comparison_id)
            except Exception:
                _log.exception("How comparison %s ended could not be written", comparison_id)
            finally:
                del self._stops[comparison_id]

    def is_stopping(self, comparison_id: str) -> bool:
        """Whether a comparison was cancelled and is about to end."""
        stop = self._stops.get(comparison_id)
        return stop is not None and stop.is_set()

    def _finish(self, comparison_id: str) -> None:
        """Train a comparison and write how it ended."""
        if self._closing.is_set() or self._stops[comparison_id].is_set():
            return
        try:
            failures = self._train(comparison_id)
        except Stopped:
            state = State.INTERRUPTED if self._closing.is_set() else State.CANCELLED
            self._store.end(comparison_id, state)
        except FairVizError as error:
            self._store.end(comparison_id, State.FAILED, str(error))
        except Exception:
            _log.exception("Comparison %s failed", comparison_id)
            self._store.end(comparison_id, State.FAILED, _UNEXPECTED)
        else:
            self._store.end(comparison_id, State.FINISHED, " ".join(failures))

    def _train(self, comparison_id: str) -> list[str]:
        """Train a comparison's runs; returns what went wrong with some of them."""
        from fairviz.jobs.rotation import Rotation  # noqa: PLC0415
        from fairviz.training import devices  # noqa: PLC0415

        self._store.start(comparison_id)
        device = devices.choose_device(self._settings.device)
        devices.set_precision(self._settings.precision)
        self.device = devices.describe_device(device)
        stop = self._stops[comparison_id]
        rotation = Rotation(
            comparison_id=comparison_id,
            store=self._store,
            data=self._loaded(comparison_id),
            device=device,
            workers=self._settings.workers,
            weights_folder=self.weights_folder,
            stopping=lambda: stop.is_set() or self._closing.is_set(),
        )
        try:
            return rotation.run()
        finally:
            devices.give_back_memory()

    def _loaded(self, comparison_id: str) -> PreparedData:
        """The task of a comparison; a pretrained model stops reading when training would.

        Raises:
            Stopped: if asked to stop.
        """
        stop = self._stops[comparison_id]

        def tell(done: int, count: int) -> None:
            if stop.is_set() or self._closing.is_set():
                raise Stopped
            self.reading = (done, count)

        try:
            return self._load(self._store.comparison(comparison_id).task_id, tell)
        finally:
            self.reading = None
