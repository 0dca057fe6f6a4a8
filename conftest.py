"""What every test may use: clients of each kind of user, rows, and a way to read an order."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group as UserGroup
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient, ForceAuthClientHandler

from collections_app.models import Artifact, Collection
from collections_app.services import add_artifacts, create_artifact, create_collection
from deployments_app.models import Project
from deployments_app.services import create_project
from groups_app.contents import place_artifacts
from groups_app.models import Group
from groups_app.services import create_group
from skillmeat_site.accounts.models import ApiToken

PASSWORD = "correct horse battery staple"

# Loading the middleware takes longer than many a test, and one chain serves all clients.
_HANDLER = ForceAuthClientHandler(enforce_csrf_checks=False)


def pytest_configure() -> None:
    """Settings that only matter to speed: nothing here changes what the product does."""
    # Clients come and go with every test; none should list all static files.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs PostgreSQL when the tests run on SQLite; `make test` says so."""
    if connection.vendor != "postgresql":
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(pytest.mark.skip(reason="runs on PostgreSQL only: set TEST_DATABASE_URL"))


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Make an active user, in a group such as ``Editors`` if one is named."""

    def make(username: str, group: str | None = None, **fields: Any) -> User:
        user = User.objects.create_user(username, f"{username}@example.org", PASSWORD, **fields)
        if group:
            user.groups.add(UserGroup.objects.get(name=group))
        return user

    return make


@pytest.fixture
def client_of() -> Callable[[User | None], APIClient]:
    """Make an API client that carries a token of the user, or none."""

    def make(user: User | None) -> APIClient:
        client = APIClient(raise_request_exception=False)
        client.handler = _HANDLER
        if user is not None:
            token, key = ApiToken.objects.issue(user)
            client.token_id = token.public_id  # type: ignore[attr-defined]
            client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
        return client

    return make


@pytest.fixture
def api(make_user: Any, client_of: Any) -> APIClient:
    """A client that may do everything through the API: a member of Editors."""
    return client_of(make_user("editor", "Editors"))


@pytest.fixture
def viewer_api(make_user: Any, client_of: Any) -> APIClient:
    """A client that may only read."""
    return client_of(make_user("viewer", "Viewers"))


@pytest.fixture
def anonymous_api(db: None, client_of: Any) -> APIClient:
    """A client without a token."""
    return client_of(None)


@pytest.fixture
def make_artifact(db: None) -> Callable[..., Artifact]:
    """Make an artifact: a skill unless told otherwise."""

    def make(name: str, type: str = "skill", **fields: Any) -> Artifact:
        return create_artifact(type=type, name=name, **fields)

    return make


@pytest.fixture
def make_collection(db: None) -> Callable[..., Collection]:
    """Make a collection with the artifacts given after its name."""

    def make(name: str, *artifacts: Artifact, **fields: Any) -> Collection:
        collection = create_collection(name=name, **fields)
        add_artifacts(collection_id=collection.pk, artifact_ids=[artifact.pk for artifact in artifacts])
        return collection

    return make


@pytest.fixture
def make_group(db: None) -> Callable[..., Group]:
    """Make a group at the end of a collection, with the artifacts given after its name."""

    def make(collection: Collection, name: str, *artifacts: Artifact, **fields: Any) -> Group:
        group = create_group(collection_id=collection.pk, name=name, **fields)
        if artifacts:
            place_artifacts(group_id=group.pk, artifact_ids=[artifact.pk for artifact in artifacts])
        return group

    return make


@pytest.fixture
def make_project(db: None) -> Callable[..., Project]:
    """Make a project."""
    return lambda name, **fields: create_project(name=name, **fields)


@pytest.fixture
def groups_in_order(api: APIClient) -> Callable[[Collection], list[tuple[str, int]]]:
    """Read the names and positions of a collection's groups through the API."""

    def read(collection: Collection) -> list[tuple[str, int]]:
        groups = api.get(f"/api/v1/groups?collection_id={collection.pk}").json()["groups"]
        return [(group["name"], group["position"]) for group in groups]

    return read


@pytest.fixture
def artifacts_in_order(api: APIClient) -> Callable[[Group], list[tuple[str, int]]]:
    """Read the names and positions of a group's artifacts through the API."""

    def read(group: Group) -> list[tuple[str, int]]:
        artifacts = api.get(f"/api/v1/groups/{group.pk}/artifacts").json()["artifacts"]
        return [(artifact["name"], artifact["position"]) for artifact in artifacts]

    return read


@pytest.fixture
def sent(api: APIClient) -> Callable[[str, str], list[str]]:
    """The statements of a GET that have some text in them."""

    def read(url: str, part: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(url).status_code == 200
        return [query["sql"] for query in queries if part in query["sql"]]

    return read


@pytest.fixture
def count_queries(db: None) -> Callable[[Callable[[], Any]], int]:
    """Count the queries of a call."""

    def count(call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count
