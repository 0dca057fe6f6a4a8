"""The state of all collections, as the API shows it and as the database holds it.

Both come in the shape of `tests.plain_model.PlainModel.state`: per collection its name, its members
and its groups in order, each with its name and its artifacts in order.
"""

from typing import Any

from rest_framework.test import APIClient

from collections_app.models import Collection, CollectionArtifact
from groups_app.models import Group, GroupArtifact


def dense(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, after checking that their positions are 0, 1, 2, …"""
    assert [row["position"] for row in rows] == list(range(len(rows)))
    return rows


def shown_state(api: APIClient) -> dict[str, Any]:
    """What clients see, after checking that all answers agree with each other."""

    def get(path: str) -> Any:
        response = api.get(f"/api/v1{path}")
        assert response.status_code == 200
        return response.json()

    state = {}
    for row in get("/collections")["collections"]:
        members = {
            each["id"]: each["group_ids"] for each in get(f"/collections/{row['id']}/artifacts")["artifacts"]
        }
        groups = []
        for group in dense(get(f"/groups?collection_id={row['id']}")["groups"]):
            artifacts = [
                each["artifact_id"] for each in dense(get(f"/groups/{group['id']}/artifacts")["artifacts"])
            ]
            assert group["artifact_count"] == len(artifacts)
            groups.append((group["id"], group["name"], artifacts))
        assert (row["group_count"], row["artifact_count"]) == (len(groups), len(members))
        assert members == {member: [id for id, _, held in groups if member in held] for member in members}
        state[row["id"]] = (row["name"], set(members), groups)
    return state


def stored_state() -> dict[str, Any]:
    """What the tables hold, in four queries: cheap enough to look after every single request."""
    state: dict[str, Any] = {
        id: (name, set(), []) for id, name in Collection.objects.values_list("pk", "name")
    }
    for collection_id, artifact_id in CollectionArtifact.objects.values_list("collection", "artifact"):
        state[collection_id][1].add(artifact_id)
    held: dict[str, list[str]] = {}
    for group in Group.objects.enumerated():
        held[group.pk] = []
        assert group.position == len(state[group.collection_id][2])
        state[group.collection_id][2].append((group.pk, group.name, held[group.pk]))
    for entry in GroupArtifact.objects.enumerated().select_related("collection_artifact"):
        assert entry.position == len(held[entry.group_id])
        held[entry.group_id].append(entry.collection_artifact.artifact_id)
    return state
