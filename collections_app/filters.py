"""Filters and orders of the lists of artifacts and collections."""

from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from collections_app.models import Artifact, ArtifactType, Collection
from skillmeat_site.api.filters import (
    ChoicesFilter,
    ConditionFilter,
    ExactFilter,
    PrefixedIdFilter,
    SearchFilter,
    StrictFilterSet,
    TotalOrderingFilter,
)

# Known by the relations' names only: their apps build on this one, not the other way round.
Group: Any = Collection._meta.get_field("groups").related_model
Deployment: Any = Artifact._meta.get_field("deployments").related_model
Project: Any = Deployment._meta.get_field("project").related_model


class ActiveFilter(PrefixedIdFilter):
    """Artifacts that are active in a project, or projects in which an artifact is active.

    Args:
        model: of the id.
        owner: what a deployment calls the rows that are filtered.
        other: what it calls that with the id.
        description: for OpenAPI.
    """

    # The filter set, as django-filter sets it.
    parent: Any

    def __init__(self, model: type[Model], owner: str, other: str, description: str) -> None:
        super().__init__(model, other, description)
        self.owner = owner

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows, of which `OutdatedFilter` says further whether they are outdated there."""
        if not value:
            return qs
        active: Any = Deployment.objects.active().filter(**{self.owner: OuterRef("pk")})
        active = super().filter(active, value)
        qs = qs.filter(Exists(active))
        outdated = self.parent.form.cleaned_data["outdated"]
        if outdated == "":
            return qs
        return qs.filter(Exists(active.outdated()) if outdated else ~Exists(active.outdated()))


class OutdatedFilter(ConditionFilter):
    """Rows with an active deployment that is outdated, or without one.

    Args:
        beside: the parameter of an `ActiveFilter`, which looks at this one too if it was sent.
    """

    # The filter set, as django-filter sets it.
    parent: Any

    def __init__(self, beside: str) -> None:
        super().__init__(
            Q(tally__outdated__gt=0),
            f"Whether an active deployment is outdated; with `{beside}`, one of that.",
        )
        self.beside = beside

    def filter(self, qs: QuerySet[Any], value: bool | str) -> QuerySet[Any]:
        """The rows, unless the `ActiveFilter` has chosen them."""
        return qs if self.parent.form.cleaned_data[self.beside] else super().filter(qs, value)


class CollectionFilterSet(StrictFilterSet):
    """Of ``GET /collections``."""

    search = SearchFilter("name", "description")
    artifact_id = PrefixedIdFilter(
        Artifact, "collection_artifacts__artifact", "Only collections that hold this artifact."
    )
    ordering = TotalOrderingFilter("name", "created_at", "updated_at")


class CollectionArtifactFilterSet(StrictFilterSet):
    """Of ``GET /collections/{id}/artifacts``."""

    search = SearchFilter("name", "description")
    type = ChoicesFilter(ArtifactType.values, "Only these kinds; several are alternatives.")
    group_id = PrefixedIdFilter(
        Group, "collection_artifacts__group_artifacts__group", "Only what this group holds."
    )
    ordering = TotalOrderingFilter("name", "type", "added_at", "updated_at", default=("name", "type"))


class ArtifactFilterSet(CollectionArtifactFilterSet):
    """Of ``GET /artifacts``."""

    collection_id = PrefixedIdFilter(
        Collection, "collection_artifacts__collection", "Only what this collection holds."
    )
    namespace = ExactFilter("Only of exactly this namespace; empty for those without one.", "namespace")
    withdrawn = ConditionFilter(
        Q(withdrawn_at__isnull=False), "Whether the catalogue that they came from no longer has them."
    )
    project_id = ActiveFilter(Project, "artifact", "project", "Only what is active in this project.")
    deployed = ConditionFilter(Q(tally__active__gt=0), "Whether they are active in any project.")
    outdated = OutdatedFilter("project_id")
    varies = ConditionFilter(
        Q(tally__variants__gt=1), "Whether the active deployments are of several versions or digests."
    )
    ordering = TotalOrderingFilter("name", "type", "created_at", "updated_at", default=("name", "type"))
