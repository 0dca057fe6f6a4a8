"""Everything works where connections to PostgreSQL are handed on after each transaction."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import requests
from django.contrib import admin
from django.urls import reverse
from psycopg import sql

from tests.pgbouncer import running_pgbouncer
from tests.server import Server, new_database, running_server
from tests.services import need
from tests.soak.clients import TIMEOUT_SECONDS, Client, at_once

pytestmark = pytest.mark.postgresql

CLIENTS = 8
ROUNDS = 5


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the data is, without PgBouncer."""
    need("TEST_DATABASE_URL")
    need("pgbouncer")
    with new_database("postgresql", tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="module")
def server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two processes of four threads each."""
    with running_pgbouncer(database_url) as url:
        settings = {"DATABASE_URL": url, "PGBOUNCER": "1", "GUNICORN_CMD_ARGS": "--threads 4"}
        with running_server(tmp_path_factory.mktemp("server"), **settings) as server:
            yield server


@pytest.fixture(scope="module")
def administrator(server: Server) -> dict[str, str]:
    """What `first_use` says: the user name, the password and the API token; it makes demo content too."""
    printed = server.manage("first_use").stdout
    return dict(re.findall(r"^  (user name|password|API token) +(\S+)$", printed, re.MULTILINE))


def read_and_write(number: int, call: Client) -> Counter[int]:
    """How often each status was answered to one of many who read and write in turn."""
    statuses: Counter[int] = Counter()

    def send(method: str, path: str, body: Any = None) -> Any:
        status, answer = call(method, path, body)
        statuses[status] += 1
        return answer

    shared = send("get", "/collections")["collections"][0]["id"]
    for turn in range(ROUNDS):
        name = f"{number}-{turn}"
        artifact = send("post", "/artifacts", {"type": "skill", "name": name})
        group = send("post", "/groups", {"collection_id": shared, "name": name, "position": 0})
        path = f"/groups/{group['id']}"
        send("post", f"{path}/artifacts", {"artifact_ids": [artifact["id"]]})
        send("put", path, {"position": 1})
        for read in (path, f"/collections/{shared}", "/deployments/summary", "/artifacts"):
            send("get", read)
        send("delete", path)
    return statuses


def test_many_clients_share_few_connections(server: Server, administrator: dict[str, str]) -> None:
    crowd = [Client(server, administrator["API token"]) for _ in range(CLIENTS)]

    statuses: Counter[int] = sum(at_once(crowd, read_and_write), Counter())

    rounds = CLIENTS * ROUNDS
    assert statuses == {200: CLIENTS + 5 * rounds, 201: 3 * rounds, 204: rounds}
    server.manage("check_integrity")


@pytest.fixture
def clerk(server: Server, administrator: dict[str, str]) -> requests.Session:
    """The administrator, logged in to the admin."""
    session, page = requests.Session(), f"http://127.0.0.1:{server.port}/admin/login/"
    session.get(page, timeout=TIMEOUT_SECONDS)
    form = {
        "username": administrator["user name"],
        "password": administrator["password"],
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }
    assert session.post(page, form, allow_redirects=False, timeout=TIMEOUT_SECONDS).status_code == 302
    return session


def pages_of(model: Any, key: Any) -> dict[str, str]:
    """The URLs of the admin's pages for a model and one of its rows, by what they are for."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    of_row = ("change", "history", "delete") if key is not None else ()
    return {page: reverse(f"{name}_{page}") for page in ("changelist", "add")} | {
        page: reverse(f"{name}_{page}", args=[key]) for page in of_row
    }


def test_every_page_of_the_admin_opens(database_url: str, server: Server, clerk: requests.Session) -> None:
    urls = [("dashboard", reverse("admin:index"))]
    with psycopg.connect(database_url) as connection:
        for model in admin.site._registry:
            names = [sql.Identifier(str(name)) for name in (model._meta.pk.column, model._meta.db_table)]
            row = connection.execute(sql.SQL("SELECT {} FROM {}").format(*names)).fetchone()
            urls += pages_of(model, row and row[0]).items()

    statuses = Counter(
        (page, clerk.get(f"http://127.0.0.1:{server.port}{url}", timeout=TIMEOUT_SECONDS).status_code)
        for page, url in urls
    )

    # The audit trail, for one, is only shown.
    refused = {("add", 403), ("delete", 403)}
    assert {status for page, status in statuses.keys() - refused} == {200}
    assert statuses["change", 200] > 10


# Between two pieces the connection goes to somebody else, who keeps it.
READ_IN_PIECES = """
from collections_app.models import Artifact
from django.db import connection
other = connection.copy()
rows = Artifact.objects.values_list("pk").iterator(chunk_size=1)
read = [next(rows)]
other.set_autocommit(False)
other.ensure_connection()
other.cursor().execute("SELECT 1")
read += rows
print(len(read) == Artifact.objects.count() > 1)
"""


def test_rows_that_are_read_in_pieces_need_no_cursor_of_the_session(
    server: Server, administrator: dict[str, str]
) -> None:
    assert server.manage("shell", "--no-imports", "-v0", "-c", READ_IN_PIECES).stdout.strip() == "True"
