"""Answers that are given again: only while they are what the database would say."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from collections_app.models import Collection
from skillmeat_site.accounts.models import ApiToken
from skillmeat_site.api import viewsets
from skillmeat_site.api.kept_answers import KeptAnswers
from skillmeat_site.api.renderers import FastJSONRenderer
from tests.calls import API, CALLS, Call, World, assert_envelope
from tests.crowd import CLIENTS, at_once, on_own_connection
from tests.services import POSTGRESQL_URL

# What is read inside a transaction, such as that of other tests, is not kept.
pytestmark = pytest.mark.django_db(transaction=True)

READS = [call for call in CALLS if call.method == "get"]
WRITES = [call for call in CALLS if call.permission]


TRIES = 20


@pytest.fixture
def is_kept(count_queries: Any) -> Callable[[Callable[[], Any]], bool]:
    """Tell whether an answer is given again: nothing is asked but whose token it is.

    Whoever else uses the same PostgreSQL writes now and then, which ends all answers.
    """
    return lambda read: any(count_queries(read) == 1 for _ in range(TRIES))


def test_every_get_is_answered_again_from_what_is_kept(api: Any, world: World, is_kept: Any) -> None:
    for call in READS:
        with transaction.atomic():
            anew = call.send(api, world)
        assert is_kept(lambda call=call: call.send(api, world)), call
        kept = call.send(api, world)
        assert (kept.content, kept.headers) == (anew.content, {**anew.headers, **request_id(kept)}), call


def request_id(response: Any) -> dict[str, str]:
    return {"X-Request-ID": response["X-Request-ID"]}


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.operation_id)
def test_after_a_write_every_get_says_what_the_database_says(api: Any, world: World, write: Call) -> None:
    for read in READS:
        read.send(api, world)
    assert write.send(api, world).status_code == write.status
    for read in READS:
        assert answer(api, world, read) == answer_anew(api, world, read), read


def answer(api: Any, world: World, call: Call) -> tuple[int, bytes]:
    response = call.send(api, world)
    return response.status_code, response.content


def answer_anew(api: Any, world: World, call: Call) -> tuple[int, bytes]:
    with transaction.atomic():
        return answer(api, world, call)


def test_what_somebody_else_writes_past_the_api_shows_at_once(api: Any, make_collection: Any) -> None:
    collection = make_collection("old")
    url = f"{API}/collections/{collection.pk}"
    assert [api.get(url).json()["name"] for _ in range(2)] == ["old", "old"]

    rename = Collection.objects.filter(pk=collection.pk).update
    on_own_connection(lambda: rename(name="new")) if connection.vendor == "postgresql" else rename(name="new")

    assert api.get(url).json()["name"] == "new"


@pytest.mark.postgresql
def test_what_is_not_committed_yet_does_not_show_and_what_is_taken_back_never_does(
    api: Any, make_collection: Any
) -> None:
    url = f"{API}/collections/{make_collection('old').pk}"
    names = [api.get(url).json()["name"]]
    database = connection.settings_dict["NAME"]
    for end in ("ROLLBACK", "COMMIT"):
        with psycopg.connect(POSTGRESQL_URL, dbname=database, autocommit=True) as other:
            other.execute("BEGIN")
            other.execute("UPDATE collections_app_collection SET name = 'new'")
            names += [api.get(url).json()["name"] for _ in range(2)]
            other.execute(end)
            names += [api.get(url).json()["name"] for _ in range(2)]
    assert names == ["old"] * 7 + ["new"] * 2


def test_what_is_read_in_a_transaction_is_not_kept(api: Any, make_collection: Any, is_kept: Any) -> None:
    def read() -> Any:
        return api.get(f"{API}/collections").json()["total"]

    with transaction.atomic():
        make_collection("never")
        assert read() == 1
        assert not is_kept(read)
        transaction.set_rollback(True)
    assert read() == 0


class InOneState(KeptAnswers):
    """As if nobody else used the same PostgreSQL."""

    def find(self, key: str, state: str) -> Any:
        return super().find(key, "the same")


@pytest.mark.postgresql
def test_of_many_who_ask_for_the_same_at_once_one_answer_is_made(
    client_of: Any, make_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, user, made = InOneState(2**20), make_user("reader"), []
    crowd = [client_of(user) for _ in range(CLIENTS)]
    render = FastJSONRenderer.render

    def render_slowly(self: Any, data: Any) -> bytes:
        made.append(data)
        time.sleep(0.1)
        return render(self, data)

    monkeypatch.setattr(viewsets, "kept_answers", answers)
    monkeypatch.setattr(FastJSONRenderer, "render", render_slowly)
    answers.find("any", "state")
    answered = at_once(*(lambda client=client: client.get(f"{API}/collections") for client in crowd))

    assert {answer.json()["total"] for answer in answered} == {0}
    assert len(made) == 1


def test_nobody_gets_what_is_kept_for_another(api: Any, viewer_api: Any) -> None:
    for _ in range(2):
        assert api.get(f"{API}/auth/me").json()["username"] == "editor"
        assert viewer_api.get(f"{API}/auth/me").json()["username"] == "viewer"


def test_what_is_kept_needs_a_valid_token_of_an_active_user(
    api: Any, viewer_api: Any, anonymous_api: Any
) -> None:
    url = f"{API}/collections"
    for client in (api, viewer_api):
        assert [client.get(url).status_code for _ in range(2)] == [200, 200]
    ApiToken.objects.filter(user__username="editor").revoke()
    User.objects.filter(username="viewer").update(is_active=False)
    for client in (api, viewer_api, anonymous_api):
        assert_envelope(client.get(url), 401)


def test_a_user_who_is_changed_between_the_look_and_the_rest_is_not_kept(
    api: Any, viewer_api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_and_look(token: ApiToken) -> None:
        monkeypatch.undo()
        User.objects.filter(username="editor").update(email="new@example.org")
        viewer_api.get(f"{API}/auth/me")
        viewer_api.get(f"{API}/auth/me")

    monkeypatch.setattr(ApiToken, "touch", change_and_look)
    api.get(f"{API}/auth/me")
    assert api.get(f"{API}/auth/me").json()["email"] == "new@example.org"


def test_each_query_and_method_has_an_answer_of_its_own(api: Any, make_collection: Any) -> None:
    for name in ("a", "b"):
        make_collection(name)
    for _ in range(2):
        assert [row["name"] for row in api.get(f"{API}/collections").json()["collections"]] == ["a", "b"]
        found = api.get(f"{API}/collections?search=b").json()["collections"]
        assert [row["name"] for row in found] == ["b"]
        assert api.head(f"{API}/collections").content == b""
        assert_envelope(api.get(f"{API}/collections?search=b&page=0"), 400)


def test_a_kept_answer_may_be_a_304(api: Any, is_kept: Any) -> None:
    # The first request of a token is written down.
    etag = [api.get(f"{API}/collections")["ETag"] for _ in range(2)][1]

    def read() -> Any:
        return api.get(f"{API}/collections", headers={"If-None-Match": etag})

    assert is_kept(read)
    assert (read().status_code, read().content) == (304, b"")


def test_errors_are_not_kept(api: Any, is_kept: Any) -> None:
    def read() -> Any:
        return api.get(f"{API}/collections/col-{'0' * 32}")

    for _ in range(2):
        assert_envelope(read(), 404)
    assert not is_kept(read)


def test_a_query_in_another_encoding_is_another_query(api: Any, make_collection: Any) -> None:
    make_collection("café")

    def found(content_type: str) -> int:
        return api.get(f"{API}/collections?search=caf%C3%A9", content_type=content_type).json()["total"]

    for _ in range(2):
        assert found("application/json") == 1
        assert found("application/json; charset=latin-1") == 0
