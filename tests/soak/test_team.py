"""A whole team: fifty projects report at once what they have of three sources, one of which goes on.

A script keeps books of all that it sends, and the service has to say the same.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.server import Server
from tests.soak.books import ARTIFACTS, OFFERED, PROJECTS, SOURCES, Artifact, Books, Copy, digest
from tests.soak.clients import Client, at_once

TARGET = "claude_code"
COLLECTION = "team"
SEED = random.randrange(10**6)


def publish(api: Client, books: Books, namespace: str) -> dict[str, Any]:
    """The answer to the catalogue of a source."""
    items = [
        {
            "type": "skill",
            "name": artifact.name,
            "version": books.latest[artifact],
            "digest": digest(artifact, Copy(books.latest[artifact])),
        }
        for artifact in sorted(books.offered)
        if artifact.namespace == namespace
    ]
    status, answer = api("post", "/catalogs", {"namespace": namespace, "artifacts": items})
    assert status == 200, answer
    return answer


def report(client: Client, books: Books, project: str) -> dict[str, Any]:
    """The answer to the report of a project."""
    items = [
        {
            "type": "skill",
            "name": artifact.name,
            "namespace": artifact.namespace,
            "version": copy.version,
            "digest": digest(artifact, copy),
            "is_modified": copy.is_modified,
            "collection": COLLECTION,
            "group": artifact.namespace,
        }
        for artifact, copy in books.active[project].items()
    ]
    key = {"key": f"github.com/acme/{project}"}
    status, answer = client("post", "/reports", {"project": key, "target": TARGET, "artifacts": items})
    assert status in (200, 201), answer
    return answer


def report_all(crowd: list[Client], books: Books) -> dict[str, dict[str, Any]]:
    """The answers to the reports of all projects, which all clients send at once."""
    projects = sorted(books.active)

    def work(number: int, client: Client) -> list[tuple[str, dict[str, Any]]]:
        own = projects[number :: len(crowd)]
        return [(project, report(client, books, project)) for project in own]

    return dict(answer for answers in at_once(crowd, work) for answer in answers)


def every(api: Client, path: str, key: str) -> Iterator[dict[str, Any]]:
    """The rows of all pages of a list."""
    page, total = 0, 1
    while page * 100 < total:
        page += 1
        body = api.get(f"{path}{'&' if '?' in path else '?'}page={page}&page_size=100")
        total = body["total"]
        yield from body[key]


def check(api: Client, books: Books) -> None:
    """The service says what the books say."""
    artifacts = {
        row["id"]: Artifact(row["namespace"], row["name"]) for row in every(api, "/artifacts", "artifacts")
    }
    check_summary(api, books, artifacts)
    (collection,) = api.get("/collections")["collections"]
    assert collection["artifact_count"] == len({artifact for _, artifact, *_ in books.rows()})

    def found(query: str) -> list[tuple[str, Artifact, Copy, str]]:
        return sorted(
            (
                row["project_name"],
                artifacts[row["artifact_id"]],
                Copy(row["deployed_version"], row["is_modified"]),
                row["status"],
            )
            for row in every(api, f"/deployments?{query}", "deployments")
        )

    assert found("outdated=true") == books.outdated()
    expected = sorted(books.rows())
    for project in every(api, "/projects", "projects"):
        name = project["name"]
        assert found(f"project_id={project['id']}") == [row for row in expected if row[0] == name]
        copies = books.active[name]
        outdated = sum(books.is_outdated(*pair) for pair in copies.items())
        assert (project["active_deployment_count"], project["outdated_count"]) == (len(copies), outdated)
        assert project["last_reported_at"] is not None


def check_summary(api: Client, books: Books, artifacts: dict[str, Artifact]) -> None:
    """The summary of everything, and its first page of artifacts and projects."""
    summary = api.get("/deployments/summary?page_size=100")
    rows = list(books.rows())
    assert summary["total_deployments"] == len(rows)
    assert Counter(summary["by_status"]) == Counter(status for *_, status in rows)
    active = [(artifact, copy) for _, artifact, copy, status in rows if status == "active"]
    assert Counter(summary["by_sync_status"]) == Counter(books.sync_status(*pair) for pair in active)
    assert Counter(summary["by_evidence"]) == Counter(reported=len(active))
    assert summary["project_total"] == PROJECTS
    by_project = {row["project_name"]: row["active"] for row in summary["by_project"]}
    assert by_project == {project: len(copies) for project, copies in books.active.items()}
    by_artifact = {artifacts[row["artifact_id"]]: row["active"] for row in summary["by_artifact"]}
    assert Counter(by_artifact) == Counter(artifact for artifact, _ in active)


@pytest.fixture(autouse=True)
def seed() -> None:
    """Shown when a test fails."""
    print(f"seed: {SEED}")


def test_the_service_knows_of_a_whole_team_what_its_own_books_say(
    server: Server, crowd: list[Client], api: Client, intact: Callable[[], None]
) -> None:
    books = Books(SEED)
    for namespace in SOURCES:
        created = publish(api, books, namespace)["artifacts"]
        assert created == {"created": OFFERED, "updated": 0, "unchanged": 0, "withdrawn": 0}
    for answer in report_all(crowd, books).values():
        assert answer["deployments"]["created"] == ARTIFACTS
    check(api, books)

    before = {row for row in books.outdated() if row[3] == "active"}
    numbers = books.go_on(SOURCES[0])
    answer = publish(api, books, SOURCES[0])
    assert answer["artifacts"] == numbers
    assert answer["newly_outdated"] == len({row for row in books.outdated() if row[3] == "active"} - before)
    check(api, books)

    projects = sorted(books.active)
    for change, some in ((books.update, projects[::3]), (books.shrink, projects[1::3])):
        for project in some:
            change(project)
    answers = report_all(crowd, books)
    assert all(answers[project]["unchanged"] for project in projects[2::3])
    assert not any(answers[project]["outdated"] for project in projects[::3])
    assert all(answers[project]["deployments"]["retired"] == 5 for project in projects[1::3])
    check(api, books)
    intact()
