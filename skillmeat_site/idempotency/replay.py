"""``Idempotency-Key``: a POST that is sent again gets the same response and is executed once.

As in the IETF's draft "The Idempotency-Key HTTP Header Field". The response is stored in the transaction
of the writes, so that it is there if and only if they are.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from skillmeat_site.idempotency.models import IdempotencyRecord

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
# Visible ASCII, as header fields are made of.
KEY_PATTERN = r"^[!-~]{1,255}$"
KEPT_FOR = timedelta(hours=24)


class KeyReused(APIException):
    """The key belongs to another request."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = f"This {HEADER} was sent with another request before. Use a new key for a new request."
    default_code = "idempotency_key_reused"


def replay_or_execute(
    request: Request, execute: Callable[[], Response], handle_exception: Callable[[Exception], Response]
) -> Response:
    """The response to a POST with a key: the stored one, or that of executing it.

    Call it in a transaction. Of two requests at once the second waits until the first is done.

    Args:
        execute: does what the request asks for.
        handle_exception: the response to an error that ``execute`` raises.

    Raises:
        ValidationError: the key is malformed.
        KeyReused: the key came with another request.
    """
    record, is_new = _get_or_create(request)
    if not is_new:
        return _replay(record)
    try:
        with transaction.atomic():
            response = execute()
    except (OperationalError, InterfaceError):
        raise
    except Exception as exc:
        response = handle_exception(exc)
    if (
        response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        or response.status_code == HTTPStatus.CONFLICT
    ):
        # Worth another attempt with the same key.
        transaction.set_rollback(True)
    else:
        _store(record, response)
    return response


def _get_or_create(request: Request) -> tuple[IdempotencyRecord, bool]:
    """The record of the request's key, and whether the request has yet to be executed."""
    key = request.headers[HEADER]
    if not re.fullmatch(KEY_PATTERN, key):
        raise ValidationError(f"{HEADER} must be 1 to 255 visible ASCII characters.", code="invalid")
    IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    user: Any = request.user
    fingerprint = _fingerprint(request)
    record, is_new = IdempotencyRecord.objects.get_or_create(
        user=user, key=key, defaults={"fingerprint": fingerprint}
    )
    if record.fingerprint != fingerprint:
        raise KeyReused
    return record, is_new


def _fingerprint(request: Request) -> str:
    line = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(line + request._request.body).hexdigest()


def _store(record: IdempotencyRecord, response: Response) -> None:
    record.status = response.status_code
    record.location = response.get("Location")
    renderers: Any = api_settings.DEFAULT_RENDERER_CLASSES
    record.body = renderers[0]().render(response.data)
    record.save()


def _replay(record: IdempotencyRecord) -> Response:
    data = orjson.loads(bytes(record.body)) if record.body else None
    response = Response(data, record.status, headers={REPLAYED_HEADER: "true"})
    if record.location is not None:
        response["Location"] = record.location
    return response
