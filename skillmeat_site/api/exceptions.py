"""What the API answers besides the exceptions of REST framework itself."""

from http import HTTPStatus

from rest_framework import exceptions

from skillmeat_site.exceptions import Conflict

RETRY_AFTER_SECONDS = 5


class BrokenBody(exceptions.ParseError):
    """The body is not what the head of the request says of it."""

    status_code = HTTPStatus.BAD_REQUEST
    default_detail = (
        "The body does not have the Content-Length that it should have, or is not in chunks as "
        "Transfer-Encoding, which must be 'chunked', says. Send it again."
    )


class PayloadTooLarge(exceptions.APIException):
    """The body is larger than the server reads."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request body is too large."
    default_code = "payload_too_large"


class ConflictError(exceptions.APIException):
    """The request conflicts with other rows."""

    status_code = HTTPStatus.CONFLICT
    default_code = Conflict.code


class PreconditionFailed(exceptions.APIException):
    """The row is not what the client believes it to be."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "This has changed since you read it. Get it again and send its ETag as If-Match."
    default_code = "precondition_failed"


class DatabaseUnavailable(exceptions.APIException):
    """The database cannot be reached, or could not serve this request in time."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The database cannot be reached. Try again in a few seconds."
    default_code = "database_unavailable"
    wait = RETRY_AFTER_SECONDS


class TooManyWriters(exceptions.APIException):
    """Others came first at each of the attempts of a write."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "Too many others were writing at the same time. Try again in a few seconds."
    default_code = "too_many_writers"
    wait = RETRY_AFTER_SECONDS


class InternalServerError(exceptions.APIException):
    """A fault of ours. Tells nothing about the inside."""

    default_detail = "Internal server error"


def invalid(detail: str, code: str, *, attr: str | None = None) -> exceptions.ValidationError:
    """A 400 about one field, or about the request as a whole."""
    error = exceptions.ErrorDetail(detail, code=code)
    return exceptions.ValidationError({attr: [error]} if attr else [error])
