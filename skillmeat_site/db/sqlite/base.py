"""Django's SQLite backend, with a shorter way to rows, and writers that look more often for their turn."""

import sqlite3
import time
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from django.db.backends.sqlite3 import base

LOOK_MILLISECONDS = 2
_generations = count(1)


class DatabaseWrapper(base.DatabaseWrapper):
    """Named by ``ENGINE`` in the settings.

    Attributes:
        generation: the number of the connection; no other one of this process has, or had, the same.
    """

    generation = 0

    def get_new_connection(self, conn_params: Any) -> Any:
        """A connection, with a number."""
        self.generation = next(_generations)
        return super().get_new_connection(conn_params)

    def send(self, sql: str, params: Sequence[Any], *, planned_once: bool) -> list[Any]:
        """Send a statement that is sent again and again; the driver plans each once anyway.

        Returns:
            The rows, if it is one that has any.
        """
        self.ensure_connection()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            return self.connection.execute(_in_its_own_words(sql), params).fetchall()

    def _start_transaction_under_autocommit(self) -> None:
        """Begin a transaction, once no other one is writing, so that it never gives up half-way.

        SQLite itself has a writer wait up to a tenth of a second before it looks again, and lets
        whoever comes meanwhile go first: of many writers some waited for most of a second.

        Raises:
            OperationalError: the others took longer than the ``timeout`` of the settings.
        """
        patience = self.settings_dict["OPTIONS"]["timeout"]
        deadline = time.monotonic() + patience
        with self.wrap_database_errors:
            self.connection.execute(f"PRAGMA busy_timeout = {LOOK_MILLISECONDS}")
            try:
                while not self._begun(last=time.monotonic() > deadline):
                    pass
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")

    def _begun(self, *, last: bool) -> bool:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as exc:
            # Behind the lowest byte the reason is told apart further.
            if last or exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True


@lru_cache(maxsize=1_000)
def _in_its_own_words(sql: str) -> str:
    """Django's SQL, with the marks that this driver has for parameters."""
    return sql.replace("%s", "?").replace("%%", "%")
