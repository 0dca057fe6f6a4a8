"""The files in ``deploy/`` are what systemd, a shell and the product understand."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

DEPLOY = settings.BASE_DIR / "deploy"
UNITS = ["skillmeat.service", "skillmeat-daily.service", "skillmeat-daily.timer"]
# Debian's package systemd, which containers lack.
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is missing")
def test_systemd_has_nothing_to_say_about_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text()
        text = text.replace("/opt/skillmeat/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [ANALYZE, "verify", *UNITS], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.fixture
def example() -> dict[str, str]:
    """The settings of the example."""
    lines = shlex.split((DEPLOY / "skillmeat.env").read_text(), comments=True)
    return dict(line.split("=", 1) for line in lines)


def test_the_example_of_settings_passes_the_checks_of_a_deployment(example: dict[str, str]) -> None:
    own = {"PATH": os.environ["PATH"], **example, "SECRET_KEY": os.urandom(30).hex()}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_explains_every_setting_of_the_example(example: dict[str, str]) -> None:
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", (settings.BASE_DIR / "README.md").read_text(), re.M))
    assert example.keys() <= explained
