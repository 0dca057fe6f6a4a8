"""Many clients report to a server with several processes: no 5xx, and the last report is the state."""

import random
from collections.abc import Callable
from typing import Any

from tests.soak.clients import Client, at_once

ROUNDS = 5
NAMES = [f"artifact {number}" for number in range(8)]


def item(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "skill", "name": name, **fields}


def report(call: Client, key: str, items: list[dict[str, Any]], **body: Any) -> dict[str, Any]:
    status, answer = call("post", "/reports", {"project": {"key": key}, "artifacts": items, **body})
    assert status in (200, 201), answer
    return answer


def active(api: Client, key: str) -> dict[str, str]:
    """What is active in the project of a key, which is the only one: versions by names."""
    named = [row for row in api.get("/projects?page_size=100")["projects"] if row["key"] == key]
    [project] = named
    rows = api.get(f"/deployments?project_id={project['id']}&status=active")["deployments"]
    assert len(rows) == project["active_deployment_count"]
    return {row["artifact_name"]: row["deployed_version"] for row in rows}


def test_of_many_reports_of_one_new_project_the_last_is_the_state(
    api: Client, crowd: list[Client], intact: Callable[[], None]
) -> None:
    key, sent = f"github.com/acme/{random.random()}", {}

    def send(number: int, call: Client) -> None:
        for turn in range(ROUNDS):
            version = f"{number}.{turn}"
            names = random.sample(NAMES, 5)
            sent[version] = dict.fromkeys(names, version)
            items = [item(name, version=version, collection="team", group="all") for name in names]
            report(call, key, items, commit=version)

    at_once(crowd, send)

    project = report(api, key, [], dry_run=True)["project_id"]
    last = api.get(f"/reports?project_id={project}")["reports"][0]
    assert active(api, key) == sent[last["commit"]]
    intact()


def test_reports_beside_catalogues_rollouts_and_single_writes_lose_nothing(
    api: Client, crowd: list[Client], intact: Callable[[], None]
) -> None:
    root = f"github.com/team-{random.random()}"
    keys = [f"{root}/{number}/web" for number in range(len(crowd))]
    items = [item(name, version="1") for name in NAMES]
    projects = [report(api, key, items)["project_id"] for key in keys[:2]]
    offered = [item(name, version="5", digest="sha256:aa") for name in NAMES]

    def write(number: int, call: Client, turn: int) -> None:
        rows = call.get(f"/deployments?project_id={projects[0]}&status=active")["deployments"]
        artifacts = [row["artifact_id"] for row in rows]
        if not rows:
            return
        body = {"artifact_ids": artifacts, "project_ids": projects, "deployed_version": f"{number}.{turn}"}
        assert call("post", "/deployments/rollout", body)[0] in (200, 404)
        assert call("put", f"/deployments/{rows[0]['id']}", {"status": "error"})[0] in (200, 404)
        body = {"artifact_id": artifacts[-1], "project_id": projects[1]}
        assert call("post", "/deployments", body)[0] in (201, 404)
        assert call("delete", f"/artifacts/{artifacts[0]}")[0] in (204, 404, 409)

    def work(number: int, call: Client) -> None:
        for turn in range(ROUNDS):
            if number == 0:
                status, answer = call("post", "/catalogs", {"namespace": root, "artifacts": offered})
                assert status == 200, answer
            elif number % 2:
                write(number, call, turn)
            else:
                mine = [{**it, "version": f"1.{turn}", "digest": "sha256:aa"} for it in items[turn % 3 :]]
                report(call, keys[number % 4], random.sample(mine, len(mine)))
                report(call, keys[number], mine)

    at_once(crowd, work)

    for key in keys[:2]:
        report(api, key, items[:3])
        assert active(api, key) == dict.fromkeys(NAMES[:3], "1")
    intact()
