"""Errors in the OpenAPI document: their shape, their codes, and an example that is true of each operation."""

from typing import Any, NamedTuple

from django.db import models
from drf_standardized_errors.types import Error
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated

from skillmeat_site.api.exception_handler import error_body
from skillmeat_site.api.exceptions import PreconditionFailed
from skillmeat_site.api.permissions import HOW_TO_AUTHENTICATE
from skillmeat_site.db.ids import id_field
from skillmeat_site.exceptions import DomainError
from skillmeat_site.idempotency.replay import KeyReused
from skillmeat_site.openapi.examples import example_id

IN_USE = "This is in use by 3 deployments. Delete what uses it first."
CHANGED_MEANWHILE = "Something that this request refers to was changed or deleted meanwhile. Try again."


class ErrorType(models.TextChoices):
    """Whose fault an error is."""

    VALIDATION_ERROR = "validation_error"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"


class ErrorExample(NamedTuple):
    """An error as a response has it.

    Attributes:
        name: of the response among the components of the document.
        description: when it is the response.
    """

    name: str
    description: str
    type: ErrorType
    code: str
    detail: str
    attr: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The body of the response."""
        return error_body(self.type, [Error(code=self.code, detail=self.detail, attr=self.attr)])


def _client(name: str, description: str, code: str, detail: Any) -> ErrorExample:
    return ErrorExample(name, description, ErrorType.CLIENT_ERROR, code, str(detail))


# By status: those that are the same for every operation.
SHARED = {
    "401": _client(
        "Unauthorized",
        "No valid token; for a login, no valid user name and password.",
        NotAuthenticated.default_code,
        HOW_TO_AUTHENTICATE,
    ),
    "403": _client(
        "Forbidden",
        "The user does not have the permission that the operation needs, or the token not the scope.",
        "permission_denied",
        "You do not have permission to perform this action.",
    ),
    "406": _client(
        "NotAcceptable",
        "`Accept` does not allow for JSON.",
        "not_acceptable",
        "Could not satisfy the request Accept header.",
    ),
    "412": _client(
        "PreconditionFailed",
        "What `If-Match` names has changed.",
        PreconditionFailed.default_code,
        PreconditionFailed.default_detail,
    ),
    "413": _client(
        "PayloadTooLarge",
        "The body is over 2 MiB.",
        "payload_too_large",
        "The request body is larger than 2 MiB. Send less at once.",
    ),
    "415": _client(
        "UnsupportedMediaType",
        "The body is not JSON.",
        "unsupported_media_type",
        'Unsupported media type "text/plain" in request.',
    ),
    "422": _client(
        "IdempotencyKeyReused",
        "The `Idempotency-Key` belongs to another request.",
        KeyReused.default_code,
        KeyReused.default_detail,
    ),
    "429": _client(
        "TooManyRequests",
        "Too many requests.",
        "throttled",
        "Request was throttled. Expected available in 30 seconds.",
    ),
    "500": ErrorExample(
        "InternalServerError",
        "A fault of the server. Its log has the details, under the `X-Request-ID` of this response.",
        ErrorType.SERVER_ERROR,
        "error",
        "Internal server error",
    ),
    "503": ErrorExample(
        "ServiceUnavailable",
        "The database cannot be reached, or too many others were writing at the same time.",
        ErrorType.SERVER_ERROR,
        "database_unavailable",
        "The database cannot be reached. Try again in a few seconds.",
    ),
}
# All that there are: of statuses, of rules, and of what fields and parameters may be.
ERROR_CODES = {
    *(error.code for error in SHARED.values()),
    *(error.code for error in DomainError.__subclasses__()),
    *("blank", "invalid", "invalid_choice", "max_length", "min_length", "min_value", "not_a_list", "null"),
    *("null_characters_not_allowed", "required", "repeated", "unique", "unknown_field", "unknown_parameter"),
    *("authentication_failed", "invalid_credentials", "method_not_allowed", "parse_error"),
    *("conflict", "expired", "not_found", "token_scope", "too_many_writers"),
}
ERROR_CODE_CHOICES = [(code, code) for code in sorted(ERROR_CODES)]


def bad_request(code: str, detail: str, attr: str) -> ErrorExample:
    """A 400 of one operation."""
    description = (
        "The body or a parameter is wrong, or a rule is broken: `errors` says where, and what to do."
    )
    return ErrorExample("BadRequest", description, ErrorType.VALIDATION_ERROR, code, detail, attr)


def not_found(model: type[models.Model]) -> ErrorExample:
    """The 404 of an operation that names rows of ``model``."""
    name = str(model._meta.verbose_name).capitalize()
    detail = f"{name} '{example_id(id_field(model).prefix)}' not found"
    return _client(f"{model.__name__}NotFound", "An id that names nothing.", "not_found", detail)


def conflict(*, in_use: bool) -> ErrorExample:
    """The 409 of an operation; ``in_use`` of one that deletes what others may refer to."""
    description = "Other rows are in the way, or were changed or deleted at the same moment."
    name, detail = ("InUse", IN_USE) if in_use else ("Conflict", CHANGED_MEANWHILE)
    return _client(name, description, "conflict", detail)


class ErrorDetailSerializer(serializers.Serializer):
    """One thing that is wrong."""

    code = serializers.ChoiceField(ERROR_CODE_CHOICES, help_text="Short and stable; for programs.")
    detail = serializers.CharField(help_text="For people.")
    attr = serializers.CharField(allow_null=True, help_text="The field at fault, such as `artifact_ids.3`.")


class ErrorResponseSerializer(serializers.Serializer):
    """The body of every 4xx and 5xx."""

    type = serializers.ChoiceField(ErrorType.choices)
    detail = serializers.CharField(help_text="What is wrong and what to do about it, in one string.")
    errors = ErrorDetailSerializer(many=True)  # type: ignore[assignment]  # a field, not what went wrong
