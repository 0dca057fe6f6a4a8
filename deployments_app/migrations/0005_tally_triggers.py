"""What keeps the tallies of deployments: triggers of the database itself.

Whoever writes a deployment, by any code path, changes the tallies of its artifact and its project in the
same transaction. A trigger adds what a row counts for when it is inserted and subtracts it when it is
deleted, so that a write costs the same however many deployments there are. Only the variants of an artifact
are counted again, by an index of its active deployments.

A later migration that changes a table that the triggers name (artifacts, deployments, tallies) begins by
dropping them and ends by creating them, with SQL of its own: SQLite cannot remake a table that triggers
name, nor PostgreSQL change the type of a column.
"""

from collections.abc import Iterator
from typing import Any

from django.db import migrations

STATUSES = ("active", "inactive", "error", "pending")
OWNERS = ("artifact", "project")
# What depends on the latest version and digest of the artifact.
COMPARED = ("outdated", "sync_current", "sync_outdated", "sync_modified")
COLUMNS = ("count", *STATUSES, *COMPARED, "reported")

_DEPLOYMENT = "deployments_app_deployment"
_ARTIFACT = "collections_app_artifact"
# The rows that an event takes away and those that it brings: their names in a trigger.
_EVENTS = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}
# How each database finds a text in another.
_POSITION = {"sqlite": "INSTR", "postgresql": "STRPOS"}


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers, and count the deployments that are there already."""
    uninstall(apps, schema_editor)
    vendor = schema_editor.connection.vendor
    triggers = _sqlite() if vendor == "sqlite" else _postgresql()
    for sql in (*_counting(vendor), *triggers):
        schema_editor.execute(sql)


def uninstall(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers, if they are there."""
    tables = {"tally_latest": _ARTIFACT} | {_name(event): _DEPLOYMENT for event in _EVENTS}
    for name, table in tables.items():
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def _name(event: str) -> str:
    return f"tally_{event.lower()}"


def _table(owner: str) -> str:
    return f"deployments_app_{owner}tally"


def _compared(vendor: str, row: str, latest: str) -> dict[str, str]:
    """Conditions on an active deployment for each of `COMPARED`; null is as good as false.

    Args:
        row: the name of the deployment in the statement.
        latest: that of its artifact.
    """
    deployed_digest, latest_digest = f"{row}.deployed_digest", f"{latest}.latest_digest"
    schemes = [f"SUBSTR({it}, 1, {_POSITION[vendor]}({it}, ':'))" for it in (deployed_digest, latest_digest)]
    same_version = f"{row}.deployed_version = {latest}.latest_version"
    other_version = f"{row}.deployed_version <> {latest}.latest_version"
    unknown_version = f"({row}.deployed_version IS NULL OR {latest}.latest_version IS NULL)"
    other_digest = f"({' = '.join(schemes)} AND {deployed_digest} <> {latest_digest})"
    outdated = f"({other_version} OR ({unknown_version} AND {other_digest}))"
    current = f"({same_version} OR ({unknown_version} AND {deployed_digest} = {latest_digest}))"
    status = (
        f"CASE WHEN {row}.is_modified OR ({same_version} AND {other_digest}) THEN 'modified' "
        f"WHEN {outdated} THEN 'outdated' WHEN {current} THEN 'current' END"
    )
    return {
        "outdated": outdated,
        **{f"sync_{value}": f"{status} = '{value}'" for value in ("current", "outdated", "modified")},
    }


def _amounts(vendor: str, row: str, latest: str) -> dict[str, str]:
    """What a deployment adds to each of `COLUMNS`."""
    active = f"{row}.status = 'active'"
    conditions = {status: f"{row}.status = '{status}'" for status in STATUSES}
    conditions |= {name: f"{active} AND {it}" for name, it in _compared(vendor, row, latest).items()}
    conditions["reported"] = f"{active} AND {row}.evidence = 'reported'"
    return {"count": "1", **{name: f"CASE WHEN {it} THEN 1 ELSE 0 END" for name, it in conditions.items()}}


def _add(owner: str, rows: str) -> str:
    """Add ``rows`` (the owner's id, the amounts, and 0 variants of an artifact) to the tallies."""
    table = _table(owner)
    sums = ", ".join(f"{column} = {table}.{column} + excluded.{column}" for column in COLUMNS)
    return (
        f"INSERT INTO {table} ({', '.join(_inserted(owner))}) {rows} "
        f"ON CONFLICT ({owner}_id) DO UPDATE SET {sums};"
    )


def _inserted(owner: str) -> list[str]:
    return [f"{owner}_id", *COLUMNS, *(["variants"] if owner == "artifact" else [])]


def _values(owner: str, amounts: Any) -> str:
    """What is selected for `_inserted` behind the id."""
    return ", ".join([*amounts, *(["0"] if owner == "artifact" else [])])


def _count_variants(ids: str) -> str:
    """Count the variants of artifacts again."""
    table = _table("artifact")
    pairs = (
        f"SELECT DISTINCT deployed_version, deployed_digest FROM {_DEPLOYMENT} "
        f"WHERE artifact_id = {table}.artifact_id AND status = 'active'"
    )
    variants = f"(SELECT COUNT(*) FROM ({pairs}) pairs)"
    return f"UPDATE {table} SET variants = {variants} WHERE artifact_id IN ({ids});"


def _drop_empty(owner: str, ids: str) -> str:
    return f"DELETE FROM {_table(owner)} WHERE count = 0 AND {owner}_id IN ({ids});"


def _counting(vendor: str) -> Iterator[str]:
    amounts = [f"SUM({amount})" for amount in _amounts(vendor, "d", "a").values()]
    for owner in OWNERS:
        yield f"DELETE FROM {_table(owner)}"
        yield (
            f"INSERT INTO {_table(owner)} ({', '.join(_inserted(owner))}) "
            f"SELECT d.{owner}_id, {_values(owner, amounts)} "
            f"FROM {_DEPLOYMENT} d JOIN {_ARTIFACT} a ON a.id = d.artifact_id GROUP BY d.{owner}_id"
        )
    yield _count_variants(f"SELECT id FROM {_ARTIFACT}")


def _latest_changed(vendor: str) -> dict[str, str]:
    """What to do to each tally when the latest version or digest of an artifact becomes another one."""
    active = f"FROM {_DEPLOYMENT} d WHERE d.artifact_id = NEW.id AND d.status = 'active'"
    before, after = (_amounts(vendor, "d", row) for row in ("OLD", "NEW"))

    def changes(of_tally: str) -> str:
        changed = {name: f"SELECT SUM({after[name]} - {before[name]}) {active}{of_tally}" for name in COMPARED}
        return ", ".join(f"{name} = {name} + COALESCE(({it}), 0)" for name, it in changed.items())

    in_project = f" AND d.project_id = {_table('project')}.project_id"
    return {
        "artifact": f"UPDATE {_table('artifact')} SET {changes('')} WHERE artifact_id = NEW.id;",
        "project": f"UPDATE {_table('project')} SET {changes(in_project)} "
        f"WHERE project_id IN (SELECT d.project_id {active});",
    }


def _sqlite() -> Iterator[str]:
    """Once for each row."""
    columns = ["artifact_id", "project_id", "status", "evidence"]
    columns += ["deployed_version", "deployed_digest", "is_modified"]
    for event, rows in _EVENTS.items():
        body = [_sqlite_change(row, owner) for row in rows for owner in OWNERS]
        body.append(_count_variants(", ".join(f"{row}.artifact_id" for row in rows)))
        body += [_drop_empty(owner, f"OLD.{owner}_id") for owner in OWNERS if "OLD" in rows]
        when = f"UPDATE OF {', '.join(columns)}" if event == "UPDATE" else event
        yield f"CREATE TRIGGER {_name(event)} AFTER {when} ON {_DEPLOYMENT} BEGIN {' '.join(body)} END"
    body = list(_latest_changed("sqlite").values())
    yield (
        f"CREATE TRIGGER tally_latest AFTER UPDATE OF latest_version, latest_digest ON {_ARTIFACT} "
        "WHEN OLD.latest_version IS NOT NEW.latest_version OR OLD.latest_digest IS NOT NEW.latest_digest "
        f"BEGIN {' '.join(body)} END"
    )


def _sqlite_change(row: str, owner: str) -> str:
    amounts = _amounts("sqlite", row, "a")
    # Django empties tables in any order, and the artifact may be gone then.
    of_artifact = f"FROM (SELECT 1) LEFT JOIN {_ARTIFACT} a ON a.id = {row}.artifact_id WHERE TRUE"
    if row == "NEW":
        return _add(owner, f"SELECT NEW.{owner}_id, {_values(owner, amounts.values())} {of_artifact}")
    subtractions = ", ".join(f"{name} = {name} - (SELECT {it} {of_artifact})" for name, it in amounts.items())
    return f"UPDATE {_table(owner)} SET {subtractions} WHERE {owner}_id = OLD.{owner}_id;"


def _postgresql() -> Iterator[str]:
    """Once for each statement, with all of its rows.

    The artifact is locked before its latest version is read, so that it is the one that counts, and
    artifacts come before their tallies, and those before the tallies of projects, so that single
    deployments do not wait for each other in a circle.
    """
    for event, rows in _EVENTS.items():
        artifacts = " UNION ".join(f"SELECT artifact_id FROM {row}_rows" for row in rows)
        lock = f"PERFORM 1 FROM {_ARTIFACT} WHERE id IN ({artifacts}) ORDER BY id FOR NO KEY UPDATE;"
        body = [*(_postgresql_change(row, "artifact") for row in rows), _count_variants(artifacts)]
        body += [_postgresql_change(row, "project") for row in rows]
        body += [_drop_empty(owner, f"SELECT {owner}_id FROM OLD_rows") for owner in OWNERS if "OLD" in rows]
        yield _function(_name(event), [lock, *body])
        tables = " ".join(f"{row} TABLE AS {row}_rows" for row in rows)
        yield (
            f"CREATE TRIGGER {_name(event)} AFTER {event} ON {_DEPLOYMENT} "
            f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {_name(event)}()"
        )
    active = f"SELECT project_id FROM {_DEPLOYMENT} WHERE artifact_id = NEW.id AND status = 'active'"
    changed = _latest_changed("postgresql")
    in_order = (
        f"PERFORM 1 FROM {_table('project')} WHERE project_id IN ({active}) ORDER BY project_id FOR UPDATE;"
    )
    yield _function("tally_latest", [changed["artifact"], in_order, changed["project"]])
    yield (
        f"CREATE TRIGGER tally_latest AFTER UPDATE OF latest_version, latest_digest ON {_ARTIFACT} FOR EACH ROW "
        "WHEN (OLD.latest_version IS DISTINCT FROM NEW.latest_version "
        "OR OLD.latest_digest IS DISTINCT FROM NEW.latest_digest) EXECUTE FUNCTION tally_latest()"
    )


def _postgresql_change(row: str, owner: str) -> str:
    sums = {name: f"SUM({it})" for name, it in _amounts("postgresql", "d", "a").items()}
    rows = f"FROM {row}_rows d JOIN {_ARTIFACT} a ON a.id = d.artifact_id GROUP BY d.{owner}_id"
    if row == "NEW":
        selected = _values(owner, sums.values())
        return _add(owner, f"SELECT d.{owner}_id, {selected} {rows} ORDER BY d.{owner}_id")
    amounts = ", ".join(f"{total} AS {name}" for name, total in sums.items())
    subtractions = ", ".join(f"{column} = t.{column} - gone.{column}" for column in COLUMNS)
    return (
        f"UPDATE {_table(owner)} t SET {subtractions} "
        f"FROM (SELECT d.{owner}_id, {amounts} {rows}) gone WHERE t.{owner}_id = gone.{owner}_id;"
    )


def _function(name: str, body: list[str]) -> str:
    lines = "\n  ".join([*body, "RETURN NULL;"])
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n  {lines}\nEND $$"


class Migration(migrations.Migration):

    dependencies = [
        ('deployments_app', '0004_targets'),
    ]

    operations = [
        migrations.RunPython(install, uninstall),
    ]
