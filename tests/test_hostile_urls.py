"""Whatever a URL or a header says, the answer is one of the contract's."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.calls import API, CALLS, Call, World, assert_envelope, each, filled, stored

GETS = [call for call in CALLS if call.method == "get"]
# Percent-encoded, as they stand in a URL.
VALUES = [
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF%FE",
    "%F0%9D%95%8A",
    "%E2%80%AE%D7%A9",
    "Z%CD%91%CD%AB",
    "%25",
    "%",
    "_",
]
VALUES += [
    "'",
    "%27%3B--",
    "9" * 5000,
    "-1",
    "1e400",
    "NaN",
    "null",
    "True",
    "[]",
    "{}",
    "x" * 5000,
    "col-1",
    "art-",
]
BLANKS = ["%20", "%0A%E3%80%80"]
SEGMENTS = [
    "\x00",
    "a\x00",
    "\n",
    " ",
    "%",
    "..",
    "'",
    "é",
    "𝕊",
    "\u202e",
    "x" * 5000,
    "-1",
    "9" * 400,
    "%2F",
    "null",
]


# What takes any text.
TEXTS = {"search", "deployed_version", "namespace", "target"}


def parameters(document: dict[str, Any], call: Call) -> list[str]:
    """The documented query parameters of an operation."""
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    found = next(operation for operation in operations if operation["operationId"] == call.operation_id)
    return [parameter["name"] for parameter in found["parameters"] if parameter["in"] == "query"]


def ask(api: Any, world: World, call: Call, name: str, value: str) -> Any:
    return api.get(f"{call.url(world)}{call.query.format_map(world) or '?'}&{name}={value}")


@each(GETS)
def test_no_value_of_a_query_parameter_is_a_fault(
    api: Any, world: World, document: dict[str, Any], call: Call
) -> None:
    for name in parameters(document, call):
        for value in VALUES:
            response = ask(api, world, call, name, value)
            if name in TEXTS and "%00" not in value:
                assert response.status_code == 200, (name, value[:20])
            else:
                body = assert_envelope(response, 400)
                assert name in [error["attr"] for error in body["errors"]], (name, value[:20])


@pytest.mark.parametrize("blank", BLANKS)
@each([call for call in GETS if call.operation_id.startswith("list")])
def test_a_blank_is_no_value_of_any_parameter_but_text(
    api: Any, world: World, document: dict[str, Any], call: Call, blank: str
) -> None:
    for name in set(parameters(document, call)) - TEXTS:
        body = assert_envelope(ask(api, world, call, name, blank), 400)
        assert {error["attr"] for error in body["errors"]} == {name}


@pytest.mark.parametrize("name", ["artifact_id", "project_id"])
def test_a_blank_id_does_not_list_the_deployments_of_everything(api: Any, world: World, name: str) -> None:
    body = assert_envelope(api.get(f"{API}/deployments?{name}=%20"), 400)
    assert "deployments" not in body


@pytest.mark.parametrize(
    "query",
    [
        "%00",
        "=",
        "&&&",
        "?",
        "%ED%A0%80=1",
        "[]=1",
        "a[b]=1",
        "=1",
        "x" * 5000,
        "%00=%00",
        "a;b",
        "&".join(["page=1"] * 900),
    ],
    ids=lambda query: query[:12],
)
@pytest.mark.parametrize("path", ["/collections", "/auth/me", "/deployments/summary"])
def test_no_query_string_is_a_fault(api: Any, path: str, query: str) -> None:
    response = api.get(f"{API}{path}?{query}")
    if response.status_code != 200:
        assert_envelope(response, 400)


@each(
    [
        call
        for call in CALLS
        if call.operation_id in ("login", "listGroups", "getGroup", "createGroup", "deleteGroup")
    ]
)
def test_a_thousand_parameters_are_no_fault(api: Any, world: World, call: Call) -> None:
    query = "&".join(f"nonsense{number}=1" for number in range(1001))
    before = stored()
    response = getattr(api, call.method)(f"{call.url(world)}?{query}", filled(call.body, world))
    assert_envelope(response, 400)
    assert stored() == before


@each([call for call in CALLS if "{" in call.path])
def test_no_id_in_a_path_is_a_fault(api: Any, world: World, call: Call) -> None:
    before = stored()
    for segment in [*map(quote, SEGMENTS), "%ED%A0%80", "%FF"]:
        url = API + call.path.format_map(dict.fromkeys(world, segment))
        response = getattr(api, call.method)(url, filled(call.body, world))
        assert assert_envelope(response, 404)["errors"][0]["code"] == "not_found", segment[:20]
    assert stored() == before


@pytest.mark.parametrize("length", ["abc", "-1", "1e3"])
def test_a_content_length_that_is_none_is_no_fault(api: Any, length: str) -> None:
    response = api.post(f"{API}/collections", {"name": "x"}, CONTENT_LENGTH=length)
    assert_envelope(response, 400)


HEADERS = [
    "",
    "x",
    "/",
    ";;;",
    "text/html;q=x",
    "a" * 5000,
    "\xff",
    "application/json; x",
    "*/*; q*=utf-8'en'%FF",
]


@pytest.mark.parametrize(
    "name", ["Accept", "Authorization", "If-None-Match", "Origin", "X-Request-ID", "Content-Type"]
)
def test_no_header_is_a_fault(api: Any, name: str) -> None:
    for value in HEADERS:
        response = api.get(f"{API}/collections", headers={name: value})
        assert response.status_code in (200, 401, 406), (name, value)
        if response.status_code != 200:
            assert_envelope(response)
