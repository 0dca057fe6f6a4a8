"""Artifacts and collections in Django admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from unfold.contrib.filters.admin import AutocompleteSelectFilter, FieldTextFilter

from collections_app import services
from collections_app.models import (
    Artifact,
    ArtifactQuerySet,
    Collection,
    CollectionArtifact,
    CollectionQuerySet,
)
from skillmeat_site.admin.base import ServiceAdmin, already_there, list_filter_value
from skillmeat_site.admin.links import list_link, row_link

# The groups that the page of a collection lists; a link leads to all.
GROUPS_SHOWN = 100


@admin.register(Artifact)
class ArtifactAdmin(ServiceAdmin):
    """Artifacts."""

    list_display = [
        *["name", "type", "namespace", "latest_version", "collection_count", "deployment_count"],
        "updated_at",
    ]
    list_filter = [
        "type",
        ("namespace", FieldTextFilter),
        ("collection_artifacts__collection", AutocompleteSelectFilter),
    ]
    search_fields = ["name", "namespace", "description"]
    readonly_fields = [
        *["latest_digest", "catalogued_at", "withdrawn_at", "collection_count", "deployment_count"],
        *["id", "created_at", "updated_at"],
    ]
    fields = ["type", "namespace", "name", "description", "latest_version", *readonly_fields]

    def get_queryset(self, request: HttpRequest) -> ArtifactQuerySet:
        """With what the list counts."""
        return Artifact.objects.with_counts()

    def save_model(self, request: HttpRequest, obj: Artifact, form: Any, change: bool) -> None:
        """By `update_artifact` or `create_artifact`."""
        if change:
            services.update_artifact(id=obj.pk, **form.changes)
        else:
            obj.pk = services.create_artifact(**form.cleaned_data).pk

    def delete_model(self, request: HttpRequest, obj: Artifact) -> None:
        """By `delete_artifact`."""
        services.delete_artifact(id=obj.pk)

    @admin.display(description="collections", ordering="collection_count")
    def collection_count(self, artifact: Any) -> str:
        """How many collections it is in, and the way to them."""
        model = "collections_app_collectionartifact"
        return list_link(artifact.collection_count, model, artifact__id__exact=artifact.pk)

    @admin.display(description="deployments", ordering="deployment_count")
    def deployment_count(self, artifact: Any) -> str:
        """How many deployments it has had, and the way to them."""
        model = "deployments_app_deployment"
        return list_link(artifact.deployment_count, model, artifact__id__exact=artifact.pk)


@admin.register(Collection)
class CollectionAdmin(ServiceAdmin):
    """Collections, with their groups; their artifacts are a list of their own."""

    list_display = ["name", "group_count", "artifact_count", "created_at", "updated_at"]
    search_fields = ["name", "description"]
    date_hierarchy = "created_at"
    fields = ["name", "description", "artifact_count", "groups", "id", "created_at", "updated_at"]
    readonly_fields = ["artifact_count", "groups", "id", "created_at", "updated_at"]

    def get_queryset(self, request: HttpRequest) -> CollectionQuerySet:
        """With what the list counts."""
        return Collection.objects.with_counts()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """With its first groups, which the page asks for several times."""
        collection = super().get_object(request, object_id, from_field)
        if collection:
            collection.first_groups = collection.ordered_groups()[:GROUPS_SHOWN]
        return collection

    def save_model(self, request: HttpRequest, obj: Collection, form: Any, change: bool) -> None:
        """By `update_collection` or `create_collection`."""
        if change:
            services.update_collection(id=obj.pk, **form.changes)
        else:
            obj.pk = services.create_collection(**form.cleaned_data).pk

    def delete_model(self, request: HttpRequest, obj: Collection) -> None:
        """By `delete_collection`."""
        services.delete_collection(id=obj.pk)

    @admin.display(description="groups", ordering="group_count")
    def group_count(self, collection: Any) -> str:
        """How many groups it has, and the way to them."""
        return list_link(collection.group_count, "groups_app_group", collection__id__exact=collection.pk)

    @admin.display(description="artifacts", ordering="artifact_count")
    def artifact_count(self, collection: Any) -> str:
        """How many artifacts it has, and the way to them."""
        model = "collections_app_collectionartifact"
        return list_link(collection.artifact_count, model, collection__id__exact=collection.pk)

    @admin.display(description="groups")
    def groups(self, collection: Any) -> str:
        """Its first groups in order, and the way to all."""
        lines = [
            (row_link(group.name, "groups_app_group", group.pk), f"{group.artifact_count} artifacts")
            for group in collection.first_groups
        ]
        everything = list_link(
            f"All {collection.group_count} groups", "groups_app_group", collection__id__exact=collection.pk
        )
        return format_html_join("", "<p>{} {}</p>", [*lines, (everything, "")])


@admin.register(CollectionArtifact)
class CollectionArtifactAdmin(ServiceAdmin):
    """The artifacts of one collection, if the list is filtered, or of all.

    As in the API, who may change a collection may add to it and remove from it.
    """

    list_display = ["artifact", "collection_page", "added_at"]
    list_display_links = None
    list_filter = [
        ("collection", AutocompleteSelectFilter),
        ("artifact", AutocompleteSelectFilter),
        "artifact__type",
    ]
    list_select_related = ["artifact", "collection"]
    search_fields = ["artifact__name", "collection__name"]
    autocomplete_fields = ["collection", "artifact"]
    fields = ["collection", "artifact", "id", "added_at"]
    readonly_fields = ["id", "added_at"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The collection or the artifact whose list the user comes from."""
        names = {
            name: list_filter_value(request, f"{name}__id__exact") for name in ("collection", "artifact")
        }
        return {**names, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: CollectionArtifact, form: Any, change: bool) -> None:
        """By `add_artifacts`.

        Raises:
            ValidationError: somebody else was faster.
        """
        (added,) = services.add_artifacts(collection_id=obj.collection_id, artifact_ids=[obj.artifact_id])
        if not added.created:
            raise already_there(CollectionArtifact)
        obj.pk = CollectionArtifact.objects.get(collection=obj.collection_id, artifact=obj.artifact_id).pk

    def delete_model(self, request: HttpRequest, obj: CollectionArtifact) -> None:
        """By `remove_artifact`."""
        services.remove_artifact(collection_id=obj.collection_id, artifact_id=obj.artifact_id)

    @admin.display(description="collection", ordering="collection__name")
    def collection_page(self, membership: CollectionArtifact) -> str:
        """The collection, and the way to it."""
        return row_link(membership.collection, "collections_app_collection", membership.collection_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may change a collection."""
        return request.user.has_perm("collections_app.change_collection")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may change a collection."""
        return request.user.has_perm("collections_app.change_collection")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Groups hang on a membership, so it never becomes another one."""
        return False
