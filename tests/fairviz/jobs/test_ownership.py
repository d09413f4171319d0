"""Who lives and who is gone, also after a kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fairviz.jobs.ownership import Ownership

_HOLD = """
import sys, time
from pathlib import Path
from fairviz.jobs.ownership import Ownership
own = Ownership(Path(sys.argv[1]))
print(own.name, flush=True)
time.sleep(60)
"""


def test_a_living_process_is_not_gone_and_a_killed_one_is(tmp_path: Path) -> None:
    with (
        Ownership(tmp_path) as own,
        subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as other,
    ):
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert not own.is_gone(own.name)
        assert not own.is_gone(name)
        other.kill()
        other.wait()
        assert own.is_gone(name)


def test_a_closed_owner_leaves_no_file(tmp_path: Path) -> None:
    first = Ownership(tmp_path)
    assert (tmp_path / f"{first.name}.lock").exists()
    first.close()
    assert list(tmp_path.iterdir()) == []


def test_of_an_owner_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    # It may live in another home or on another machine that shares the database.
    with Ownership(tmp_path) as own:
        assert not own.is_gone("somebody else")


def test_what_the_dead_leave_can_be_forgotten(tmp_path: Path) -> None:
    (tmp_path / "dead.lock").touch()
    with Ownership(tmp_path) as own:
        assert own.is_gone("dead")
        own.forget("dead")
        assert not (tmp_path / "dead.lock").exists()
