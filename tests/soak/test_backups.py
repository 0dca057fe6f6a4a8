"""Backups that are made while clients write, and restores that are killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings

from tests.server import Server
from tests.soak.clients import Client, at_once

KILLS = 4
_PROJECTS = """
from deployments_app.models import Project
print(sorted(Project.objects.values_list("name", flat=True)))
"""
_ADD_PROJECT = """
from deployments_app.models import Project
from deployments_app.services import create_project
Project.objects.filter(name="later").exists() or create_project(name="later")
"""


@pytest.fixture
def stopped(server: Server) -> Iterator[Server]:
    """The server, killed before the test and running again after it."""
    server.kill()
    yield server
    server.start()


def test_a_backup_under_load_is_of_one_moment(
    server: Server, crowd: list[Client], key: str, tmp_path: Path
) -> None:
    over = Event()
    artifact = crowd[0].make("/artifacts", type="skill", name="deployed", latest_version="1")

    def write(number: int, client: Client) -> int:
        """How many projects and deployments it made."""
        made = 0
        while not over.is_set():
            project = client.make("/projects", name=f"{number} {made}")
            client.make("/deployments", artifact_id=artifact, project_id=project)
            made += 1
        return made

    def back_up() -> int:
        try:
            for number in range(3):
                server.manage("backup", str(tmp_path / f"backup-{number}"))
        finally:
            over.set()
        return 0

    writers = [partial(write, number, client) for number, client in enumerate(crowd)]
    made = sum(at_once([*writers, back_up], lambda _, act: act()))
    for client in crowd:
        client.session.close()
    server.kill()
    # It checks the tallies and all other rules at its end.
    server.manage("restore", str(tmp_path / "backup-1"))
    server.start()
    total = Client(server, key).get("/projects")["total"]
    assert 0 < total < made


def test_a_restore_that_is_killed_is_complete_or_has_not_happened(stopped: Server, tmp_path: Path) -> None:
    before, path = _projects(stopped), tmp_path / "killed"
    stopped.manage("backup", str(path))
    for _ in range(KILLS):
        stopped.manage("shell", "--no-imports", "-v0", "-c", _ADD_PROJECT)
        after = _projects(stopped)
        assert after != before
        restore = subprocess.Popen(
            [sys.executable, "-m", "django", "restore", str(path)],
            cwd=settings.BASE_DIR,
            env=stopped.environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(0.5 + random.random())
        # It may be done already.
        with suppress(ProcessLookupError):
            os.killpg(restore.pid, signal.SIGKILL)
        restore.wait()
        assert _projects(stopped) in (before, after)
        stopped.manage("check_integrity")


def _projects(server: Server) -> str:
    return server.manage("shell", "--no-imports", "-v0", "-c", _PROJECTS).stdout
