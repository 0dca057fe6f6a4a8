"""Answers to GET requests that are given again for as long as nobody has written anything.

A look at the database tells its state, a text that never comes back once anybody has committed
anything. A state that was seen before says that the database is as it was then, and so is every
answer that was begun since.
"""

import time
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cachetools import LRUCache
from django.conf import settings
from django.db.models import Func, TextField

# Of one connection to PostgreSQL there is one at a time, of each thread's to SQLite another one.
_STATES_REMEMBERED = 64


class DatabaseState(Func):
    """The state, as a column of a query that is sent anyway; outside transactions only."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """What others have committed, as this connection has counted it, and what it wrote itself."""
        others = "(SELECT data_version FROM pragma_data_version)"
        own = "connection_number() || '/' || total_changes()"
        return self.as_sql(compiler, connection, template=f"{own} || '/' || {others}")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Which transactions are over: each that writes has a number, and they are given in turn.

        A server that was restarted may have been restored, and give the same numbers again.
        """
        state = "pg_current_snapshot()::text || '/' || pg_postmaster_start_time()"
        return self.as_sql(compiler, connection, template=state)


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of a 200.

    Attributes:
        begun: when reading it began, by the monotonic clock.
    """

    body: bytes
    etag: str
    begun: float


class KeptAnswers:
    """The answers that this process keeps; those asked for least recently make room.

    Args:
        size: bytes of all bodies together.
    """

    def __init__(self, size: int) -> None:
        self._answers: LRUCache[Hashable, Answer] = LRUCache(size, getsizeof=lambda answer: len(answer.body))
        self._first_seen: LRUCache[str, float] = LRUCache(_STATES_REMEMBERED)
        self._lock = Lock()

    def find(self, key: Hashable, state: str) -> Answer | None:
        """The answer under ``key`` if it is what the database, in this state, would give.

        It may know more than that: what was committed since the look.
        """
        with self._lock:
            # Taken after the look, so the database was in this state already.
            unchanged_since = self._first_seen.setdefault(state, time.monotonic())
            answer = self._answers.get(key)
        return answer if answer and answer.begun >= unchanged_since else None

    def keep(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer, unless it is larger than all may be together."""
        with self._lock:
            if len(answer.body) <= self._answers.maxsize:
                self._answers[key] = answer


kept_answers = KeptAnswers(settings.KEPT_ANSWERS_MIB * 1024 * 1024)
