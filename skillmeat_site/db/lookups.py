"""Case-insensitive "contains" for every alphabet, alike on both databases.

Django's ``icontains`` folds only ASCII on SQLite, and on PostgreSQL what the locale of the
database folds. Here both sides are put into Unicode lower case and then into upper case: by Python on
SQLite, by ICU on PostgreSQL. Neither alone would do: ``ẞ`` is its own upper case, and ``ß`` is not ``ss``.

Folding beyond ASCII is expensive for each row, so the databases fold by themselves what is ASCII only.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import CharField, Lookup, TextField


class ContainsAnyCase(Lookup):
    """``field__contains_any_case="text"``: ``%`` and ``_`` are ordinary characters."""

    lookup_name = "contains_any_case"

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """By the function that `_add_sqlite_function` gives every connection."""
        beyond_ascii = "LENGTH({text}) < LENGTH(CAST({text} AS BLOB))"
        folded = f"CASE WHEN {beyond_ascii} THEN FOLD_CASE({{text}}) ELSE UPPER({{text}}) END"
        return self._sql(compiler, connection, f"INSTR({folded}, FOLD_CASE({{part}})) > 0")

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """By ICU's root locale, which every PostgreSQL package contains."""
        beyond_ascii = "LENGTH({text}) < OCTET_LENGTH({text})"
        fold = 'UPPER(LOWER({0} COLLATE "und-x-icu")) COLLATE "C"'
        text, part = fold.format("{text}"), fold.format("{part}")
        folded = f'CASE WHEN {beyond_ascii} THEN {text} ELSE UPPER({{text}} COLLATE "C") END'
        return self._sql(compiler, connection, f"STRPOS({folded}, {part}) > 0")

    def _sql(self, compiler: Any, connection: BaseDatabaseWrapper, template: str) -> tuple[str, list[Any]]:
        text, text_params = self.process_lhs(compiler, connection)
        part, part_params = self.process_rhs(compiler, connection)
        params = [*text_params * template.count("{text}"), *part_params]
        return template.format(text=text, part=part), params


def fold_case(text: str) -> str:
    """What is the same for all ways to write a text in upper and lower case."""
    return text.lower().upper()


def register() -> None:
    """Give text fields the lookup, and SQLite connections the function behind it."""
    CharField.register_lookup(ContainsAnyCase)
    TextField.register_lookup(ContainsAnyCase)
    connection_created.connect(_add_sqlite_function, dispatch_uid="fold_case")


def _add_sqlite_function(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("FOLD_CASE", 1, fold_case, deterministic=True)
