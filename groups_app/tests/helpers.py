"""What the tests of groups share: ids of nothing, and short forms of what they compare."""

from typing import Any

URL = "/api/v1/groups"
COLLECTIONS = "/api/v1/collections"
NO_COLLECTION = f"col-{'0' * 32}"
NO_GROUP = f"grp-{'0' * 32}"
NO_ARTIFACT = f"art-{'0' * 32}"

HUGE = 10**30
NOT_WHOLE_NUMBERS = ["1", 1.5, True, None, [0]]
MALFORMED_PATH_IDS = ["grp-1", "nothing", NO_COLLECTION, NO_GROUP.upper()]


def placed(names: Any) -> list[tuple[str, int]]:
    """What ``groups_in_order`` and ``artifacts_in_order`` answer when these are all, in this order."""
    return [(name, position) for position, name in enumerate(names)]


def failure(response: Any) -> tuple[int, str, str | None]:
    """The status of a failed request, and the code and the field of its only error."""
    [error] = response.json()["errors"]
    return response.status_code, error["code"], error["attr"]


def missing(response: Any) -> tuple[int, str]:
    """The status of a failed request, and its sentence."""
    return response.status_code, response.json()["detail"]
