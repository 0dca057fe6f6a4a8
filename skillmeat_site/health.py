"""Health checks for whatever starts, stops and watches the server."""

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from skillmeat_site.common.errors import DatabaseUnavailable, error_response


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process can answer at all, whatever state the database is in."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 while requests can be served, 503 while the database cannot be reached."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return error_response(DatabaseUnavailable())
    return JsonResponse({"status": "ok"})
