"""Artifacts and collections in Django admin."""

from typing import Any

from django.contrib import admin
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from collections_app import services
from collections_app.models import (
    Artifact,
    ArtifactQuerySet,
    Collection,
    CollectionArtifact,
    CollectionQuerySet,
)
from skillmeat_site.admin.base import RowServices, ServiceAdmin
from skillmeat_site.db.transactions import locked


class MembershipInline(TabularInline):
    """The artifacts of a collection, or the collections of an artifact: added and removed."""

    model = CollectionArtifact
    extra = 0
    fields = ["collection", "artifact", "added_at"]
    readonly_fields = ["added_at"]
    autocomplete_fields = ["collection", "artifact"]
    verbose_name = "membership"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Another artifact is another membership: remove the one, add the other."""
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Joined with what is shown."""
        return super().get_queryset(request).select_related("artifact", "collection")


@admin.register(Artifact)
class ArtifactAdmin(ServiceAdmin):
    """Artifacts."""

    row_services = RowServices(services.create_artifact, services.update_artifact, services.delete_artifact)
    list_display = ["name", "type", "latest_version", "collection_count", "deployment_count", "updated_at"]
    list_filter = ["type", "collection_artifacts__collection"]
    search_fields = ["name", "description"]
    readonly_fields = ["id", "created_at", "updated_at"]
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> ArtifactQuerySet:
        """With what the list counts."""
        return Artifact.objects.with_counts()

    @admin.display(description="collections", ordering="collection_count")
    def collection_count(self, artifact: Any) -> int:
        """How many collections it is in."""
        return artifact.collection_count

    @admin.display(description="deployments", ordering="deployment_count")
    def deployment_count(self, artifact: Any) -> int:
        """How many deployments it has had."""
        return artifact.deployment_count


@admin.register(Collection)
class CollectionAdmin(ServiceAdmin):
    """Collections, with their artifacts in place."""

    row_services = RowServices(
        services.create_collection, services.update_collection, services.delete_collection
    )
    list_display = ["name", "group_count", "artifact_count", "created_at", "updated_at"]
    search_fields = ["name", "description"]
    date_hierarchy = "created_at"
    readonly_fields = ["id", "created_at", "updated_at"]
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> CollectionQuerySet:
        """With what the list counts."""
        return Collection.objects.with_counts()

    @admin.display(description="groups", ordering="group_count")
    def group_count(self, collection: Any) -> int:
        """How many groups it has."""
        return collection.group_count

    @admin.display(description="artifacts", ordering="artifact_count")
    def artifact_count(self, collection: Any) -> int:
        """How many artifacts it has."""
        return collection.artifact_count

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool
    ) -> None:
        """Save the memberships under the lock that everybody else takes."""
        locked(Collection, form.instance.pk)
        super().save_formset(request, form, formset, change)


@admin.register(CollectionArtifact)
class CollectionArtifactAdmin(ModelAdmin):
    """Memberships across all collections."""

    list_display = ["artifact", "collection", "added_at"]
    list_filter = ["collection", "artifact__type"]
    list_select_related = ["artifact", "collection"]
    search_fields = ["artifact__name", "collection__name"]
    autocomplete_fields = ["collection", "artifact"]
    readonly_fields = ["id", "added_at"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Groups hang on a membership, so it never becomes another one."""
        return False
