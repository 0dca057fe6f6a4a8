"""Hooks of drf-spectacular that change the finished OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

_ID = "$response.body#/id"

Link = dict[str, Any]


def close_components(result: dict[str, Any], generator: Any, **_: Any) -> dict[str, Any]:
    """Say that responses always have all their properties and requests take no others.

    Without the first a generated client takes nullable properties for optional ones.
    """
    for name, component in result["components"]["schemas"].items():
        if name.endswith("Request"):
            component["additionalProperties"] = False
        elif "properties" in component:
            component["required"] = list(component["properties"])
            for schema in component["properties"].values():
                # No request has it anyway, and clients would get a second type, without it.
                schema.pop("readOnly", None)
    return result


def share_enums(result: dict[str, Any], generator: Any, **_: Any) -> dict[str, Any]:
    """Refer to a component from parameters that take one of its values, so that a client has one type."""
    components = result["components"]["schemas"].items()
    names = {frozenset(component["enum"]): name for name, component in components if "enum" in component}
    for _path, operation in _operations(result):
        for parameter in operation.get("parameters", ()):
            for holder, key in ((parameter, "schema"), (parameter["schema"], "items")):
                if name := names.get(frozenset(holder.get(key, {}).get("enum", ()))):
                    holder[key] = {"$ref": f"#/components/schemas/{name}"}
    return result


def link_operations(result: dict[str, Any], generator: Any, **_: Any) -> dict[str, Any]:
    """Link every operation that creates a resource with all that take the id of one.

    So a client, or a fuzzer, knows what it may do with the id that it has just been given.
    """
    for path, operation in _operations(result):
        created = operation["responses"].get("201", {})
        if "Location" in created.get("headers", {}):
            created["links"] = dict(_links(result, _resource(path)))
    return result


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def _resource(path: str) -> str:
    """What the URLs of the resource begin with after the prefix, such as ``collections``."""
    return path.removeprefix(str(settings.SPECTACULAR_SETTINGS["SCHEMA_PATH_PREFIX"])).split("/")[1]


def _links(document: dict[str, Any], resource: str) -> Iterator[tuple[str, Link]]:
    reference = f"{resource.removesuffix('s')}_id"
    for path, operation in _operations(document):
        name = operation["operationId"]
        if _resource(path) == resource and "{id}" in path:
            yield name, {"operationId": name, "parameters": {"id": _ID}}
        elif any(parameter["name"] == reference for parameter in operation.get("parameters", ())):
            yield name, {"operationId": name, "parameters": {reference: _ID}}
        elif reference in _body_properties(document, operation):
            yield name, {"operationId": name, "requestBody": {reference: _ID}}


def _body_properties(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    component = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"].get(component, {}).get("properties", {})
