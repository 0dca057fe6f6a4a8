"""Django's Redis cache, with the database in its place while Redis is gone."""

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

logger = logging.getLogger(__name__)

# How long Redis is left alone after it failed: not every request should wait for it.
PAUSE_SECONDS = 5

# Of this process; each thread has a cache object of its own.
_lost_at: float | None = None
_lock = Lock()


class RedisOrDatabaseCache(RedisCache):
    """Django's Redis cache, whose throttles go on without Redis.

    While Redis is gone, the methods that throttles call use the cache called ``database``. What was
    counted before is forgotten until Redis is back. Other methods raise `RedisError`.
    """

    def add(self, *args: Any, **kwargs: Any) -> Any:
        """Store a value unless there is one."""
        return _redis_or_database(super().add, *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """One value."""
        return _redis_or_database(super().get, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        """Several values."""
        return _redis_or_database(super().get_many, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        """Store a value."""
        return _redis_or_database(super().set, *args, **kwargs)


def _redis_or_database(method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    lost_at = _lost_at
    if lost_at is None or time.monotonic() - lost_at > PAUSE_SECONDS:
        try:
            result = method(*args, **kwargs)
        except RedisError as exc:
            _note(time.monotonic(), f"Redis is gone, the database stands in for it: {exc}")
        else:
            if lost_at is not None:
                _note(None, "Redis is back.")
            return result
    return getattr(caches["database"], method.__name__)(*args, **kwargs)


def _note(lost_at: float | None, message: str) -> None:
    """Remember when Redis was lost, if it is, and log only what is new."""
    global _lost_at
    with _lock:
        is_news = (lost_at is None) != (_lost_at is None)
        _lost_at = lost_at
    if is_news:
        logger.warning(message)
