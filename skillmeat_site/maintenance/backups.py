"""Backups: all data in one file, written while the server runs, and put back completely or not at all."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, mkstemp

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from collections_app.models import Artifact
from skillmeat_site.db.sqlite.base import is_busy

SUFFIXES = {"sqlite": ".sqlite3", "postgresql": ".dump"}
# Beside a SQLite database: whatever is in them SQLite brings back when it opens the database.
_LOGS = ("-wal", "-shm", "-journal")
# A backup without it is of something else.
_TABLE = Artifact._meta.db_table
# The tables and functions that are there now, those of later migrations too, which no backup knows.
_EMPTY_SCHEMA = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL client_min_messages = warning;
    -- Rather than wait for ever for a transaction that somebody left open.
    SET LOCAL lock_timeout = '10s';
    FOR name IN
        SELECT c.oid::regclass FROM pg_class c
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND deptype = 'e')
    LOOP EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', name); END LOOP;
    FOR name IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND deptype = 'e')
    LOOP EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', name); END LOOP;
END $$
"""


class BackupError(Exception):
    """A backup or a restore was not done, and nothing has changed; says why, and what to do."""


def write_backup(path: Path) -> None:
    """Write all data, as it is at one moment, into the new file ``path``; only its owner may read it.

    Raises:
        BackupError: there is such a file, or no data.
        OSError: the file cannot be written.
    """
    if path.exists():
        raise BackupError(f"There is a file {path} already. Name another one.")
    with _complete_file(path) as copy:
        if connection.vendor == "sqlite":
            _copy_sqlite(connection.settings_dict["NAME"], copy)
        else:
            _run_client("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")
            _expect_own_table(_run("pg_restore", "--list", str(copy)))


def restore_backup(path: Path) -> None:
    """Replace all data by what is in the file ``path``, which `write_backup` wrote.

    Raises:
        BackupError: it is no such file, or a server is using the database.
        OSError: the database cannot be written.
    """
    connection.close()
    try:
        if not path.is_file():
            raise BackupError("There is no such file.")
        if connection.vendor == "sqlite":
            _restore_sqlite(path)
        else:
            _restore_postgresql(path)
    except BackupError as exc:
        raise BackupError(f"{path} was not restored, and the data is as it was. {exc}") from exc


@contextmanager
def _complete_file(path: Path) -> Iterator[Path]:
    """A file that gets the name ``path`` once all is in it and on disk. Only its owner may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = mkstemp(dir=path.parent, prefix=f"{path.name}.")
    os.close(descriptor)
    copy = Path(name)
    try:
        yield copy
        _sync(copy)
        copy.replace(path)
        _sync(path.parent)
    finally:
        copy.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_sqlite(source: str | Path, target: Path) -> None:
    """Copy a database by SQLite's online backup, which also reads what is in the log of another process."""
    url = f"{Path(source).resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(url, uri=True)) as original, closing(sqlite3.connect(target)) as copy:
            original.backup(copy)
            # One file is all there is to a backup; WAL would need others beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            damage = [line for (line,) in copy.execute("PRAGMA integrity_check(1)") if line != "ok"]
            tables = [name for (name,) in copy.execute("SELECT name FROM sqlite_master")]
    except sqlite3.DatabaseError as exc:
        raise BackupError(f"SQLite cannot read {source}: {exc}.") from exc
    if damage:
        raise BackupError(f"{source} is damaged: {damage[0]}")
    _expect_own_table(tables)


def _restore_sqlite(path: Path) -> None:
    database = Path(connection.settings_dict["NAME"]).resolve()
    with _complete_file(database) as copy:
        _copy_sqlite(path, copy)
        _close_for_good(database)


def _close_for_good(database: Path) -> None:
    """Take the logs away from a database that will be replaced: they would be replayed over the new one.

    Raises:
        BackupError: somebody has it open, and would go on writing to a file without a name.
    """
    if database.exists():
        try:
            with closing(sqlite3.connect(database, timeout=1)) as present:
                # Moves what is in the log to the database; SQLite does that for the last who has it open.
                present.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.DatabaseError as exc:
            if is_busy(exc):
                raise BackupError(f"{database} is in use: stop the server first.") from exc
            # Else it is damaged, which may be why it is replaced.
    for suffix in _LOGS:
        database.with_name(f"{database.name}{suffix}").unlink(missing_ok=True)


def _restore_postgresql(path: Path) -> None:
    with NamedTemporaryFile(prefix="skillmeat-", suffix=".sql") as script:
        # All of it is read before anything is dropped: psql would commit what came of half a file.
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script.name}", str(path))
        _expect_own_table(_run("pg_restore", "--list", str(path)))
        stop = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
        _run_client("psql", *stop, f"--command={_EMPTY_SCHEMA}", f"--file={script.name}")


def _expect_own_table(names: Sequence[str]) -> None:
    if _TABLE not in names:
        raise BackupError("There is no data of SkillMeat in it.")


def _run_client(program: str, *options: str) -> list[str]:
    """Run a program of PostgreSQL that connects to the database.

    Raises:
        BackupError: see `_run`; or the connection would lead through PgBouncer.
    """
    if settings.PGBOUNCER:
        raise BackupError(
            "PgBouncer keeps no sessions: let DATABASE_URL lead to PostgreSQL, and set PGBOUNCER=0."
        )
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, options)
    return _run(program, *arguments[1:], **(environment or {}))


def _run(program: str, *arguments: str, **environment: str) -> list[str]:
    """The words that a program of PostgreSQL prints.

    Raises:
        BackupError: it is not installed, or it fails; with what it says.
    """
    if not shutil.which(program):
        raise BackupError(
            f"{program} is not installed: apt-get install postgresql-client, at least as new as the server."
        )
    # No shell, and nothing of it comes from a request.
    done = subprocess.run(  # noqa: S603
        [program, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(done.stderr.strip())
    return done.stdout.split()
