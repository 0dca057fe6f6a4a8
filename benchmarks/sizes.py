"""How much data there is to measure on."""

from dataclasses import dataclass

# How many clients the largest load has: each moves an artifact of its own.
MOST_CLIENTS = 8
# How many groups the large collection has; how many groups and artifacts each other one.
GROUPS = 50
GROUPS_OF_OTHERS = 2
ARTIFACTS_OF_OTHERS = 5


@dataclass(frozen=True)
class Size:
    """How much of everything.

    Attributes:
        members: artifacts in the large collection, all of them in one group.
        deployed: how many artifacts have deployments.
        places: in how many of the projects each of them has.
        times: how often in each; all but the last are history.
    """

    collections: int
    artifacts: int
    members: int
    projects: int
    deployed: int
    places: int
    times: int = 5

    @property
    def deployments(self) -> int:
        """How many deployments there are."""
        return self.deployed * self.places * self.times

    @property
    def rows(self) -> int:
        """How many rows are written, about."""
        of_others = GROUPS_OF_OTHERS + 2 * ARTIFACTS_OF_OTHERS
        rows = self.collections * (1 + of_others) + self.artifacts + self.projects + 2 * self.members
        return rows + self.deployments


SIZES = {
    "XS": Size(collections=300, artifacts=1_000, members=300, projects=10, deployed=40, places=5),
    "S": Size(collections=1_000, artifacts=2_000, members=1_000, projects=50, deployed=200, places=10),
    "M": Size(collections=3_000, artifacts=20_000, members=3_000, projects=400, deployed=500, places=40),
    "L": Size(
        collections=10_000, artifacts=100_000, members=10_000, projects=2_000, deployed=1_000, places=200
    ),
}
