"""What the tests of reports share."""

from typing import Any

from deployments_app.models import Deployment

ROOT = "/api/v1"
KEY = "github.com/acme/web"
NOWHERE = "0" * 32


def item(name: str = "pdf", **fields: Any) -> dict[str, Any]:
    return {"type": "skill", "name": name, **fields}


def report(api: Any, *artifacts: dict[str, Any], status: int | None = None, **body: Any) -> dict[str, Any]:
    response = api.post(f"{ROOT}/reports", {"project": {"key": KEY}, "artifacts": list(artifacts), **body})
    assert response.status_code in ((200, 201) if status is None else (status,)), response.content
    return response.json()


def outcomes(body: dict[str, Any]) -> dict[str, int]:
    """The outcomes of deployments that there were any of."""
    return {name: count for name, count in body["deployments"].items() if count}


def rows(**filters: Any) -> list[tuple[str, str | None, str | None, str, str]]:
    found = Deployment.objects.filter(**filters).order_by("pk")
    shown = ("artifact__name", "deployed_version", "deployed_digest", "status", "evidence")
    return list(found.values_list(*shown))


def error(response: Any) -> tuple[int, str, str | None]:
    (only,) = response.json()["errors"]
    return response.status_code, only["code"], only["attr"]
