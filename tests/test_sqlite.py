"""Writers that wait for each other on SQLite."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from threading import Timer
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from skillmeat_site.db.sqlite.base import DatabaseWrapper, is_busy
from skillmeat_site.db.transactions import snapshot

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite"),
]


@pytest.fixture
def busy(tmp_path: Any) -> Iterator[sqlite3.Connection]:
    """A database in which somebody else is writing."""
    with closing(sqlite3.connect(tmp_path / "db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE number (value)")
        other.execute("BEGIN IMMEDIATE")
        yield other


@pytest.fixture
def writer(busy: sqlite3.Connection, tmp_path: Any) -> Iterator[Any]:
    """A connection as the product's, to the same database."""
    options = connection.settings_dict["OPTIONS"] | {"timeout": 0.2}
    settings = {**connection.settings_dict, "NAME": str(tmp_path / "db"), "OPTIONS": options}
    connections["writer"] = DatabaseWrapper(settings, "writer")
    yield connections["writer"]
    connections["writer"].close()
    del connections["writer"]


def write(writer: Any) -> None:
    with transaction.atomic(using="writer"), writer.cursor() as cursor:
        cursor.execute("INSERT INTO number VALUES (1)")


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_a_new_database_and_its_log_are_for_their_owner_only(tmp_path, umask):
    settings = {**connection.settings_dict, "NAME": str(tmp_path / "db")}
    connections["new"] = DatabaseWrapper(settings, "new")
    before = os.umask(umask)
    try:
        with connections["new"].cursor() as cursor:
            cursor.execute("CREATE TABLE number (value)")
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
        connections["new"].close()
        del connections["new"]
    assert modes == {"db": 0o600, "db-wal": 0o600, "db-shm": 0o600}


def test_a_connection_keeps_the_pages_of_a_long_list():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA cache_size").fetchone() == (-6000,)


def test_a_writer_goes_on_as_soon_as_the_one_before_has_ended(busy, writer):
    timer = Timer(0.05, lambda: busy.execute("COMMIT"))
    timer.start()
    write(writer)
    timer.join()
    assert busy.execute("SELECT value FROM number").fetchall() == [(1,)]


def test_a_writer_gives_up_when_the_one_before_does_not_end(busy, writer):
    with pytest.raises(OperationalError, match="locked"):
        write(writer)
    busy.execute("COMMIT")
    write(writer)


def test_a_snapshot_waits_for_no_writer(busy, writer):
    writer.ensure_connection()
    writer.transaction_mode = "DEFERRED"
    with transaction.atomic(using="writer"), writer.cursor() as cursor:
        assert cursor.execute("SELECT value FROM number").fetchall() == []


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_leaves_later_transactions_as_they_were():
    connection.close()
    with snapshot():
        pass
    assert connection.transaction_mode == "IMMEDIATE"


def test_other_statements_are_as_patient_as_ever(busy, writer):
    busy.execute("COMMIT")
    write(writer)
    with writer.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (200,)


def test_what_is_wrong_for_another_reason_is_not_tried_again(busy, writer):
    busy.execute("COMMIT")
    with transaction.atomic(using="writer"), pytest.raises(OperationalError, match="within a transaction"):
        writer._start_transaction_under_autocommit()


def test_a_database_that_is_being_recovered_is_busy():
    exc = sqlite3.OperationalError("database is locked")
    exc.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
    assert is_busy(exc)
