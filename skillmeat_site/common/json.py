"""JSON in and out, by orjson: strict where the standard library is lenient, and faster."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, no lone surrogates, bounded nesting."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value in ``stream``.

        Raises:
            ParseError: it is not JSON; the message says where.
        """
        try:
            return orjson.loads(stream.read())
        except orjson.JSONDecodeError as exc:
            raise ParseError(f"The body is not valid JSON: {exc}") from exc


class StrictNegotiation(DefaultContentNegotiation):
    """A body has one type: a pattern such as ``*/*`` is none."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser for the request's body, or None."""
        return None if "*" in request.content_type else super().select_parser(request, parsers)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The renderer, and the type of what it makes; what most clients send is not taken apart."""
        if request.META.get("HTTP_ACCEPT", "*/*") in ("*/*", renderers[0].media_type):
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class FastJSONRenderer(BaseRenderer):
    """JSON without white space."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """``data`` as UTF-8 bytes; nothing at all for a response without a body."""
        return b"" if data is None else orjson.dumps(data, option=orjson.OPT_UTC_Z)
