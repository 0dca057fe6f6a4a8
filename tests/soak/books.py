"""What a script knows of sources and projects that it makes up; the service has to say the same."""

import hashlib
import random
from collections.abc import Iterator
from typing import NamedTuple

PROJECTS, ARTIFACTS, OFFERED = 50, 30, 20
SOURCES = ("acme/skills", "globex/skills", "initech/skills")


class Artifact(NamedTuple):
    """An artifact of a source; equal names in other sources are other artifacts."""

    namespace: str
    name: str


class Copy(NamedTuple):
    """What a project has of an artifact."""

    version: str
    is_modified: bool = False


class Books:
    """What the script knows.

    Attributes:
        latest: the latest version of each artifact, withdrawn ones too.
        offered: what the sources have at present.
        active: the copies that each project has.
        past: the copies that were reported and are gone.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        every = [Artifact(namespace, f"skill-{number}") for namespace in SOURCES for number in range(OFFERED)]
        self.latest = dict.fromkeys(every, "2.0.0")
        self.offered = set(every)
        self.active = {f"project-{number:02}": self._first_copies() for number in range(PROJECTS)}
        self.past: list[tuple[str, Artifact, Copy]] = []

    def _first_copies(self) -> dict[Artifact, Copy]:
        """As many of each source, most of them the latest; some are old, and some were modified."""
        chosen = [
            artifact
            for namespace in SOURCES
            for artifact in self.chance.sample(
                [artifact for artifact in self.latest if artifact.namespace == namespace],
                ARTIFACTS // len(SOURCES),
            )
        ]
        return {
            artifact: Copy(self.chance.choice(["1.0.0", "2.0.0", "2.0.0"]), self.chance.random() < 0.1)
            for artifact in chosen
        }

    def go_on(self, namespace: str) -> dict[str, int]:
        """A source publishes some new versions, withdraws one and adds one; what that is in numbers."""
        known = sorted(artifact for artifact in self.offered if artifact.namespace == namespace)
        withdrawn, *updated = self.chance.sample(known, OFFERED // 2)
        added = Artifact(namespace, "brand-new")
        self.offered = (self.offered - {withdrawn}) | {added}
        self.latest |= dict.fromkeys(updated, "3.0.0") | {added: "1.0.0"}
        unchanged = len(known) - 1 - len(updated)
        return {"created": 1, "updated": len(updated), "unchanged": unchanged, "withdrawn": 1}

    def update(self, project: str) -> None:
        """A project takes all the latest, and so loses what it had modified."""
        self._become(project, {artifact: Copy(self.latest[artifact]) for artifact in self.active[project]})

    def shrink(self, project: str) -> None:
        """A project gives up some artifacts."""
        kept = self.chance.sample(sorted(self.active[project]), ARTIFACTS - 5)
        self._become(project, {artifact: self.active[project][artifact] for artifact in kept})

    def _become(self, project: str, copies: dict[Artifact, Copy]) -> None:
        # Another content supersedes, as a new row.
        for artifact, copy in self.active[project].items():
            if artifact not in copies or digest(artifact, copy) != digest(artifact, copies[artifact]):
                self.past.append((project, artifact, copy))
        self.active[project] = copies

    def rows(self) -> Iterator[tuple[str, Artifact, Copy, str]]:
        """All deployments that there should be: project, artifact, copy and status."""
        for project, copies in self.active.items():
            yield from ((project, artifact, copy, "active") for artifact, copy in copies.items())
        yield from ((*row, "inactive") for row in self.past)

    def is_outdated(self, artifact: Artifact, copy: Copy) -> bool:
        return copy.version != self.latest[artifact]

    def sync_status(self, artifact: Artifact, copy: Copy) -> str:
        if copy.is_modified:
            return "modified"
        return "outdated" if self.is_outdated(artifact, copy) else "current"

    def outdated(self) -> list[tuple[str, Artifact, Copy, str]]:
        """The active ones and those of the past."""
        return sorted(row for row in self.rows() if self.is_outdated(row[1], row[2]))


def digest(artifact: Artifact, copy: Copy) -> str:
    """Of what a source offers, or of that and a change."""
    return f"sha256:{hashlib.sha256(repr((artifact, copy)).encode()).hexdigest()}"
