"""``manage.py backup`` and ``restore``, with a server that runs, is killed or is still there."""

import os
import re
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.server import Server, new_database
from tests.services import need
from tests.soak.clients import Client

SQLITE = connection.vendor == "sqlite"


@contextmanager
def new_server(folder: Path) -> Iterator[Server]:
    """A server that is not started yet, with a migrated database."""
    if not SQLITE:
        need("pg_dump")
    with new_database(connection.vendor, folder) as url:
        server = Server(folder, DATABASE_URL=url)
        server.manage("migrate", "-v0")
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for tests that leave healthy data behind."""
    with new_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server for one test."""
    with new_server(tmp_path) as server:
        yield server


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Where the backup goes."""
    return tmp_path / "backups" / "one"


@contextmanager
def running(server: Server) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.kill()


def execute(server: Server, sql: str) -> list[tuple]:
    """What a statement returns, past the product."""
    url = server.environment["DATABASE_URL"]
    connected = sqlite3.connect(url.removeprefix("sqlite:///")) if SQLITE else psycopg.connect(url)
    with closing(connected) as database:
        rows = database.execute(sql)
        found = rows.fetchall() if rows.description else []
        database.commit()
    return found


def database_of(server: Server) -> Path:
    """The file of SQLite."""
    return Path(server.environment["DATABASE_URL"].removeprefix("sqlite:///"))


def add_project(server: Server, name: str) -> None:
    execute(
        server,
        f"""INSERT INTO deployments_app_project (id, name, created_at, updated_at)
            VALUES ('proj-{os.urandom(16).hex()}', '{name}', '2026-01-01', '2026-01-01')""",
    )


def projects(server: Server) -> list[str]:
    return [name for (name,) in execute(server, "SELECT name FROM deployments_app_project ORDER BY name")]


def test_a_backup_of_a_running_server_is_restored_after_the_server_was_killed(
    server: Server, backup: Path
) -> None:
    key = server.make_user("ada")
    with running(server):
        api = Client(server, key)
        api.make("/collections", name="before")
        assert "nothing is wrong" in server.manage("backup", str(backup)).stdout
        api.make("/collections", name="after")
    # Of a server that was killed SQLite has the last writes in the log only.
    restored = server.manage("restore", str(backup)).stdout
    assert ".secret-key" in restored
    assert "nothing is wrong" in restored
    with running(server):
        found = Client(server, key).get("/collections")["collections"]
    assert [collection["name"] for collection in found] == ["before"]


def test_only_its_owner_may_read_a_backup_and_what_is_restored(server: Server, backup: Path) -> None:
    said = server.manage("backup", str(backup)).stdout
    assert str(backup) in said
    assert ".secret-key" in said
    server.manage("restore", str(backup))
    assert list(backup.parent.iterdir()) == [backup]
    files = [backup, database_of(server)] if SQLITE else [backup]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_backup_takes_the_place_of_no_file(server: Server, backup: Path) -> None:
    backup.parent.mkdir()
    backup.write_text("valuable")
    failed = server.manage("backup", str(backup), check=False)
    assert (failed.returncode, backup.read_text()) == (1, "valuable")
    assert "No backup was made. There is a file" in failed.stderr


def test_a_backup_into_a_folder_is_named_after_the_time(server: Server, tmp_path: Path) -> None:
    server.manage("backup", str(tmp_path))
    (path,) = tmp_path.iterdir()
    assert re.fullmatch(r"\d{8}T\d{6}Z\.(sqlite3|dump)", path.name)


def test_there_is_no_backup_of_a_database_without_our_tables(backup: Path, tmp_path: Path) -> None:
    with new_database(connection.vendor, tmp_path) as url:
        other = Server(tmp_path, DATABASE_URL=url)
        execute(other, "CREATE TABLE number (value integer)")
        failed = other.manage("backup", str(backup), check=False)
    assert failed.returncode == 1
    assert "There is no data of SkillMeat in it." in failed.stderr
    assert list(backup.parent.iterdir()) == []


def backup_of_another_program(folder: Path) -> bytes:
    with new_database(connection.vendor, folder) as url:
        other = Server(folder, DATABASE_URL=url)
        execute(other, "CREATE TABLE number (value integer)")
        if SQLITE:
            return database_of(other).read_bytes()
        return subprocess.run(["pg_dump", "-Fc", url], check=True, capture_output=True).stdout


@pytest.mark.parametrize("kind", ["text", "empty", "cut off", "of another program", "missing"])
def test_what_is_no_backup_is_refused_and_the_data_stays(
    server: Server, backup: Path, tmp_path: Path, kind: str
) -> None:
    server.manage("backup", str(backup))
    add_project(server, kind)
    before = projects(server)
    if kind == "missing":
        backup.unlink()
    elif kind == "of another program":
        backup.write_bytes(backup_of_another_program(tmp_path))
    else:
        whole = backup.read_bytes()
        backup.write_bytes({"text": b"nothing", "empty": b"", "cut off": whole[: len(whole) // 2]}[kind])

    failed = server.manage("restore", str(backup), check=False)

    assert failed.returncode == 1
    (line,) = failed.stderr.splitlines()
    assert f"{backup} was not restored, and the data is as it was." in line
    assert projects(server) == before
    assert not SQLITE or list(database_of(server).parent.glob("*.sqlite3.*")) == []


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL replaces its tables in a transaction")
def test_a_database_that_a_server_has_open_is_not_replaced(server: Server, backup: Path) -> None:
    server.manage("backup", str(backup))
    key = server.make_user("grace")
    with running(server):
        id = Client(server, key).make("/collections", name="later")
        failed = server.manage("restore", str(backup), check=False)
        assert failed.returncode == 1
        assert "stop the server first" in failed.stderr
        assert Client(server, key).get(f"/collections/{id}")["name"] == "later"


@pytest.mark.skipif(not SQLITE, reason="is about a file")
def test_a_damaged_or_missing_database_is_replaced_with_its_log(own_server: Server, backup: Path) -> None:
    add_project(own_server, "saved")
    own_server.manage("backup", str(backup))
    database = database_of(own_server)
    for path in (database, Path(f"{database}-wal")):
        path.write_bytes(b"damaged" * 1000)
    own_server.manage("restore", str(backup))
    assert projects(own_server) == ["saved"]
    database.unlink()
    own_server.manage("restore", str(backup))
    assert projects(own_server) == ["saved"]


def test_a_backup_that_is_older_than_the_code_is_migrated(own_server: Server, backup: Path) -> None:
    own_server.manage("migrate", "-v0", "deployments_app", "0001")
    add_project(own_server, "old")
    # The check at its end knows the tables of today.
    own_server.manage("backup", str(backup), check=False)
    own_server.manage("migrate", "-v0")
    assert "nothing is wrong" in own_server.manage("restore", str(backup)).stdout
    own_server.manage("migrate", "--check")
    assert projects(own_server) == ["old"]


def test_data_that_breaks_a_rule_is_an_error_at_the_end(own_server: Server, backup: Path) -> None:
    add_project(own_server, "broken")
    execute(own_server, "UPDATE deployments_app_project SET id = 'proj-1'")
    for command in ("backup", "restore"):
        done = own_server.manage(command, str(backup), check=False)
        assert done.returncode == 1
        assert "projects have an id of the wrong shape: proj-1" in done.stdout


@pytest.mark.skipif(SQLITE, reason="SQLite needs no programs")
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_missing_programs_of_postgresql_are_named_with_their_package(
    server: Server, backup: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    if command == "restore":
        backup.parent.mkdir()
        backup.write_bytes(b"something")
    monkeypatch.setitem(server.environment, "PATH", "/nowhere")
    failed = server.manage(command, str(backup), check=False)
    assert failed.returncode == 1
    assert "is not installed: apt-get install postgresql-client" in failed.stderr


@pytest.mark.skipif(SQLITE, reason="is about PgBouncer")
def test_the_programs_of_postgresql_do_not_go_through_pgbouncer(
    server: Server, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.environment, "PGBOUNCER", "1")
    failed = server.manage("backup", str(backup), check=False)
    assert failed.returncode == 1
    assert "let DATABASE_URL lead to PostgreSQL, and set PGBOUNCER=0" in failed.stderr
