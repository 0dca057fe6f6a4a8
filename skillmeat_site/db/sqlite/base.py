"""Django's SQLite backend with private files, and writers that try more often to get the write lock."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

RETRY_MILLISECONDS = 2


class DatabaseWrapper(base.DatabaseWrapper):
    """Named by ``ENGINE`` in the settings."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection. A database that is not there yet is made for its owner only; its WAL follows suit."""
        if not self.is_in_memory_db():
            # Whatever else is wrong with the path, SQLite says it better.
            with suppress(OSError):
                Path(conn_params["database"]).touch(mode=0o600, exist_ok=False)
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        """Begin a transaction, once no other one is writing, so that it never gives up half-way.

        SQLite itself has a writer wait up to a tenth of a second before it looks again, and lets
        whoever comes meanwhile go first: of many writers some waited for most of a second.

        Raises:
            OperationalError: the others took longer than the ``timeout`` of the settings.
        """
        # The stubs know neither.
        if self.transaction_mode != "IMMEDIATE":  # type: ignore[attr-defined]
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            return
        timeout = self.settings_dict["OPTIONS"]["timeout"]
        deadline = time.monotonic() + timeout
        with self.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {RETRY_MILLISECONDS}")
            try:
                while not _begun(cursor, last=time.monotonic() > deadline):
                    pass
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {int(timeout * 1000)}")


def _begun(cursor: Any, *, last: bool) -> bool:
    try:
        cursor.execute("BEGIN IMMEDIATE")
    except OperationalError as exc:
        if last or not is_busy(exc.__cause__):
            raise
        return False
    return True


def is_busy(exc: BaseException | None) -> bool:
    """Whether an error of SQLite says that somebody else is writing."""
    # Behind the lowest byte the reason is told apart further.
    return getattr(exc, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
