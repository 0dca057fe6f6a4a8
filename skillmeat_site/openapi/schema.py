"""The OpenAPI document: what drf-spectacular cannot see for itself.

Front-end developers work from that document alone, so every operation lists its errors, its
headers and an example.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import PROTECT, Model, UniqueConstraint
from drf_spectacular.plumbing import build_parameter_type
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
)
from drf_standardized_errors.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from uritemplate import variables

from skillmeat_site.api.filters import PrefixedIdFilter
from skillmeat_site.api.permissions import ALL_SCOPES, ModelPermissions, allowed_scopes, permission_to_write
from skillmeat_site.api.serializers import (
    PrefixedIdField,
    PrefixedIdListField,
    StrictCharField,
)
from skillmeat_site.audit.trail import REASON_HEADER, REASON_MAX_LENGTH
from skillmeat_site.db.ids import id_field
from skillmeat_site.idempotency.replay import HEADER as IDEMPOTENCY_KEY
from skillmeat_site.idempotency.replay import KEY_PATTERN, REPLAYED_HEADER
from skillmeat_site.openapi import errors

REQUEST_ID = {"$ref": "#/components/headers/X-Request-ID"}
RESPONSE_HEADERS = {
    "ETag": "Changes when the body does. Send it back as If-None-Match; that of one `{id}` also as If-Match, "
    "with a change of it.",
    REPLAYED_HEADER: "`true` if this is the response to an earlier request with this Idempotency-Key.",
    "Location": "The URL of what was created.",
    "Retry-After": "How many seconds to wait.",
    "WWW-Authenticate": "How to authenticate: `Token, Bearer`.",
}


class ApiSchema(AutoSchema):
    """Describes one operation of an `ApiViewSet`."""

    view: Any

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """The operation, with the permission that it needs, and without a token where none is needed."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation.setdefault("security", [])
            if self._is_restricted():
                permission = f"Needs the permission `{permission_to_write(self.view)}`."
                operation["description"] = f"{operation['description']}\n\n{permission}"
        return operation

    def get_filter_backends(self) -> list[Any]:
        """Those of lists: the default backend filters nothing else."""
        return [] if getattr(self.view, "detail", False) else list(super().get_filter_backends())

    @property
    def _is_ours(self) -> bool:
        """Whether the view is an `ApiViewSet`, of which more is known than of a view of DRF's own."""
        return hasattr(self.view, "path_model")

    def _is_restricted(self) -> bool:
        return (
            self._is_ours
            and self.method != "GET"
            and any(_asks(permission, ModelPermissions) for permission in self.view.permission_classes)
        )

    def _needs_scope(self) -> bool:
        """Whether not every token will do."""
        return bool(self.view.authentication_classes) and allowed_scopes(self.view, self.method) != ALL_SCOPES

    def _get_parameters(self) -> list[dict[str, Any]]:
        """In the order of the path, then those of the query, then headers."""
        return sorted(
            super()._get_parameters(), key=lambda item: ["path", "query", "header"].index(item["in"])
        )

    def get_override_parameters(self) -> list[Any]:
        """The headers that make a request conditional."""
        return [
            OpenApiParameter(header, schema, OpenApiParameter.HEADER, description=description)
            for header, schema, description in (
                (
                    "If-None-Match",
                    str,
                    "An ETag: the response is 304, without a body, while nothing has changed.",
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
                    "New for every request, and the same when it is sent again: within 24 hours that gets "
                    "the first response, be it an error, and nothing is done twice.",
                ),
                (
                    REASON_HEADER,
                    {"type": "string", "maxLength": REASON_MAX_LENGTH},
                    "Why, for the history of what this changes.",
                ),
            )
            if header == self._condition() or (header == REASON_HEADER and self._is_restricted())
        ]

    def _condition(self) -> str | None:
        """The header that makes this operation conditional."""
        if not self._is_ours:
            return None
        if self.method == "GET":
            return "If-None-Match"
        if self.method == "POST":
            return IDEMPOTENCY_KEY if self.view.supports_idempotency_key else None
        has_etag = self.view.parent_viewset or hasattr(self.view, "retrieve")
        return "If-Match" if "{id}" in self.path and has_etag else None

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        body: dict[str, Any] | None = super()._get_request_body(direction)
        if body:
            body["required"] = True
        return body

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses = super()._get_response_bodies(direction)
        if self.method == "GET":
            responses["304"] = {
                "description": "Nothing has changed since that ETag.",
                "headers": self._get_response_headers_for_code("304"),
            }
        for response in responses.values():
            response.setdefault("headers", {}).setdefault("X-Request-ID", REQUEST_ID)
        for status in responses.keys() & set(self._get_allowed_error_status_codes()):
            responses[status]["description"] = self._error_example(status).description
        return dict(sorted(responses.items()))

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> dict[str, Any]:
        replayed = [REPLAYED_HEADER] if self._condition() == IDEMPOTENCY_KEY else []
        names = {
            "200": ["ETag"] if self.method == "GET" else replayed,
            # Memberships and tokens have no URL that shows them.
            "201": ["Location", *replayed] if hasattr(self.view, "retrieve") else replayed,
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
        has_body = self._body() is not None
        possible = {
            "400": self._is_ours,
            "401": True,
            "403": self._is_restricted() or self._needs_scope(),
            "404": bool(self._named_models()),
            "406": True,
            "409": self._is_restricted(),
            "412": self._condition() == "If-Match",
            "413": has_body,
            "415": has_body,
            "422": self._condition() == IDEMPOTENCY_KEY,
            "429": True,
            "500": True,
            "503": True,
        }
        return [status for status, is_possible in possible.items() if is_possible]

    def _named_models(self) -> list[type[Model]]:
        """The models whose rows a request names by id, and which may not exist: those of the path first."""
        if not self._is_ours:
            return []
        models = [self.view.path_model(name) for name in variables(self.path)]
        if self._is_list_view():
            filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {}).values()
            models += [field.referenced for field in filters if isinstance(field, PrefixedIdFilter)]
        for field in self._body_fields():
            named: Any = field.child if isinstance(field, PrefixedIdListField) else field
            if isinstance(named, PrefixedIdField):
                models.append(named.model)
        return models

    def _body(self) -> Any:
        """What is sent in the body, as the operation declares it; None without one."""
        return self.get_request_serializer() if self.method in ("POST", "PUT", "PATCH") else None

    def _body_fields(self) -> Iterator[serializers.Field]:
        body = self._body()
        # Of alternatives, see `one_of`, all.
        request = getattr(body.get("application/json"), "request", None) if isinstance(body, dict) else body
        for serializer in getattr(request, "serializers", [request]):
            if isinstance(serializer, type) and issubclass(serializer, serializers.Serializer):
                for field in serializer().fields.values():
                    nested = getattr(field, "child", field)
                    yield from (
                        nested.fields.values() if isinstance(nested, serializers.Serializer) else [field]
                    )

    def _error_example(self, status: str) -> errors.ErrorExample:
        """An error with this status that a request of this operation may get."""
        if status == "400":
            return self._bad_request()
        if status == "404":
            return errors.not_found(self._named_models()[0])
        if status == "409":
            related = self.view.path_model()._meta.related_objects if self.view.action == "destroy" else ()
            return errors.conflict(in_use=any(relation.on_delete is PROTECT for relation in related))
        return errors.SHARED[status]

    def _bad_request(self) -> errors.ErrorExample:
        """A name that is taken, if there can be one, or an unknown parameter."""
        writes_one = self.view.action in ("create", "update", "partial_update")
        if writes_one and hasattr(self.view, "retrieve"):
            for constraint in self.view.path_model()._meta.constraints:
                if isinstance(constraint, UniqueConstraint) and constraint.fields[-1:] == ("name",):
                    return errors.bad_request("unique", str(constraint.get_violation_error_message()), "name")
        return errors.bad_request("unknown_parameter", self.view.unknown_parameter_message(), "colour")

    def _postprocess_serializer_schema(self, schema: Any, serializer: Any, direction: Any) -> dict[str, Any]:
        """With what a client may send back though it is ignored, as ``readOnly`` properties."""
        mapped: dict[str, Any] = super()._postprocess_serializer_schema(schema, serializer, direction)
        for response_class in getattr(serializer, "ignores_fields_of", ()) if direction == "request" else ():
            for name, shown in self._map_basic_serializer(response_class, "response")["properties"].items():
                shown = {key: value for key, value in shown.items() if key != "x-optional"}
                mapped["properties"].setdefault(name, {**shown, "readOnly": True})
        return mapped

    def _should_add_error_response(self, responses: dict[str, Any], status_code: str) -> bool:
        return status_code not in responses

    def _get_error_response_serializer(self, status_code: str) -> type[serializers.Serializer]:
        return errors.ErrorResponseSerializer

    def _get_error_response_examples(self) -> list[OpenApiExample]:
        return [
            OpenApiExample(example.name, example.body, status_codes=[status], response_only=True)
            for status in self._get_allowed_error_status_codes()
            for example in [self._error_example(status)]
        ]

    def _get_paginator(self) -> Any:
        """The view's own, which knows what the rows are called."""
        return getattr(self.view, "paginator", None)

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        if not self._is_ours:
            return list(super()._resolve_path_parameters(variables))
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
        """``GroupListResponse`` for pages of ``GroupResponse`` or ``GroupListItemResponse``."""
        return f"{serializer_name.removesuffix('Response').removesuffix('ListItem')}ListResponse"


def _asks(permission: Any, wanted: type[BasePermission]) -> bool:
    """Whether an entry of ``permission_classes`` is that class, or combines it by ``&`` or ``|``."""
    parts = [getattr(permission, name, None) for name in ("op1_class", "op2_class")]
    is_it = isinstance(permission, type) and issubclass(permission, wanted)
    return is_it or any(_asks(part, wanted) for part in parts if part is not None)
