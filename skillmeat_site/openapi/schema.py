"""The OpenAPI document: what drf-spectacular cannot see for itself.

Front-end developers work from that document alone, so every operation lists its errors, its
headers and an example.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db import models
from drf_spectacular.drainage import get_override
from drf_spectacular.plumbing import build_parameter_type
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    extend_schema,
    extend_schema_view,
)
from drf_standardized_errors.openapi import AutoSchema
from drf_standardized_errors.types import Error
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated

from skillmeat_site.api.exception_handler import error_body
from skillmeat_site.api.exceptions import PreconditionFailed, RequestTimeout
from skillmeat_site.api.filters import PrefixedIdFilter
from skillmeat_site.api.pagination import PagePagination
from skillmeat_site.api.permissions import HOW_TO_AUTHENTICATE, ModelPermissions, permission_to_write
from skillmeat_site.api.serializers import PrefixedIdField, PrefixedIdListField, StrictCharField
from skillmeat_site.db.ids import id_field
from skillmeat_site.exceptions import DomainError
from skillmeat_site.idempotency.replay import HEADER as IDEMPOTENCY_KEY
from skillmeat_site.idempotency.replay import KEY_PATTERN, REPLAYED_HEADER, KeyReused

V = TypeVar("V", bound=type[Any])


class ErrorType(models.TextChoices):
    """Whose fault an error is."""

    VALIDATION_ERROR = "validation_error"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"


# For each status: type, code, detail and field of its example.
ERROR_EXAMPLES = {
    "400": ("validation_error", "unique", "A collection with this name already exists.", "name"),
    "401": ("client_error", NotAuthenticated.default_code, HOW_TO_AUTHENTICATE, None),
    "403": ("client_error", "permission_denied", "You do not have permission to perform this action.", None),
    "404": ("client_error", "not_found", "Collection 'col-019c2d7b4a7672b19c3e000000000009' not found", None),
    "406": ("client_error", "not_acceptable", "Could not satisfy the request Accept header.", None),
    "408": ("client_error", RequestTimeout.default_code, RequestTimeout.default_detail, None),
    "409": ("client_error", "conflict", "This is in use by 3 deployments. Delete what uses it first.", None),
    "412": ("client_error", PreconditionFailed.default_code, PreconditionFailed.default_detail, None),
    "413": (
        "client_error",
        "payload_too_large",
        "The request body is larger than 2 MiB. Send less at once.",
        None,
    ),
    "415": (
        "client_error",
        "unsupported_media_type",
        'Unsupported media type "text/plain" in request.',
        None,
    ),
    "422": ("client_error", KeyReused.default_code, KeyReused.default_detail, None),
    "429": ("client_error", "throttled", "Request was throttled. Expected available in 30 seconds.", None),
    "500": ("server_error", "error", "Internal server error", None),
    "503": (
        "server_error",
        "database_unavailable",
        "The database cannot be reached. Try again in a few seconds.",
        None,
    ),
}
# All that there are: of statuses, of rules, and of what fields and parameters may be.
ERROR_CODES = {
    *(code for _, code, _, _ in ERROR_EXAMPLES.values()),
    *(error.code for error in DomainError.__subclasses__()),
    *("blank", "invalid", "invalid_choice", "max_length", "min_length", "min_value", "not_a_list", "null"),
    *("null_characters_not_allowed", "required", "repeated", "unique", "unknown_field", "unknown_parameter"),
    *("authentication_failed", "invalid_credentials", "method_not_allowed", "parse_error"),
}
ERROR_DESCRIPTIONS = {
    "400": "The body or a parameter is wrong, or a rule is broken: `errors` says where, and what to do.",
    "401": "No valid token; for a login, no valid user name and password.",
    "403": "The user does not have the permission `{permission}`.",
    "404": "An id that names nothing.",
    "406": "`Accept` does not allow for JSON.",
    "408": "The rest of the body did not come.",
    "409": "Other rows are in the way, or were changed or deleted at the same moment.",
    "412": "What `If-Match` names has changed.",
    "413": "The body is over 2 MiB.",
    "415": "The body is not JSON.",
    "422": "The `Idempotency-Key` belongs to another request.",
    "429": "Too many requests.",
    "500": "A fault of the server. Its log has the details, under the `X-Request-ID` of this answer.",
    "503": "The database cannot be reached.",
}
RESPONSE_HEADERS = {
    "ETag": "Changes when the body does. Send it back as If-None-Match; that of one `{id}` also as If-Match, "
    "with a change of it.",
    REPLAYED_HEADER: "`true` if this is the answer to an earlier request with this Idempotency-Key.",
    "Location": "The URL of what was created.",
    "Retry-After": "How many seconds to wait.",
    "WWW-Authenticate": "How to authenticate: `Token, Bearer`.",
}


class ErrorSerializer(serializers.Serializer):
    """One thing that is wrong."""

    code = serializers.CharField(
        help_text=f"Short and stable; for programs: `{'`, `'.join(sorted(ERROR_CODES))}`."
    )
    detail = serializers.CharField(help_text="For people.")
    attr = serializers.CharField(allow_null=True, help_text="The field at fault, such as `artifact_ids.3`.")


class ErrorResponseSerializer(serializers.Serializer):
    """The body of every 4xx and 5xx."""

    type = serializers.ChoiceField(ErrorType.choices)
    detail = serializers.CharField(help_text="What is wrong and what to do about it, in one string.")
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]  # a field, not what went wrong


def error_example(status: str) -> dict[str, Any]:
    """The example body for a status."""
    type_, code, detail, attr = ERROR_EXAMPLES[status]
    return error_body(type_, [Error(code=code, detail=detail, attr=attr)])


class ApiSchema(AutoSchema):
    """Describes one operation of an `ApiViewSet`."""

    view: Any

    def get_override_parameters(self) -> list[Any]:
        """The headers that make a request conditional."""
        return [
            OpenApiParameter(header, schema, OpenApiParameter.HEADER, description=description)
            for header, schema, description in (
                (
                    "If-None-Match",
                    str,
                    "An ETag: the answer is 304, without a body, while nothing has changed.",
                ),
                (
                    "If-Match",
                    str,
                    "The ETag of the GET of this `{id}`: 412 when anything that it shows, be it a count, has "
                    "changed since.",
                ),
                (
                    IDEMPOTENCY_KEY,
                    {"type": "string", "pattern": KEY_PATTERN},
                    "New for every request, and the same when it is sent again: within 24 hours that is "
                    "answered with the first answer, be it a refusal, and nothing is done twice.",
                ),
            )
            if header == self._condition()
        ]

    def _condition(self) -> str | None:
        """The header that makes this operation conditional."""
        if self.method == "GET":
            return "If-None-Match"
        if self.method == "POST":
            return IDEMPOTENCY_KEY if self.view.supports_idempotency_key else None
        return "If-Match" if "{id}" in self.path else None

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        body: dict[str, Any] | None = super()._get_request_body(direction)
        # Only a change may be empty: it changes nothing. Elsewhere one of several fields is needed.
        if body and self.view.action not in ("update", "partial_update"):
            body["required"] = True
        return body

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses = super()._get_response_bodies(direction)
        if self.method == "GET":
            responses["304"] = {
                "description": "Nothing has changed since that ETag.",
                "headers": self._get_response_headers_for_code("304"),
            }
        for status in responses.keys() & ERROR_DESCRIPTIONS.keys():
            permission = permission_to_write(self.view) if status == "403" else None
            responses[status]["description"] = ERROR_DESCRIPTIONS[status].format(permission=permission)
        return dict(sorted(responses.items()))

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> dict[str, Any]:
        replayed = [REPLAYED_HEADER] if self._condition() == IDEMPOTENCY_KEY else []
        names = {
            "200": ["ETag"] if self.method == "GET" else replayed,
            # Memberships have no URL of their own.
            "201": replayed if self.view.parent_viewset else ["Location", *replayed],
            "204": replayed,
            "304": ["ETag"],
            "401": ["WWW-Authenticate"],
            "429": ["Retry-After"],
            "503": ["Retry-After"],
        }.get(status_code, [])
        return {name: {"schema": {"type": "string"}, "description": RESPONSE_HEADERS[name]} for name in names}

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)
        # Afterwards: spectacular takes it that a text with a pattern cannot be empty.
        if isinstance(field, StrictCharField):
            schema["pattern"] = field.pattern

    def _get_allowed_error_status_codes(self) -> list[str]:
        writes = self.method != "GET"
        has_body = self._body() is not None
        restricted = writes and ModelPermissions in self.view.permission_classes
        possible = {
            "400": True,
            "401": True,
            "403": restricted,
            "404": self._names_rows(),
            "406": True,
            "408": has_body,
            "409": restricted,
            "412": self.method in ("PUT", "PATCH", "DELETE"),
            "413": has_body,
            "415": has_body,
            "422": self._condition() == IDEMPOTENCY_KEY,
            "429": True,
            "500": True,
            "503": True,
        }
        return [status for status, is_possible in possible.items() if is_possible]

    def _names_rows(self) -> bool:
        """Whether a request names rows by id, which may not exist."""
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {}).values()
        return (
            "{" in self.path
            or (self._is_list_view() and any(isinstance(field, PrefixedIdFilter) for field in filters))
            or any(isinstance(field, PrefixedIdField | PrefixedIdListField) for field in self._body_fields())
        )

    def _body(self) -> Any:
        """What is sent in the body, as the operation declares it; None without one."""
        return self.get_request_serializer() if self.method in ("POST", "PUT", "PATCH") else None

    def _body_fields(self) -> Iterator[serializers.Field]:
        body = self._body()
        if isinstance(body, type) and issubclass(body, serializers.Serializer):
            for field in body().fields.values():
                nested = getattr(field, "child", None)
                yield from nested.fields.values() if isinstance(nested, serializers.Serializer) else [field]

    def _should_add_error_response(self, responses: dict[str, Any], status_code: str) -> bool:
        return status_code not in responses

    def _get_error_response_serializer(self, status_code: str) -> type[serializers.Serializer]:
        return ErrorResponseSerializer

    def _get_error_response_examples(self) -> list[OpenApiExample]:
        return [
            OpenApiExample(
                f"Error{status}", value=error_example(status), status_codes=[status], response_only=True
            )
            for status in self._get_allowed_error_status_codes()
        ]

    def _get_paginator(self) -> Any:
        """The view's own, which knows what the rows are called."""
        return getattr(self.view, "paginator", None)

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        return [self._path_parameter(name) for name in variables]

    def _path_parameter(self, name: str) -> dict[str, Any]:
        model = self.view.path_model(name)
        return build_parameter_type(
            name=name,
            location=OpenApiParameter.PATH,
            description=f"The id of the {model._meta.verbose_name}.",
            schema={"type": "string", "pattern": id_field(model).pattern},
        )

    def get_paginated_name(self, serializer_name: str) -> str:
        """``CollectionListResponse`` for pages of ``CollectionResponse``."""
        return f"{serializer_name.removesuffix('Response')}ListResponse"


def resource_schema(name: str, *, writing: str, deleting: str) -> Callable[[V], V]:
    """Decorate a `ResourceViewSet` with the names of its operations.

    Args:
        name: of one, as in ``getCollection``.
        writing: what whoever creates or changes one has to know.
        deleting: what happens to everything else when one is deleted.
    """
    one, many = name.lower(), f"{name.lower()}s"
    an = f"an {one}" if one[0] in "aeiou" else f"a {one}"
    rules = f"{writing} What it has but a client may not set, such as `id`, is accepted and ignored."

    def decorate(view: V) -> V:
        detail = view.detail_serializer_class or view.serializer_class
        change = {
            "request": view.update_serializer_class,
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
                request=view.create_serializer_class,
                responses={201: view.serializer_class},
            ),
            retrieve=extend_schema(
                operation_id=f"get{name}", summary=f"Show {an}", description=detail.__doc__, responses=detail
            ),
            update=extend_schema(operation_id=f"update{name}", summary=f"Change {an}", **change),
            partial_update=extend_schema(
                operation_id=f"patch{name}", summary=f"Change {an}, just as PUT does", **change
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


def _reference(serializer: type[serializers.BaseSerializer]) -> dict[str, str]:
    name = serializer.__name__.removesuffix("Serializer")
    return {"$ref": f"#/components/schemas/{name}Request"}
