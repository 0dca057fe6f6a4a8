"""Groups in Django admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from collections_app.models import Artifact, CollectionArtifact
from groups_app import services
from groups_app.models import Group, GroupArtifact, GroupArtifactQuerySet, GroupQuerySet
from skillmeat_site.admin.base import RowServices, ServiceAdmin


def position_field() -> forms.IntegerField:
    """Where something stands; a form field only, since positions are not stored."""
    return forms.IntegerField(
        min_value=0,
        required=False,
        help_text="From 0; empty leaves it or puts it last.",
        widget=UnfoldAdminIntegerFieldWidget,
    )


class GroupForm(ModelForm):
    """A group and its position."""

    position = position_field()

    class Meta:
        model = Group
        fields = ["collection", "name", "description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["position"].initial = self.instance.position

    def clean_position(self) -> int | None:
        """A place that exists, for a group that does."""
        position = self.cleaned_data["position"]
        if position is not None and not self.instance._state.adding:
            count = Group.objects.filter(collection=self.instance.collection_id).count()
            if position >= count:
                raise forms.ValidationError(f"The position must be from 0 to {count - 1}.")
        return position


class GroupArtifactForm(ModelForm):
    """An artifact and its position in a group."""

    artifact = forms.ModelChoiceField(
        Artifact.objects.all(),
        widget=AutocompleteSelect(CollectionArtifact._meta.get_field("artifact"), admin.site),
    )
    position = position_field()

    class Meta:
        model = GroupArtifact
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["artifact"].initial = self.instance.collection_artifact.artifact
            # Another artifact is another row: remove the one, add the other.
            self.fields["artifact"].disabled = True
            self.fields["position"].initial = self.instance.position


class GroupArtifactInline(TabularInline):
    """The artifacts of a group, in order."""

    model = GroupArtifact
    form = GroupArtifactForm
    extra = 0
    fields = ["artifact", "position", "added_at"]
    readonly_fields = ["added_at"]
    verbose_name = "artifact"
    verbose_name_plural = "artifacts"

    def get_queryset(self, request: HttpRequest) -> GroupArtifactQuerySet:
        """In order, with positions."""
        return GroupArtifact.objects.with_artifacts().enumerated()


@admin.register(Group)
class GroupAdmin(ServiceAdmin):
    """Groups, with their artifacts in place."""

    row_services = RowServices(services.create_group, services.update_group, services.delete_group)
    form = GroupForm
    list_display = ["name", "collection", "position", "artifact_count", "updated_at"]
    list_filter = ["collection"]
    list_select_related = ["collection"]
    search_fields = ["name", "description", "collection__name"]
    autocomplete_fields = ["collection"]
    fields = ["collection", "name", "description", "position", "id", "created_at", "updated_at"]
    readonly_fields = ["id", "created_at", "updated_at"]
    inlines = [GroupArtifactInline]

    def get_queryset(self, request: HttpRequest) -> GroupQuerySet:
        """With what the list counts."""
        groups = Group.objects.with_counts().with_positions()
        return groups.order_by("collection__name", "rank", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A group stays in its collection: its artifacts are members there."""
        return [*super().get_readonly_fields(request, obj), *(["collection"] if obj else [])]

    @admin.display(description="position")
    def position(self, group: Any) -> int:
        """The place among its siblings."""
        return group.position

    @admin.display(description="artifacts", ordering="artifact_count")
    def artifact_count(self, group: Any) -> int:
        """How many artifacts it has."""
        return group.artifact_count

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool
    ) -> None:
        """Remove, add and move artifacts by the services, from the first position to the last."""
        formset.save(commit=False)
        group_id = form.instance.pk
        for entry in formset.deleted_objects:
            services.remove_artifact(group_id=group_id, artifact_id=entry.collection_artifact.artifact_id)
        rows = [row for row in formset.forms if row.has_changed() and row not in formset.deleted_forms]
        rows.sort(key=lambda row: (row.cleaned_data["position"] is None, row.cleaned_data["position"]))
        for row in rows:
            artifact, position = row.cleaned_data["artifact"], row.cleaned_data["position"]
            services.place_artifacts(group_id=group_id, artifact_ids=[artifact.pk], position=position)
        # The admin's history names what the forms would have saved; the services saved it instead.
        added = [row.cleaned_data["artifact"] for row in rows if row.instance._state.adding]
        entries = GroupArtifact.objects.filter(group=group_id, collection_artifact__artifact__in=added)
        formset.new_objects = list(entries)


@admin.register(GroupArtifact)
class GroupArtifactAdmin(ModelAdmin):
    """Artifacts in groups, across all groups; they are changed in their group."""

    list_display = ["artifact", "group", "collection", "position", "added_at"]
    list_filter = ["group__collection", "collection_artifact__artifact__type"]
    search_fields = ["collection_artifact__artifact__name", "group__name"]
    readonly_fields = ["id", "added_at"]

    def get_queryset(self, request: HttpRequest) -> GroupArtifactQuerySet:
        """With what the list shows."""
        entries = GroupArtifact.objects.with_artifacts().with_positions()
        return entries.select_related("group__collection", "collection_artifact__artifact")

    @admin.display(ordering="collection_artifact__artifact__name")
    def artifact(self, entry: GroupArtifact) -> Artifact:
        """The artifact."""
        return entry.collection_artifact.artifact

    @admin.display(ordering="group__collection__name")
    def collection(self, entry: GroupArtifact) -> Any:
        """The collection of the group."""
        return entry.group.collection

    @admin.display(description="position")
    def position(self, entry: Any) -> int:
        """The place in the group."""
        return entry.position

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are added in their group, where they get a place."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are moved in their group."""
        return False
