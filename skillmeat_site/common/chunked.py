"""Bodies without a length, as clients send that stream them."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def accept_chunked(application: Application) -> Application:
    """Give a chunked body a length before ``application`` sees it.

    Django takes a body without a length for an empty one, and an update that is lost that way
    would still be answered with 200. A body over the limit is cut just behind it, so that it is
    refused for its size.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            body = environ["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return application(environ, start_response)

    return wrapped
