"""The OpenAPI document: complete, current, and true of what the server answers."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from skillmeat_site.openapi.errors import ERROR_CODES
from tests.calls import BY_ID, CALLS, Call, World, assert_envelope, each

Document = dict[str, Any]

COMPONENTS = [
    "CollectionCreateRequest",
    "CollectionUpdateRequest",
    "GroupCreateRequest",
    "GroupUpdateRequest",
    "AddArtifactsRequest",
    "MoveArtifactsRequest",
    "CopyArtifactsRequest",
    "DeploymentCreateRequest",
    "DeploymentUpdateRequest",
    "CollectionResponse",
    "GroupResponse",
    "DeploymentResponse",
    "DeploymentSummaryResponse",
    "DeploymentStatus",
    "ArtifactCreateRequest",
    "ArtifactUpdateRequest",
    "ArtifactResponse",
    "ArtifactType",
    "ProjectCreateRequest",
    "ProjectUpdateRequest",
    "ProjectResponse",
    "CollectionListResponse",
    "GroupListResponse",
    "DeploymentListResponse",
    "ArtifactListResponse",
    "ProjectListResponse",
    "AddGroupArtifactsRequest",
    "ReorderGroupsRequest",
    "ReorderGroupArtifactsRequest",
    "MoveGroupArtifactsRequest",
    "CopyGroupRequest",
    "GroupArtifactUpdateRequest",
    "LoginRequest",
    "LoginResponse",
    "UserResponse",
    "ErrorResponse",
]


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation, with its path and method."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_committed_document_is_what_the_code_describes(document: Document) -> None:
    committed = (Path(django_settings.BASE_DIR) / "openapi.yaml").read_bytes()
    assert yaml.safe_load(committed) == json.loads(json.dumps(document))
    assert committed == OpenApiYamlRenderer().render(document, renderer_context={})


def test_describing_the_code_gives_no_warning() -> None:
    reset_generator_stats()
    validate_schema(SchemaGenerator().get_schema(request=None, public=True))
    assert not GENERATOR_STATS, GENERATOR_STATS.emit_summary()


def test_the_server_hands_out_the_same_document(anonymous_api: Any, document: Document) -> None:
    as_json = anonymous_api.get("/api/v1/schema?format=json")
    assert as_json["Content-Type"].startswith("application/")
    assert as_json.json() == json.loads(json.dumps(document))
    as_yaml = anonymous_api.get("/api/v1/schema")
    assert yaml.safe_load(as_yaml.content) == as_json.json()
    assert re.fullmatch(r"3\.\d+\.\d+", as_json.json()["openapi"])


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("", "*/*", "application/vnd.oai.openapi"),
        ("", "text/html,*/*;q=0.8", "application/vnd.oai.openapi"),
        ("", "application/json, text/plain, */*", "application/json"),
        ("", "application/yaml", "application/yaml"),
        ("?format=json", "text/html", "application/vnd.oai.openapi+json"),
        ("?format=yaml", "application/json", "application/vnd.oai.openapi"),
    ],
)
def test_the_document_comes_in_the_format_that_is_asked_for(
    anonymous_api: Any, document: Document, query: str, accept: str, media_type: str
) -> None:
    response = anonymous_api.get(f"/api/v1/schema{query}", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, media_type)
    # JSON is YAML too.
    assert yaml.safe_load(response.content)["openapi"] == document["openapi"]


@pytest.mark.parametrize(
    ("query", "accept"), [("?format=xml", "*/*"), ("?format=", "*/*"), ("", "text/html")]
)
def test_a_format_that_the_document_does_not_come_in_is_not_acceptable(
    anonymous_api: Any, query: str, accept: str
) -> None:
    body = assert_envelope(anonymous_api.get(f"/api/v1/schema{query}", headers={"Accept": accept}), 406)
    assert "?format=json" in body["detail"]


def test_the_document_is_read_only(anonymous_api: Any) -> None:
    response = anonymous_api.post("/api/v1/schema")
    assert_envelope(response, 405)
    assert response["Allow"] == "GET, HEAD"


def test_the_document_is_made_once(anonymous_api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = anonymous_api.get("/api/v1/schema")
    monkeypatch.delattr(SchemaGenerator, "get_schema")
    assert anonymous_api.get("/api/v1/schema").content == first.content


def test_the_tests_know_every_operation(document: Document) -> None:
    names = {operation["operationId"]: (path, method) for path, method, operation in operations(document)}
    assert names.keys() == BY_ID.keys()
    for name, (path, method) in names.items():
        call = BY_ID[name]
        assert (re.sub("{.*?}", "{}", path), method) == (
            "/api/v1" + re.sub("{.*?}", "{}", call.path),
            call.method,
        )


def test_operation_ids_are_camel_case_verbs_and_unique(document: Document) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    verbs = "list|create|get|update|patch|delete|add|remove|move|copy|reorder"
    assert [
        name for name in names if not re.fullmatch(rf"({verbs})([A-Z][a-z]+)+|login|logout(All)?", name)
    ] == []


def test_no_documented_path_has_a_trailing_slash(document: Document) -> None:
    assert [path for path in document["paths"] if path.endswith("/") or not path.startswith("/api/v1/")] == []


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_document_has_the_component(document: Document, name: str) -> None:
    assert name in document["components"]["schemas"]


def test_no_component_is_unused(document: Document) -> None:
    text = json.dumps(document)
    names = document["components"]["schemas"]
    assert [name for name in names if f'"#/components/schemas/{name}"' not in text] == []


def test_the_statuses_and_types_are_the_ones_that_there_are(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["DeploymentStatus"]["enum"] == ["active", "inactive", "error", "pending"]
    assert schemas["ArtifactType"]["enum"] == ["skill", "command", "agent", "mcp", "hook"]
    assert sorted(schemas["ErrorType"]["enum"]) == ["client_error", "server_error", "validation_error"]


def test_every_response_always_has_all_its_properties(document: Document) -> None:
    for name, schema in document["components"]["schemas"].items():
        if "properties" in schema and not name.endswith("Request"):
            optional = {"collection_name"} if name == "GroupListItemResponse" else set()
            assert set(schema["required"]) == schema["properties"].keys() - optional, name


def test_requests_take_no_unknown_properties(document: Document) -> None:
    requests = {
        name: schema
        for name, schema in document["components"]["schemas"].items()
        if "Request" in name and "oneOf" not in schema
    }
    assert [name for name, schema in requests.items() if schema["additionalProperties"] is not False] == []


@each(CALLS)
def test_an_operation_has_a_summary_and_says_who_may_call_it(described: Any, call: Call) -> None:
    operation = described[call.operation_id]
    assert operation["summary"]
    assert operation["tags"]
    expected = [] if call.operation_id == "login" else [{"bearerAuth": []}, {"tokenAuth": []}]
    assert operation["security"] == expected


def test_the_token_is_described(document: Document) -> None:
    assert "security" not in document
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearerAuth"] == {"type": "http", "scheme": "bearer"}
    token = schemes["tokenAuth"]
    assert (token["type"], token["in"], token["name"]) == ("apiKey", "header", "Authorization")


def test_logging_in_says_how_to_send_the_token(described: Any, document: Document) -> None:
    token = document["components"]["schemas"]["LoginResponse"]["properties"]["token"]
    for text in (described["login"]["description"], token["description"], document["info"]["description"]):
        assert "`Authorization: Bearer <token>`" in text


@each(CALLS)
def test_an_operation_documents_its_errors_in_the_one_shape(described: Any, call: Call) -> None:
    operation = described[call.operation_id]
    expected = {"400", "401", "406", "429", "500", "503"}
    expected |= {"413", "415"} if call.body else set()
    writes = call.method != "get" and not call.path.startswith("/auth/")
    expected |= {"403", "409"} if writes else set()
    if "{" in call.path + call.query or "{" in json.dumps(call.body).replace('{"', "").replace(
        "{password}", ""
    ):
        expected |= {"404"}
    found = {status for status in operation["responses"] if status >= "400"}
    assert found >= expected
    for status in found:
        schema = operation["responses"][status]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/ErrorResponse"}
    assert "WWW-Authenticate" in operation["responses"]["401"]["headers"]
    for status in ("429", "503"):
        assert "Retry-After" in operation["responses"][status]["headers"]


@each(CALLS)
def test_an_operation_says_of_each_error_what_it_means(described: Any, call: Call) -> None:
    for status, answer in described[call.operation_id]["responses"].items():
        assert answer["description"] or status < "300", status


@each([call for call in CALLS if call.method != "get" and not call.path.startswith("/auth/")])
def test_the_permission_that_an_operation_names_is_the_one_that_it_takes(
    described: Any, make_user: Any, client_of: Any, world: World, call: Call
) -> None:
    assert "403" in described[call.operation_id]["responses"]
    description = described[call.operation_id]["description"]
    user = make_user("somebody", "Viewers")
    assert call.send(client_of(user), world).status_code == 403
    for app, name in re.findall(r"Needs the permission `(\w+)\.(\w+)`", description):
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=name))
    assert call.send(client_of(user), world).status_code == call.status


def test_no_property_of_a_response_needs_a_type_without_it_for_requests(document: Document) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert name.endswith("Request") or "readOnly" not in json.dumps(schema), name


def test_every_code_of_an_error_is_listed(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["ErrorCode"]["enum"]) == ERROR_CODES
    assert "#/components/schemas/ErrorCode" in json.dumps(schemas["ErrorDetail"]["properties"]["code"])


def test_what_takes_one_of_a_components_values_refers_to_the_component(document: Document) -> None:
    enums = [
        sorted(schema["enum"]) for schema in document["components"]["schemas"].values() if "enum" in schema
    ]
    for path, _, operation in operations(document):
        for item in operation.get("parameters", []):
            schema = item["schema"].get("items", item["schema"])
            assert sorted(schema.get("enum", [])) not in enums, (path, item["name"])


@each([call for call in CALLS if call.method in ("put", "patch", "delete")])
def test_a_change_documents_that_it_may_be_based_on_something_old(described: Any, call: Call) -> None:
    operation = described[call.operation_id]
    has_header = "If-Match" in [item["name"] for item in operation.get("parameters", [])]
    has_etag = "{" in call.path and call.operation_id != "deleteToken"
    assert has_header == ("412" in operation["responses"]) == has_etag


@each([call for call in CALLS if call.method == "post"])
def test_every_post_but_those_of_sessions_documents_its_key(described: Any, call: Call) -> None:
    operation = described[call.operation_id]
    has_header = "Idempotency-Key" in [item["name"] for item in operation.get("parameters", [])]
    assert has_header == ("422" in operation["responses"]) == (not call.path.startswith("/auth/log"))


@each(CALLS)
def test_every_parameter_of_a_path_has_a_pattern(document: Document, call: Call) -> None:
    for path, _, operation in operations(document):
        if operation["operationId"] == call.operation_id:
            found = [item for item in operation.get("parameters", []) if item["in"] == "path"]
            assert sorted(item["name"] for item in found) == sorted(re.findall("{(.*?)}", path))
            for item in found:
                assert re.fullmatch(
                    r"\^(col|grp|art|proj|dep|rep|tok)-\[0-9a-f\]\{32\}\$", item["schema"]["pattern"]
                )
                assert item["required"] is True


def test_every_text_in_a_query_is_told_to_be_without_nul(document: Document) -> None:
    for path, _, operation in operations(document):
        for item in operation.get("parameters", []):
            schema = item["schema"].get("items", item["schema"])
            if item["in"] == "query" and schema.get("type") == "string" and "enum" not in schema:
                assert not re.fullmatch(schema.get("pattern", ".*"), "a\0"), (path, item["name"])


@each(CALLS)
def test_a_body_is_required(described: Any, call: Call) -> None:
    body = described[call.operation_id].get("requestBody")
    assert (body is not None) == bool(call.body)
    assert body is None or body["required"] is True


@each([call for call in CALLS if call.method == "get"])
def test_a_get_documents_its_etag(described: Any, call: Call) -> None:
    operation = described[call.operation_id]
    assert "ETag" in operation["responses"]["200"]["headers"]
    assert "ETag" in operation["responses"]["304"]["headers"]
    assert "If-None-Match" in [item["name"] for item in operation["parameters"]]


@each(CALLS)
def test_parameters_come_in_the_order_of_the_path_then_the_query_then_headers(
    described: Any, document: Document, call: Call
) -> None:
    parameters = described[call.operation_id].get("parameters", [])
    places = [item["in"] for item in parameters]
    assert places == sorted(places, key=["path", "query", "header"].index)
    path = next(p for p, _, found in operations(document) if found["operationId"] == call.operation_id)
    assert [item["name"] for item in parameters if item["in"] == "path"] == re.findall("{(.*?)}", path)


@each(CALLS)
def test_a_body_is_a_component_so_that_clients_have_a_name_for_it(described: Any, call: Call) -> None:
    content = described[call.operation_id].get("requestBody", {}).get("content", {})
    assert all(list(media_type["schema"]) == ["$ref"] for media_type in content.values())


@pytest.mark.parametrize(
    ("name", "subject"), [("AddArtifactsRequest", "Artifact"), ("AddGroupArtifactsRequest", "GroupArtifact")]
)
def test_one_artifact_or_several_are_two_components(document: Document, name: str, subject: str) -> None:
    schemas = document["components"]["schemas"]
    one, several = (
        f"Add{number}{subject}{plural}Request" for number, plural in (("One", ""), ("Several", "s"))
    )
    assert schemas[name] == {"oneOf": [{"$ref": f"#/components/schemas/{part}"} for part in (one, several)]}
    assert (schemas[one]["required"], schemas[several]["required"]) == (["artifact_id"], ["artifact_ids"])
    assert "artifact_ids" not in schemas[one]["properties"]
    assert "artifact_id" not in schemas[several]["properties"]


@pytest.mark.parametrize("subject", ["Collection", "Group", "Artifact", "Project", "Deployment"])
@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_what_a_client_got_it_may_send_back_by_the_document(
    document: Document, subject: str, kind: str
) -> None:
    schemas = document["components"]["schemas"]
    shown = schemas.get(f"{subject}DetailResponse", schemas[f"{subject}Response"])["properties"]
    request = schemas[f"{subject}{kind}Request"]["properties"]
    assert shown.keys() <= request.keys()
    assert request["id"]["readOnly"] is True
    listed = schemas.get(f"{subject}ListItemResponse", {"properties": {}})["properties"]
    others = request.keys() - shown.keys() - listed.keys()
    assert [name for name in others if "readOnly" in request[name]] == []


@pytest.mark.parametrize(
    "name",
    [
        "CollectionOrdering",
        "ArtifactOrdering",
        "CollectionArtifactOrdering",
        "ProjectOrdering",
        "DeploymentOrdering",
    ],
)
def test_an_ordering_is_a_component_with_a_name_for_each_value(document: Document, name: str) -> None:
    schema = document["components"]["schemas"][name]
    assert len(schema["enum"]) == len(set(schema["x-enum-varnames"])) >= 6
    names = dict(zip(schema["enum"], schema["x-enum-varnames"], strict=True))
    assert (names["updated_at"], names["-updated_at"]) == ("UPDATED_AT", "UPDATED_AT_DESC")


def test_no_parameter_has_values_without_a_name(document: Document) -> None:
    for path, _, operation in operations(document):
        for item in operation.get("parameters", []):
            assert "enum" not in json.dumps(item["schema"]), (path, item["name"])


def test_every_integer_has_a_minimum(document: Document) -> None:
    def integers(node: Any) -> Iterator[Any]:
        if isinstance(node, dict):
            if node.get("type") == "integer":
                yield node
            for value in node.values():
                yield from integers(value)
        elif isinstance(node, list):
            for value in node:
                yield from integers(value)

    assert [node for node in integers(document) if "minimum" not in node] == []


@each(CALLS)
def test_every_response_documents_its_request_id(described: Any, api: Any, world: World, call: Call) -> None:
    for status, response in described[call.operation_id]["responses"].items():
        assert "X-Request-ID" in response["headers"], status
    assert call.send(api, world)["X-Request-ID"]


@each(CALLS)
def test_the_example_of_a_400_is_what_the_server_says(
    described: Any, api: Any, world: World, call: Call
) -> None:
    examples = described[call.operation_id]["responses"]["400"]["content"]["application/json"]["examples"]
    example = examples["BadRequest"]["value"]
    if example["errors"][0]["code"] == "unknown_parameter":
        query = f"{call.query or '?'}&colour=red"
        body = replace(call, query=query).send(api, world).json()
    else:
        taken = {"collection": "target", "group": "two", "artifact": "second", "project": "unused"}
        (noun,) = re.findall("^/(.*?)s(?:/|$)", call.path)
        body = (
            replace(call, body={**call.body, "type": "skill", "name": taken[noun]})
            if noun == "artifact"
            else replace(call, body={**call.body, "name": taken[noun]})
        )
        body = body.send(api, world).json()
    assert body == example


@each([call for call in CALLS if "{" in call.path + call.query])
def test_the_example_of_a_404_names_what_the_operation_names(
    described: Any, api: Any, world: World, call: Call
) -> None:
    examples = described[call.operation_id]["responses"]["404"]["content"]["application/json"]["examples"]
    (example,) = examples.values()
    missing = re.findall("'(.*?)'", example["value"]["detail"])[0]
    if call.operation_id == "listDeployments":
        call = replace(call, query="?artifact_id={artifact}")
    ids = {key: id for key, id in world.items() if id.partition("-")[0] == missing.partition("-")[0]}
    named = [key for key in ids if f"{{{key}}}" in call.path + call.query]
    assert call.send(api, {**world, named[0]: missing}).json() == example["value"]


def test_what_is_the_same_in_several_operations_is_written_once(document: Document) -> None:
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            assert status in ("200", "201", "204", "400") or list(response) == ["$ref"], (path, status)


def test_links_name_parameters_only(document: Document) -> None:
    links = [
        link
        for _, _, operation in operations(document)
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    assert links
    assert all(link.keys() == {"operationId", "parameters"} for link in links)


def test_links_take_the_id_from_where_the_response_has_it(document: Document) -> None:
    schemas = document["components"]["schemas"]
    for _, _, operation in operations(document):
        for response in operation["responses"].values():
            for name, link in response.get("links", {}).items():
                component = response["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                (source,) = link["parameters"].values()
                property_ = source.removeprefix("$response.body#/")
                assert property_ in schemas[component]["required"], (operation["operationId"], name)


def test_the_document_says_where_the_server_is_and_under_which_licence(document: Document) -> None:
    assert document["servers"] == [{"url": "/"}]
    assert document["info"]["license"]["name"] == "MIT"


def test_the_document_is_compressed_and_has_an_etag(anonymous_api: Any) -> None:
    plain = anonymous_api.get("/api/v1/schema")
    compressed = anonymous_api.get("/api/v1/schema", headers={"Accept-Encoding": "gzip"})
    assert compressed["Content-Encoding"] == "gzip"
    assert len(compressed.content) < len(plain.content) / 5
    headers = {"Accept-Encoding": "gzip", "If-None-Match": compressed["ETag"]}
    again = anonymous_api.get("/api/v1/schema", headers=headers)
    assert (again.status_code, again.content) == (304, b"")
