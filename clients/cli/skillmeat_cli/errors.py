"""What ends a command."""

from __future__ import annotations


class Failure(Exception):
    """Something that a person can mend; the message says how."""
