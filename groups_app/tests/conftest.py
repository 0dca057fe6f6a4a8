"""A collection with four groups and a group with four artifacts: enough for every order."""

from typing import Any

import pytest

from collections_app.models import Artifact, Collection
from groups_app.models import Group


@pytest.fixture
def office(make_collection: Any) -> Collection:
    return make_collection("Office")


@pytest.fixture
def home(make_collection: Any) -> Collection:
    return make_collection("Home")


@pytest.fixture
def groups(office: Collection, make_group: Any) -> dict[str, Group]:
    """The groups ``a``, ``b``, ``c``, ``d`` of the collection "Office", by name."""
    return {name: make_group(office, name) for name in "abcd"}


@pytest.fixture
def skills(make_artifact: Any) -> dict[str, Artifact]:
    """The artifacts ``a`` to ``f`` by name; "Office" has none of them."""
    return {name: make_artifact(name) for name in "abcdef"}


@pytest.fixture
def tools(office: Collection, make_group: Any, skills: dict[str, Artifact]) -> Group:
    """A group of the collection "Office" with the artifacts ``a``, ``b``, ``c``, ``d``."""
    return make_group(office, "tools", *(skills[name] for name in "abcd"))
