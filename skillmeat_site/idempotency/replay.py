"""``Idempotency-Key``: a POST that is sent again is answered again and carried out once.

As in the IETF's draft "The Idempotency-Key HTTP Header Field"; the answer is kept in the database,
so that it is there if and only if what the request wrote is.
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

from skillmeat_site.idempotency.models import KeyedAnswer

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
    request: Request, carry_out: Callable[[], Response], explain: Callable[[Exception], Response]
) -> Response:
    """The answer to a POST with a key: the one that was given before, or that of carrying it out.

    Call it in a transaction. Of two requests at once the second waits until the first is done.

    Args:
        carry_out: does what the request asks for.
        explain: the answer to an error that this raises.

    Raises:
        ValidationError: the key is not one.
        KeyReused: the key came with another request.
    """
    kept, is_new = _claim(request)
    if not is_new:
        return _replay(kept)
    try:
        with transaction.atomic():
            response = carry_out()
    except (OperationalError, InterfaceError):
        raise
    except Exception as exc:
        response = explain(exc)
    if (
        response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        or response.status_code == HTTPStatus.CONFLICT
    ):
        # Worth another attempt with the same key.
        transaction.set_rollback(True)
    else:
        _keep(kept, response)
    return response


def _claim(request: Request) -> tuple[KeyedAnswer, bool]:
    """The answer under the request's key, and whether it is yet to be found."""
    key = request.headers[HEADER]
    if not re.fullmatch(KEY_PATTERN, key):
        raise ValidationError(f"{HEADER} must be 1 to 255 visible ASCII characters.", code="invalid")
    KeyedAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    user: Any = request.user
    fingerprint = _fingerprint(request)
    kept, is_new = KeyedAnswer.objects.get_or_create(
        user=user, key=key, defaults={"fingerprint": fingerprint}
    )
    if kept.fingerprint != fingerprint:
        raise KeyReused
    return kept, is_new


def _fingerprint(request: Request) -> str:
    asked = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(asked + request._request.body).hexdigest()


def _keep(kept: KeyedAnswer, response: Response) -> None:
    kept.status = response.status_code
    kept.location = response.get("Location")
    kept.body = b"" if response.data is None else orjson.dumps(response.data, option=orjson.OPT_UTC_Z)
    kept.save()


def _replay(kept: KeyedAnswer) -> Response:
    data = orjson.loads(bytes(kept.body)) if kept.body else None
    response = Response(data, kept.status, headers={REPLAYED_HEADER: "true"})
    if kept.location is not None:
        response["Location"] = kept.location
    return response
