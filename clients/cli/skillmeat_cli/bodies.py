"""What is sent: reports and catalogues within the service's limits."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from skillmeat_cli import __version__
from skillmeat_cli.artifacts import DESCRIPTION_MAX, Artifact, Problem
from skillmeat_cli.errors import Failure
from skillmeat_cli.reader import Project

TOOL = f"skillmeat {__version__}"

REPORT_MAX = 1_000
CATALOG_MAX = 5_000
PROBLEMS_MAX = 1_000
# Of 2 MiB, with room for what is around it.
BYTES_MAX = 2 * 1024 * 1024 - 65_536
# Tried one after the other until the whole is small enough.
_DESCRIPTION_LIMITS = (DESCRIPTION_MAX, 1_000, 200, 0)


def report_body(
    project: Project,
    target: str,
    *,
    key: str,
    name: str | None = None,
    commit: str = "",
    dry_run: bool = False,
    create: bool = True,
) -> dict[str, Any]:
    """The body of ``POST /reports`` for one target, which may have nothing.

    Args:
        key: of the project, such as ``github.com/acme/web``.
        name: of the project; the service makes one of the key when it is left out.
        create: whether the service may make the project.

    Returns:
        ``{"project": {"key", "name"?}, "create", "target", "tool", "commit"?, "dry_run", "artifacts",
        "problems"}``; artifacts as `Artifact.as_dict`, problems as `Problem.as_dict`
    """
    found = project.artifacts_of(target)
    problems = project.problems_of(target)
    if len(found) > REPORT_MAX:
        problems = [_left_out(len(found) - REPORT_MAX, "artifacts"), *problems]
    artifacts = [artifact.as_dict() for artifact in found[:REPORT_MAX]]
    body = {
        "project": {"key": key, **({"name": name} if name else {})},
        "create": create,
        "target": target,
        "tool": TOOL,
        **_commit(commit),
        "dry_run": dry_run,
        "artifacts": artifacts,
        "problems": _at_most(problems),
    }
    if _shorten_descriptions(body):
        detail = "The report is too large, so descriptions are cut or left out."
        body["problems"] = _at_most([Problem(".", "too_large", detail), *problems])
    return body


def catalog_body(
    namespace: str,
    artifacts: Iterable[Artifact],
    *,
    url: str = "",
    commit: str = "",
    dry_run: bool = False,
) -> dict[str, Any]:
    """The body of ``POST /catalogs``.

    Returns:
        ``{"namespace", "url"?, "commit"?, "dry_run", "artifacts"}``; artifacts as `Artifact.as_offer`, in
        a collection with the name of the namespace

    Raises:
        Failure: there are too many artifacts. A part of them would withdraw the others.
    """
    # One that several agents have is offered once.
    offers = {(artifact.type, artifact.name): artifact.as_offer() for artifact in artifacts}
    if len(offers) > CATALOG_MAX:
        raise Failure(f"A catalogue has at most {CATALOG_MAX} artifacts, and {namespace} has {len(offers)}.")
    body = {
        "namespace": namespace,
        **({"url": url} if url else {}),
        **_commit(commit),
        "dry_run": dry_run,
        "artifacts": [{**offer, "collection": namespace} for offer in offers.values()],
    }
    _shorten_descriptions(body)
    return body


def offered(project: Project) -> dict[str, list[Artifact]]:
    """What a repository offers to others, by namespace; the empty one is for the repository's own.

    These are its plugins and its root collection of skills. A repository that has neither offers what it
    has for itself, but for what a lock file says to come from elsewhere.
    """
    offers = [artifact for artifact in project.artifacts if artifact.is_offered]
    if not offers:
        offers = [artifact for artifact in project.artifacts if not artifact.namespace]
    by_namespace: dict[str, list[Artifact]] = defaultdict(list)
    for artifact in offers:
        by_namespace[artifact.namespace].append(artifact)
    return dict(by_namespace)


def encoded(body: dict[str, Any]) -> bytes:
    """``body`` as JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _commit(commit: str) -> dict[str, str]:
    return {"commit": commit} if commit else {}


def _left_out(count: int, what: str) -> Problem:
    return Problem(".", f"too_many_{what}", f"{count} more {what} do not fit into a report and are left out.")


def _at_most(problems: list[Problem]) -> list[dict[str, str]]:
    if len(problems) > PROBLEMS_MAX:
        rest = _left_out(len(problems) - PROBLEMS_MAX + 1, "problems")
        problems = [*problems[: PROBLEMS_MAX - 1], rest]
    return [problem.as_dict() for problem in problems]


def _shorten_descriptions(body: dict[str, Any]) -> bool:
    """Cut the descriptions in ``body`` until it is small enough; whether that was needed."""
    for number, limit in enumerate(_DESCRIPTION_LIMITS):
        for artifact in body["artifacts"]:
            if len(artifact.get("description", "")) > limit:
                artifact["description"] = artifact["description"][:limit]
                if not limit:
                    del artifact["description"]
        if len(encoded(body)) <= BYTES_MAX:
            return number > 0
    return True
