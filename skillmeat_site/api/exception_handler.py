"""Exception → JSON: the only place that knows how a failure looks to a client."""

import sys
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Any

import orjson
from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, DisallowedHost, SuspiciousOperation, TooManyFieldsSent
from django.db import IntegrityError, InterfaceError, OperationalError
from django.db.models import BaseConstraint, ProtectedError, UniqueConstraint
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.log import log_response
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import Error, ErrorResponse
from rest_framework import exceptions
from rest_framework.settings import api_settings
from rest_framework.status import is_server_error

from skillmeat_site.api.exceptions import (
    ConflictError,
    DatabaseUnavailable,
    InternalServerError,
    TooManyWriters,
    invalid,
)
from skillmeat_site.db.transactions import is_held_up, is_transient
from skillmeat_site.exceptions import Conflict, DomainError, NotFound

# What serializers and forms call errors that are about no single field, and the parameter of `?=1`.
_NO_FIELD = (api_settings.NON_FIELD_ERRORS_KEY, NON_FIELD_ERRORS, "")


class ApiExceptionHandler(ExceptionHandler):
    """Turns what services, Django and the database raise into DRF's exceptions."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """The DRF exception that stands for ``exc``, or ``exc`` itself when it is a fault."""
        if isinstance(exc, DomainError):
            return _from_domain(exc)
        if isinstance(exc, ProtectedError):
            return _still_referenced(exc)
        if isinstance(exc, IntegrityError):
            return _from_constraint(exc)
        if isinstance(exc, OperationalError | InterfaceError):
            return _unavailable(exc)
        if isinstance(exc, SuspiciousOperation):
            return exceptions.ParseError(f"Bad request: {exc}")
        return super().convert_known_exceptions(exc)

    def convert_unhandled_exceptions(self, exc: Exception) -> exceptions.APIException:
        """Whatever is left is a fault of ours: 500."""
        return exc if isinstance(exc, exceptions.APIException) else InternalServerError()


class ApiExceptionFormatter(ExceptionFormatter):
    """The library's body with ``detail`` on top: one sentence that says it all."""

    def get_errors(self) -> list[Error]:
        """The errors; one that is about the request as a whole, or a field without a name, names none."""
        return [
            replace(error, attr=None) if error.attr in _NO_FIELD else error for error in super().get_errors()
        ]

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        """The body of the response."""
        return error_body(error_response.type, error_response.errors)


def error_body(type_: str, errors: list[Error]) -> dict[str, Any]:
    """The one envelope of every 4xx and 5xx."""
    detail = " ".join(f"{error.attr}: {error.detail}" if error.attr else error.detail for error in errors)
    return {"type": type_, "detail": detail, "errors": [asdict(error) for error in errors]}


def _from_domain(exc: DomainError) -> exceptions.APIException:
    if isinstance(exc, NotFound):
        return exceptions.NotFound(exc.detail, code=exc.code)
    if isinstance(exc, Conflict):
        return ConflictError(exc.detail, code=exc.code)
    return invalid(exc.detail, exc.code, attr=exc.attr)


def _unavailable(exc: Exception) -> exceptions.APIException:
    return TooManyWriters() if is_transient(exc) or is_held_up(exc) else DatabaseUnavailable()


def _still_referenced(exc: ProtectedError) -> ConflictError:
    count = len(exc.protected_objects)
    related = next(iter(exc.protected_objects))._meta
    name = related.verbose_name if count == 1 else related.verbose_name_plural
    return ConflictError(f"This is in use by {count} {name}. Delete what uses it first.")


def _from_constraint(exc: IntegrityError) -> Exception:
    """The message of the constraint that the database reports as violated.

    Rules are checked by the database alone, so two racing requests get the same answer as two
    in a row. What no rule of a model explains, such as a missing value, is a fault: ``exc`` itself.
    """
    constraint = _violated(exc)
    if isinstance(constraint, UniqueConstraint):
        attr = constraint.fields[-1] if constraint.fields else None
        return invalid(str(constraint.get_violation_error_message()), "unique", attr=attr)
    if constraint is not None:
        return invalid(str(constraint.get_violation_error_message()), "invalid")
    sqlstate = getattr(exc.__cause__, "sqlstate", None)
    if sqlstate == "23505" or str(exc).startswith("UNIQUE"):
        return invalid("There is one with these values already.", "unique")
    if sqlstate == "23503" or str(exc).startswith("FOREIGN KEY"):
        return ConflictError(
            "Something that this request refers to was changed or deleted meanwhile. Try again."
        )
    return exc


def _violated(exc: IntegrityError) -> BaseConstraint | None:
    """PostgreSQL names a constraint, SQLite names the columns of a unique one or its index."""
    diagnostics = getattr(exc.__cause__, "diag", None)
    kind, _, failed = str(exc).partition(" constraint failed: ")
    if diagnostics is not None:
        failed = diagnostics.constraint_name
    for model in apps.get_models():
        table = model._meta.db_table
        for constraint in model._meta.constraints:
            fields: list[Any] = [model._meta.get_field(name) for name in getattr(constraint, "fields", ())]
            columns = ", ".join(f"{table}.{field.column}" for field in fields)
            is_named = failed in (constraint.name, f"index '{constraint.name}'")
            # A value that is missing is told by its column too.
            if is_named or (columns and (kind, failed) == ("UNIQUE", columns)):
                return constraint
    return None


def error_response(exc: exceptions.APIException, request: HttpRequest | None = None) -> HttpResponse:
    """The response for an error that happens outside the API's views.

    Args:
        request: if it is for the admin, the response is a page instead of JSON.
    """
    if request and _is_admin(request):
        context = {"title": HTTPStatus(exc.status_code).phrase, "detail": exc.detail}
        # Without the request: neither the session nor the database may be there.
        response = HttpResponse(render_to_string("admin/error.html", context), status=exc.status_code)
    else:
        body = plain_error(exc.status_code, str(exc.detail), code=str(exc.get_codes()))
        response = HttpResponse(body, status=exc.status_code, content_type="application/json")
    if wait := getattr(exc, "wait", None):
        response["Retry-After"] = str(wait)
    return response


def plain_error(status: int, detail: str, *, code: str = "error") -> bytes:
    """The envelope of an error about no field, written as JSON."""
    kind = "server_error" if is_server_error(status) else "client_error"
    return orjson.dumps(error_body(kind, [Error(code=code, detail=detail, attr=None)]))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``: such as a host name that is not allowed."""
    if isinstance(exception, TooManyFieldsSent):
        detail = "The form has more fields than the server reads at once. Select fewer rows."
    elif _is_admin(request) and not isinstance(exception, DisallowedHost):
        detail = str(exception)
    else:
        detail = "Bad request: the server does not answer for this host or URL."
    response = error_response(exceptions.ParseError(detail), request)
    # Else Django logs what anybody can send as an error, with a traceback.
    log_response("Bad Request: %s: %s", request.path, str(exception), request=request, response=response)
    return response


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler403``."""
    return error_response(exceptions.PermissionDenied(), request)


def not_found_page(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's ``handler404``: a URL that leads nowhere, or a row of the admin that is gone."""
    said = exception.args[0] if _is_admin(request) and exception and exception.args else None
    detail = said if isinstance(said, str) else "There is nothing at this URL."
    if not _is_admin(request):
        detail += " See /api/v1/docs for what there is."
    return error_response(exceptions.NotFound(detail), request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``."""
    exc = sys.exception()
    if isinstance(exc, OperationalError | InterfaceError):
        return error_response(_unavailable(exc), request)
    return error_response(InternalServerError(), request)


def _is_admin(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")
