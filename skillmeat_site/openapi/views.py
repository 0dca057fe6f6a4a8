"""``/api/v1/schema``, the OpenAPI document that `skillmeat_site.openapi.schema` describes; Redoc's script."""

from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation

from skillmeat_site.api.exception_handler import error_response
from skillmeat_site.api.middleware import etag_of, read_only

_RENDERERS = {
    renderer.media_type: renderer
    for renderer in (OpenApiYamlRenderer, OpenApiYamlRenderer2, OpenApiJsonRenderer, OpenApiJsonRenderer2)
}
_FORMATS = {"yaml": OpenApiYamlRenderer.media_type, "json": OpenApiJsonRenderer.media_type}
_REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
# The library is not made for two threads at once.
_making = Lock()


class PageNegotiation(BaseContentNegotiation):
    """A page is HTML whatever ``Accept`` asks for."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """None is needed."""
        return None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        """The only one."""
        return renderers[0], renderers[0].media_type


# Of the viewers of the document.
PAGE = {"content_negotiation_class": PageNegotiation}


@read_only
@gzip_page
def document(request: HttpRequest) -> HttpResponse:
    """The document for everybody: as YAML, unless ``?format=json`` or ``Accept`` asks for JSON."""
    asked = request.GET.get("format")
    media_type = request.get_preferred_type(list(_RENDERERS)) if asked is None else _FORMATS.get(asked)
    if media_type is None:
        return error_response(NotAcceptable("The document comes as ?format=yaml or ?format=json."))
    file = f'inline; filename="skillmeat.{_RENDERERS[media_type].format}"'
    headers = {"Content-Disposition": file, "Vary": "Accept"}
    with _making:
        content = _written_as(media_type)
    # Of what is compressed, since compressing adds random bytes.
    headers["ETag"] = etag_of(content)
    return HttpResponse(content, content_type=media_type, headers=headers)


@cache
def _written_as(media_type: str) -> bytes:
    """The document in a format; made once, since it says what the code says, and that takes long."""
    return _RENDERERS[media_type]().render(SchemaGenerator().get_schema(public=True), renderer_context={})


@read_only
@gzip_page
def redoc_bundle(request: HttpRequest) -> HttpResponse:
    """Redoc without its logo, which every visit would ask of another host; it has no setting for that."""
    headers = {"Cache-Control": "public, max-age=86400", "ETag": etag_of(_redoc())}
    return HttpResponse(_redoc(), content_type="text/javascript", headers=headers)


@cache
def _redoc() -> bytes:
    path = finders.find("drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js")
    return Path(str(path)).read_bytes().replace(_REDOC_LOGO, b"data:,")
