"""Answers to GET requests that are given again for as long as nobody has written anything.

A look at the database tells its state, as its connection sees it: a text that never comes back once
anybody has committed anything. So the database has not changed since a state was first seen, and what
was begun since then is what it would answer now.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from sys import getsizeof
from threading import Lock
from typing import Any

from cachetools import LRUCache
from django.conf import settings
from django.db.models import Func, TextField

# On SQLite each connection has one at a time, and there are a few.
_STATES_REMEMBERED = 64
# A few keys share one; more than there are threads, so that hardly anybody waits for another's answer.
_LOCKS = 256
# Of the cache itself, for each answer.
_BYTES_BESIDES = 500


class DatabaseState(Func):
    """What the database tells of its state, as a column of a query that is sent anyway.

    Outside transactions only. It means something together with the ``generation`` of the connection.
    """

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """What others have committed, as this connection has counted it, and what it wrote itself."""
        others = "(SELECT data_version FROM pragma_data_version)"
        return self.as_sql(compiler, connection, template=f"total_changes() || '/' || {others}")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Which transactions are over: each that writes has a number, and they are given in turn."""
        return self.as_sql(compiler, connection, template="pg_current_snapshot()::text")


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of a 200.

    Attributes:
        key: who asked for what.
        state: what the look told before it was read.
        begun: when the request for it began, before that look, by the monotonic clock.
    """

    key: str
    body: bytes
    etag: str
    state: str
    begun: float

    @property
    def size(self) -> int:
        """Bytes that keeping it takes, about. A URL may be longer than what it finds."""
        return getsizeof(self.key) + getsizeof(self.body) + _BYTES_BESIDES


class KeptAnswers:
    """The answers that this process keeps; those asked for least recently make room.

    Args:
        size: bytes that all of them may take.
    """

    def __init__(self, size: int) -> None:
        self._answers: LRUCache[str, Answer] = LRUCache(size, getsizeof=lambda answer: answer.size)
        self._first_seen: LRUCache[str, float] = LRUCache(_STATES_REMEMBERED)
        self._lock = Lock()
        self._turns = [Lock() for _ in range(_LOCKS)]

    def find_or_make(self, key: str, state: str, make: Callable[[], Answer]) -> Answer:
        """The answer under ``key``, which ``make`` makes unless there is one: see `find`.

        Many who ask for the same at once wait for the first of them to make it.
        """
        if not self._answers.maxsize:
            return make()  # Those who wait would get nothing for it.
        if answer := self.find(key, state):
            return answer
        with self._turns[hash(key) % _LOCKS]:
            answer = self.find(key, state)
            if answer is None:
                answer = make()
                self.keep(answer)
            return answer

    def find(self, key: str, state: str) -> Answer | None:
        """The answer under ``key`` if it is what the database, in this state, would give.

        It may know more than that: what was committed since the look.
        """
        with self._lock:
            # Taken after the look, so the database was in this state already.
            first_seen = self._first_seen.setdefault(state, time.monotonic())
            answer = self._answers.get(key)
        return answer if answer and (answer.state == state or answer.begun >= first_seen) else None

    def keep(self, answer: Answer) -> None:
        """Keep an answer, unless it alone takes more than all may."""
        with self._lock:
            # Or its key would stay, besides the new one.
            self._answers.pop(answer.key, None)
            if answer.size <= self._answers.maxsize:
                self._answers[answer.key] = answer


kept_answers = KeptAnswers(settings.KEPT_ANSWERS_MIB * 1024 * 1024)
