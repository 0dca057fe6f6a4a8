"""``manage.py check_integrity`` finds whatever got past the rules, and names it."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from skillmeat_site.maintenance import integrity
from tests.calls import World, undone

NOWHERE = "0" * 32


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def without_checks(table: str, constraint: str) -> None:
    """Let the database take what breaks a check constraint."""
    if connection.vendor == "sqlite":
        sql("PRAGMA ignore_check_constraints = ON")
    else:
        sql("SET CONSTRAINTS ALL IMMEDIATE", f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def check() -> tuple[bool, str]:
    """Whether nothing is wrong, and what the command prints."""
    out = StringIO()
    try:
        call_command("check_integrity", stdout=out)
    except CommandError as error:
        return False, f"{out.getvalue()}{error}"
    return True, out.getvalue()


def assert_found(*texts: str) -> None:
    healthy, printed = check()
    assert not healthy, printed
    for text in texts:
        assert text in printed
    assert "docs/operations.md#integrity" in printed


@pytest.fixture(autouse=True)
def healthy_again(world: World) -> Any:
    """Each test starts from healthy rows and leaves them behind."""
    assert check()[0], check()
    with undone():
        yield
    if connection.vendor == "sqlite":
        sql("PRAGMA ignore_check_constraints = OFF")


def test_healthy_rows_are_counted() -> None:
    healthy, printed = check()
    assert healthy
    assert printed == "15 rows checked, nothing is wrong.\n"


@pytest.mark.parametrize(
    ("table", "constraint", "change"),
    [
        ("collections_app_artifact", "artifact_type_known", "type = 'rumour'"),
        ("collections_app_collection", "collections_app_collection_name_length", "name = ''"),
        ("deployments_app_deployment", "deployment_status_known", "status = 'lost'"),
    ],
)
def test_a_row_that_breaks_a_condition(table: str, constraint: str, change: str) -> None:
    without_checks(table, constraint)
    sql(f"UPDATE {table} SET {change} WHERE id = (SELECT min(id) FROM {table})")
    assert_found(f"break {constraint}: ")


def test_two_active_deployments(world: World) -> None:
    sql(
        "DROP INDEX deployment_one_active",
        f"""INSERT INTO deployments_app_deployment
            (id, artifact_id, project_id, target, status, evidence, is_modified, deployed_at, updated_at)
            SELECT 'dep-{NOWHERE}', artifact_id, project_id, target, status, evidence, is_modified,
                   deployed_at, updated_at
            FROM deployments_app_deployment""",
    )
    assert_found("2 deployments break deployment_one_active: ", world["artifact"])


def test_an_id_of_another_shape(world: World) -> None:
    sql(f"UPDATE collections_app_artifact SET id = 'art-1' WHERE id = '{world['spare_artifact']}'")
    assert_found("artifacts have an id of the wrong shape: art-1")


def test_a_row_that_refers_to_nothing(world: World) -> None:
    sql(f"UPDATE deployments_app_deployment SET project_id = 'proj-{NOWHERE}'")
    assert_found(f"deployments refer to a project that does not exist: {world['deployment']}")


@pytest.mark.parametrize(
    ("table", "what"),
    [("groups_app_group", "groups share a rank"), ("groups_app_groupartifact", "artifacts in groups share")],
)
def test_siblings_that_share_a_rank(table: str, what: str) -> None:
    sql(f"UPDATE {table} SET rank = 7")
    assert_found(f"2 {what}")


def test_a_group_with_an_artifact_that_is_not_in_its_collection(world: World) -> None:
    sql(f"UPDATE groups_app_group SET collection_id = '{world['target']}' WHERE id = '{world['group']}'")
    assert_found("artifacts in groups are not in the collection of their group: gart-")


def test_counts_that_are_not_those_of_the_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "_column", lambda model, name: iter(()))
    assert_found(
        f"collection {world['collection']} shows group_count 2, and there are 0",
        f"group {world['group']} shows artifact_count 2, and there are 0",
        f"artifact {world['artifact']} shows deployment_count 1, and there are 0",
    )


def test_a_tally_that_is_not_the_number_of_deployments(world: World) -> None:
    sql("UPDATE deployments_app_artifacttally SET error = 2", "DELETE FROM deployments_app_projecttally")
    assert_found(
        f"The tally of artifact {world['artifact']} is {{'count': 1, 'active': 1, 'inactive': 0, 'error': 2",
        f"The tally of project {world['project']} is None, and counted {{'count': 1",
    )


def test_positions_with_a_gap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = integrity.Group.objects.enumerated
    monkeypatch.setattr(integrity.Group.objects, "enumerated", lambda: whole().exclude(pk=world["group"]))
    assert_found(f"The positions in {world['collection']} are [(0, 1)].")


def test_a_finding_names_some_rows_and_says_that_there_are_more(
    make_artifact: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "NAMED", 2)
    without_checks("collections_app_artifact", "artifact_type_known")
    sql("UPDATE collections_app_artifact SET type = 'rumour'")
    printed = check()[1]
    assert printed.count("art-") == 2
    assert ", and more" in printed


def test_the_cost_does_not_grow_with_the_rows(
    make_artifact: Any, make_collection: Any, count_queries: Any
) -> None:
    before = count_queries(check)
    for number in range(5):
        make_collection(f"collection {number}", make_artifact(f"artifact {number}"))
    assert count_queries(check) == before
