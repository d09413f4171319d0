"""A real streamlit server for a test: own port, own home, ended with its children."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 40
_STOP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        url: address of the start page, without a slash at the end.
        home: its ``FAIRVIZ_HOME``.
        log: what it has written so far.
        process: the server's process, the first of a session of its own.
    """

    url: str
    home: Path
    log: Path
    process: subprocess.Popen[bytes]

    def page(self, name: str = "") -> str:
        """Address of a page by its path, such as ``train``."""
        return f"{self.url}/{name}"

    def kill(self) -> None:
        """End the server as a crash or a power cut would: at once, with no chance to clean up."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(
    script: Path, home: Path, *options: str, base_path: str = "", env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start ``script`` with the repository's configuration and end it afterwards.

    Args:
        script: the app.
        home: folder for data and log; made if missing.
        options: further command-line options of ``streamlit run``.
        base_path: ``server.baseUrlPath``.
        env: further environment variables.

    Raises:
        RuntimeError: the server did not start; the message holds its log.
    """
    home.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    log = home / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    command += [f"--server.baseUrlPath={base_path}", *options]
    environment = os.environ | {"FAIRVIZ_HOME": str(home), "PYTHONPATH": str(ROOT)} | dict(env or {})
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}/{base_path}".rstrip("/"), home, log, process)
    try:
        _wait_until_healthy(process, server)
        yield server
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_healthy(process: subprocess.Popen[bytes], server: Server) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if _is_healthy(server):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text()}")


def _is_healthy(server: Server) -> bool:
    try:
        with urllib.request.urlopen(server.page("_stcore/health"), timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, so that its workers stop cleanly; kill what is left of its session."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
