"""What every test of the command may use: folders, a service that is a stand-in, and the command."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from skillmeat_cli import service as service_module
from skillmeat_cli.main import main
from skillmeat_cli.reader import Project, read_project
from skillmeat_cli.tests.helpers import FakeService

Files = dict[str, str | bytes | dict[str, Any]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write files into a folder; a dict becomes JSON. Returns the folder."""

    def write_files(files: Files, name: str = "web") -> Path:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        for place, content in files.items():
            path = root / place
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, dict):
                content = json.dumps(content)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return write_files


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[[Files], Project]:
    """Write files into a folder and read it."""
    return lambda files: read_project(write(files))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    """A service, to which the command's settings lead."""
    fake = FakeService()
    monkeypatch.setenv("SKILLMEAT_URL", fake.url)
    monkeypatch.setenv("SKILLMEAT_TOKEN", "secret-token")
    thread = threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield fake
    fake.shutdown()
    thread.join()
    fake.server_close()


@pytest.fixture(autouse=True)
def on_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep a test away from this machine's settings, and from waiting."""
    for name in ("SKILLMEAT_URL", "SKILLMEAT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(service_module, "BACKOFF", 0)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run ``skillmeat`` with arguments."""

    def run_command(*arguments: object, input: str | None = None) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=input)

    return run_command
