"""Reports in Django admin: to be read, and nothing else."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from reports_app.models import Report


@admin.register(Report)
class ReportAdmin(ModelAdmin):
    """What projects reported, and what was wrong in it."""

    list_display = ["project", "target", "reported_at", "by", "tool", "problem_count"]
    list_filter = [("project", AutocompleteSelectFilter), "target", "reported_at"]
    list_filter_submit = True
    list_select_related = ["project"]
    search_fields = ["project__name", "commit"]
    show_full_result_count = False
    fields = ["project", "target", "reported_at", "by", "tool", "commit", "counts", "problems", "id"]

    @admin.display(description="problems")
    def problem_count(self, report: Report) -> int:
        """How many there were."""
        return len(report.problems)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only the API takes reports."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Evidence that can be changed proves nothing."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They go by themselves."""
        return False
