"""Ids say what they belong to, never repeat, and sort by the time they were made."""

import re

import pytest
from django.apps import apps
from django.db.migrations.writer import MigrationWriter

from skillmeat_site.db.ids import IdField, bad_id_message, id_field

DIGITS = "0192f0a1b2c37d4e8f60718293a4b5c6"

PREFIXES = [
    ("collections_app.Collection", "col"),
    ("collections_app.Artifact", "art"),
    ("groups_app.Group", "grp"),
    ("deployments_app.Project", "proj"),
    ("deployments_app.Deployment", "dep"),
]


def from_migration(field: IdField) -> IdField:
    """The field that a migration makes of what it was told about ``field``."""
    source, imports = MigrationWriter.serialize(field)
    scope: dict[str, object] = {}
    exec("\n".join(sorted(imports)), scope)  # noqa: S102 - what a migration does with it
    return eval(source, scope)  # noqa: S307


@pytest.mark.parametrize(("label", "prefix"), PREFIXES)
def test_an_id_is_the_prefix_of_its_model_and_32_hexadecimal_digits(label, prefix):
    field = id_field(apps.get_model(label))

    assert field.pattern == rf"^{prefix}-[0-9a-f]{{32}}$"
    assert re.fullmatch(field.pattern, field.new_id())


def test_the_digits_are_those_of_a_version_7_uuid():
    digits = IdField(prefix="x").new_id().removeprefix("x-")

    assert digits[12] == "7"
    assert digits[16] in "89ab"


def test_ids_never_repeat_and_sort_in_the_order_in_which_they_were_made():
    field = IdField(prefix="col")
    ids = [field.new_id() for _ in range(20_000)]

    assert len(set(ids)) == len(ids)
    assert sorted(ids) == ids


@pytest.mark.parametrize("label", [label for label, _ in PREFIXES])
def test_a_new_row_has_an_id_before_it_is_saved_and_another_one_than_the_next(label):
    model = apps.get_model(label)

    assert id_field(model).is_well_formed(model().pk)
    assert model().pk != model().pk


@pytest.mark.parametrize(
    ("value", "well_formed"),
    [
        (f"col-{DIGITS}", True),
        (f"col-{DIGITS.upper()}", False),
        (f"art-{DIGITS}", False),
        (f"xcol-{DIGITS}", False),
        (f"col_{DIGITS}", False),
        (f"col-{DIGITS[:-1]}", False),
        (f"col-{DIGITS}0", False),
        (f"col-{DIGITS}\n", False),
        (f" col-{DIGITS}", False),
        (f"col-{DIGITS[:-1]}g", False),
        (f"col-{DIGITS[:-1]}١", False),
        (f"col-{DIGITS[:-1]}\0", False),
        (DIGITS, False),
        ("col-", False),
        ("", False),
    ],
)
def test_only_the_exact_shape_is_well_formed(value, well_formed):
    assert IdField(prefix="col").is_well_formed(value) is well_formed


def test_the_message_about_a_bad_id_names_the_model_and_the_shape():
    message = bad_id_message(apps.get_model("collections_app.Collection"))

    assert "collection id" in message
    assert "^col-[0-9a-f]{32}$" in message


def test_a_migration_is_told_the_prefix_and_nothing_else():
    _, path, args, kwargs = IdField(prefix="proj").deconstruct()

    assert path == "skillmeat_site.db.ids.IdField"
    assert args == []
    assert kwargs == {"prefix": "proj"}


@pytest.mark.parametrize("copy", [IdField.clone, from_migration], ids=["clone", "migration"])
def test_a_field_survives_the_way_through_a_migration(copy):
    field = IdField(prefix="proj")
    restored = copy(field)

    assert restored.deconstruct() == field.deconstruct()
    assert restored.primary_key
    assert not restored.editable
    assert restored.max_length == len(f"proj-{DIGITS}") == field.max_length
    assert field.is_well_formed(restored.get_default())
