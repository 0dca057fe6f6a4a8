"""Where the service is, and the token for it: from the environment, else from a file of the user's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import tomlkit

from skillmeat_cli.errors import Failure
from skillmeat_cli.formats import Malformed, parse_toml


@dataclass(frozen=True)
class Settings:
    """The address of a service, and a token for it."""

    url: str
    token: str


def settings_file() -> Path:
    """The user's own file: ``url = "…"`` and ``token = "…"``."""
    return platformdirs.user_config_path("skillmeat", appauthor=False) / "config.toml"


def load_settings() -> Settings:
    """``SKILLMEAT_URL`` and ``SKILLMEAT_TOKEN``, else what `save_settings` left.

    A stored token goes to the address that it was stored with, and to no other.

    Raises:
        Failure: one of the two is nowhere, or the file is malformed.
    """
    stored = _stored()
    url = os.environ.get("SKILLMEAT_URL") or stored.url
    token = os.environ.get("SKILLMEAT_TOKEN") or (stored.token if url == stored.url else "")
    if not url or not token:
        raise Failure("Say which service: skillmeat login, or set SKILLMEAT_URL and SKILLMEAT_TOKEN.")
    return Settings(url, token)


def save_settings(settings: Settings) -> Path:
    """Store an address and a token where only the user can read them.

    Returns:
        The file.

    Raises:
        Failure: it cannot be written.
    """
    path = settings_file()
    try:
        _write(path, tomlkit.dumps({"url": settings.url, "token": settings.token}))
    except OSError as exc:
        raise Failure(f"{path} cannot be written: {exc.strerror}.") from exc
    return path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    # Never readable by others, not even for a moment.
    with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)


def _stored() -> Settings:
    path = settings_file()
    try:
        values = parse_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        values = {}
    except (Malformed, OSError, UnicodeDecodeError) as exc:
        raise Failure(f"{path} cannot be read: log in again with skillmeat login.") from exc
    return Settings(str(values.get("url", "")), str(values.get("token", "")))
