"""Names, versions and descriptions as the service takes them."""

from __future__ import annotations

import unicodedata
from typing import Any

from skillmeat_cli.artifacts import NAME_MAX

# How YAML spells "nothing"; it is read with every scalar as it is written.
NULLS = ("", "~", "null", "Null", "NULL")


class Unusable(ValueError):
    """A value cannot be what it is meant for; the message says why, in half a sentence."""


def as_name(value: Any) -> str:
    """``value`` as a name: one line of NFC without spaces around it.

    Raises:
        Unusable: it is no text, empty, too long, or holds what no database takes.
    """
    if not isinstance(value, str):
        raise Unusable("is not a text")
    name = " ".join(unicodedata.normalize("NFC", value).split())
    if not name:
        raise Unusable("is empty")
    if "\x00" in name:
        raise Unusable("contains a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise Unusable("contains bytes that are not UTF-8")
    if len(name) > NAME_MAX:
        raise Unusable(f"is longer than {NAME_MAX} characters")
    return name


def as_version(value: Any) -> str | None:
    """``value`` as a version, exactly as it is written; None when there is none.

    Raises:
        Unusable: it is no text, or no name either.
    """
    if value is None or value in NULLS:
        return None
    return as_name(value)


def has_invisible(text: str) -> bool:
    """Whether something in ``text`` cannot be seen, such as a zero-width space."""
    return any(unicodedata.category(character) in ("Cc", "Cf", "Co") for character in text)
