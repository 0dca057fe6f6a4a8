"""Health checks for whatever starts, stops and watches the server."""

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from skillmeat_site.api.exception_handler import error_response
from skillmeat_site.api.exceptions import DatabaseUnavailable
from skillmeat_site.api.middleware import read_only


@read_only
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process can answer at all, whatever state the database is in."""
    return JsonResponse({"status": "ok"})


@read_only
def readyz(request: HttpRequest) -> HttpResponse:
    """200 while requests can be served, 503 while the database cannot be reached."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return error_response(DatabaseUnavailable())
    return JsonResponse({"status": "ok"})
