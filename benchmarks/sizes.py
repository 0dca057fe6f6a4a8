"""How much data there is to measure on."""

from dataclasses import dataclass

# How many clients a load has.
CLIENTS = 8
# How many groups the large collection has; how many groups and artifacts each other one.
GROUPS = 50
GROUPS_OF_OTHERS = 2
ARTIFACTS_OF_OTHERS = 5
# How often an artifact is deployed to a project; all but the last are history.
TIMES = 5


@dataclass(frozen=True)
class Size:
    """How much of everything.

    Attributes:
        members: artifacts in the large collection, all of them in its first group.
        deployed: how many artifacts have deployments. In both sizes they, and the projects, fill
            the 1,000 rows that a summary shows at most.
    """

    collections: int
    artifacts: int
    members: int
    projects: int
    deployed: int
    deployments: int

    @property
    def rows(self) -> int:
        """How many rows are written, about."""
        of_others = GROUPS_OF_OTHERS + 2 * ARTIFACTS_OF_OTHERS
        rows = self.collections * (1 + of_others) + self.artifacts + self.projects + 2 * self.members
        return rows + self.deployments


SIZES = {
    "S": Size(
        collections=1_000,
        artifacts=2_000,
        members=1_000,
        projects=1_000,
        deployed=1_000,
        deployments=10_000,
    ),
    "L": Size(
        collections=10_000,
        artifacts=100_000,
        members=10_000,
        projects=2_000,
        deployed=1_000,
        deployments=1_000_000,
    ),
}
