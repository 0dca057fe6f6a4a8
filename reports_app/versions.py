"""Which of two versions is the greater one."""

import re
from typing import Any

from packaging.version import InvalidVersion
from packaging.version import Version as Pep440
from semver import Version as SemVer

# A digest in the place of a version: with a scheme, or the beginning of a hash. One of digits only is a date.
_DIGEST = re.compile(r"[a-z0-9-]+:\S+|(?=.*[a-f])[0-9a-f]{7,64}", re.IGNORECASE)


def greatest(known: str | None, seen: str | None) -> str | None:
    """The greater of two versions, by PEP 440 if both are of that form, else by SemVer.

    What cannot be compared, and what looks like a digest, does not take the place of what is known.

    Returns:
        ``known`` unless ``seen`` is greater.
    """
    if seen is None or _DIGEST.fullmatch(seen):
        return known
    if known is None:
        return seen
    for parse in (_pep440, _semver):
        one, other = parse(known), parse(seen)
        if one is not None and other is not None:
            return seen if other > one else known
    return known


def _pep440(text: str) -> Any:
    try:
        return Pep440(text)
    except InvalidVersion:
        return None


def _semver(text: str) -> Any:
    return SemVer.parse(text) if SemVer.is_valid(text) else None
