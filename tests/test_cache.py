"""The cache on Redis, which may go and come back."""

import os
from functools import wraps
from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from rest_framework.throttling import UserRateThrottle

from collections_app.views import CollectionViewSet
from skillmeat_site.accounts.models import CacheEntry
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
    """What each operation that throttles need says."""
    return [
        cache.add("key", 1, 60),
        cache.add("key", 2, 60),
        cache.get("key"),
        cache.get_many(["key", "other"]),
        cache.set("key", 3, 60),
        cache.get("key"),
        cache.get("other"),
    ]


EXPECTED = [True, False, 1, {"key": 1}, None, 3, None]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each time that Redis is asked for a key from now on; it fails while it is gone."""
    keys: list[str] = []
    get = RedisCache.get

    @wraps(get)
    def counted(self: RedisCache, key: str) -> Any:
        keys.append(key)
        return get(self, key)

    monkeypatch.setattr(RedisCache, "get", counted)
    return keys


def test_with_redis_it_is_redis_that_answers(redis_cache: RedisOrDatabaseCache, db: None) -> None:
    assert use(redis_cache) == EXPECTED
    redis_cache.delete("key")
    assert not CacheEntry.objects.exists()


def test_without_redis_the_database_answers_the_same(lost: RedisOrDatabaseCache) -> None:
    assert use(lost) == EXPECTED
    assert caches["database"].get("key") == 3


def test_redis_is_left_alone_for_a_while_after_it_failed(
    lost: RedisOrDatabaseCache, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        lost.get("key")
    assert len(asked) == 1

    monkeypatch.setattr(module, "PAUSE_SECONDS", -1)
    lost.get("key")
    assert len(asked) == 2


def test_the_loss_is_logged_once_and_so_is_the_return(
    lost: RedisOrDatabaseCache, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", -1)
    for _ in range(3):
        use(lost)
    monkeypatch.setattr(RedisCache, "get", lambda self, key: "from redis")
    assert [lost.get("key"), lost.get("key")] == ["from redis"] * 2

    assert [record.message.split(",")[0] for record in caplog.records] == ["Redis is gone", "Redis is back."]


@pytest.mark.parametrize("limit", ["login", "rate"])
def test_limits_hold_without_redis(
    lost: RedisOrDatabaseCache, api: Any, anonymous_api: Any, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    if limit == "login":
        monkeypatch.setattr("skillmeat_site.accounts.throttling.cache", lost)
        answers = [
            anonymous_api.post("/api/v1/auth/login", {"username": "a", "password": "b"}) for _ in range(11)
        ]
    else:
        monkeypatch.setattr(UserRateThrottle, "cache", lost)
        monkeypatch.setattr(UserRateThrottle, "rate", "10/min", raising=False)
        monkeypatch.setattr(CollectionViewSet, "throttle_classes", [UserRateThrottle])
        answers = [api.get("/api/v1/collections") for _ in range(11)]

    assert [answer.status_code == 429 for answer in answers] == [False] * 10 + [True]
