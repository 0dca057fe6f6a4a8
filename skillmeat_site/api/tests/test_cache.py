"""The cache on Redis, which may go and come back."""

import logging
import os
from typing import Any

import pytest
from django.core.cache import caches
from redis import ConnectionError as RedisConnectionError

from skillmeat_site.api import cache as module
from skillmeat_site.api.cache import RedisOrDatabaseCache
from tests.services import REDIS_URL, need

NOWHERE = "redis://127.0.0.1:1"


@pytest.fixture(autouse=True)
def no_loss_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_lost_at", None)


@pytest.fixture
def lost(db: None) -> RedisOrDatabaseCache:
    """A cache whose Redis is gone."""
    return RedisOrDatabaseCache(NOWHERE, {"OPTIONS": {"socket_connect_timeout": 1}})


@pytest.fixture
def redis_cache() -> RedisOrDatabaseCache:
    """A cache whose Redis is there, with keys of its own."""
    need("TEST_REDIS_URL")
    return RedisOrDatabaseCache(REDIS_URL, {"KEY_PREFIX": f"test-{os.getpid()}"})


def use(cache: RedisOrDatabaseCache) -> list[Any]:
    """What each operation says."""
    return [
        cache.add("key", 1, 60),
        cache.add("key", 2, 60),
        cache.get("key"),
        cache.touch("key", 60),
        cache.get_many(["key", "other"]),
        cache.set("key", 3, 60),
        cache.incr("key"),
        cache.delete("key"),
        cache.get("key"),
    ]


EXPECTED = [True, False, 1, True, {"key": 1}, None, 4, True, None]


def test_with_redis_it_is_redis_that_answers(redis_cache):
    assert use(redis_cache) == EXPECTED
    redis_cache.set("key", 1, 60)
    assert redis_cache.redis.get("key") == 1
    redis_cache.delete("key")


def test_without_redis_the_database_answers_the_same(lost):
    assert use(lost) == EXPECTED
    lost.set("key", 1)
    assert caches["database"].get("key") == 1
    lost.clear()
    assert caches["database"].get("key") is None


def test_the_loss_is_logged_once_and_so_is_the_return(lost, caplog, monkeypatch):
    with caplog.at_level(logging.INFO, logger=module.__name__):
        for _ in range(3):
            use(lost)
        monkeypatch.setattr(module, "PAUSE_SECONDS", -1)
        use(lost)
        monkeypatch.setattr(lost.redis, "get", lambda key: "from redis")
        assert [lost.get("key"), lost.get("key")] == ["from redis"] * 2

    assert [record.message.split(",")[0] for record in caplog.records] == ["Redis is gone", "Redis is back."]


def test_redis_is_left_alone_for_a_while_after_it_failed(lost, monkeypatch):
    attempts = []

    def fail(*_: Any) -> None:
        attempts.append(1)
        raise RedisConnectionError

    monkeypatch.setattr(lost.redis, "get", fail)
    for _ in range(5):
        lost.get("key")
    assert len(attempts) == 1

    monkeypatch.setattr(module, "PAUSE_SECONDS", -1)
    lost.get("key")
    assert len(attempts) == 2


def test_an_answer_to_a_question_from_before_the_loss_is_no_return(lost, caplog, monkeypatch):
    def answer_late(key: str) -> str:
        lost.set(key, 1)  # Another request, which finds that Redis is gone.
        return "from redis"

    monkeypatch.setattr(lost.redis, "get", answer_late)
    assert lost.get("key") == "from redis"

    assert [record.message.split(",")[0] for record in caplog.records] == ["Redis is gone"]
