"""What is asked of connections to PostgreSQL."""

import psycopg
import pytest
from django.db import connection

from tests.services import POSTGRESQL_URL

pytestmark = pytest.mark.postgresql


def test_no_query_waits_for_being_compiled(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


@pytest.fixture
def spoiled_connection(transactional_db):
    """The test's own connection, closed afterwards whatever became of it."""
    connection.ensure_connection()
    yield connection
    connection.close()


def test_a_connection_that_the_server_has_closed_is_not_used_again(spoiled_connection):
    assert spoiled_connection.is_usable()
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as other:
        pid = spoiled_connection.connection.info.backend_pid
        # The second argument waits for its end: without it, the server has only been told.
        ended = other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        assert ended.fetchone() == (True,)
    assert not spoiled_connection.is_usable()


def test_a_connection_that_is_left_in_a_transaction_is_not_used_again(spoiled_connection):
    with spoiled_connection.cursor() as cursor:
        cursor.execute("BEGIN")
    assert not spoiled_connection.is_usable()


@pytest.fixture
def prepared():
    """What the server has planned once for this connection: the statements."""

    def read():
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements")
            return [statement for (statement,) in cursor.fetchall()]

    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    return read


def read_often(api, path):
    for _ in range(connection.settings_dict["OPTIONS"]["prepare_threshold"] + 1):
        assert api.get(f"/api/v1{path}").status_code == 200


def test_a_look_up_by_id_is_planned_once(api, prepared, make_project):
    read_often(api, f"/projects/{make_project('web').pk}")
    assert any('FROM "deployments_app_project"' in statement for statement in prepared())


def test_a_list_whose_length_depends_on_the_parent_is_planned_anew(api, prepared, make_collection):
    read_often(api, f"/collections/{make_collection('Office').pk}/artifacts")
    assert not any("collectionartifact" in statement for statement in prepared())
