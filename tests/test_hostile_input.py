"""Whatever a field is sent, a refused request is a 400 and changes nothing."""

import json
from collections.abc import Iterator
from typing import Any

from tests.calls import (
    API,
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

MARK = "what is replaced"

# JSON that no field of any request takes.
NEVER = {
    "nul": r'"a\u0000b"',
    "high surrogate": r'"\ud800"',
    "low surrogate": r'"a\udc00"',
    "surrogates in the wrong order": r'"\udc00\ud800"',
    "nan": "NaN",
    "infinity": "Infinity",
    "negative infinity": "-Infinity",
    "overflowing number": "1e400",
    "leading zero": "01",
    "negative number": "-1",
    "huge negative number": "-99999999999999999999",
    "fraction": "1.5",
    "tiny fraction": "1e-300",
    "true": "true",
    "false": "false",
    "object": '{"a": {"b": []}}',
    "empty object": "{}",
    "empty list": "[]",
    "list of null": "[null]",
    "list of lists": "[[[]]]",
    "deeper list": "[" * 100_000 + "]" * 100_000,
    "unfinished": '"a',
    "comment": "1 /* one */",
    "no value": "",
}
# JSON that some fields take.
SOMETIMES = {
    "null": "null",
    "zero": "0",
    "float without fraction": "2.0",
    "integer of 64 bits": "9223372036854775807",
    "integer beyond 64 bits": "9223372036854775808",
    "enormous integer": "9" * 4000,
    "number as text": '"2"',
    "empty text": '""',
    "blank text": r'" \t\n\u3000"',
    "long text": json.dumps("x" * 300),
    "right to left": json.dumps("\u202eשלום مرحبا\u202c"),
    "combining": json.dumps("Z͑ͫ̓ͪ̂ͫ" * 40, ensure_ascii=False),
    "astral": json.dumps("𝕊🏴‍☠️"),
    "line separators": json.dumps("a\u2028b\u2029c\x85d"),
    "control characters": json.dumps("\x01\x1b[31m\x7f"),
    "byte order mark": json.dumps("\ufeff"),
    "noncharacter": json.dumps("\uffff"),
    "sql": json.dumps("'; DROP TABLE collections_app_collection; --%s%%"),
    "format": json.dumps("{0.__class__} %(name)s ${x}"),
    "markup": json.dumps("<script>alert(1)</script>"),
}
NUMBERS = (
    "zero",
    "float without fraction",
    "integer of 64 bits",
    "integer beyond 64 bits",
    "enormous integer",
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a body: every field, and every item of every list."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def with_raw(body: Any, path: tuple[Any, ...], raw: str) -> str:
    """The JSON of ``body`` with ``raw`` at ``path``."""
    body = json.loads(json.dumps(body))
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = MARK
    return json.dumps(body).replace(json.dumps(MARK), raw)


@each(WITH_BODY)
def test_no_field_takes_what_is_no_value_of_it(api: Any, world: World, call: Call) -> None:
    body = filled(call.body, world)
    with unchanged():
        for path in places(body):
            for name, raw in NEVER.items():
                # No artifacts at all are a state too.
                is_state = (path, name) in ((("artifacts",), "empty list"), (("artifacts", 0), "no value"))
                if not (is_state and call.path in ("/reports", "/catalogs")):
                    assert_refused(api, world, call, with_raw(body, path, raw), (path, name))


@each(WITH_BODY)
def test_no_field_takes_what_is_deeply_nested(api: Any, world: World, call: Call) -> None:
    body = filled(call.body, world)
    with unchanged():
        for path in places(body):
            for raw in ("[" * 1000 + "]" * 1000, '{"a":' * 1000 + "1" + "}" * 1000):
                assert_refused(api, world, call, with_raw(body, path, raw), (path, raw[:5]))


@each(WITH_BODY)
def test_every_field_takes_or_refuses_what_is_unusual(api: Any, world: World, call: Call) -> None:
    body, before = filled(call.body, world), stored()
    for path in places(body):
        for name, raw in SOMETIMES.items():
            with undone():
                response = send_raw(api, world, call, with_raw(body, path, raw))
                assert response.status_code in (call.status, 400, 401), (path, name, response.content[:300])
                if response.status_code != call.status:
                    assert_envelope(response)
                    assert stored() == before, (path, name)


@each(WITH_BODY)
def test_no_text_field_takes_a_number_and_no_number_field_a_text(api: Any, world: World, call: Call) -> None:
    body = filled(call.body, world)
    with unchanged():
        for path in places(body):
            names = ("number as text", "null") if path[-1] == "position" else NUMBERS
            for name in names:
                assert_refused(api, world, call, with_raw(body, path, SOMETIMES[name]), (path, name))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """What stands at ``path`` in a body."""
    for key in path:
        value = value[key]
    return value


@each([call for call in WITH_BODY if "_id" in str(call.body) or "'id'" in str(call.body)])
def test_no_id_field_takes_the_id_of_another_kind(api: Any, world: World, call: Call) -> None:
    ids = {id.partition("-")[0]: id for name, id in world.items() if name != "password"}
    body = filled(call.body, world)
    with unchanged():
        for path in places(body):
            value = at(body, path)
            if value in world.values():
                for other in [id for kind, id in ids.items() if not value.startswith(kind)]:
                    assert_refused(api, world, call, with_raw(body, path, json.dumps(other)), (path, other))


def test_unusual_text_is_kept_as_it_is(api: Any) -> None:
    for name in SOMETIMES:
        text = json.loads(SOMETIMES[name])
        if isinstance(text, str) and text.strip():
            sent = {"name": text.strip()[:255], "description": text}
            body = api.post(f"{API}/collections", sent).json()
            assert {key: body[key] for key in sent} == sent, name
            assert api.get(f"{API}/collections/{body['id']}").json()["description"] == text
