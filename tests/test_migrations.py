"""Migrations keep the data of the release before."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def migrate() -> Iterator[Callable[[str, str], Any]]:
    """Migrate an app to a migration and return the models of that state."""

    def go_to(app: str, name: str) -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate([(app, name)])
        return MigrationExecutor(connection).loader.project_state([(app, name)]).apps

    yield go_to
    call_command("migrate", verbosity=0)


def test_deployments_from_before_the_tallies_are_counted(migrate: Callable[[str, str], Any]) -> None:
    apps = migrate("deployments_app", "0001_initial")
    artifact = apps.get_model("collections_app.Artifact").objects.create(
        id=f"art-{1:032x}", type="skill", name="pdf", latest_version="2"
    )
    project = apps.get_model("deployments_app.Project").objects.create(id=f"proj-{1:032x}", name="web")
    for number, status in enumerate(["active", "inactive", "inactive", "error"]):
        apps.get_model("deployments_app.Deployment").objects.create(
            id=f"dep-{number:032x}", artifact=artifact, project=project, status=status, deployed_version="1"
        )

    apps = migrate("deployments_app", "0002_tallies")

    for name in ("ArtifactTally", "ProjectTally"):
        (tally,) = apps.get_model(f"deployments_app.{name}").objects.values(
            "count", "active", "inactive", "error", "pending", "outdated"
        )
        assert tally == {"count": 4, "active": 1, "inactive": 2, "error": 1, "pending": 0, "outdated": 1}


def test_a_response_that_was_stored_under_the_old_name_is_still_there(
    migrate: Callable[[str, str], Any], django_user_model: Any
) -> None:
    user = django_user_model.objects.create(username="ada")
    old = migrate("idempotency", "0001_initial").get_model("idempotency.KeyedAnswer")
    old.objects.create(user_id=user.pk, key="one", fingerprint="f", status=201, body=b"{}")

    new = migrate("idempotency", "0002_idempotencyrecord").get_model("idempotency.IdempotencyRecord")

    assert new.objects.values("user_id", "key", "status").get() == {
        "user_id": user.pk,
        "key": "one",
        "status": 201,
    }


def test_deployments_and_artifacts_from_before_targets_and_namespaces_keep_what_they_are(
    migrate: Callable[[str, str], Any],
) -> None:
    apps = migrate("deployments_app", "0002_tallies")
    artifact = apps.get_model("collections_app.Artifact").objects.create(
        id=f"art-{1:032x}", type="skill", name="pdf", latest_version="2"
    )
    for number in (1, 2):
        project = apps.get_model("deployments_app.Project").objects.create(
            id=f"proj-{number:032x}", name=f"web {number}"
        )
        for version, status in (("1", "inactive"), (str(number), "active")):
            apps.get_model("deployments_app.Deployment").objects.create(
                id=f"dep-{number:031x}{'1' if status == 'active' else '0'}",
                artifact=artifact,
                project=project,
                status=status,
                deployed_version=version,
            )

    apps = migrate("deployments_app", "0005_tally_triggers")

    deployments = apps.get_model("deployments_app.Deployment").objects
    kept = {"target": "default", "evidence": "declared", "deployed_digest": None, "is_modified": False}
    assert list(deployments.order_by().values(*kept).distinct()) == [kept]
    assert deployments.count() == 4
    assert apps.get_model("collections_app.Artifact").objects.get().namespace == ""
    tally = apps.get_model("deployments_app.ArtifactTally").objects.values().get()
    known = {"count": 4, "active": 2, "outdated": 1, "sync_outdated": 1, "sync_current": 1, "variants": 2}
    assert {name: tally[name] for name in known} == known
