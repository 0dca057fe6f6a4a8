"""The filters and orders of the lists in `benchmarks.plain`."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django_filters import rest_framework as filters

from collections_app.models import ArtifactType
from deployments_app.comparison import HAS_SYNC_STATUS, IS_OUTDATED, SyncStatus
from deployments_app.models import Deployment, DeploymentStatus, Evidence


class SearchFilter(filters.CharFilter):
    def __init__(self, *fields: str) -> None:
        super().__init__()
        self.fields = fields

    def filter(self, qs: Any, value: str) -> Any:
        matches = (Q(**{f"{field}__icontains": value}) for field in self.fields)
        return qs.filter(reduce(or_, matches)) if value else qs


class NamespaceFilter(filters.CharFilter):
    """An empty one is a value too."""

    parent: Any

    def filter(self, qs: Any, value: str) -> Any:
        return qs.filter(**{self.field_name: value}) if "namespace" in self.parent.data else qs


class MoreThanFilter(filters.BooleanFilter):
    """Whether a count is more than a number."""

    def __init__(self, count: str, number: int) -> None:
        super().__init__(count)
        self.number = number

    def filter(self, qs: Any, value: bool | None) -> Any:
        if value is None:
            return qs
        return qs.filter(**{f"{self.field_name}__{'gt' if value else 'lte'}": self.number})


class SeveralFilter(filters.MultipleChoiceFilter):
    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices=choices.choices, distinct=False, **kwargs)


class OrderingFilter(filters.OrderingFilter):
    """Ties are broken by id."""

    def filter(self, qs: Any, value: list[str]) -> Any:
        return super().filter(qs, [*value, "-pk" if value[-1].startswith("-") else "pk"]) if value else qs


class CollectionFilters(filters.FilterSet):
    search = SearchFilter("name", "description")
    artifact_id = filters.CharFilter("collection_artifacts__artifact")
    ordering = OrderingFilter(fields=["name", "created_at", "updated_at"])


class GroupFilters(filters.FilterSet):
    search = SearchFilter("name")
    collection_id = filters.CharFilter("collection")
    artifact_id = filters.CharFilter("group_artifacts__collection_artifact__artifact")


class ArtifactFilters(filters.FilterSet):
    search = SearchFilter("name", "description")
    type = SeveralFilter(ArtifactType)
    namespace = NamespaceFilter("namespace")
    withdrawn = filters.BooleanFilter("withdrawn_at", "isnull", exclude=True)
    collection_id = filters.CharFilter("collection_artifacts__collection")
    group_id = filters.CharFilter("collection_artifacts__group_artifacts__group")
    project_id = filters.CharFilter(method="active_in")
    deployed = MoreThanFilter("active_deployment_count", 0)
    outdated = filters.BooleanFilter(method="is_outdated")
    varies = MoreThanFilter("variant_count", 1)
    ordering = OrderingFilter(fields=["name", "type", "created_at", "updated_at"])

    def active_in(self, queryset: Any, name: str, project_id: str) -> Any:
        active = Deployment.objects.filter(artifact=OuterRef("pk"), project=project_id, status="active")
        queryset = queryset.filter(Exists(active))
        outdated = self.form.cleaned_data["outdated"]
        if outdated is None:
            return queryset
        active = active.filter(IS_OUTDATED)
        return queryset.filter(Exists(active) if outdated else ~Exists(active))

    def is_outdated(self, queryset: Any, name: str, value: bool) -> Any:
        if self.form.cleaned_data["project_id"]:
            return queryset
        return queryset.filter(outdated_count__gt=0) if value else queryset.filter(outdated_count=0)


class DeploymentFilters(filters.FilterSet):
    search = SearchFilter("artifact__name", "project__name")
    artifact_id = filters.CharFilter("artifact")
    project_id = filters.CharFilter("project")
    artifact_type = SeveralFilter(ArtifactType, field_name="artifact__type")
    namespace = NamespaceFilter("artifact__namespace")
    collection_id = filters.CharFilter("artifact__collection_artifacts__collection")
    group_id = filters.CharFilter("artifact__collection_artifacts__group_artifacts__group")
    target = filters.CharFilter("target")
    status = SeveralFilter(DeploymentStatus)
    sync_status = SeveralFilter(SyncStatus, method="has_sync_status")
    evidence = SeveralFilter(Evidence)
    deployed_version = filters.CharFilter("deployed_version")
    outdated = filters.BooleanFilter(method="is_outdated")
    deployed_after = filters.IsoDateTimeFilter("deployed_at", "gte")
    deployed_before = filters.IsoDateTimeFilter("deployed_at", "lte")
    ordering = OrderingFilter(
        fields={
            **{name: name for name in ("deployed_at", "updated_at", "status")},
            "artifact__name": "artifact_name",
            "project__name": "project_name",
        }
    )

    def has_sync_status(self, queryset: Any, name: str, values: list[str]) -> Any:
        return queryset.filter(reduce(or_, (HAS_SYNC_STATUS[SyncStatus(value)] for value in values)))

    def is_outdated(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.filter(IS_OUTDATED if value else ~IS_OUTDATED)
