"""Many clients deploy at once: one deployment is active, and the numbers of the summary agree."""

from collections import Counter
from threading import Event
from typing import Any

import pytest

from deployments_app.models import Deployment
from skillmeat_site.maintenance import integrity
from tests.crowd import CLIENTS, Caller, at_once, everyone

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ROOT = "/api/v1"
ROUNDS = 2


@pytest.fixture
def crowd(make_user: Any) -> list[Caller]:
    return [Caller(make_user(f"user {number}", "Editors")) for number in range(CLIENTS)]


def check_agreement(summary: dict[str, Any]) -> None:
    total, by_status = summary["total_deployments"], summary["by_status"]
    assert sum(by_status.values()) == total
    for owner in ("artifact", "project"):
        rows = summary[f"by_{owner}"]
        assert summary[f"{owner}_total"] == len(rows)
        assert sum(row["count"] for row in rows) == total
        for status, count in by_status.items():
            assert sum(row[status] for row in rows) == count
        # All that is active is outdated here.
        assert sum(row["outdated"] for row in rows) == by_status["active"]
    assert len(summary["recent_deployments"]) == min(5, total)


@pytest.mark.parametrize("before", [0, 1], ids=["the first ever", "after another"])
def test_of_many_deployments_at_once_exactly_one_is_active(api, crowd, make_artifact, make_project, before):
    body = {"artifact_id": make_artifact("pdf").pk, "project_id": make_project("web").pk}
    for _ in range(before):
        api.post(f"{ROOT}/deployments", body)

    assert everyone(crowd, lambda n, call: call("post", "/deployments", body)) == {201: CLIENTS}
    rows = api.get(f"{ROOT}/deployments?artifact_id={body['artifact_id']}").json()["deployments"]
    assert Counter(row["status"] for row in rows) == {"active": 1, "inactive": CLIENTS - 1 + before}


def test_of_many_deployments_that_are_made_active_at_once_one_stays_so(
    api, crowd, make_artifact, make_project
):
    body = {"artifact_id": make_artifact("pdf").pk, "project_id": make_project("web").pk, "status": "pending"}
    own = [api.post(f"{ROOT}/deployments", body).json()["id"] for _ in crowd]

    def activate(n: int, call: Caller) -> None:
        for _ in range(ROUNDS):
            call("put", f"/deployments/{own[n]}", {"status": "active"})

    assert everyone(crowd, activate) == {200: CLIENTS * ROUNDS}
    rows = api.get(f"{ROOT}/deployments?project_id={body['project_id']}").json()["deployments"]
    assert Counter(row["status"] for row in rows) == {"active": 1, "inactive": CLIENTS - 1}


def test_the_numbers_of_a_summary_agree_while_others_write(api, crowd, make_artifact, make_project):
    pairs = [(make_artifact(f"a{n}", latest_version="2").pk, make_project(f"p{n}").pk) for n in range(4)]
    writers, readers = crowd[:-2], crowd[-2:]
    done = Event()

    def write(call: Caller) -> None:
        for turn in range(3 * ROUNDS):
            artifact, project = pairs[turn % 4][0], pairs[turn % 3][1]
            body = {"artifact_id": artifact, "project_id": project, "deployed_version": "1"}
            made = call("post", "/deployments", body)
            call("put", f"/deployments/{made['id']}", {"status": "error"})
            if turn % 2:
                call("delete", f"/deployments/{made['id']}")

    def write_all(call: Caller) -> None:
        try:
            write(call)
        finally:
            done.set()

    def read(call: Caller) -> int:
        while not done.is_set():
            check_agreement(call("get", "/deployments/summary"))
        return len(call.statuses)

    reads = [lambda call=call: read(call) for call in readers]
    results = at_once(*reads, *(lambda call=call: write_all(call) for call in writers))
    assert min(results[: len(reads)]) > 1
    summary = api.get(f"{ROOT}/deployments/summary").json()
    check_agreement(summary)
    assert summary["total_deployments"] == len(writers) * 3 * ROUNDS // 2


def test_tallies_are_exact_while_versions_deployments_and_deletions_cross(crowd, make_artifact, make_project):
    artifacts = [make_artifact(f"artifact {n}", latest_version="1").pk for n in range(3)]
    projects = [make_project(f"project {n}").pk for n in range(3)]

    def cross(n: int, call: Caller) -> None:
        for turn in range(6):
            artifact, project = artifacts[(n + turn) % 3], projects[(n * turn) % 3]
            body = {"artifact_id": artifact, "project_id": project, "deployed_version": str(turn % 3)}
            made = call("post", "/deployments", body)["id"]
            call("patch", f"/artifacts/{artifact}", {"latest_version": [None, "1", "2"][(n + turn) % 3]})
            call("patch", f"/deployments/{made}", {"deployed_version": str(n % 3)})
            if turn % 2:
                call("delete", f"/deployments/{made}")

    everyone(crowd, cross)
    assert list(integrity.tallies()) == []
    assert Deployment.objects.count() == CLIENTS * 3
