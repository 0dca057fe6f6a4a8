"""How a deployment is compared with the latest of its artifact, as expressions of queries."""

from typing import Any

from django.db import models
from django.db.models import Func, Q


class SyncStatus(models.TextChoices):
    """What a deployment is compared with the latest of its artifact."""

    CURRENT = "current", "Current"
    OUTDATED = "outdated", "Outdated"
    MODIFIED = "modified", "Modified"
    UNKNOWN = "unknown", "Unknown"


# Versions where both are known, else digests where both are known and of one scheme: never a version with
# a digest. Null where there is nothing to compare.
_OTHER_DIGEST = "({digest} <> {latest_digest} AND {scheme} = {latest_scheme})"
_MODIFIED = f"({{is_modified}} OR ({{version}} = {{latest_version}} AND {_OTHER_DIGEST}))"
_OUTDATED = f"COALESCE({{version}} <> {{latest_version}}, {_OTHER_DIGEST})"
_CURRENT = "COALESCE({version} = {latest_version}, {digest} = {latest_digest})"


class Comparison(Func):
    """SQL that compares a deployment with its artifact.

    One expression: of many small ones, Django took longer to put the statement together than the database
    to answer it.

    Args:
        sql: with ``{version}``, ``{digest}``, the digest's ``{scheme}``, the same with ``latest_`` of the
            artifact, and ``{is_modified}``.
        output_field: what it comes to.
    """

    def __init__(self, sql: str, output_field: models.Field) -> None:
        super().__init__(
            *("deployed_version", "artifact__latest_version", "deployed_digest", "artifact__latest_digest"),
            "is_modified",
            output_field=output_field,
        )
        self.sql = sql

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """The SQL for SQLite."""
        return self._filled_in(compiler, "INSTR")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """The SQL for PostgreSQL."""
        return self._filled_in(compiler, "STRPOS")

    def _filled_in(self, compiler: Any, find: str) -> Any:
        # Columns, which have no parameters.
        columns = [compiler.compile(column)[0] for column in self.get_source_expressions()]
        version, latest_version, digest, latest_digest, is_modified = columns
        sql = self.sql.format(
            version=version,
            latest_version=latest_version,
            digest=digest,
            latest_digest=latest_digest,
            scheme=f"SUBSTR({digest}, 1, {find}({digest}, ':'))",
            latest_scheme=f"SUBSTR({latest_digest}, 1, {find}({latest_digest}, ':'))",
            is_modified=is_modified,
        )
        return sql, []


# Each is true or false, never null, so that it can be negated.
IS_OUTDATED, _IS_MODIFIED, _IS_CURRENT = (
    Q(Comparison(f"({sql}) IS TRUE", models.BooleanField())) for sql in (_OUTDATED, _MODIFIED, _CURRENT)
)
SYNC_STATUS = Comparison(
    f"CASE WHEN {_MODIFIED} THEN '{SyncStatus.MODIFIED.value}' "
    f"WHEN {_OUTDATED} THEN '{SyncStatus.OUTDATED.value}' "
    f"WHEN {_CURRENT} THEN '{SyncStatus.CURRENT.value}' "
    f"ELSE '{SyncStatus.UNKNOWN.value}' END",
    models.CharField(),
)
# The same as conditions. A filter uses these: how many rows a CASE leaves PostgreSQL cannot guess, and
# sorts all of them instead of reading the newest until a page is full.
HAS_SYNC_STATUS = {
    SyncStatus.MODIFIED: _IS_MODIFIED,
    SyncStatus.OUTDATED: IS_OUTDATED & ~_IS_MODIFIED,
    SyncStatus.CURRENT: _IS_CURRENT & ~_IS_MODIFIED,
    SyncStatus.UNKNOWN: ~IS_OUTDATED & ~_IS_CURRENT & ~_IS_MODIFIED,
}
