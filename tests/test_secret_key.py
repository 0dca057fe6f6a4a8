"""The secret key that an installation makes for itself."""

import multiprocessing
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

from skillmeat_site.secret_key import stored_secret_key

PROCESSES = 4
ROUNDS = 50

_start: Barrier


def share(start: Barrier) -> None:
    global _start
    _start = start


def read_in_step_with_others(folder: Path) -> list[str]:
    """The key of each round, read at the moment at which the other processes read it."""
    keys = []
    for number in range(ROUNDS):
        _start.wait(timeout=30)
        keys.append(stored_secret_key(folder / f"key-{number}"))
    return keys


def test_processes_that_start_at_the_same_time_have_the_same_key(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        PROCESSES, spawn, initializer=share, initargs=(spawn.Barrier(PROCESSES),)
    ) as pool:
        keys = list(pool.map(read_in_step_with_others, [tmp_path] * PROCESSES))

    assert keys == [keys[0]] * PROCESSES
    assert all(len(key) == 50 for key in keys[0])
    assert len(set(keys[0])) == ROUNDS


def test_it_survives_a_restart_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / ".secret-key"
    key = stored_secret_key(path)

    assert stored_secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
