"""What keeps the tallies of deployments: triggers of the database itself.

Whoever writes a deployment, by any code path, changes the tallies of its artifact and its project in the
same transaction. A trigger adds what a row counts for when it is inserted and subtracts it when it is
deleted, so that a write costs the same however many deployments there are.

A later migration that changes a table that the triggers name (artifacts, deployments, tallies) begins by
dropping them and ends by creating them, with SQL of its own: SQLite cannot remake a table that triggers
name, nor PostgreSQL change the type of a column.
"""

from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

STATUSES = ("active", "inactive", "error", "pending")
COLUMNS = ("count", *STATUSES, "outdated")
OWNERS = ("artifact", "project")

_DEPLOYMENT = "deployments_app_deployment"
_ARTIFACT = "collections_app_artifact"
# The rows that an event takes away and those that it brings: their names in a trigger.
_EVENTS = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers, and count the deployments that are there already."""
    uninstall(apps, schema_editor)
    triggers = _sqlite() if schema_editor.connection.vendor == "sqlite" else _postgresql()
    for sql in (*triggers, *_counting()):
        schema_editor.execute(sql)


def uninstall(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers, if they are there."""
    tables = {"tally_version": _ARTIFACT} | {_name(event): _DEPLOYMENT for event in _EVENTS}
    for name, table in tables.items():
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def _name(event: str) -> str:
    return f"tally_{event.lower()}"


def _amounts(row: str, latest_version: str) -> list[str]:
    """What a deployment adds to each of `COLUMNS`."""
    return [
        "1",
        *(f"CASE WHEN {row}.status = '{status}' THEN 1 ELSE 0 END" for status in STATUSES),
        f"CASE WHEN {row}.status = 'active' AND {row}.deployed_version <> {latest_version} THEN 1 ELSE 0 END",
    ]


def _table(owner: str) -> str:
    return f"deployments_app_{owner}tally"


def _add(owner: str, rows: str) -> str:
    """Add ``rows`` (the owner's id, then the amounts) to the tallies."""
    table = _table(owner)
    sums = ", ".join(f"{column} = {table}.{column} + excluded.{column}" for column in COLUMNS)
    return (
        f"INSERT INTO {table} ({owner}_id, {', '.join(COLUMNS)}) {rows} "
        f"ON CONFLICT ({owner}_id) DO UPDATE SET {sums};"
    )


def _drop_empty(owner: str, ids: str) -> str:
    return f"DELETE FROM {_table(owner)} WHERE count = 0 AND {owner}_id IN ({ids});"


def _counting() -> Iterator[str]:
    amounts = ", ".join(f"SUM({amount})" for amount in _amounts("d", "a.latest_version"))
    for owner in OWNERS:
        yield f"DELETE FROM {_table(owner)}"
        yield (
            f"INSERT INTO {_table(owner)} ({owner}_id, {', '.join(COLUMNS)}) SELECT d.{owner}_id, {amounts} "
            f"FROM {_DEPLOYMENT} d JOIN {_ARTIFACT} a ON a.id = d.artifact_id GROUP BY d.{owner}_id"
        )


def _outdated(new: str, old: str) -> dict[str, str]:
    """What to do to each tally when the latest version of an artifact becomes another one."""
    active = f"FROM {_DEPLOYMENT} d WHERE d.artifact_id = {new}.id AND d.status = 'active'"
    before, after = (_amounts("d", f"{row}.latest_version")[-1] for row in (old, new))
    change = f"SELECT SUM({after} - {before}) {active}"
    return {
        "artifact": f"UPDATE {_table('artifact')} SET outdated = outdated + COALESCE(({change}), 0) "
        f"WHERE artifact_id = {new}.id;",
        "project": f"UPDATE {_table('project')} SET outdated = outdated + COALESCE(({change} "
        f"AND d.project_id = {_table('project')}.project_id), 0) "
        f"WHERE project_id IN (SELECT d.project_id {active});",
    }


def _sqlite() -> Iterator[str]:
    """Once for each row."""
    for event, rows in _EVENTS.items():
        body = [_sqlite_change(row, owner) for row in rows for owner in OWNERS]
        body += [_drop_empty(owner, f"OLD.{owner}_id") for owner in OWNERS if "OLD" in rows]
        yield f"CREATE TRIGGER {_name(event)} AFTER {event} ON {_DEPLOYMENT} BEGIN {' '.join(body)} END"
    body = list(_outdated("NEW", "OLD").values())
    yield (
        f"CREATE TRIGGER tally_version AFTER UPDATE OF latest_version ON {_ARTIFACT} "
        f"WHEN OLD.latest_version IS NOT NEW.latest_version BEGIN {' '.join(body)} END"
    )


def _sqlite_change(row: str, owner: str) -> str:
    amounts = _amounts(row, f"(SELECT latest_version FROM {_ARTIFACT} WHERE id = {row}.artifact_id)")
    if row == "NEW":
        return _add(owner, f"VALUES (NEW.{owner}_id, {', '.join(amounts)})")
    pairs = zip(COLUMNS, amounts, strict=True)
    subtractions = ", ".join(f"{column} = {column} - {amount}" for column, amount in pairs)
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
        body = [_postgresql_change(row, owner) for owner in OWNERS for row in rows]
        body += [_drop_empty(owner, f"SELECT {owner}_id FROM OLD_rows") for owner in OWNERS if "OLD" in rows]
        yield _function(_name(event), [lock, *body])
        tables = " ".join(f"{row} TABLE AS {row}_rows" for row in rows)
        yield (
            f"CREATE TRIGGER {_name(event)} AFTER {event} ON {_DEPLOYMENT} "
            f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {_name(event)}()"
        )
    active = f"SELECT project_id FROM {_DEPLOYMENT} WHERE artifact_id = NEW.id AND status = 'active'"
    outdated = _outdated("NEW", "OLD")
    in_order = (
        f"PERFORM 1 FROM {_table('project')} WHERE project_id IN ({active}) ORDER BY project_id FOR UPDATE;"
    )
    yield _function("tally_version", [outdated["artifact"], in_order, outdated["project"]])
    yield (
        f"CREATE TRIGGER tally_version AFTER UPDATE OF latest_version ON {_ARTIFACT} FOR EACH ROW "
        "WHEN (OLD.latest_version IS DISTINCT FROM NEW.latest_version) EXECUTE FUNCTION tally_version()"
    )


def _postgresql_change(row: str, owner: str) -> str:
    sums = [f"SUM({amount})" for amount in _amounts("d", "a.latest_version")]
    rows = f"FROM {row}_rows d JOIN {_ARTIFACT} a ON a.id = d.artifact_id GROUP BY d.{owner}_id"
    if row == "NEW":
        return _add(owner, f"SELECT d.{owner}_id, {', '.join(sums)} {rows} ORDER BY d.{owner}_id")
    amounts = ", ".join(f"{total} AS {column}" for column, total in zip(COLUMNS, sums, strict=True))
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
        ('collections_app', '0001_initial'),
        ('deployments_app', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ArtifactTally',
            fields=[
                ('count', models.IntegerField()),
                ('active', models.IntegerField()),
                ('inactive', models.IntegerField()),
                ('error', models.IntegerField()),
                ('pending', models.IntegerField()),
                ('outdated', models.IntegerField()),
                ('artifact', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='tally', serialize=False, to='collections_app.artifact')),
            ],
            options={
                'ordering': ['-count', 'pk'],
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(fields=['-count', 'artifact'], name='artifact_tally_largest')],
            },
        ),
        migrations.CreateModel(
            name='ProjectTally',
            fields=[
                ('count', models.IntegerField()),
                ('active', models.IntegerField()),
                ('inactive', models.IntegerField()),
                ('error', models.IntegerField()),
                ('pending', models.IntegerField()),
                ('outdated', models.IntegerField()),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='tally', serialize=False, to='deployments_app.project')),
            ],
            options={
                'ordering': ['-count', 'pk'],
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(fields=['-count', 'project'], name='project_tally_largest')],
            },
        ),
        migrations.RunPython(install, uninstall),
    ]
