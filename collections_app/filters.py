"""Filters and orders of the lists of artifacts and collections."""

from collections_app.models import ArtifactType, Collection
from skillmeat_site.api.filters import (
    ChoicesFilter,
    PrefixedIdFilter,
    SearchFilter,
    StrictFilterSet,
    TotalOrderingFilter,
)

# Known by the relation's name only: groups_app builds on this app, not the other way round.
Group = Collection._meta.get_field("groups").related_model


class CollectionFilterSet(StrictFilterSet):
    """Of ``GET /collections``."""

    search = SearchFilter("name", "description")
    ordering = TotalOrderingFilter("name", "created_at", "updated_at")


class ArtifactFilterSet(StrictFilterSet):
    """Of ``GET /artifacts``."""

    search = SearchFilter("name", "description")
    type = ChoicesFilter(ArtifactType.values, "Only these kinds; several are alternatives.")
    collection_id = PrefixedIdFilter(
        Collection, "collection_artifacts__collection", "Only what this collection holds."
    )
    group_id = PrefixedIdFilter(
        Group, "collection_artifacts__group_artifacts__group", "Only what this group holds."
    )
    ordering = TotalOrderingFilter("name", "type", "created_at", "updated_at", default=("name", "type"))


class CollectionArtifactFilterSet(ArtifactFilterSet):
    """Of ``GET /collections/{id}/artifacts``."""

    collection_id = None  # type: ignore[assignment]  # how django-filter drops an inherited filter
    ordering = TotalOrderingFilter("name", "type", "added_at", "updated_at", default=("name", "type"))
