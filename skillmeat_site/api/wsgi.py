"""What must happen to a request before Django looks at it."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import LimitedStream
from django.utils.http import parse_header_parameters

# How much of a body that is refused is read all the same: a client that is still sending when
# the connection closes sees a broken pipe instead of the 413.
_MAX_DRAINED_BYTES = 32 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def read_body(application: Application) -> Application:
    """Read the body before ``application`` begins, and give it a length.

    Django takes a chunked body, which has none, for an empty one, and an update that is lost that way
    would still be answered with 200. A body over the limit is cut just behind it, so that it is
    refused for its size. One that ends too early, or is not what the headers say, is answered with 400
    and never executed.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            body = _body(environ)
        except OSError:
            return _refused(start_response)
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return application(environ, start_response)

    return wrapped


def _body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    coding, length = environ.get("HTTP_TRANSFER_ENCODING"), environ.get("CONTENT_LENGTH", "")
    # As Django does: a length that is no number is 0.
    announced = int(length) if length.isdecimal() and not coding else 0
    if coding is None:
        stream = LimitedStream(stream, announced)
    elif coding.lower() != "chunked":
        raise OSError(f"unknown coding: {coding}")
    body: bytes = stream.read(settings.MAX_BODY_BYTES + 1)
    if len(body) > settings.MAX_BODY_BYTES:
        _drain(stream)
    elif len(body) < announced:
        raise OSError("the client has gone after a part of it")
    return body


def _drain(stream: Any) -> None:
    for _ in range(_MAX_DRAINED_BYTES // _CHUNK_BYTES):
        if not stream.read(_CHUNK_BYTES):
            break


def _refused(start_response: Callable[..., Any]) -> list[bytes]:
    # They can be imported only when Django is set up.
    from skillmeat_site.api.exception_handler import plain_error
    from skillmeat_site.api.exceptions import BrokenBody

    status = HTTPStatus(BrokenBody.status_code)
    body = plain_error(status, BrokenBody.default_detail, code=BrokenBody.default_code)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status} {status.phrase}", headers)
    return [body]


def replace_broken_content_type(application: Application) -> Application:
    """Let a ``Content-Type`` that cannot be parsed be one that nobody accepts: 415.

    Django parses it before any of its own error handling, and a failure there is a bare 500.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        except ValueError:
            environ["CONTENT_TYPE"] = "application/octet-stream"
        return application(environ, start_response)

    return wrapped


def omit_body_of_head(application: Application) -> Application:
    """Answer a HEAD without the body of the GET, which gunicorn would leave out too, but with a warning."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return answer
        if hasattr(answer, "close"):
            answer.close()
        return []

    return wrapped
