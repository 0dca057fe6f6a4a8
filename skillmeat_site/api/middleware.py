"""What happens to a request before and beside Django's own middleware."""

import hashlib
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeAlias

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.utils.cache import get_conditional_response
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import quote_etag
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed

from skillmeat_site.api.exception_handler import error_response
from skillmeat_site.api.exceptions import PayloadTooLarge, PreconditionFailed

GetResponse: TypeAlias = Callable[..., HttpResponse]

HEALTH_CHECKS = ("/healthz", "/readyz")


def strip_trailing_slash(get_response: GetResponse) -> GetResponse:
    """Answer ``/api/v1/groups/`` as ``/api/v1/groups``, without a redirect, for every method."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.endswith("/") and is_api(request):
            request.path_info = request.path_info[:-1]
            request.path = request.path[:-1]
        return get_response(request)

    return middleware


def limit_body(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is larger than ``MAX_BODY_BYTES``, whatever the URL, with 413."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH", "")
        # Django takes a length that is no number for 0, and reads nothing.
        if not length.isdecimal() or int(length) <= settings.MAX_BODY_BYTES:
            return get_response(request)
        limit = settings.MAX_BODY_BYTES // 1024 // 1024
        return error_response(
            PayloadTooLarge(f"The request body is larger than {limit} MiB. Send less at once."), request
        )

    return middleware


def etag_of(body: bytes) -> str:
    """The ETag of a body: the same for the same bytes. SHA-1 takes half as long as Django's MD5."""
    return quote_etag(hashlib.sha1(body, usedforsecurity=False).hexdigest())


class ConditionalGet(ConditionalGetMiddleware):
    """Django's, for HEAD too, and with the API's own error where an ``If-Match`` does not match.

    Django leaves HEAD out, as its body may be empty. Here a view answers HEAD as it answers GET, and only
    the server leaves the body out.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """The response, with an ``ETag``; 304 or 412 when a condition of the request says so."""
        if request.method not in ("GET", "HEAD"):
            return response
        if self.needs_etag(response) and not response.streaming and not response.has_header("ETag"):
            response.headers["ETag"] = etag_of(response.content)
        conditional: Any = get_conditional_response(request, etag=response.get("ETag"), response=response)
        if conditional is not response and conditional.status_code == HTTPStatus.PRECONDITION_FAILED:
            return error_response(PreconditionFailed(), request)
        return conditional


class _ForPages(MiddlewareMixin):
    """Passed by on the way to the API, which knows tokens and no cookies."""

    def __call__(self, request: HttpRequest) -> Any:
        """The response."""
        return self.get_response(request) if is_api(request) else super().__call__(request)


class PageSession(_ForPages, SessionMiddleware):
    """Sessions of the admin."""


class PageAuthentication(_ForPages, AuthenticationMiddleware):
    """Who is logged in to the admin."""


class PageMessages(_ForPages, MessageMiddleware):
    """What the admin tells people on their next page."""


class Common(CommonMiddleware):
    """Django's, which refuses a ``Host`` that is not in ``ALLOWED_HOSTS``, but not for a health check.

    Whoever watches the server may know its address only.
    """

    def process_request(self, request: HttpRequest) -> Any:
        """A redirect, or None.

        Raises:
            DisallowedHost: the server does not answer for this host.
        """
        return None if _is_health_check(request) else super().process_request(request)


def is_api(request: HttpRequest) -> bool:
    """Whether it is for the API or a health check, not for a page."""
    return request.path_info.startswith("/api/") or _is_health_check(request)


def _is_health_check(request: HttpRequest) -> bool:
    return request.path_info.rstrip("/") in HEALTH_CHECKS


def read_only(view: GetResponse) -> GetResponse:
    """Decorate a view outside the API that only shows something; other methods are 405."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        response = error_response(MethodNotAllowed(str(request.method)))
        response["Allow"] = "GET, HEAD"
        return response

    return wrapped
