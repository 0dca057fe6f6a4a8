"""Whatever a whole body is, a refused request is a 4xx and changes nothing."""

import json
from typing import Any

import pytest

from tests.calls import (
    API,
    CALLS,
    WITH_BODY,
    Call,
    World,
    assert_envelope,
    assert_refused,
    each,
    filled,
    send_raw,
    stored,
    unchanged,
    undone,
)

NO_BODY = [call for call in CALLS if call.method == "get" or call.status == 204]
NO_OBJECTS = [
    "null",
    "[]",
    "[1]",
    '"text"',
    "1",
    "true",
    "{",
    "{]",
    '{"name" "x"}',
    "{'name': 'x'}",
    "{}{}",
    "\ufeff{}",
]
NO_OBJECTS += ["\x00", "[" * 1000 + "]" * 1000, "[" * 100_000, '{"a":' * 100_000]
NO_UTF_8 = [b'{"name": "\xff"}', b'{"name": "\xed\xa0\x80"}', b"\xfe\xff\x00{", b'{"name": "\xc3']


@each(WITH_BODY)
def test_a_body_that_is_no_object_is_refused(api: Any, world: World, call: Call) -> None:
    with unchanged():
        for raw in NO_OBJECTS:
            assert_refused(api, world, call, raw, raw[:20])


@each(WITH_BODY)
def test_a_body_that_is_no_utf_8_is_refused(api: Any, world: World, call: Call) -> None:
    with unchanged():
        for raw in NO_UTF_8:
            for content_type in ("application/json", "application/json; charset=latin-1"):
                assert_refused(api, world, call, raw, raw, content_type=content_type)


@each(WITH_BODY)
def test_a_body_of_5_mb_is_refused_unread(api: Any, world: World, call: Call) -> None:
    before = stored()
    response = send_raw(api, world, call, json.dumps({"name": "x" * 5_000_000}))
    assert assert_envelope(response, 413)["errors"][0]["code"] == "payload_too_large"
    assert stored() == before


NO_JSON = [
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "application/jsonx",
    "json",
    "/",
    "a\tb",
]
NO_JSON += ["multipart/form-data; boundary=x", "multipart/form-data", "application/json-patch+json", "é/é"]


@each(WITH_BODY)
def test_another_content_type_is_refused(api: Any, world: World, call: Call) -> None:
    before = stored()
    for content_type in NO_JSON:
        response = send_raw(api, world, call, json.dumps(filled(call.body, world)), content_type)
        assert assert_envelope(response, 415)["errors"][0]["code"] == "unsupported_media_type", content_type
    assert stored() == before


@pytest.mark.parametrize("content_type", ["*/*", "application/*"])
def test_a_pattern_is_no_content_type(api: Any, content_type: str) -> None:
    response = api.generic("POST", f"{API}/collections", b'{"name": "x"}', content_type=content_type)
    assert_envelope(response, 415)


@each(NO_BODY)
def test_a_body_where_none_belongs_is_no_fault(api: Any, world: World, call: Call) -> None:
    url = call.url(world) + call.query.format_map(world)
    response = api.generic(call.method.upper(), url, b"\xff{", content_type="text/x")
    assert response.status_code == call.status


NAMES = [
    "",
    "\x00",
    "__proto__",
    "name.x",
    "0",
    "non_field_errors",
    "__all__",
    "\u202e",
    "x" * 5000,
    "{0}",
    "%s",
]


@each(WITH_BODY)
def test_no_name_of_a_field_is_a_fault(api: Any, world: World, call: Call) -> None:
    before = stored()
    for name in NAMES:
        body = {**filled(call.body, world), name: 1}
        with undone():
            error = assert_envelope(send_raw(api, world, call, json.dumps(body)), 400)
        assert [item["code"] for item in error["errors"]] == ["unknown_field"], name
    assert stored() == before


def test_a_key_named_twice_has_its_last_value(api: Any) -> None:
    raw = b'{"name": "first", "name": "last"}'
    response = api.generic("POST", f"{API}/collections", raw, content_type="application/json")
    assert (response.status_code, response.json()["name"]) == (201, "last")
