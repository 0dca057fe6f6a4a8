"""Decorators and requests with which the views describe their operations."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.drainage import get_override
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers

from skillmeat_site.api.pagination import PagePagination

V = TypeVar("V", bound=type[Any])


def resource_schema(name: str, *, writing: str, deleting: str) -> Callable[[V], V]:
    """Decorate a `ResourceViewSet` with the names of its operations.

    Args:
        name: of one, as in ``getCollection``.
        writing: what whoever creates or changes one has to know.
        deleting: what happens to everything else when one is deleted.
    """
    one, many = name.lower(), f"{name.lower()}s"
    an = f"an {one}" if one[0] in "aeiou" else f"a {one}"

    def decorate(view: V) -> V:
        takes_back = getattr(view.create_serializer_class, "ignores_fields_of", ())
        ignored = " What it has but a client may not set, such as `id`, is accepted and ignored."
        rules = f"{writing}{ignored if takes_back else ''}"
        detail = view.detail_serializer_class or view.serializer_class
        change = {
            "request": view.update_serializer_class or view.serializer_class,
            "responses": view.serializer_class,
            "description": f"What is sent is changed, the rest stays; nothing need be. {rules}",
        }
        return extend_schema_view(
            list=extend_schema(
                operation_id=f"list{name}s",
                summary=f"List {many}",
                description=f"A page of the {many} that match all filters.",
            ),
            create=extend_schema(
                operation_id=f"create{name}",
                summary=f"Create {an}",
                description=rules,
                request=view.create_serializer_class or view.serializer_class,
                responses={201: view.serializer_class},
            ),
            retrieve=extend_schema(
                operation_id=f"get{name}", summary=f"Show {an}", description=detail.__doc__, responses=detail
            ),
            update=extend_schema(operation_id=f"update{name}", summary=f"Change {an}", **change),
            partial_update=extend_schema(
                operation_id=f"patch{name}", summary=f"Change {an}, just as PUT does", **change
            ),
            history=extend_schema(
                operation_id=f"list{name}History",
                summary=f"Show the history of {an}",
                description="What changed, when, why and by whom, the newest first; also of a deleted one.",
                responses=view.history_serializer_class(many=True),
            ),
            destroy=extend_schema(operation_id=f"delete{name}", summary=f"Delete {an}", description=deleting),
        )(view)

    return decorate


def page_parameters(pagination_class: type[PagePagination]) -> list[OpenApiParameter]:
    """``page`` and ``page_size``, for an action that pages by itself."""
    return [
        OpenApiParameter(parameter["name"], parameter["schema"], description=parameter["description"])
        for parameter in pagination_class().get_schema_operation_parameters(None)
    ]


def object_or_list(serializer: type[serializers.Serializer], key: str) -> dict[str, OpenApiRequest]:
    """The request that is either ``serializer``'s object or the bare list under its ``key``."""
    items: Any = serializer().fields[key]
    listed = {
        "type": "array",
        "items": _reference(type(items.child)),
        "minItems": items.min_length,
        "maxItems": items.max_length,
    }
    schema = {"oneOf": [_reference(serializer), listed]}
    return {"application/json": OpenApiRequest(schema, examples=get_override(serializer, "examples"))}


def one_of(name: str, *alternatives: type[serializers.Serializer]) -> dict[str, OpenApiRequest]:
    """The request that is one of several serializers' objects: a component called ``<name>Request``."""
    schema = PolymorphicProxySerializer(name, alternatives, resource_type_field_name=None)
    examples = [
        OpenApiExample(alternative.__name__.removesuffix("Serializer"), example.value)
        for alternative in alternatives
        for example in get_override(alternative, "examples")
    ]
    return {"application/json": OpenApiRequest(schema, examples=examples)}


def _reference(serializer: type[serializers.BaseSerializer]) -> dict[str, str]:
    name = serializer.__name__.removesuffix("Serializer")
    return {"$ref": f"#/components/schemas/{name}Request"}
