"""The floor: a bare WSGI function that runs the statements of ours by the driver alone.

It learns them when it starts, by sending each request to ours and listening. Per request it then
looks the token up, runs the statements, makes dicts of the rows and dumps them with orjson.
"""

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg
from uuid_utils.compat import uuid7

from benchmarks.client import Application, ask, begin
from benchmarks.scenarios import SCENARIOS, Scenario

Statement = tuple[str, list[Any]]
# A UUIDv7 begins with the time in milliseconds.
_ID = re.compile(r"([a-z]+)-([0-9a-f]{12})[0-9a-f]{20}")
# The framework's own: the floor begins and ends its transactions itself.
_NOT_RECORDED = ("SAVEPOINT", "RELEASE", "BEGIN", "ROLLBACK")


class Recording:
    """The statements that ours runs for a scenario, to be run again with ids and names of their own."""

    def __init__(self, ours: Application, scenario: Scenario, ids: dict[str, str]) -> None:
        self.writes = scenario.method != "GET"
        began = _milliseconds()
        self._number, etag = begin(ours, scenario, ids)
        recorded = _milliseconds()
        self.statements = _recorded(lambda: ask(ours, scenario, ids, self._number, etag))
        made_at = {
            param: int(match[2], 16)
            for _, params in self.statements
            for param in params
            if isinstance(param, str) and (match := _ID.fullmatch(param))
        }
        self._new = [id for id, moment in made_at.items() if moment >= recorded]
        # The row that the request before made, by the kind of its id.
        self._replaced = {id[:4]: id for id, moment in made_at.items() if began <= moment < recorded}

    def run(self, cursor: Any) -> list[list[dict[str, Any]]]:
        """Run the statements.

        Returns:
            The rows of each that has any.
        """
        fresh = self._fresh() if self.writes else {}
        results = []
        for sql, params in self.statements:
            cursor.execute(sql, [fresh.get(p, p) if isinstance(p, str) else p for p in params])
            if cursor.description:
                names = [column[0] for column in cursor.description]
                rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
                results.append(rows)
                if fresh:
                    fresh |= self._found(rows)
        return results

    def _fresh(self) -> dict[Any, Any]:
        """What to say instead of the ids and names that the recorded request made."""
        ids = {id: f"{id.partition('-')[0]}-{uuid7().hex}" for id in self._new}
        return {**ids, f"new {self._number}": f"new {time.time_ns()}"}

    def _found(self, rows: list[dict[str, Any]]) -> dict[Any, Any]:
        """What to say instead of the row that the recorded request replaced: the one found now."""
        found = str(rows[0].get("id")) if rows else ""
        return {self._replaced[found[:4]]: found} if found[:4] in self._replaced else {}


class Floor:
    """The WSGI application; a request names its scenario in a header."""

    def __init__(self, ours: Application, ids: dict[str, str]) -> None:
        self._recordings = [Recording(ours, scenario, ids) for scenario in SCENARIOS]
        self._local = threading.local()

    @property
    def statements(self) -> dict[str, int]:
        """How many statements each scenario takes."""
        return {
            scenario.name: len(recording.statements)
            for scenario, recording in zip(SCENARIOS, self._recordings, strict=True)
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        if environ["PATH_INFO"] == "/healthz":
            start_response("200 OK", [])
            return []
        recording = self._recordings[int(environ["HTTP_X_SCENARIO"])]
        if body := environ["wsgi.input"].read():
            orjson.loads(body)
        cursor = self._cursor()
        if not recording.writes:
            results = recording.run(cursor)
        else:
            cursor.execute("BEGIN IMMEDIATE" if isinstance(cursor, sqlite3.Cursor) else "BEGIN")
            try:
                results = recording.run(cursor)
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
        answer = orjson.dumps(results)
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    def _cursor(self) -> Any:
        if not hasattr(self._local, "connection"):
            self._local.connection = _connect()
        return self._local.connection.cursor()


def _milliseconds() -> int:
    return int(time.time() * 1000)


def _recorded(call: Callable[[], Any]) -> list[Statement]:
    from django.db import connection

    statements: list[Statement] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(_NOT_RECORDED):
            bare = sql.replace("%s", "?").replace("%%", "%") if connection.vendor == "sqlite" else sql
            statements.append((bare, [str(p) if isinstance(p, str) else p for p in params or ()]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        call()
    return statements


def _connect() -> Any:
    from django.db import connection
    from django.db.backends.sqlite3._functions import register as register_functions

    from skillmeat_site.db.lookups import fold_case

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        raw = sqlite3.connect(settings["NAME"], isolation_level=None, timeout=20)
        register_functions(raw)
        raw.create_function("FOLD_CASE", 1, fold_case, deterministic=True)
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA synchronous=FULL")
        return raw
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
        autocommit=True,
        options=settings["OPTIONS"]["options"],
    )
