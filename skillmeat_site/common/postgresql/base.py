"""Django's PostgreSQL backend, with a health check that asks the kernel instead of the server."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Named by ``ENGINE`` in the settings."""

    def is_usable(self) -> bool:
        """Whether the connection, which nobody is using at the moment, is still there and in no transaction.

        There is nothing to read on it but the server's goodbye. Django's own check is a query, and
        with that a sixth of what it costs to show one row.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status != TransactionStatus.IDLE:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
