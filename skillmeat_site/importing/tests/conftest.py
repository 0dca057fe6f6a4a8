"""Project folders to import, and the command that does it."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Make a project folder, called ``webshop`` unless named, from texts by their path below it."""

    def make(files: dict[str, str], name: str = "webshop") -> Path:
        root = tmp_path / name
        (root / ".claude").mkdir(parents=True, exist_ok=True)
        for place, text in files.items():
            path = root / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return make


@pytest.fixture
def run_import(db: None) -> Callable[..., str]:
    """Run the command; returns what it prints."""

    def run(path: Path, **options: object) -> str:
        out = StringIO()
        call_command("import_project", str(path), stdout=out, stderr=StringIO(), **options)
        return out.getvalue()

    return run
