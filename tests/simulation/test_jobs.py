from __future__ import annotations

import pickle

from tests.simulation.jobs import JOBS


def test_names_differ_and_name_files() -> None:
    names = [job.name for job in JOBS]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() for name in names)


def test_a_job_reaches_another_process_and_tells_its_name() -> None:
    for job in JOBS[-3:]:
        result = pickle.loads(pickle.dumps(job.run))(2)
        assert (result.name, result.repetitions) == (job.name, 2)


def test_no_share_is_of_fewer_repetitions_than_an_error_of_two_points_takes() -> None:
    assert min(job.repetitions for job in JOBS) >= 600
