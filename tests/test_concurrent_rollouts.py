"""Many clients roll out and update in bulk at once: every plan is true, and the numbers are exact."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from deployments_app.models import Deployment
from tests.crowd import CLIENTS, Caller, everyone

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ROUNDS = 3
ARTIFACTS, PROJECTS = 4, 3


@pytest.fixture(autouse=True)
def intact(db: None) -> Iterator[None]:
    """Whatever was done, tallies, variants and all other rules hold afterwards."""
    yield
    call_command("check_integrity")
    active = Deployment.objects.active().values_list("artifact", "project", "target")
    assert set(Counter(active).values()) <= {1}


@pytest.fixture
def crowd(make_user: Any) -> list[Caller]:
    return [Caller(make_user(f"user {number}", "Editors")) for number in range(CLIENTS)]


@pytest.fixture
def artifacts(make_artifact: Any) -> list[Any]:
    return [make_artifact(f"artifact {number}", latest_version="1") for number in range(ARTIFACTS)]


@pytest.fixture
def projects(make_project: Any) -> list[str]:
    return [make_project(f"project {number}").pk for number in range(PROJECTS)]


@pytest.fixture
def group(make_collection: Any, make_group: Any, artifacts: list[Any]) -> Any:
    return make_group(make_collection("office", *artifacts), "all", *artifacts)


def ids(rows: list[Any]) -> list[str]:
    return [row.pk for row in rows]


def turned(rows: list[str], n: int) -> list[str]:
    """The rows from the front, or for every second caller from the end."""
    return rows[::-1] if n % 2 else rows


def roll_out(call: Caller, **body: Any) -> Any:
    answer = call("post", "/deployments/rollout", body)
    if call.statuses[-1] == 200 and not body.get("dry_run"):
        check_plan(answer["plan"])
    return answer


def check_plan(plan: list[dict[str, Any]]) -> None:
    """Every step names a row that was stored, and an update never puts what was there already."""
    stored = {row.pk: row for row in Deployment.objects.filter(pk__in=[it["deployment_id"] for it in plan])}
    for step in plan:
        row = stored[step["deployment_id"]]
        assert (row.artifact_id, row.project_id) == (step["artifact_id"], step["project_id"])
        assert step["action"] != "update" or step["from_version"] != step["to_version"]
        assert step["action"] != "deploy" or step["from_version"] is None


def test_of_rollouts_of_one_group_to_the_same_projects_one_deploys_and_the_others_find_it_done(
    crowd, group, projects
):
    pairs, nothing = ARTIFACTS * PROJECTS, {"deploy": 0, "update": 0, "unchanged": 0}
    for turn in range(ROUNDS):
        counts: list[dict[str, int]] = []

        def work(n: int, call: Caller, turn: int = turn, counts: list[Any] = counts) -> None:
            body = {"group_id": group.pk, "project_ids": turned(projects, n), "deployed_version": str(turn)}
            counts.append(roll_out(call, **body)["counts"])

        everyone(crowd, work)
        first, *others = sorted(counts, key=lambda it: it["unchanged"])
        assert first == {**nothing, "update" if turn else "deploy": pairs}
        assert others == [{**nothing, "unchanged": pairs}] * (CLIENTS - 1)
    assert Deployment.objects.count() == ROUNDS * pairs


def test_rollouts_beside_single_deployments_of_the_same_artifacts_lose_nothing(crowd, artifacts, projects):
    own = ids(artifacts)

    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            version = f"{n}.{turn}"
            if n < CLIENTS // 2:
                body = {"artifact_ids": turned(own, n), "project_ids": turned(projects, n)}
                roll_out(call, **body, deployed_version=version)
                continue
            place = {"artifact_id": own[n % ARTIFACTS], "project_id": projects[turn % PROJECTS]}
            made = call("post", "/deployments", {**place, "deployed_version": version})["id"]
            call("put", f"/deployments/{made}", {"status": "pending"})
            call("put", f"/deployments/{made}", {"status": "active", "deployed_version": f"{version}.1"})

    statuses = everyone(crowd, work)

    half = CLIENTS // 2
    assert statuses == {200: half * ROUNDS + 2 * half * ROUNDS, 201: half * ROUNDS}
    assert Deployment.objects.active().count() == ARTIFACTS * PROJECTS


def test_a_rollout_deploys_what_the_group_holds_at_one_moment(crowd, group, artifacts, projects, make_group):
    own, other = ids(artifacts), make_group(group.collection, "other")
    plans: list[Any] = []

    def work(n: int, call: Caller) -> None:
        for turn in range(2 * ROUNDS):
            if n % 2:
                body = {"group_id": group.pk, "project_ids": projects, "dry_run": n == 1}
                plans.append(roll_out(call, **body, deployed_version=f"{n}.{turn}")["plan"])
            elif n == 0:
                moved = {"artifact_ids": own[:2]}
                call("post", f"/groups/{group.pk}/move-artifacts", {**moved, "target_group_id": other.pk})
                call("post", f"/groups/{other.pk}/move-artifacts", {**moved, "target_group_id": group.pk})
            else:
                call("delete", f"/groups/{group.pk}/artifacts/{own[3]}")
                call("post", f"/groups/{group.pk}/artifacts", {"artifact_ids": own[3:]})

    statuses = everyone(crowd, work)

    assert statuses.keys() == {200, 201, 204}
    for plan in plans:
        held = {step["artifact_id"] for step in plan}
        # Two are only ever moved together, and one is never touched.
        assert len(held & set(own[:2])) in (0, 2)
        assert own[2] in held
        assert len(plan) == len(held) * PROJECTS


def test_updates_in_bulk_of_the_same_deployments_in_opposite_orders_lose_nothing(
    api, crowd, artifacts, projects
):
    plan = api.post("/api/v1/deployments/rollout", {"artifact_ids": ids(artifacts), "project_ids": projects})
    own = [step["deployment_id"] for step in plan.json()["plan"]]

    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            version = f"{n}.{turn}"
            if n < CLIENTS // 2:
                body = {"deployment_ids": turned(own, n), "deployed_version": version}
                rows = call("post", "/deployments/bulk-update", body)["deployments"]
                assert [row["deployed_version"] for row in rows] == [version] * len(own)
            else:
                id = own[(n + turn) % len(own)]
                assert call("put", f"/deployments/{id}", {"deployed_version": version})["id"] == id
                call("patch", f"/artifacts/{artifacts[n % ARTIFACTS].pk}", {"latest_version": version})

    statuses = everyone(crowd, work)

    assert statuses.keys() == {200}
    assert Deployment.objects.active().count() == len(own)


def test_of_pending_deployments_that_are_made_active_in_bulk_one_a_place_stays_so(
    api, crowd, artifacts, projects
):
    body = {"artifact_ids": ids(artifacts), "project_ids": projects, "status": "pending"}
    waiting = []
    for _ in range(2):
        plan = api.post("/api/v1/deployments/rollout", body).json()["plan"]
        waiting.append([step["deployment_id"] for step in plan])

    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            own = turned(waiting[(n // 2 + turn) % 2], n)
            call("post", "/deployments/bulk-update", {"deployment_ids": own, "status": "active"})
            call("put", f"/deployments/{own[n]}", {"status": "active"})

    assert everyone(crowd, work) == {200: 2 * CLIENTS * ROUNDS}
    assert Deployment.objects.active().count() == ARTIFACTS * PROJECTS
