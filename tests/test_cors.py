"""Front ends of other origins: those on the allow-list and no others."""

from typing import Any

import pytest

from tests.calls import API, assert_envelope

OURS = "https://app.example.org"
EVIL = "https://evil.example"


@pytest.fixture(autouse=True)
def _allow_list(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [OURS]


def names(header: str) -> set[str]:
    return {name.strip().lower() for name in header.split(",")}


def preflight(
    client: Any, origin: str, method: str = "PUT", path: str = "/collections", headers: str = ""
) -> Any:
    return client.options(
        API + path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
    )


def test_an_allowed_origin_may_read_and_sees_the_headers_that_it_needs(api: Any) -> None:
    response = api.get(f"{API}/collections", headers={"Origin": OURS})
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == OURS
    assert names(response["Access-Control-Expose-Headers"]) >= {"etag", "location", "retry-after"}
    assert "origin" in names(response["Vary"])


@pytest.mark.parametrize(
    "origin", [EVIL, "http://app.example.org", f"{OURS}:8443", f"{OURS}.evil.example", "null"]
)
def test_another_origin_is_told_nothing(api: Any, origin: str) -> None:
    for response in (
        api.get(f"{API}/collections", headers={"Origin": origin}),
        preflight(api, origin),
    ):
        assert [name for name in response.headers if name.lower().startswith("access-control-")] == []


def test_nobody_is_allowed_unless_told(api: Any, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = []
    response = api.get(f"{API}/collections", headers={"Origin": OURS})
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/collections", "/collections/", "/groups/reorder"])
def test_a_preflight_needs_no_token_and_names_what_is_allowed(
    anonymous_api: Any, method: str, path: str
) -> None:
    asked = "authorization,content-type,if-none-match,if-match"
    response = preflight(anonymous_api, OURS, method, path, asked)
    assert (response.status_code, response.content) == (200, b"")
    assert response["Access-Control-Allow-Origin"] == OURS
    assert method.lower() in names(response["Access-Control-Allow-Methods"])
    assert names(response["Access-Control-Allow-Headers"]) >= names(asked)


def test_no_cookies_are_asked_for(api: Any) -> None:
    assert "Access-Control-Allow-Credentials" not in preflight(api, OURS)


def test_errors_can_be_read_by_an_allowed_origin(api: Any, anonymous_api: Any) -> None:
    big = b" " * (2 * 1024 * 1024 + 1)
    origin = {"Origin": OURS}
    answers = {
        401: anonymous_api.get(f"{API}/collections", headers=origin),
        404: api.get(f"{API}/nothing", headers=origin),
        400: api.post(f"{API}/collections", {}, headers=origin),
        413: api.generic("POST", f"{API}/collections", big, content_type="application/json", headers=origin),
    }
    for status, response in answers.items():
        assert_envelope(response, status)
        assert response["Access-Control-Allow-Origin"] == OURS


def test_a_fault_can_be_read_by_an_allowed_origin(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("collections_app.services.create_collection", broken)
    response = api.post(f"{API}/collections", {"name": "x"}, headers={"Origin": OURS})
    assert_envelope(response, 500)
    assert response["Access-Control-Allow-Origin"] == OURS


def test_a_304_can_be_read_by_an_allowed_origin(api: Any) -> None:
    etag = api.get(f"{API}/collections")["ETag"]
    response = api.get(f"{API}/collections", headers={"Origin": OURS, "If-None-Match": etag})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (304, OURS)


@pytest.mark.parametrize("path", ["/", "/healthz", "/admin/login/"])
def test_nothing_outside_the_api_is_open_to_other_origins(anonymous_api: Any, path: str) -> None:
    response = anonymous_api.get(path, headers={"Origin": OURS})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response
