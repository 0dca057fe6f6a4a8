"""Many send reports and catalogues at once: the last report is the state, and nobody gets a 5xx."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from collections_app.models import Artifact, Collection
from deployments_app.models import Deployment, Project
from deployments_app.services import update_deployment
from groups_app.models import Group
from reports_app.models import Report
from tests.crowd import CLIENTS, TIMEOUT_SECONDS, Caller, everyone, on_own_connection, wait_until, waiting

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ROUNDS = 3
NAMES = [f"artifact {number}" for number in range(6)]


@pytest.fixture(autouse=True)
def intact(db: None) -> Iterator[None]:
    """Whatever was sent, all rules of the stored data hold, and each last report is the state."""
    yield
    call_command("check_integrity")
    keys = Project.objects.exclude(key=None).values_list("key", flat=True)
    assert set(Counter(keys).values()) <= {1}


@pytest.fixture
def crowd(make_user: Any) -> list[Caller]:
    return [Caller(make_user(f"user {number}", "Editors")) for number in range(CLIENTS)]


def item(name: str = "pdf", **fields: Any) -> dict[str, Any]:
    return {"type": "skill", "name": name, **fields}


def report(call: Caller, key: str, *items: dict[str, Any], **body: Any) -> dict[str, Any]:
    sent = {"project": {"key": f"github.com/{key}"}, "artifacts": list(items), **body}
    answer = call("post", "/reports", sent)
    assert call.statuses[-1] in (200, 201), answer
    return answer


def publish(call: Caller, *items: dict[str, Any], namespace: str = "acme/skills") -> dict[str, Any]:
    answer = call("post", "/catalogs", {"namespace": namespace, "artifacts": list(items)})
    assert call.statuses[-1] == 200, answer
    return answer


def turned(rows: list[Any], n: int) -> list[Any]:
    """The rows from the front, or for every second caller from the end."""
    return rows[::-1] if n % 2 else rows


def versions(key: str) -> dict[str, str | None]:
    """What is active in a project: the versions by the names of the artifacts."""
    active = Deployment.objects.active().filter(project__key=f"github.com/{key}")
    return dict(active.values_list("artifact__name", "deployed_version"))


def test_the_same_report_of_a_new_project_from_everyone_is_one_project_and_one_state(crowd):
    bodies: list[Any] = []

    def work(n: int, call: Caller) -> None:
        items = [item(name, version="1", collection="team", group="all") for name in turned(NAMES, n)]
        bodies.append(report(call, "acme/web", *items))

    assert everyone(crowd, work) == {201: 1, 200: CLIENTS - 1}
    assert len({body["project_id"] for body in bodies}) == 1
    assert Counter(body["deployments"]["created"] for body in bodies) == {len(NAMES): 1, 0: CLIENTS - 1}
    assert versions("acme/web") == dict.fromkeys(NAMES, "1")
    assert Deployment.objects.count() == len(NAMES)


def test_of_different_reports_of_one_project_the_last_is_the_state(crowd):
    sent: dict[str, dict[str, str | None]] = {}

    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            version = f"{n}.{turn}"
            names = turned([name for place, name in enumerate(NAMES) if (place + n) % 3], n)
            sent[version] = dict.fromkeys(names, version)
            report(call, "acme/web", *(item(name, version=version) for name in names), commit=version)

    everyone(crowd, work)
    reports = Report.objects.order_by("-reported_at", "-pk")
    assert reports.count() == CLIENTS * ROUNDS
    assert versions("acme/web") == sent[reports[0].commit]


def test_new_projects_of_one_name_are_numbered_whoever_comes_first(crowd):
    def work(n: int, call: Caller) -> None:
        report(call, f"team-{n}/web", item("pdf", version="1"))

    assert everyone(crowd, work) == {201: CLIENTS}
    names = set(Project.objects.values_list("name", flat=True))
    assert names == {"web", *(f"web ({number})" for number in range(2, CLIENTS + 1))}


def test_what_is_new_in_the_reports_of_many_projects_is_made_once(crowd):
    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            # Each knows some that nobody else has sent before, in an order of its own.
            names = turned([f"{name} of {(n + place) % 5}.{turn}" for place, name in enumerate(NAMES)], n)
            items = [
                item(name, version="1", collection=f"c {place % 3}", group=f"g {place % 2}")
                for place, name in enumerate(names)
            ]
            report(call, f"acme/{n}", *items)

    everyone(crowd, work)
    seen = {f"{name} of {number}.{turn}" for name in NAMES for number in range(5) for turn in range(ROUNDS)}
    assert sorted(Artifact.objects.values_list("name", flat=True)) == sorted(seen)
    assert sorted(Collection.objects.values_list("name", flat=True)) == ["c 0", "c 1", "c 2"]
    # Numbers of one parity go together here.
    assert Group.objects.count() == 6
    assert Deployment.objects.active().count() == CLIENTS * len(NAMES)


def test_the_greatest_version_of_all_reports_is_the_latest(crowd):
    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            items = [item(name, version=f"{turn}.{(n + place) % 7}") for place, name in enumerate(NAMES)]
            report(call, f"acme/{n}", *turned(items, n))

    everyone(crowd, work)
    for place, name in enumerate(NAMES):
        seen = max((n + place) % 7 for n in range(CLIENTS))
        assert Artifact.objects.get(name=name).latest_version == f"{ROUNDS - 1}.{seen}"


def test_a_report_beside_writes_to_what_it_names_loses_nothing(api, crowd):
    def act(n: int, call: Caller, turn: int, project: str) -> None:
        rows = call("get", f"/deployments?project_id={project}")["deployments"]
        for row in rows[n % 3 :: 3][:2]:
            call("put", f"/deployments/{row['id']}", {"status": ["active", "error", "inactive"][turn % 3]})
            call("patch", f"/artifacts/{row['artifact_id']}", {"latest_version": f"9.{turn}"})
        if rows:
            place = {"artifact_id": rows[-1]["artifact_id"], "project_id": project}
            call("post", "/deployments", {**place, "deployed_version": f"8.{n}"})
            call("delete", f"/deployments/{rows[0]['id']}")
            call("delete", f"/artifacts/{rows[0]['artifact_id']}")

    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            if n % 2:
                act(n, call, turn, project)
                continue
            names = turned([name for place, name in enumerate(NAMES) if (place + turn) % 3], n // 2)
            items = [item(name, version=f"1.{turn % 2}", collection="team", group="all") for name in names]
            report(call, "acme/web", *items)

    names = [item(name, version="1.0") for name in NAMES]
    first = {"project": {"key": "github.com/acme/web"}, "artifacts": names}
    project = api.post("/api/v1/reports", first).json()["project_id"]
    statuses = everyone(crowd, work)

    assert statuses.keys() <= {200, 201, 204, 404, 409}
    # Nothing that was made active in between is left over by the same report once more.
    last = [item(name, version="1.0") for name in NAMES[:2]]
    report(crowd[0], "acme/web", *last)
    assert versions("acme/web") == dict.fromkeys(NAMES[:2], "1.0")


def test_the_same_report_again_is_unchanged_only_while_nothing_else_is_active(crowd, make_project):
    def work(n: int, call: Caller) -> None:
        for _ in range(4 * ROUNDS):
            if n < 2:
                report(call, "acme/web", item("pdf", version="1"))
            else:
                call("put", f"/deployments/{spare[n]}", {"status": "active"})

    artifacts = {n: Artifact.objects.create(type="skill", name=f"spare {n}").pk for n in range(CLIENTS)}
    project = report(crowd[0], "acme/web", item("pdf", version="1"))["project_id"]
    spare = {
        n: crowd[0]("post", "/deployments", {"artifact_id": id, "project_id": project, "status": "inactive"})[
            "id"
        ]
        for n, id in artifacts.items()
    }
    everyone(crowd, work)

    report(crowd[0], "acme/web", item("pdf", version="1"))
    assert versions("acme/web") == {"pdf": "1"}


def test_reports_that_retire_what_others_deploy_lose_nothing(crowd):
    def work(n: int, call: Caller) -> None:
        for turn in range(2 * ROUNDS):
            half = NAMES[:3] if (n + turn) % 2 else NAMES[3:]
            report(call, f"acme/{n}", *(item(name, version=f"{turn}.{n}") for name in turned(half, n)))

    everyone(crowd, work)
    for n in range(CLIENTS):
        half = NAMES[:3] if (n + 2 * ROUNDS - 1) % 2 else NAMES[3:]
        assert versions(f"acme/{n}") == dict.fromkeys(half, f"{2 * ROUNDS - 1}.{n}")


def test_reports_beside_rollouts_lose_nothing(crowd):
    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            if n % 2:
                body = {"artifact_ids": turned(artifacts, n // 2), "project_ids": turned(projects, n // 2)}
                call("post", "/deployments/rollout", {**body, "deployed_version": f"7.{n}.{turn}"})
            else:
                names = turned(NAMES[n // 2 :], n // 2)
                report(call, f"acme/{n % 4}", *(item(name, version=f"1.{n}.{turn}") for name in names))

    items = [item(name, version="1") for name in NAMES]
    projects = [report(crowd[0], f"acme/{n}", *items)["project_id"] for n in (0, 2)]
    artifacts = list(Artifact.objects.values_list("pk", flat=True))

    assert everyone(crowd, work).keys() <= {200, 201}


def test_a_catalogue_beside_reports_says_what_is_latest(crowd):
    items = [item(name, version=f"5.{place}", digest="sha256:aa") for place, name in enumerate(NAMES)]

    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            if n == 0:
                publish(call, *(items if turn % 2 == 0 else items[:4]))
            else:
                mine = [{**it, "version": f"{n}.{turn}"} for it in items]
                named = [{**it, "namespace": "acme/skills"} for it in mine] if n % 3 else mine
                report(call, f"acme/{n}", *turned(named, n))

    everyone(crowd, work)
    publish(crowd[0], *items)
    rows = Artifact.objects.filter(namespace="acme/skills")
    assert dict(rows.values_list("name", "latest_version")) == {it["name"]: it["version"] for it in items}


@pytest.mark.parametrize("known", [True, False], ids=["known before", "new"])
def test_of_catalogues_of_one_namespace_the_last_is_the_full_state(crowd, known):
    if known:
        publish(crowd[0], *(item(name, version="0") for name in NAMES))
    for turn in range(ROUNDS):

        def work(n: int, call: Caller, turn: int = turn) -> None:
            names = [NAMES[n % 6], NAMES[(n + 1) % 6], f"{turn}.{n}"]
            publish(call, *(item(name, version=f"{n}.{turn}") for name in turned(names, n)))

        everyone(crowd, work)
        offered = Artifact.objects.filter(withdrawn_at=None)
        assert offered.count() == 3
        assert offered.values("latest_version").distinct().count() == 1


def test_an_artifact_that_two_catalogues_want_becomes_that_of_one_of_them(crowd):
    for turn in range(ROUNDS):
        found = item(f"pdf {turn}", version="1", digest="sha256:aa")
        report(crowd[0], "acme/web", found)

        def work(n: int, call: Caller, found: Any = found) -> None:
            publish(call, found, namespace=f"acme/{n}")

        everyone(crowd, work)
        namespaces = Artifact.objects.filter(name=found["name"]).values_list("namespace", flat=True)
        assert sorted(namespaces) == [f"acme/{n}" for n in range(CLIENTS)]


def test_what_a_person_changes_while_a_report_waits_is_not_taken_back(
    crowd, make_project, make_artifact, deploy
):
    project = make_project("web")
    row = deploy(make_artifact("pdf"), project, deployed_version="1")
    body = {"project": {"id": project.pk}, "artifacts": []}

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            update_deployment(id=row.pk, status="error")
            answer = pool.submit(on_own_connection, lambda: crowd[0]("post", "/reports", body))
            wait_until(lambda: waiting(for_me=True))
        assert answer.result(TIMEOUT_SECONDS)["deployments"]["retired"] == 0

    assert Deployment.objects.get().status == "error"
