"""The requests that are measured."""

import random
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["list", "nested", "write", "page", "summary"]


@dataclass(frozen=True)
class Scenario:
    """A request; names in braces are filled in from what `benchmarks.rows` says of its rows.

    Attributes:
        kind: which target it has.
        body: may contain ``@n@``, a number that is new each time, and ``{any_group}`` and the like,
            one of many rows.
        first: for a deep page, the name of the scenario that reads the first one.
    """

    name: str
    path: str
    kind: Kind
    method: str = "GET"
    body: dict[str, Any] | None = None
    first: str | None = None


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
    *_pages("outdated deployments", "/deployments?outdated=true"),
    *_pages("active outdated deployments", "/deployments?outdated=true&status=active"),
    *_pages("deployments by sync status", "/deployments?sync_status=outdated"),
    *_pages("active deployments by sync status", "/deployments?sync_status=current&status=active"),
    *_pages("deployments by evidence", "/deployments?evidence=reported"),
    *_pages("deployments in a target", "/deployments?target=default"),
    *_pages("deployments of a namespace", "/deployments?namespace=acme"),
    *_pages("deployments of a type", "/deployments?artifact_type=skill"),
    *_pages("deployments of a type in a state", "/deployments?artifact_type=skill&status=error"),
    *_pages("deployments at a version", "/deployments?deployed_version=1"),
    *_pages("deployments of what a collection holds", "/deployments?collection_id={collection}"),
    *_pages("deployments of what a group holds", "/deployments?group_id={group}"),
    *_pages("search deployments", "/deployments?search=FACT%200005"),
    *_pages("outdated artifacts", "/artifacts?outdated=true"),
    *_pages("artifacts that are deployed", "/artifacts?deployed=true"),
    *_pages("artifacts that vary", "/artifacts?varies=true"),
    *_pages("artifacts in a project", "/artifacts?project_id={project}&outdated=true"),
    *_pages("outdated projects", "/projects?outdated=true"),
    *_pages("projects with an artifact", "/projects?artifact_id={artifact}&outdated=true"),
]
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
