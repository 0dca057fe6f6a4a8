"""The secret key of an installation that was not given one."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.utils import get_random_secret_key


def stored_secret_key(path: Path) -> str:
    """The key in ``path``, made on first use, so that logins survive a restart.

    Several processes may start at the same time. The file gets its name only when it is complete,
    and only if nobody was first: a hard link, unlike a rename, replaces nothing.

    Raises:
        OSError: the file can be neither read nor made.
    """
    if not path.exists():
        # Readable for its owner only, and deleted at the end: the link keeps the content.
        with NamedTemporaryFile("w", dir=path.parent, prefix=path.name) as file:
            file.write(get_random_secret_key())
            file.flush()
            os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text()
