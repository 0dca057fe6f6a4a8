"""What must happen to a request before Django looks at it."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.http import parse_header_parameters

# How much of a body that is refused is read all the same: a client that is still sending when
# the connection closes sees a broken pipe instead of the 413.
_MAX_DRAINED_BYTES = 32 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def drain(stream: Any) -> None:
    """Read the rest of a body that is refused, within reason, and forget it."""
    for _ in range(_MAX_DRAINED_BYTES // _CHUNK_BYTES):
        if not stream.read(_CHUNK_BYTES):
            break


def accept_chunked(application: Application) -> Application:
    """Give a chunked body a length before ``application`` sees it.

    Django takes a body without a length for an empty one, and an update that is lost that way
    would still be answered with 200. A body over the limit is cut just behind it, so that it is
    refused for its size.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            body = environ["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
            if len(body) > settings.MAX_BODY_BYTES:
                drain(environ["wsgi.input"])
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return application(environ, start_response)

    return wrapped


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
