"""Ids and times for the examples in the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

CREATED_AT = "2026-02-05T12:29:30.006507Z"
UPDATED_AT = "2026-03-12T16:29:40.293257Z"


def example_id(prefix: str, number: int = 1) -> str:
    """An id that looks like a real one."""
    return f"{prefix}-019c2d7b4a7672b19c3e{number:012x}"


def example(**value: Any) -> Any:
    """Decorate a serializer with the example that OpenAPI shows wherever it is used."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=value)])
