"""Groups in Django admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from collections_app.models import Artifact, CollectionArtifact
from groups_app import contents, services
from groups_app.locks import lock_group
from groups_app.models import Group, GroupArtifact, GroupArtifactQuerySet, GroupQuerySet
from skillmeat_site.admin.base import ServiceAdmin, already_there, list_filter_value
from skillmeat_site.admin.forms import UpToDateForm
from skillmeat_site.admin.links import list_link, row_link


class PositionForm(UpToDateForm):
    """A row and its position, which is not stored but counted."""

    position = forms.IntegerField(
        min_value=0,
        required=False,
        help_text="From 0; empty leaves it or puts it last.",
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["position"] = self.instance.position


class GroupArtifactForm(PositionForm):
    """An artifact and its position in a group; it joins the collection of the group, if need be."""

    artifact = forms.ModelChoiceField(
        Artifact.objects.all(),
        widget=AutocompleteSelect(CollectionArtifact._meta.get_field("artifact"), admin.site),
    )


@admin.register(Group)
class GroupAdmin(ServiceAdmin):
    """Groups; their artifacts are a list of their own."""

    form = PositionForm
    list_display = ["name", "collection", "position", "artifact_count", "updated_at"]
    list_filter = [("collection", AutocompleteSelectFilter)]
    list_select_related = ["collection"]
    search_fields = ["name", "description", "collection__name"]
    autocomplete_fields = ["collection"]
    fields = [
        *["collection", "name", "description", "position"],
        *["artifact_count", "id", "created_at", "updated_at"],
    ]
    readonly_fields = ["artifact_count", "id", "created_at", "updated_at"]

    def lock(self, row: Group) -> None:
        """The collection is what writers of groups wait for."""
        lock_group(row.pk)

    def get_queryset(self, request: HttpRequest) -> GroupQuerySet:
        """With what the list counts."""
        groups = Group.objects.with_counts().with_positions()
        return groups.order_by("collection__name", "rank", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A group stays in its collection: its artifacts are members there."""
        return [*super().get_readonly_fields(request, obj), *(["collection"] if obj else [])]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The collection whose groups the user comes from."""
        collection = list_filter_value(request, "collection__id__exact")
        return {"collection": collection, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        """By `update_group` or `create_group`."""
        if change:
            services.update_group(id=obj.pk, **form.changes)
        else:
            fields = {**form.cleaned_data}
            obj.pk = services.create_group(collection_id=fields.pop("collection").pk, **fields).pk

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        """By `delete_group`."""
        services.delete_group(id=obj.pk)

    @admin.display(description="position")
    def position(self, group: Any) -> int:
        """The place among its siblings."""
        return group.position

    @admin.display(description="artifacts", ordering="artifact_count")
    def artifact_count(self, group: Any) -> str:
        """How many artifacts it has, and the way to them."""
        return list_link(group.artifact_count, "groups_app_groupartifact", group__id__exact=group.pk)


@admin.register(GroupArtifact)
class GroupArtifactAdmin(ServiceAdmin):
    """The artifacts of one group, if the list is filtered, or of all.

    As in the API, who may change a group may add to it, remove from it and move what is in it.
    """

    list_display = ["artifact_name", "position", "group_page", "collection", "added_at"]
    list_filter = [
        ("group", AutocompleteSelectFilter),
        ("group__collection", AutocompleteSelectFilter),
        "collection_artifact__artifact__type",
    ]
    search_fields = ["collection_artifact__artifact__name", "group__name"]
    autocomplete_fields = ["group"]
    readonly_fields = ["id", "added_at"]

    def lock(self, row: GroupArtifact) -> None:
        """The collection is what writers of groups wait for."""
        lock_group(row.group_id)

    def get_queryset(self, request: HttpRequest) -> GroupArtifactQuerySet:
        """With what the list shows."""
        entries = GroupArtifact.objects.with_artifacts().with_positions()
        return entries.select_related("group__collection", "collection_artifact__artifact")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """An artifact is chosen once."""
        form = PositionForm if change else GroupArtifactForm
        return super().get_form(request, obj, change=change, **{"form": form, **kwargs})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Another artifact is another row: remove the one, add the other."""
        if obj:
            return ["group_page", "artifact_name", "position", "id", "added_at"]
        return ["group", "artifact", "position"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All but the position, once it is there."""
        return ["group_page", "artifact_name", "id", "added_at"] if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The group whose artifacts the user comes from."""
        group = list_filter_value(request, "group__id__exact")
        return {"group": group, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: GroupArtifact, form: Any, change: bool) -> None:
        """By `position_artifact` or `place_artifacts`.

        Raises:
            ValidationError: it is in the group already.
        """
        position = form.cleaned_data["position"]
        if change:
            if form.changes and position is not None:
                artifact_id = obj.collection_artifact.artifact_id
                contents.position_artifact(group_id=obj.group_id, artifact_id=artifact_id, position=position)
            return
        artifact_id = form.cleaned_data["artifact"].pk
        (place,) = contents.place_artifacts(
            group_id=obj.group_id, artifact_ids=[artifact_id], position=position
        )
        if not place.created:
            raise already_there(GroupArtifact)
        saved = GroupArtifact.objects.get(group=obj.group_id, collection_artifact__artifact=artifact_id)
        obj.pk, obj.collection_artifact = saved.pk, saved.collection_artifact

    def delete_model(self, request: HttpRequest, obj: GroupArtifact) -> None:
        """By `remove_artifact`."""
        contents.remove_artifact(group_id=obj.group_id, artifact_id=obj.collection_artifact.artifact_id)

    @admin.display(description="artifact", ordering="collection_artifact__artifact__name")
    def artifact_name(self, entry: GroupArtifact) -> str:
        """The artifact."""
        return str(entry.collection_artifact.artifact)

    @admin.display(description="group", ordering="group__name")
    def group_page(self, entry: GroupArtifact) -> str:
        """The group, and the way to it."""
        return row_link(entry.group, "groups_app_group", entry.group_id)

    @admin.display(ordering="group__collection__name")
    def collection(self, entry: GroupArtifact) -> str:
        """The collection of the group, and the way to it."""
        collection = entry.group.collection
        return row_link(collection, "collections_app_collection", collection.pk)

    @admin.display(description="position", ordering="rank")
    def position(self, entry: Any) -> int:
        """The place in the group."""
        return entry.position

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may change a group."""
        return request.user.has_perm("groups_app.change_group")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may change a group."""
        return self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may change a group."""
        return self.has_add_permission(request)
