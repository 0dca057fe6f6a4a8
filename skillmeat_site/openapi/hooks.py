"""Hooks of drf-spectacular that change the finished OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

Document = dict[str, Any]
Link = dict[str, Any]
REQUEST_ID_HEADER = {
    "description": "Of this request, also in the server's log: name it when you report a problem.",
    "schema": {"type": "string"},
}


def close_components(result: Document, generator: Any, **_: Any) -> Document:
    """Say that responses always have all their properties and requests take no others.

    Without the first a generated client takes nullable properties for optional ones.
    """
    for name, component in result["components"]["schemas"].items():
        if "properties" not in component:
            continue
        if name.endswith("Request"):
            component["additionalProperties"] = False
        else:
            # `x-optional` is our own mark of what a response may leave out.
            component["required"] = [
                property_
                for property_, schema in component["properties"].items()
                if not schema.pop("x-optional", False)
            ]
            for schema in component["properties"].values():
                # No request has it anyway, and clients would get a second type, without it.
                schema.pop("readOnly", None)
    return result


def name_requests(result: Document, generator: Any, **_: Any) -> Document:
    """Make a component of each body that is none yet; generators call it what they like otherwise."""
    for _path, operation in _operations(result):
        for media_type in operation.get("requestBody", {}).get("content", {}).values():
            if "$ref" not in media_type["schema"]:
                subject = operation["operationId"][0].upper() + operation["operationId"][1:]
                name = f"{subject}Request"
                result["components"]["schemas"][name] = media_type["schema"]
                media_type["schema"] = {"$ref": f"#/components/schemas/{name}"}
    return result


def name_enums(result: Document, generator: Any, **_: Any) -> Document:
    """Make a component of the values of each query parameter, so that a client has a type with a name.

    A component with the same values is used. Orders get one each, with names for their values:
    clients make ``CreatedAt`` of both ``created_at`` and ``-created_at``.
    """
    components = result["components"]["schemas"]
    names = {
        frozenset(component["enum"]): name for name, component in components.items() if "enum" in component
    }
    for _path, operation in _operations(result):
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            holder, key = (schema, "items") if "items" in schema else (parameter, "schema")
            if values := holder[key].get("enum"):
                subject = operation["operationId"].removeprefix("list").removesuffix("s")
                name = names.get(frozenset(values), f"{subject}{parameter['name'].title()}")
                components.setdefault(name, _enum(values))
                holder[key] = {"$ref": f"#/components/schemas/{name}"}
    result["components"]["schemas"] = dict(sorted(components.items()))
    return result


def _enum(values: list[str]) -> dict[str, Any]:
    names = [value.removeprefix("-").upper() + ("_DESC" if value.startswith("-") else "") for value in values]
    return {"type": "string", "enum": values, "x-enum-varnames": names}


def share_responses(result: Document, generator: Any, **_: Any) -> Document:
    """Make components of errors that several operations have; they are two thirds of the document."""
    responses: dict[str, Any] = {}
    for _path, operation in _operations(result):
        for status, response in operation["responses"].items():
            name = _response_name(status, response)
            if name is not None:
                responses[name] = response
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    result["components"]["responses"] = dict(sorted(responses.items()))
    result["components"]["headers"] = {"X-Request-ID": REQUEST_ID_HEADER}
    return result


def _response_name(status: str, response: dict[str, Any]) -> str | None:
    """What a response is called among the components; None for one that an operation has for itself."""
    if status == "304":
        return "NotModified"
    if status in ("200", "201", "204", "400"):
        return None
    (name,) = response["content"]["application/json"]["examples"]
    return str(name)


def link_operations(result: Document, generator: Any, **_: Any) -> Document:
    """Link every operation that creates a resource with all that take the id of one in the URL.

    So a client, or a fuzzer, knows what it may do with the id that it has just been given.
    """
    for path, operation in _operations(result):
        created = operation["responses"].get("201", {})
        if "Location" in created.get("headers", {}):
            component = created["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            properties = result["components"]["schemas"][component]["properties"]
            created["links"] = dict(_links(result, _resource(path), properties))
    return result


def _operations(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def _resource(path: str) -> str:
    """What the URLs of the resource begin with after the prefix, such as ``collections``."""
    return path.removeprefix(str(settings.SPECTACULAR_SETTINGS["SCHEMA_PATH_PREFIX"])).split("/")[1]


def _links(document: Document, resource: str, properties: dict[str, Any]) -> Iterator[tuple[str, Link]]:
    reference = f"{resource.removesuffix('s')}_id"
    id = f"$response.body#/{'id' if 'id' in properties else reference}"
    for path, operation in _operations(document):
        name = operation["operationId"]
        if _resource(path) == resource and "{id}" in path:
            yield name, {"operationId": name, "parameters": {"id": id}}
        elif any(parameter["name"] == reference for parameter in operation.get("parameters", ())):
            yield name, {"operationId": name, "parameters": {reference: id}}
