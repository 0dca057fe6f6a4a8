"""Filters of the list of groups."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from collections_app.models import Artifact, Collection
from skillmeat_site.api.filters import PrefixedIdFilter, SearchFilter, StrictFilterSet
from skillmeat_site.db.ordering import RANK_ORDER


class GroupFilterSet(StrictFilterSet):
    """Of ``GET /groups``: by position, those of several collections by the name of the collection first."""

    collection_id = PrefixedIdFilter(
        Collection,
        "collection",
        "The collection whose groups these are. Required, unless there is an `artifact_id`.",
    )
    search = SearchFilter("name")
    artifact_id = PrefixedIdFilter(
        Artifact, "group_artifacts__collection_artifact__artifact", "Only groups that hold this artifact."
    )

    def is_valid(self) -> bool:
        """Whether every parameter is valid, and the collection or an artifact is given."""
        sent = self.data or {}
        if "collection_id" not in sent and "artifact_id" not in sent:
            message = "Name the collection, or an artifact_id for the groups of all collections that hold it."
            self.form.add_error("collection_id", ValidationError(message, code="required"))
        return super().is_valid()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The groups in their order."""
        queryset = super().filter_queryset(queryset)
        if self.form.cleaned_data["collection_id"]:
            return queryset
        return queryset.order_by("collection__name", "collection", *RANK_ORDER)
