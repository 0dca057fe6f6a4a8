"""What happens when the service is busy, gone, or something else."""

import socket

import pytest

from skillmeat_cli.bodies import report_body
from skillmeat_cli.service import Service, ServiceError
from skillmeat_cli.settings import Settings
from skillmeat_cli.tests.helpers import SKILL


@pytest.fixture
def client(service):
    return Service(Settings(service.url, "t"))


@pytest.fixture
def body(read):
    return report_body(read({".claude/skills/pdf/SKILL.md": SKILL.format("pdf")}), "claude_code", key="k")


def test_a_busy_service_is_tried_again_with_the_same_key(service, client, body):
    service.failures = [(503, {"Retry-After": "0"}), (429, {}), (500, {}), (502, {})]
    assert client.report(body)["project_id"] == "proj-1"
    assert len({headers["Idempotency-Key"] for _, _, _, headers in service.requests}) == 1
    assert len(service.requests) == 5


def test_a_service_that_stays_busy_is_given_up(service, client, body):
    service.failures = [(503, {})] * 9
    with pytest.raises(ServiceError, match="Not now") as caught:
        client.report(body)
    assert (caught.value.status, len(service.requests)) == (503, 5)


def test_a_service_may_not_ask_for_a_long_wait(service, client, body, monkeypatch):
    waits = []
    monkeypatch.setattr("time.sleep", waits.append)
    service.failures = [(503, {"Retry-After": "86400"})]
    client.report(body)
    assert waits == [30]


def test_a_login_has_no_key_and_is_not_tried_again_for_a_person_who_waits(service):
    service.failures = [(429, {"Retry-After": "60"})]
    with pytest.raises(ServiceError, match="Not now"):
        Service(Settings(service.url, ""), tries=1).log_in("ada", "right", "laptop")
    assert "Idempotency-Key" not in service.requests[0][3]


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422])
def test_what_is_refused_is_not_tried_again(service, client, body, status):
    service.failures = [(status, {})]
    with pytest.raises(ServiceError, match="Not now"):
        client.report(body)
    assert len(service.requests) == 1


def test_a_wrong_token_leads_to_the_login(service, body):
    with pytest.raises(ServiceError, match=r"Invalid token\. Get a new token with: skillmeat login"):
        Service(Settings(service.url, "wrong")).report(body)


def test_a_redirect_is_not_followed_with_the_token(service, client, body):
    service.failures = [(302, {"Location": "https://elsewhere.example.org/"})]
    with pytest.raises(ServiceError, match=r"moved to https://elsewhere\.example\.org/"):
        client.report(body)


def test_a_service_that_cannot_be_reached_is_said(body):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(ServiceError, match=f"{url} cannot be reached: .*refused"):
            Service(Settings(url, "t")).report(body)


@pytest.mark.parametrize("url", ["nonsense", "ftp://x", "http://", "http://[x", ""])
def test_an_address_that_is_none_is_said(body, url):
    with pytest.raises(ServiceError, match="cannot be reached"):
        Service(Settings(url, "t")).report(body)


def test_something_else_at_the_address_is_said(service, client, body, monkeypatch):
    monkeypatch.setattr(service, "answer", lambda *request: (200, ["not", "SkillMeat"]))
    with pytest.raises(ServiceError, match="is the address right"):
        client.report(body)


def test_a_netrc_file_does_not_replace_the_token(service, client, body, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client.report(body)
    assert service.requests[0][3]["Authorization"] == "Bearer t"
