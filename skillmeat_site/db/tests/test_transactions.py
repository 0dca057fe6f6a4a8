"""Rows that are locked in one order and reported missing together; reads of one moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from skillmeat_site.db.transactions import get, get_all, locked, locked_all, snapshot
from skillmeat_site.exceptions import NotFound

NOBODY = f"col-{'0' * 32}"
NOBODY_ELSE = f"col-{'f' * 32}"

Collection: Any = apps.get_model("collections_app.Collection")

pytestmark = pytest.mark.django_db


def elsewhere(call: Callable[[], Any]) -> Any:
    """The result of ``call`` in a transaction of its own, which fails rather than wait for long."""

    def run() -> Any:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=10)


def names() -> list[str]:
    return list(Collection.objects.values_list("name", flat=True))


def lock_now(id: str) -> None:
    """Lock a row as a writer does, or fail where that would mean to wait."""
    Collection.objects.select_for_update(nowait=True, no_key=True).get(pk=id)


@pytest.mark.parametrize("read", [get_all, locked_all])
def test_rows_come_in_the_order_in_which_they_are_asked_for(make_collection, read):
    first, second, third = (make_collection(name) for name in "abc")

    assert read(Collection, [third.pk, first.pk, second.pk]) == [third, first, second]
    assert read(Collection, []) == []


def test_rows_are_locked_in_id_order_whatever_the_order_they_are_asked_for_in(make_collection):
    ids = [make_collection(name).pk for name in "abc"]

    with CaptureQueriesContext(
        connection,
    ) as captured:
        locked_all(Collection, ids[::-1])

    (query,) = captured.captured_queries
    assert 'ORDER BY "collections_app_collection"."id" ASC' in query["sql"]
    assert ("FOR NO KEY UPDATE" in query["sql"]) is (connection.vendor == "postgresql")


@pytest.mark.parametrize("read", [get_all, locked_all])
def test_every_id_that_names_nothing_is_named(make_collection, read):
    collection = make_collection("here")

    with pytest.raises(NotFound) as caught:
        read(Collection, [NOBODY_ELSE, collection.pk, NOBODY], attr="ids")

    assert caught.value.detail == f"Collection '{NOBODY_ELSE}', '{NOBODY}' not found"
    assert caught.value.attr == "ids"


@pytest.mark.parametrize("read", [get, locked])
def test_one_row_is_read_or_reported_missing(make_collection, read):
    collection = make_collection("here")

    assert read(Collection, collection.pk) == collection
    with pytest.raises(NotFound, match=f"^Collection '{NOBODY}' not found$"):
        read(Collection, NOBODY)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_locked_row_makes_other_writers_wait_and_leaves_the_rest_alone(make_collection, make_artifact):
    mine, other = make_collection("mine"), make_collection("other")
    artifact = make_artifact("pdf")

    with transaction.atomic():
        locked_all(Collection, [mine.pk])
        elsewhere(lambda: lock_now(other.pk))
        with pytest.raises(OperationalError, match="could not obtain lock"):
            elsewhere(lambda: lock_now(mine.pk))
        # Rows that refer to a locked one need not wait for it.
        elsewhere(lambda: mine.collection_artifacts.create(artifact=artifact))

    elsewhere(lambda: lock_now(mine.pk))
    assert mine.collection_artifacts.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_row_that_vanishes_while_its_lock_is_waited_for_is_not_found(make_collection):
    collection = make_collection("short-lived")
    ready = []

    def wait_for_it() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            ready.append(cursor.fetchone()[0])
            locked(Collection, collection.pk)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            locked(Collection, collection.pk).delete()
            waiting = pool.submit(elsewhere, wait_for_it)
            with connection.cursor() as cursor:
                blocked = False
                while not blocked and not waiting.done():
                    cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [ready[0] if ready else 0])
                    blocked = cursor.fetchone()[0]
        with pytest.raises(NotFound, match=collection.pk):
            waiting.result(timeout=10)

    assert blocked


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_snapshot_does_not_see_what_others_commit_meanwhile(make_collection):
    make_collection("before")

    with snapshot():
        assert names() == ["before"]
        elsewhere(lambda: make_collection("meanwhile"))
        elsewhere(lambda: Collection.objects.filter(name="before").update(name="renamed"))
        assert names() == ["before"]

    assert names() == ["meanwhile", "renamed"]


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_reads_what_was_committed_before_and_leaves_no_transaction_open(make_collection):
    make_collection("a")

    with snapshot():
        assert names() == ["a"]
    make_collection("b")
    with snapshot():
        assert names() == ["a", "b"]

    assert connection.get_autocommit()
    # A transaction still open would refuse to begin another one.
    with transaction.atomic():
        make_collection("c")
    assert names() == ["a", "b", "c"]


@pytest.mark.django_db(transaction=True)
def test_what_is_written_inside_a_snapshot_is_stored_with_its_audit_record():
    with snapshot():
        Collection(name="written").save()

    assert names() == ["written"]
    assert Collection.history.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_failure_inside_a_snapshot_comes_through_and_ends_it(make_collection):
    def fail_inside() -> None:
        with snapshot():
            names()
            raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        fail_inside()

    make_collection("after")
    with snapshot():
        assert names() == ["after"]


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_inside_a_transaction_leaves_it_as_it_is(make_collection):
    with transaction.atomic():
        make_collection("first")
        with CaptureQueriesContext(connection) as captured, snapshot():
            assert names() == ["first"]
        make_collection("second")

    assert len(captured) == 1
    assert names() == ["first", "second"]
