"""What the tests of collections and artifacts share: addresses, ids of nothing, short forms."""

from typing import Any

COLLECTIONS = "/api/v1/collections"
ARTIFACTS = "/api/v1/artifacts"
GROUPS = "/api/v1/groups"
DEPLOYMENTS = "/api/v1/deployments"

NO_COLLECTION = f"col-{'0' * 32}"
NO_GROUP = f"grp-{'0' * 32}"
NO_ARTIFACT = f"art-{'0' * 32}"

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"

# What is looked for, and the one of these names that contains it.
NAMES = ["Übung", "ÉCOLE", "Привет", "100% wool", "snake_case", "back\\slash", "it's", "plain"]
SEARCHES = [
    ("PLAIN", "plain"),
    ("übu", "Übung"),
    ("ÜBUNG", "Übung"),
    ("éco", "ÉCOLE"),
    ("ПРИВ", "Привет"),
    ("%", "100% wool"),
    ("_", "snake_case"),
    ("\\", "back\\slash"),
    ("'", "it's"),
]

# A value of ``name`` that is refused, and the code of the error.
BAD_NAMES = [
    ("", "blank"),
    (" \t\n", "blank"),
    ("x" * 256, "max_length"),
    (None, "null"),
    (7, "invalid"),
    (["x"], "invalid"),
]

# The same of ``description``.
BAD_DESCRIPTIONS = [("x" * 10_001, "max_length"), (7, "invalid"), ({}, "invalid")]

# Descriptions that are kept to the letter.
DESCRIPTIONS = [None, "", "  two lines\n", "x" * 10_000]

# A parameter of a list with pages of at most 100, and a value that is none.
BAD_PAGES = [
    ("page", "0"),
    ("page", "-1"),
    ("page", "abc"),
    ("page", ""),
    ("page", "1.0"),
    ("page_size", "0"),
    ("page_size", "101"),
    ("page_size", "all"),
]


def failure(response: Any) -> tuple[int, str, str | None]:
    """The status of a failed request, and the code and the field of its only error."""
    [error] = response.json()["errors"]
    return response.status_code, error["code"], error["attr"]


def missing(response: Any) -> tuple[int, str]:
    """The status of a failed request, and its sentence."""
    return response.status_code, response.json()["detail"]


def names(response: Any) -> list[str]:
    """The names of the rows that a list answers."""
    body = response.json()
    [rows] = (value for value in body.values() if isinstance(value, list))
    return [row["name"] for row in rows]


def pages(api: Any, url: str, key: str, **parameters: Any) -> list[str]:
    """The ids of a list, read one row a page."""
    total = api.get(url, parameters).json()["total"]
    numbers = range(1, total + 1)
    read = [api.get(url, {**parameters, "page": number, "page_size": 1}).json()[key] for number in numbers]
    return [row["id"] for [row] in read]


def member_names(api: Any, collection: Any) -> list[str]:
    """The names of the artifacts in a collection, in alphabetical order."""
    return names(api.get(f"{COLLECTIONS}/{collection.pk}/artifacts"))
