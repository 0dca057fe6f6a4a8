"""``field__any_of=Param("ids")``: Django's ``in``, with SQL that is the same for any number of values."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup


class AnyOf(Lookup):
    """The values travel as one: a list in JSON, which `CompiledQuery.rows` makes of them."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """By SQLite's own JSON functions."""
        return self._sql(compiler, connection, "{} IN (SELECT value FROM json_each({}))")

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """By an array, which an index is searched for."""
        return self._sql(compiler, connection, "{} = ANY (ARRAY(SELECT json_array_elements_text({}::json)))")

    def _sql(self, compiler: Any, connection: BaseDatabaseWrapper, template: str) -> tuple[str, list[Any]]:
        column, column_params = self.process_lhs(compiler, connection)
        values, value_params = self.process_rhs(compiler, connection)
        return template.format(column, values), [*column_params, *value_params]


def register() -> None:
    """Give text fields, and with them ids, the lookup."""
    CharField.register_lookup(AnyOf)
