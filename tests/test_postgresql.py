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
