"""A transaction that the database gave up on is done again, a bounded number of times."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from collections_app.models import Collection
from deployments_app.models import Deployment
from skillmeat_site.db import transactions
from skillmeat_site.db.transactions import Stale, in_transaction
from tests.calls import API, assert_envelope, codes
from tests.crowd import TIMEOUT_SECONDS, Caller, on_own_connection, wait_until, waiting

pytestmark = pytest.mark.django_db(transaction=True)

ATTEMPTS = 1 + len(transactions.RETRY_SECONDS)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "RETRY_SECONDS", [0] * (ATTEMPTS - 1))


def failing(exceptions: list[Exception]) -> Any:
    """Work that stores a row and then raises the next of the exceptions, while there are any."""
    left = iter(exceptions)

    def work() -> str:
        Collection.objects.create(name="new")
        for exception in left:
            raise exception
        return "done"

    return work


def database_error(state: type[Exception], kind: type[DatabaseError] = OperationalError) -> DatabaseError:
    error = kind("the database gave up")
    error.__cause__ = state()
    return error


TRANSIENT = [
    database_error(psycopg.errors.DeadlockDetected),
    database_error(psycopg.errors.SerializationFailure),
    database_error(psycopg.errors.ForeignKeyViolation, IntegrityError),
    Stale(),
]
TRANSIENT_IDS = ["deadlock", "serialization failure", "reference", "stale"]


@pytest.mark.parametrize("exception", TRANSIENT, ids=TRANSIENT_IDS)
def test_the_last_attempt_counts_and_the_others_leave_nothing(exception):
    assert in_transaction(failing([exception] * (ATTEMPTS - 1))) == "done"
    assert Collection.objects.count() == 1


@pytest.mark.parametrize("exception", TRANSIENT, ids=TRANSIENT_IDS)
def test_after_the_last_attempt_the_error_is_raised(exception):
    with pytest.raises(type(exception)):
        in_transaction(failing([exception] * ATTEMPTS))
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    "exception",
    [
        OperationalError("gone"),
        database_error(psycopg.errors.AdminShutdown),
        database_error(psycopg.errors.UniqueViolation, IntegrityError),
        ValueError(),
    ],
    ids=["no state", "shutdown", "taken", "no database error"],
)
def test_other_errors_are_raised_at_once(exception):
    with pytest.raises(type(exception)):
        in_transaction(failing([exception]))
    assert not Collection.objects.exists()


def test_a_part_of_a_transaction_is_not_done_again_by_itself():
    with transaction.atomic(), pytest.raises(Stale):
        in_transaction(failing([Stale()]))


@pytest.mark.parametrize(
    "exception",
    [TRANSIENT[0], TRANSIENT[1], TRANSIENT[3]],
    ids=["deadlock", "serialization failure", "stale"],
)
def test_who_never_gets_through_is_told_to_try_again(api, monkeypatch, exception):
    attempts = []

    def give_up(**_: Any) -> None:
        attempts.append(1)
        raise exception

    monkeypatch.setattr("collections_app.services.create_collection", give_up)
    answer = api.post(f"{API}/collections", {"name": "new"})
    body = assert_envelope(answer, 503)
    assert body["detail"] == "Too many others were writing at the same time. Try again in a few seconds."
    assert codes(body) == [("too_many_writers", None)]
    assert int(answer["Retry-After"]) > 0
    assert len(attempts) == ATTEMPTS


def sqlite_is_locked() -> OperationalError:
    """What SQLite says to a writer that has waited as long as it may."""
    with TemporaryDirectory() as folder:
        one, other = (sqlite3.connect(f"{folder}/db", isolation_level=None, timeout=0) for _ in range(2))
        with closing(one), closing(other):
            one.execute("BEGIN IMMEDIATE")
            with pytest.raises(sqlite3.OperationalError) as locked:
                other.execute("BEGIN IMMEDIATE")
    error = OperationalError(*locked.value.args)
    error.__cause__ = locked.value
    return error


@pytest.mark.parametrize(
    "exception",
    [sqlite_is_locked(), database_error(psycopg.errors.LockNotAvailable)],
    ids=["SQLite", "lock timeout"],
)
def test_who_waits_too_long_for_other_writers_is_told_so(api, monkeypatch, exception):
    def give_up(**_: Any) -> None:
        raise exception

    monkeypatch.setattr("collections_app.services.create_collection", give_up)

    assert codes(assert_envelope(api.post(f"{API}/collections", {"name": "new"}), 503)) == [
        ("too_many_writers", None)
    ]


@pytest.fixture
def other_connection() -> Iterator[Any]:
    """Another connection to the database, which waits longer than anybody before it gives up."""
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    ) as other_connection:
        other_connection.execute("SET deadlock_timeout = '1min'")
        yield other_connection


@pytest.mark.postgresql
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "one"}], ids=["plain", "with a key"])
def test_a_request_that_loses_a_deadlock_succeeds_all_the_same(
    make_user, make_collection, make_artifact, other_connection, headers
):
    source, target = make_collection("first", make_artifact("pdf")), make_collection("last")
    artifact_id = source.collection_artifacts.get().artifact_id
    call = Caller(make_user("editor", "Editors"))
    body = {"artifact_ids": [artifact_id], "target_collection_id": target.pk}
    lock = "SELECT 1 FROM collections_app_collection WHERE id = %s FOR UPDATE"

    def move() -> Any:
        return call.client.post(f"{API}/collections/{source.pk}/move-artifacts", body, headers=headers)

    other_connection.execute(lock, [target.pk])
    with ThreadPoolExecutor(1) as pool:
        moved = pool.submit(on_own_connection, move)
        wait_until(lambda: waiting(for_me=False))
        # Whoever waited first looks for deadlocks first, and is the one who gives up.
        other_connection.execute(lock, [source.pk])
        other_connection.commit()
        assert moved.result(TIMEOUT_SECONDS).status_code == 200

    assert [row.collection_id for row in target.collection_artifacts.all()] == [target.pk]
    assert not source.collection_artifacts.exists()


@pytest.mark.postgresql
def test_a_project_that_is_deleted_during_a_deployment_to_it_waits_and_is_in_use(
    api, make_user, make_artifact, make_project, monkeypatch
):
    artifact, project = make_artifact("pdf"), make_project("web")
    call, save = Caller(make_user("another editor", "Editors")), Deployment.save

    with ThreadPoolExecutor(1) as pool:
        deletions = []

        def save_late(deployment: Deployment, **options: Any) -> None:
            delete = lambda: call("delete", f"/projects/{project.pk}")  # noqa: E731
            deletions.append(pool.submit(on_own_connection, delete))
            wait_until(lambda: waiting(for_me=True))
            save(deployment, **options)

        monkeypatch.setattr(Deployment, "save", save_late)
        answer = api.post(f"{API}/deployments", {"artifact_id": artifact.pk, "project_id": project.pk})
        assert answer.status_code == 201
        deletions[0].result(TIMEOUT_SECONDS)

    assert call.statuses == [409]
