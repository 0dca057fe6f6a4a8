"""``Idempotency-Key``: a POST that is sent again is answered again and carried out once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from collections_app.models import Collection
from skillmeat_site.accounts.models import ApiToken
from skillmeat_site.idempotency.models import IdempotencyRecord
from tests.calls import API, CALLS, Call, World, assert_envelope, codes, each, stored, unchanged
from tests.crowd import CLIENTS, Caller, at_once

POSTS = [call for call in CALLS if call.method == "post" and not call.path.startswith("/auth/log")]
PATH = f"{API}/collections"
KEY = {"headers": {"Idempotency-Key": "6f1c2b-1"}}


def same(first: Any, second: Any) -> bool:
    """Whether two answers are the same for a client."""
    return [first.status_code, first.content, first.get("Location")] == [
        second.status_code,
        second.content,
        second.get("Location"),
    ]


@each(POSTS)
def test_the_same_post_again_gets_the_same_answer_and_changes_nothing(
    api: Any, world: World, call: Call
) -> None:
    first = call.send(api, world, **KEY)
    assert (first.status_code, first.get("Idempotent-Replayed")) == (call.status, None)
    with unchanged():
        again = call.send(api, world, **KEY)
    assert same(first, again)
    assert again["Idempotent-Replayed"] == "true"


@each(POSTS)
def test_with_a_key_a_post_does_what_it_does_without(api: Any, world: World, call: Call) -> None:
    before = stored(), ApiToken.objects.count()
    call.send(api, world, **KEY)
    assert (stored(), ApiToken.objects.count()) != before


def test_without_a_key_a_post_is_a_new_one_each_time(api: Any, world: World) -> None:
    body = {"artifact_id": world["artifact"], "project_id": world["project"]}
    answers = [api.post(f"{API}/deployments", body) for _ in range(2)]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    assert not IdempotencyRecord.objects.exists()


def test_another_key_is_another_request(api: Any) -> None:
    api.post(PATH, {"name": "new"}, **KEY)
    body = assert_envelope(api.post(PATH, {"name": "new"}, headers={"Idempotency-Key": "other"}), 400)
    assert codes(body) == [("unique", "name")]


@pytest.mark.parametrize(
    ("path", "body"),
    [(PATH, {"name": "other"}), (PATH, {}), (f"{API}/projects", {"name": "new"})],
    ids=["another body", "no body", "another path"],
)
def test_a_key_that_was_used_for_another_request_is_422(api: Any, path: str, body: Any) -> None:
    api.post(PATH, {"name": "new"}, **KEY)
    with unchanged():
        answer = api.post(path, body, **KEY)
    assert codes(assert_envelope(answer, 422)) == [("idempotency_key_reused", None)]


def test_another_user_may_use_the_same_key(api: Any, make_user: Any, client_of: Any) -> None:
    api.post(PATH, {"name": "mine"}, **KEY)
    answer = client_of(make_user("bob", "Editors")).post(PATH, {"name": "bob's"}, **KEY)
    assert (answer.status_code, answer.json()["name"]) == (201, "bob's")


def test_a_refusal_is_given_again_too(api: Any) -> None:
    taken = api.post(PATH, {"name": "taken"}).json()["id"]
    refusal = api.post(PATH, {"name": "taken"}, **KEY)
    assert refusal.status_code == 400
    api.delete(f"{PATH}/{taken}")
    again = api.post(PATH, {"name": "taken"}, **KEY)
    assert same(refusal, again)
    assert again["Idempotent-Replayed"] == "true"


def test_a_fault_is_not_kept_and_leaves_nothing_behind(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def create_and_fail(**_: Any) -> None:
        Collection(name="half").save()
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("collections_app.services.create_collection", create_and_fail)
        assert_envelope(api.post(PATH, {"name": "new"}, **KEY), 500)
    assert not Collection.objects.exists()
    answer = api.post(PATH, {"name": "new"}, **KEY)
    assert (answer.status_code, answer.get("Idempotent-Replayed")) == (201, None)


def test_a_database_that_leaves_is_503_and_the_key_is_still_free(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(**_: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr("collections_app.services.create_collection", leave)
        assert_envelope(api.post(PATH, {"name": "new"}, **KEY), 503)
    assert api.post(PATH, {"name": "new"}, **KEY).status_code == 201


def test_after_a_day_a_key_is_forgotten(api: Any) -> None:
    api.post(PATH, {"name": "new"}, **KEY)
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert api.post(PATH, {"name": "new"}, **KEY)["Idempotent-Replayed"] == "true"
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert_envelope(api.post(PATH, {"name": "new"}, **KEY), 400)
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "schlüssel", "\x7f"])
def test_what_is_no_key_is_400(api: Any, key: str) -> None:
    with unchanged():
        answer = api.post(PATH, {"name": "new"}, headers={"Idempotency-Key": key})
    assert "Idempotency-Key must be 1 to 255" in assert_envelope(answer, 400)["detail"]


def test_the_longest_key_is_taken(api: Any) -> None:
    key = {"headers": {"Idempotency-Key": "~" * 255}}
    assert [api.post(PATH, {"name": "new"}, **key).status_code for _ in range(2)] == [201, 201]


def test_permission_is_asked_for_each_time(api: Any, make_user: Any, client_of: Any) -> None:
    user = make_user("ada", "Editors")
    client = client_of(user)
    assert client.post(PATH, {"name": "new"}, **KEY).status_code == 201
    user.groups.clear()
    assert_envelope(client.post(PATH, {"name": "new"}, **KEY), 403)


def test_put_and_delete_need_no_key_and_ignore_one(api: Any, world: World) -> None:
    path = f"{PATH}/{world['collection']}"
    assert [api.put(path, {"name": name}, **KEY).json()["name"] for name in "ab"] == ["a", "b"]
    assert [api.delete(path, **KEY).status_code for _ in range(2)] == [204, 404]


def test_a_login_is_a_new_one_each_time_and_its_token_is_not_kept(api: Any, world: World) -> None:
    body = {"username": "editor", "password": world["password"]}
    tokens = {api.post(f"{API}/auth/login", body, **KEY).json()["token"] for _ in range(2)}
    assert len(tokens) == 2
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize("path", ["logout", "logoutall"])
def test_a_logout_is_one_whatever_key_another_session_sent(make_user: Any, client_of: Any, path: str) -> None:
    user = make_user("ada")
    for session in [client_of(user), client_of(user)][: 2 if path == "logout" else 1]:
        answer = session.post(f"{API}/auth/{path}", **KEY)
        assert (answer.status_code, "Idempotent-Replayed" in answer) == (204, False)
        assert_envelope(session.get(f"{API}/auth/me"), 401)
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_carried_out_and_the_others_get_its_answer(make_user: Any) -> None:
    user = make_user("editor", "Editors")
    crowd = [Caller(user) for _ in range(CLIENTS)]

    def create(call: Caller) -> Any:
        return call.client.post(PATH, {"name": "new"}, **KEY)

    answers = at_once(*(lambda call=call: create(call) for call in crowd))

    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("Idempotent-Replayed" in answer for answer in answers) == CLIENTS - 1
    assert Collection.objects.count() == 1
