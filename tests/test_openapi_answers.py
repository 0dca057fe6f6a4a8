"""The OpenAPI document is true of what the server takes and answers, and so are its examples."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.calls import BY_ID, CALLS, Call, World, each, filled

Document = dict[str, Any]


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an operation sends and answers as JSON, by ``request`` or status."""
    if "requestBody" in operation:
        yield "request", operation["requestBody"]["content"]["application/json"]
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            assert media_type == "application/json"
            yield status, content


def violations(document: Document, schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with ``value`` according to ``schema``."""
    whole = {**schema, "components": document["components"]}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]


@each(CALLS)
def test_an_operation_has_true_examples_of_all_it_sends_and_answers(
    document: Document, described: Any, call: Call
) -> None:
    for what, content in contents(described[call.operation_id]):
        examples = list(content.get("examples", {}).values())
        assert examples, what
        for example in examples:
            assert violations(document, content["schema"], example["value"]) == [], what


@each(CALLS)
def test_a_real_answer_is_as_documented(
    api: Any, world: World, document: Document, described: Any, call: Call
) -> None:
    response = call.send(api, world)
    documented = described[call.operation_id]["responses"][str(call.status)]
    assert response.status_code == call.status
    if call.status == 204:
        assert "content" not in documented
        assert response.content == b""
        return
    schema = documented["content"]["application/json"]["schema"]
    assert violations(document, schema, response.json()) == []
    # Only a replay says that it is one.
    missing = documented.get("headers", {}).keys() - response.headers.keys() - {"Idempotent-Replayed"}
    assert missing == set()


@each([call for call in CALLS if call.body])
def test_a_request_that_succeeds_is_as_documented(
    document: Document, described: Any, world: World, call: Call
) -> None:
    schema = described[call.operation_id]["requestBody"]["content"]["application/json"]["schema"]
    assert violations(document, schema, filled(call.body, world)) == []


@pytest.mark.parametrize(
    ("operation_id", "again"), [("addCollectionArtifacts", 200), ("addGroupArtifacts", 200)]
)
def test_adding_again_is_as_documented(
    api: Any, world: World, document: Document, described: Any, operation_id: str, again: int
) -> None:
    call = BY_ID[operation_id]
    call.send(api, world)
    response = call.send(api, world)
    schema = described[operation_id]["responses"][str(again)]["content"]["application/json"]["schema"]
    assert response.status_code == again
    assert violations(document, schema, response.json()) == []


def test_a_real_error_is_as_documented(api: Any, document: Document) -> None:
    response = api.post("/api/v1/groups", {"name": 1})
    schema = {"$ref": "#/components/schemas/ErrorResponse"}
    assert response.status_code == 400
    assert violations(document, schema, response.json()) == []


@pytest.mark.parametrize("description", ["", "a text", None])
def test_a_description_may_be_a_text_or_empty_or_none(document: Document, description: str | None) -> None:
    schemas = [
        component["properties"]["description"]
        for name, component in document["components"]["schemas"].items()
        if name.endswith("Request")
        and "readOnly" not in component.get("properties", {}).get("description", {"readOnly": True})
    ]
    assert len(schemas) == 10
    assert [violations(document, schema, description) for schema in schemas] == [[]] * 10
