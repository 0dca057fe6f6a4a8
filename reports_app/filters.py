"""Filters of the list of reports."""

from deployments_app.models import Project
from skillmeat_site.api.filters import PrefixedIdFilter, StrictFilterSet


class ReportFilterSet(StrictFilterSet):
    """Of ``GET /reports``: always the newest first."""

    project_id = PrefixedIdFilter(Project, "project", "Only of this project.")
