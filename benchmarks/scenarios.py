"""The requests that are measured."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scenario:
    """A request; names in braces are filled in from what `benchmarks.rows` says of its rows.

    Attributes:
        body: may contain ``{n}``, a number that is new each time.
        unchanged: whether the client has the answer already, and sends its ETag.
        in_turn: whether it makes sense only after itself: `filled` swaps ``{there}`` and ``{back}``
            from one request to the next, so several clients need a ``{member}`` each.
        grows: whether its cost is plotted against the size of the data.
    """

    name: str
    path: str
    method: str = "GET"
    body: dict[str, Any] | None = None
    unchanged: bool = False
    in_turn: bool = False
    grows: bool = False


SCENARIOS = [
    Scenario("list collections (50)", "/collections", grows=True),
    Scenario("search collections (50)", "/collections?search=CTION%200005", grows=True),
    Scenario("collection with 50 groups", "/collections/{collection}"),
    Scenario("groups of a collection (50)", "/groups?collection_id={collection}", grows=True),
    Scenario("group with all its artifacts", "/groups/{group}"),
    Scenario(
        "artifacts of a collection (100)", "/collections/{collection}/artifacts?page_size=100", grows=True
    ),
    Scenario(
        "artifacts of a collection, last page",
        "/collections/{collection}/artifacts?page_size=100&page={last_page_of_members}",
        grows=True,
    ),
    Scenario("list artifacts (100)", "/artifacts?page_size=100", grows=True),
    Scenario("list artifacts, middle page", "/artifacts?page_size=100&page={middle_page}", grows=True),
    Scenario("list artifacts, last page", "/artifacts?page_size=100&page={last_page}", grows=True),
    Scenario(
        "deployments of an artifact (50)", "/deployments?artifact_id={artifact}&page_size=50", grows=True
    ),
    Scenario("deployments of a project (100)", "/deployments?project_id={project}&page_size=100", grows=True),
    Scenario("one project", "/projects/{project}"),
    Scenario("one project, unchanged (304)", "/projects/{project}", unchanged=True),
    Scenario("summary", "/deployments/summary", grows=True),
    Scenario("summary, 50 rows a table", "/deployments/summary?page_size=50", grows=True),
    Scenario(
        "create a group", "/groups", method="POST", body={"collection_id": "{other}", "name": "new {n}"}
    ),
    Scenario(
        "put an artifact at position 0",
        "/groups/{group}/artifacts",
        method="POST",
        body={"artifact_ids": ["{member}"], "position": 0},
    ),
    Scenario(
        "move an artifact to another group",
        "/groups/{there}/move-artifacts",
        method="POST",
        body={"artifact_ids": ["{member}"], "target_group_id": "{back}"},
        in_turn=True,
    ),
    Scenario(
        "create a deployment",
        "/deployments",
        method="POST",
        body={"artifact_id": "{free_artifact}", "project_id": "{project}", "deployed_version": "new {n}"},
    ),
]


def filled(value: Any, ids: dict[str, str], n: int) -> Any:
    """``value`` with everything in braces filled in, for the ``n``-th request."""
    if isinstance(value, dict):
        return {key: filled(item, ids, n) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids, n) for item in value]
    if not isinstance(value, str):
        return value
    there, back = ("group", "other_group") if n % 2 else ("other_group", "group")
    return value.format(**{"n": n, **ids, "there": ids[there], "back": ids[back]})
