"""Every rule of the stored data, looked at from outside: what must never be wrong.

The database and the services keep these rules. Here they are checked all the same, without any of
the code that keeps them, for the day after a crash, a restored backup, or a hand in the database.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import (
    CheckConstraint,
    Count,
    Exists,
    F,
    ForeignKey,
    OuterRef,
    Q,
    QuerySet,
    UniqueConstraint,
)

from collections_app.models import Artifact, Collection, CollectionArtifact
from deployments_app.models import (
    ArtifactTally,
    Deployment,
    Project,
    ProjectTally,
    amounts,
)
from groups_app.models import Group, GroupArtifact
from skillmeat_site.accounts.apps import DOMAIN_APPS
from skillmeat_site.db.ids import IdField, id_field

Findings = Iterator[str]
Rows = QuerySet[Any]

MODELS: tuple[type[Any], ...] = tuple(
    model
    for label in DOMAIN_APPS
    for model in apps.get_app_config(label).get_models()
    # Tallies are no rows of their own, and have a check of their own.
    if isinstance(model._meta.pk, IdField)
)
# How many rows a finding names.
NAMED = 20


def database_itself() -> Findings:
    """The file is sound; only SQLite can tell by a query."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            yield from (f"SQLite: {line}" for (line,) in cursor.fetchall() if line != "ok")


def well_formed_ids() -> Findings:
    """Every id has the prefix and the digits of its kind."""
    for model in MODELS:
        malformed = model.objects.exclude(pk__regex=id_field(model).pattern)
        yield from _named(malformed, "have an id of the wrong shape")


def foreign_keys() -> Findings:
    """Whatever a row refers to is there."""
    for model in MODELS:
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey):
                target = field.remote_field.model._base_manager.filter(pk=OuterRef(field.attname))
                orphans = model.objects.filter(~Exists(target), **{f"{field.attname}__isnull": False})
                yield from _named(orphans, f"refer to a {field.name} that does not exist")


def check_constraints() -> Findings:
    """Every row fulfils the conditions of its model; unknown is good enough, as in SQL."""
    for model in MODELS:
        for constraint in model._meta.constraints:
            if isinstance(constraint, CheckConstraint) and isinstance(constraint.condition, Q):
                yield from _named(model.objects.filter(~constraint.condition), f"break {constraint.name}")


def unique_constraints() -> Findings:
    """No two rows have what only one may have, such as the active deployment in a project."""
    for model in MODELS:
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                rows = model.objects.filter(constraint.condition or Q())
                yield from _doubles(rows, constraint.fields, f"break {constraint.name}")


def ranks() -> Findings:
    """No two siblings share a rank: nothing could be put between them."""
    yield from _doubles(Group.objects.all(), ("collection_id", "rank"), "share a rank in their collection")
    yield from _doubles(GroupArtifact.objects.all(), ("group_id", "rank"), "share a rank in their group")


def positions() -> Findings:
    """Positions are 0, 1, 2, … among siblings, whichever way they are read."""
    ordered: list[tuple[type[Any], str]] = [(Group, "collection_id"), (GroupArtifact, "group_id")]
    for model, parent in ordered:
        counted = dict(model.objects.with_positions().values_list("pk", "position"))
        rows = model.objects.enumerated().order_by(parent, "rank", "pk")
        for parent_id, siblings in groupby(rows, attrgetter(parent)):
            read = [(row.position, counted[row.pk]) for row in siblings]
            if read != [(place, place) for place in range(len(read))]:
                yield f"The positions in {parent_id} are {read}."


def groups_within_collections() -> Findings:
    """What is in a group is in the collection of that group."""
    outsiders = GroupArtifact.objects.exclude(collection_artifact__collection=F("group__collection"))
    yield from _named(outsiders, "are not in the collection of their group")


def counts() -> Findings:
    """The numbers that clients see are those of the rows."""
    yield from _miscounted(Collection, "group_count", Counter(_column(Group, "collection_id")))
    members = Counter(_column(CollectionArtifact, "collection_id"))
    yield from _miscounted(Collection, "artifact_count", members)
    yield from _miscounted(Group, "artifact_count", Counter(_column(GroupArtifact, "group_id")))
    joined = Counter(_column(CollectionArtifact, "artifact_id"))
    yield from _miscounted(Artifact, "collection_count", joined)
    yield from _miscounted(Artifact, "deployment_count", Counter(_column(Deployment, "artifact_id")))
    yield from _miscounted(Project, "deployment_count", Counter(_column(Deployment, "project_id")))


def tallies() -> Findings:
    """What the database has tallied are the deployments that there are."""
    tallies: list[tuple[str, type[Any]]] = [("artifact", ArtifactTally), ("project", ProjectTally)]
    for owner, model in tallies:
        tallied = {row.pop("pk"): row for row in model.objects.values("pk", *amounts())}
        deployments = Deployment.objects.order_by()
        counted = {row.pop(owner): row for row in deployments.values(owner).annotate(**amounts())}
        for id in sorted(tallied.keys() | counted.keys()):
            if tallied.get(id) != counted.get(id):
                yield f"The tally of {owner} {id} is {tallied.get(id)}, and counted {counted.get(id)}."


def variants() -> Findings:
    """The tallies of artifacts say how many versions and digests are active."""
    shown = dict(ArtifactTally.objects.exclude(variants=0).values_list("pk", "variants"))
    active = Deployment.objects.active().order_by()
    pairs = active.values_list("artifact", "deployed_version", "deployed_digest").distinct()
    counted = Counter(artifact for artifact, *_ in pairs.iterator())
    for id in sorted(shown.keys() | counted.keys()):
        if shown.get(id) != counted.get(id):
            yield f"The tally of artifact {id} has {shown.get(id)} variants, and there are {counted[id]}."


CHECKS: tuple[Callable[[], Findings], ...] = (
    database_itself,
    well_formed_ids,
    foreign_keys,
    check_constraints,
    unique_constraints,
    ranks,
    positions,
    groups_within_collections,
    counts,
    tallies,
    variants,
)


def _named(rows: Rows, what: str) -> Findings:
    """One finding that names the first of ``rows``, if there are any. Costs one query."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: NAMED + 1])
    if ids:
        more = "" if len(ids) <= NAMED else ", and more"
        yield f"{rows.model._meta.verbose_name_plural} {what}: {', '.join(ids[:NAMED])}{more}"


def _doubles(rows: Rows, fields: Sequence[str], what: str) -> Findings:
    """Those of ``rows`` that have the same ``fields`` as another one. Costs one query."""
    # Nulls are not the same, as in SQL.
    known = rows.filter(**{f"{name}__isnull": False for name in fields})
    shared = known.order_by().values(*fields).annotate(n=Count("*")).filter(n__gt=1)
    for values in shared[:NAMED]:
        count = values.pop("n")
        yield f"{count} {rows.model._meta.verbose_name_plural} {what}: {values}"


def _column(model: type[Any], name: str) -> Iterator[Any]:
    return model.objects.order_by().values_list(name, flat=True).iterator()


def _miscounted(model: type[Any], name: str, counted: Counter[str]) -> Findings:
    for id, shown in model.objects.with_counts().order_by().values_list("pk", name).iterator():
        if shown != counted[id]:
            yield f"{model._meta.verbose_name} {id} shows {name} {shown}, and there are {counted[id]}"
