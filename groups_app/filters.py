"""Filters of the list of groups."""

from collections_app.models import Artifact, Collection
from skillmeat_site.api.filters import PrefixedIdFilter, SearchFilter, StrictFilterSet


class GroupFilterSet(StrictFilterSet):
    """Of ``GET /groups``: always by position."""

    collection_id = PrefixedIdFilter(
        Collection, "collection", "The collection whose groups these are.", required=True
    )
    search = SearchFilter("name")
    artifact_id = PrefixedIdFilter(
        Artifact, "group_artifacts__collection_artifact__artifact", "Only groups that hold this artifact."
    )
