"""The service: what the command asks of it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import BaseHTTPResponse, Retry

from skillmeat_cli.bodies import encoded
from skillmeat_cli.errors import Failure
from skillmeat_cli.settings import Settings

# Seconds: to connect, and to wait for an answer. A first report of a large project takes a few.
TIMEOUT = (10, 120)
TRIES = 5
# Seconds before the third try; twice as many before each further one.
BACKOFF = 1.0
# Seconds between two tries, whatever the service asks for.
WAIT_MAX = 30.0
_RETRIED = (429, 500, 502, 503, 504)
_PAGE_SIZE = 100
_TOKEN = re.compile(r"[!-~]*\Z")


class ServiceError(Failure):
    """The service did not do what it was asked; the message tells a person what to do.

    Args:
        status: of the response; 0 when there was none.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Service:
    """A SkillMeat service.

    Everything is tried again while the service is busy or cannot be reached; an ``Idempotency-Key`` makes
    sure that it is done once.

    Args:
        settings: its address, such as ``https://skillmeat.example.org``, and the token that is sent with
            every request unless it is empty.
        tries: how often a request is sent at most; once where a person waits.

    Raises:
        Failure: the token is none.
    """

    def __init__(self, settings: Settings, *, tries: int = TRIES) -> None:
        if not _TOKEN.match(settings.token):
            raise Failure("The token has a character that no token has: copy it again.")
        self.url = settings.url.strip().rstrip("/").removesuffix("/api/v1")
        self.session = requests.Session()
        self.session.auth = _Bearer(settings.token)
        self.session.headers["User-Agent"] = "skillmeat"
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=_retry(tries)))

    def report(self, body: dict[str, Any]) -> dict[str, Any]:
        """Send a report.

        Returns:
            ``{"project_id", "report_id", "unchanged", "artifacts", "deployments", "outdated", "problems"}``

        Raises:
            ServiceError: it was refused, or the service cannot be reached.
        """
        return self._post_once("/reports", body)

    def publish(self, body: dict[str, Any]) -> dict[str, Any]:
        """Send a catalogue.

        Returns:
            ``{"namespace", "artifacts": {"created", "updated", "unchanged", "withdrawn"}, "newly_outdated"}``

        Raises:
            ServiceError: as `report`.
        """
        return self._post_once("/catalogs", body)

    def reported_targets(self, project_id: str, tool: str) -> set[str]:
        """The targets of the project of which the last report is by a tool of this name, of any version.

        Raises:
            ServiceError: as `report`.
        """
        last: dict[str, str] = {}
        page, total = 0, 1
        while page * _PAGE_SIZE < total:
            page += 1
            query = {"project_id": project_id, "page": page, "page_size": _PAGE_SIZE}
            answer = self._request("GET", "/reports", params=query)
            total = answer["total"]
            for report in answer["reports"]:
                # The newest come first.
                last.setdefault(report["target"], report.get("tool") or "")
        return {target for target, last_tool in last.items() if last_tool.split(" ")[0] == tool}

    def log_in(self, username: str, password: str, token_name: str) -> str:
        """A new token.

        Raises:
            ServiceError: the password is wrong, or as `report`.
        """
        body = {"username": username, "password": password, "token_name": token_name}
        token: str = self._post("/auth/login", body, {})["token"]
        return token

    def username(self) -> str:
        """Whose token it is.

        Raises:
            ServiceError: the token is wrong, or as `report`.
        """
        name: str = self._request("GET", "/auth/me")["username"]
        return name

    def _post_once(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._post(path, body, {"Idempotency-Key": uuid.uuid4().hex})

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", **headers}
        return self._request("POST", path, data=encoded(body), headers=headers)

    def _request(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = self.session.request(
                method, f"{self.url}/api/v1{path}", timeout=TIMEOUT, allow_redirects=False, **options
            )
        except requests.RequestException as exc:
            raise ServiceError(f"{self.url} cannot be reached: {_reason(exc)}.") from exc
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if response.ok and not response.is_redirect and isinstance(answer, dict):
            return answer
        raise ServiceError(self._message(response, answer), response.status_code)

    def _message(self, response: requests.Response, answer: Any) -> str:
        if response.is_redirect:
            return f"{self.url} has moved to {response.headers['Location']}: log in there."
        detail = answer.get("detail") if isinstance(answer, dict) else None
        if not isinstance(detail, str):
            return (
                f"{self.url} answers {response.status_code}, and not as SkillMeat does: is the address right?"
            )
        if response.status_code == 401 and "Authorization" in response.request.headers:
            return f"{detail} Get a new token with: skillmeat login"
        return detail


class _Bearer(AuthBase):
    """The token. As an auth object, so that no .netrc file replaces it."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class _Retry(Retry):
    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """What the service asks for, as long as a hook or a CI step can wait for it."""
        seconds = super().get_retry_after(response)
        return None if seconds is None else min(seconds, WAIT_MAX)


def _retry(tries: int) -> Retry:
    return _Retry(
        total=tries - 1,
        redirect=0,
        backoff_factor=BACKOFF,
        status_forcelist=_RETRIED,
        allowed_methods=None,
        raise_on_status=False,
    )


def _reason(exc: requests.RequestException) -> str:
    """The innermost reason, in the words of the library."""
    inner: Any = exc.args[0] if exc.args else exc
    inner = getattr(inner, "reason", inner)
    return str(inner).rpartition(": ")[2] or type(exc).__name__
