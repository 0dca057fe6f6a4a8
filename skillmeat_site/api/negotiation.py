"""Which parser reads a body, and which renderer writes the response."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


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
