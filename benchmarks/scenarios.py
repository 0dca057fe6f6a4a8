"""The requests that are measured."""

import random
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.sizes import CLIENTS

Kind = Literal["list", "nested", "write", "page", "filter", "summary"]


@dataclass(frozen=True)
class Scenario:
    """A request; names in braces are filled in from what `benchmarks.rows` says of its rows.

    Attributes:
        kind: which target it has.
        body: may contain ``@n@``, a number that is new each time, and ``{any_group}`` and the like,
            one of many rows.
        first: for a deep page, the name of the scenario that reads the first one.
        clients: how many send it at the same time.
    """

    name: str
    path: str
    kind: Kind
    method: str = "GET"
    body: dict[str, Any] | None = None
    first: str | None = None
    clients: int = CLIENTS


# Of the product and its peers, on S.
COMPARED = [
    Scenario("list 50 collections", "/collections", "list"),
    Scenario("list 100 artifacts", "/artifacts?page_size=100", "list"),
    Scenario("list 50 groups", "/groups?collection_id={collection}", "list"),
    Scenario("list 50 deployments", "/deployments?artifact_id={artifact}&page_size=50", "list"),
    Scenario("list 100 deployments", "/deployments?project_id={project}&page_size=100", "list"),
    Scenario("group with 1,000 artifacts", "/groups/{group}", "nested"),
    Scenario("collection with 50 groups", "/collections/{collection}", "nested"),
    Scenario(
        "create a group", "/groups", "write", "POST", {"collection_id": "{any_collection}", "name": "new @n@"}
    ),
    Scenario("change a group", "/groups/{any_group}", "write", "PATCH", {"description": "new @n@"}),
    Scenario(
        "add an artifact to a group",
        "/groups/{any_group}/artifacts",
        "write",
        "POST",
        {"artifact_id": "{any_artifact}"},
    ),
    Scenario(
        "create a deployment",
        "/deployments",
        "write",
        "POST",
        {"artifact_id": "{any_artifact}", "project_id": "{any_project}", "deployed_version": "@n@"},
    ),
]
SUMMARY = Scenario("summary", "/deployments/summary", "summary")
SUMMARY_PAGE = Scenario("summary, 50 rows a table", "/deployments/summary?page_size=50", "summary")


def _pages(name: str, path: str, *further: str) -> list[Scenario]:
    """The first page of 100 rows of a list, and further ones by their number."""
    path += f"{'&' if '?' in path else '?'}page_size=100"
    pages = [Scenario(name, path, "page")]
    for page in further:
        which = "middle page" if "middle" in page else "last page"
        pages.append(Scenario(f"{name}, {which}", f"{path}&page={page}", "page", first=name))
    return pages


# Of the product, on L.
PAGES = [
    *_pages("collections", "/collections", "100"),
    *_pages("collections, newest first", "/collections?ordering=-created_at"),
    *_pages("search collections", "/collections?search=CTION%20005"),
    *_pages("artifacts", "/artifacts", "{middle_page}", "{last_page}"),
    *_pages("artifacts of a type", "/artifacts?type=skill"),
    *_pages("artifacts by time", "/artifacts?ordering=-updated_at", "{middle_page}"),
    *_pages("search artifacts", "/artifacts?search=FACT%20005"),
    *_pages("artifacts of a collection", "/collections/{collection}/artifacts", "{last_page_of_members}"),
    *_pages("groups of a collection", "/groups?collection_id={collection}"),
    *_pages("artifacts of a group", "/groups/{group}/artifacts", "{last_page_of_members}"),
    *_pages("projects", "/projects", "20"),
    *_pages("deployments of an artifact", "/deployments?artifact_id={artifact}", "{last_page_of_artifact}"),
    *_pages("deployments of a project", "/deployments?project_id={project}", "{last_page_of_project}"),
    *_pages("active deployments of a project", "/deployments?project_id={project}&status=active"),
    *_pages("outdated deployments of an artifact", "/deployments?artifact_id={artifact}&outdated=true"),
]


def _filters(*queries: str) -> list[Scenario]:
    """Pages of 100 rows; one client at a time, so that latencies are what the server takes."""
    return [
        Scenario(query, f"/{query}{'&' if '?' in query else '?'}page_size=100", "filter", clients=1)
        for query in queries
    ]


# Of the product, on L: questions across everything, alone and as a dashboard combines them.
FILTERS = _filters(
    "deployments?outdated=true",
    "deployments?outdated=true&status=active",
    "deployments?sync_status=outdated",
    "deployments?sync_status=current&status=active",
    "deployments?sync_status=modified",
    "deployments?evidence=reported",
    "deployments?evidence=reported&status=active",
    "deployments?target=default",
    "deployments?namespace=acme",
    "deployments?artifact_type=skill",
    "deployments?artifact_type=skill&status=error",
    "deployments?artifact_type=skill&outdated=true&status=active",
    "deployments?deployed_version=1",
    "deployments?deployed_after=2020-01-01T00:00:00Z",
    "deployments?project_id={project}&outdated=true",
    "deployments?collection_id={collection}",
    "deployments?collection_id={collection}&status=active",
    "deployments?group_id={group}",
    "deployments?group_id={group}&outdated=true&status=active",
    "deployments?search=FACT%200005",
    "artifacts?outdated=true",
    "artifacts?deployed=false",
    "artifacts?varies=true",
    "artifacts?project_id={project}&outdated=true",
    "projects?outdated=true",
    "projects?artifact_id={artifact}&outdated=true",
    "deployments/summary?project_id={project}",
    "deployments/summary?artifact_type=skill",
    "deployments/summary?collection_id={collection}",
    "deployments/summary?target=default",
)
# A rollout of so many artifacts to so many projects.
ROLLOUT_ARTIFACTS, ROLLOUT_PROJECTS = 50, 200
READS = [*(scenario for scenario in COMPARED if scenario.method == "GET"), SUMMARY]
WRITES = [scenario for scenario in COMPARED if scenario.method != "GET"]
# What is sent while the memory is watched: nine reads before every write.
MIX = [
    scenario
    for number, write in enumerate(WRITES)
    for scenario in (*(READS[(9 * number + place) % len(READS)] for place in range(9)), write)
]


def filled(value: Any, ids: dict[str, Any]) -> Any:
    """``value`` with everything in braces filled in; rows to choose from at random."""
    if isinstance(value, dict):
        return {key: filled(item, ids) for key, item in value.items()}
    chosen = {f"any_{kind}": random.choice(rows) for kind, rows in ids["any"].items()}  # noqa: S311
    return value.format(**ids, **chosen)
