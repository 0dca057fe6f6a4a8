"""``If-Match``: a change is refused when what it is based on has changed since."""

from typing import Any

import pytest

from tests.calls import API, CALLS, Call, World, assert_envelope, codes, each, stored, unchanged
from tests.crowd import CLIENTS, Caller, at_once

# A token has no URL that shows it, and so no ETag.
CHANGES = [
    call for call in CALLS if call.method in ("put", "patch", "delete") and call.operation_id != "deleteToken"
]
CONDITIONAL = [call for call in CHANGES if call.operation_id != "reorderGroups"]
OLD = {"headers": {"If-Match": '"0123456789abcdef0123456789abcdef"'}}


def etag(api: Any, world: World, call: Call) -> str:
    """The ETag of the object that a call is about: of the whole, if it is about a part of one."""
    _, resource, name = call.path.split("/")[:3]
    return api.get(f"{API}/{resource}/{name.format_map(world)}")["ETag"]


@each(CONDITIONAL)
def test_with_the_current_etag_a_change_is_made(api: Any, world: World, call: Call) -> None:
    before = stored()
    answer = call.send(api, world, headers={"If-Match": etag(api, world, call)})
    assert answer.status_code == call.status, answer.content
    assert stored() != before


@each(CHANGES)
def test_with_an_old_etag_a_change_is_412_and_not_made(api: Any, world: World, call: Call) -> None:
    with unchanged():
        answer = call.send(api, world, **OLD)
    assert codes(assert_envelope(answer, 412)) == [("precondition_failed", None)]


def test_where_nothing_has_an_etag_the_client_is_told_to_send_none(api: Any, world: World) -> None:
    call = next(call for call in CHANGES if call not in CONDITIONAL)
    for header in ("*", '"old"'):
        body = assert_envelope(call.send(api, world, headers={"If-Match": header}), 412)
        assert "Send no If-Match" in body["detail"]


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/collections/{collection}", ("put", "/collections/{collection}", {"description": "new"})),
        ("/collections/{collection}", ("put", "/groups/{group}", {"name": "new"})),
        ("/collections/{collection}", ("delete", "/collections/{collection}/artifacts/{artifact}", None)),
        ("/groups/{group}", ("put", "/groups/{other_group}", {"position": 0})),
        ("/groups/{group}", ("put", "/groups/{group}/artifacts/{artifact}", {"position": 1})),
        ("/groups/{group}", ("put", "/artifacts/{artifact}", {"name": "new"})),
        ("/artifacts/{artifact}", ("delete", "/collections/{collection}/artifacts/{artifact}", None)),
        ("/artifacts/{artifact}", ("put", "/artifacts/{artifact}", {"latest_version": "9"})),
        ("/deployments/{deployment}", ("put", "/artifacts/{artifact}", {"latest_version": "9"})),
        (
            "/deployments/{deployment}",
            ("post", "/deployments", {"artifact_id": "{artifact}", "project_id": "{project}"}),
        ),
        ("/projects/{project}", ("put", "/projects/{project}", {"name": "new"})),
    ],
)
def test_whatever_changes_the_answer_of_the_get_makes_the_etag_old(
    api: Any, world: World, path: str, other: Any
) -> None:
    url = API + path.format_map(world)
    before = api.get(url)["ETag"]
    call = Call("", *other[:2], 0, other[2])
    assert call.send(api, world).status_code < 300
    assert_envelope(api.put(url, {}, headers={"If-Match": before}), 412)
    assert api.put(url, {}, headers={"If-Match": api.get(url)["ETag"]}).status_code == 200


@pytest.mark.parametrize("form", ["{}", "W/{}", '"old", {}', '{} , W/"x"', "*"])
def test_one_of_several_etags_is_enough_and_a_star_stands_for_all(api: Any, world: World, form: str) -> None:
    url = f"{API}/projects/{world['project']}"
    header = form.format(api.get(url)["ETag"])
    assert api.patch(url, {"name": "new"}, headers={"If-Match": header}).status_code == 200


@pytest.mark.parametrize("form", ["W/{}", 'W/"old"', "old", "", '"', "{}x\0".replace("\0", "")])
def test_another_etag_and_what_is_none_never_match(api: Any, world: World, form: str) -> None:
    url = f"{API}/projects/{world['project']}"
    header = form.format(api.get(url)["ETag"].strip('"'))
    assert_envelope(api.patch(url, {"name": "new"}, headers={"If-Match": header}), 412)


def test_without_the_header_nothing_is_checked(api: Any, world: World) -> None:
    assert api.put(f"{API}/projects/{world['project']}", {"name": "new"}).status_code == 200


@pytest.mark.parametrize("id", ["proj-" + "0" * 32, "art-" + "0" * 32, "x"])
def test_what_does_not_exist_is_404_whatever_is_sent(api: Any, world: World, id: str) -> None:
    for header in ("*", '"old"'):
        assert_envelope(api.delete(f"{API}/projects/{id}", headers={"If-Match": header}), 404)


@pytest.mark.parametrize(
    ("body", "status"), [({"unknown": 1}, 400), ({"name": "unused"}, 400), ({"name": "new"}, 412)]
)
def test_what_is_wrong_anyhow_is_told_first(api: Any, world: World, body: Any, status: int) -> None:
    with unchanged():
        answer = api.put(f"{API}/projects/{world['project']}", body, **OLD)
    assert_envelope(answer, status)


def test_a_post_ignores_the_header(api: Any, world: World) -> None:
    assert api.post(f"{API}/projects", {"name": "new"}, **OLD).status_code == 201


def test_a_get_answers_412_too(api: Any, world: World) -> None:
    assert codes(assert_envelope(api.get(f"{API}/projects", **OLD), 412)) == [("precondition_failed", None)]
    etag = api.get(f"{API}/projects")["ETag"]
    assert api.get(f"{API}/projects", headers={"If-Match": etag}).status_code == 200


def test_a_viewer_is_refused_before_anything_is_looked_up(viewer_api: Any, world: World) -> None:
    assert_envelope(viewer_api.delete(f"{API}/projects/{world['project']}", **OLD), 403)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/collections/{collection}", {"description": "{}"}),
        ("/groups/{group}", {"description": "{}"}),
        ("/groups/{group}/artifacts/{second_artifact}", {"position": 0}),
        ("/artifacts/{artifact}", {"description": "{}"}),
        ("/deployments/{deployment}", {"deployed_version": "v{}"}),
        ("/projects/{project}", {"description": "{}"}),
    ],
)
def test_of_many_who_change_what_they_all_read_one_wins(
    api: Any, world: World, make_user: Any, path: str, body: Any
) -> None:
    crowd = [Caller(make_user(f"user {number}", "Editors")) for number in range(CLIENTS)]
    before = etag(api, world, Call("", "put", path, 200))

    def change(number: int, call: Caller) -> int:
        text = {key: value.format(number) if isinstance(value, str) else value for key, value in body.items()}
        url = API + path.format_map(world)
        return call.client.put(url, text, headers={"If-Match": before}).status_code

    statuses = at_once(*(lambda n=n, call=call: change(n, call) for n, call in enumerate(crowd)))

    assert sorted(statuses) == [200] + [412] * (CLIENTS - 1)
