"""A cache that survives the loss of Redis."""

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

logger = logging.getLogger(__name__)

# How long Redis is left alone after it failed: not every request should wait for it.
PAUSE_SECONDS = 5

# Of this process; each thread has a cache object of its own.
_lost_at: float | None = None
_noting = Lock()


def _by_redis_or_database(name: str) -> Callable[..., Any]:
    def method(self: "RedisOrDatabaseCache", *args: Any, **kwargs: Any) -> Any:
        lost_at = _lost_at
        if lost_at is None or time.monotonic() - lost_at > PAUSE_SECONDS:
            try:
                result = getattr(self.redis, name)(*args, **kwargs)
            except RedisError as exc:
                _note_loss(exc)
            else:
                _note_answer(lost_at)
                return result
        return getattr(caches["database"], name)(*args, **kwargs)

    return method


class RedisOrDatabaseCache(BaseCache):
    """Redis, and while that is gone the cache called ``database``: slower, but as good for all.

    What was stored before Redis went is forgotten until it is back, so keep here only what may be
    forgotten, such as how often somebody tried to log in during the last minute.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.redis = RedisCache(location, params)

    add = _by_redis_or_database("add")
    get = _by_redis_or_database("get")
    get_many = _by_redis_or_database("get_many")
    set = _by_redis_or_database("set")
    touch = _by_redis_or_database("touch")
    delete = _by_redis_or_database("delete")
    clear = _by_redis_or_database("clear")


def _note_loss(exc: RedisError) -> None:
    global _lost_at
    with _noting:
        is_news = _lost_at is None
        _lost_at = time.monotonic()
    if is_news:
        logger.warning("Redis is gone, the database stands in for it: %s", exc)


def _note_answer(lost_at: float | None) -> None:
    """Redis answered. It is back if it was lost when it was asked, and not lost anew meanwhile.

    Args:
        lost_at: when it was lost, as known when it was asked.
    """
    global _lost_at
    with _noting:
        is_news = lost_at is not None and lost_at == _lost_at
        if is_news:
            _lost_at = None
    if is_news:
        logger.warning("Redis is back.")
