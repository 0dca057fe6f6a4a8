"""Reports: evidence of what a project has, as it was sent."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from deployments_app.models import DEFAULT_TARGET, TARGET_MAX_LENGTH, Project
from skillmeat_site.db.ids import IdField

TOOL_MAX_LENGTH = COMMIT_MAX_LENGTH = 100
# How many reports of each project and target are kept.
KEPT = 100


class ReportQuerySet(models.QuerySet["Report"]):
    """Reads of reports."""

    def of(self, project_id: str, target: str) -> ReportQuerySet:
        """Those of one target of a project, the newest first."""
        return self.filter(project=project_id, target=target).order_by("-reported_at", "-pk")

    def targets_last_reported_by(self, tool: str, project_id: str) -> set[str]:
        """The targets of a project of which the last report is by a tool of this name, of any version."""
        oldest_first = self.filter(project=project_id).order_by("reported_at", "pk")
        last = dict(oldest_first.values_list("target", "tool"))
        return {target for target, last_tool in last.items() if last_tool.split(" ")[0] == tool}


class Report(models.Model):
    """One report, what it changed, and what was wrong in it.

    The artifacts in it are not stored: they are deployments now.
    """

    id = IdField(prefix="rep")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reports", db_index=False)
    target = models.CharField(max_length=TARGET_MAX_LENGTH, default=DEFAULT_TARGET)
    tool = models.CharField(max_length=TOOL_MAX_LENGTH, blank=True)
    commit = models.CharField(max_length=COMMIT_MAX_LENGTH, blank=True)
    by = models.CharField("user", max_length=150)
    reported_at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(help_text="What it did with artifacts and deployments.")
    problems = models.JSONField(default=list, blank=True)
    # Of the request, and of what was active afterwards: the same ones again change nothing.
    content_digest = models.CharField(max_length=64)
    state_digest = models.CharField(max_length=64)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "-pk"]
        # Nobody edits evidence.
        default_permissions = ("add", "view")
        indexes = [
            models.Index(fields=["project", "target", "reported_at", "id"], name="report_target_reported"),
            models.Index(fields=["project", "reported_at", "id"], name="report_project_reported"),
            models.Index(fields=["reported_at", "id"], name="report_reported_at"),
        ]

    def __str__(self) -> str:
        return f"{self.project} ({self.target}) at {self.reported_at:%Y-%m-%d %H:%M}"
