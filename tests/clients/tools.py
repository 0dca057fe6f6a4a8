"""The programs that generate clients and check them, and what they leave behind."""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDER = Path(__file__).parent
GENERATED = FOLDER / "generated"
GUIDE = Path(settings.BASE_DIR) / "docs" / "clients.md"
# By the folder that each one makes, which is also the name of the flow that uses it.
TYPESCRIPT = ["openapi_fetch", "hey_api", "typescript_fetch"]
PYTHON = ["openapi_python_client", "openapi_generator"]
_PROGRAMS = [str(Path(sys.executable).parent), str(FOLDER / "node_modules" / ".bin")]


def run(*command: str, cwd: Path = FOLDER, **environment: str) -> str:
    """What a program writes; with its output as the message when it fails."""
    path = os.pathsep.join([*_PROGRAMS, os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout


def command_of(name: str) -> list[str]:
    """The command in docs/clients.md that generates the client in the folder ``name``."""
    (line,) = re.findall(rf"^.* openapi\.yaml .* {name}\b.*$", GUIDE.read_text(), re.MULTILINE)
    return str(line).split()


@cache
def generate(name: str) -> str:
    """Generate the client once, as docs/clients.md says; returns what the generator wrote."""
    GENERATED.mkdir(exist_ok=True)
    shutil.rmtree(GENERATED / name, ignore_errors=True)
    shutil.copy(Path(settings.BASE_DIR) / "openapi.yaml", GENERATED)
    return run(*command_of(name), cwd=GENERATED)


@cache
def build() -> None:
    """Check the types of all TypeScript clients and flows, and compile them."""
    for name in TYPESCRIPT:
        generate(name)
    run("tsc", "--build", "--force")


def flow(name: str) -> list[str]:
    """The command that runs the flow of a client."""
    if name in TYPESCRIPT:
        build()
        return ["node", f"build/flows/{name}.js"]
    generate(name)
    return [sys.executable, f"flows/{name}.py"]
