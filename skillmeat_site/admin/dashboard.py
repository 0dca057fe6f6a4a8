"""The admin's first page: how much there is, and how the deployments are, as a picture."""

import json
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from collections_app.models import Artifact, Collection
from deployments_app.models import ArtifactTally, Deployment, DeploymentStatus, Project, ProjectTally
from deployments_app.summary import deployment_summary
from groups_app.models import Group
from skillmeat_site.admin.links import list_url

# The longest charts that are still read rather than scrolled.
ROWS = 12
COLOURS = {
    DeploymentStatus.ACTIVE: "#22c55e",
    DeploymentStatus.INACTIVE: "#94a3b8",
    DeploymentStatus.ERROR: "#ef4444",
    DeploymentStatus.PENDING: "#3b82f6",
}
CHART_OPTIONS = {
    "indexAxis": "y",
    "maintainAspectRatio": False,
    "plugins": {"legend": {"display": True, "position": "bottom"}},
    "scales": {
        "x": {"stacked": True, "ticks": {"precision": 0, "display": True}},
        "y": {"stacked": True, "grid": {"display": False}},
    },
}


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the page shows to ``context``. Costs eleven to thirteen queries."""
    summary = deployment_summary(
        slice(0, ROWS),
        Deployment.objects.all(),
        ArtifactTally.objects.all(),
        ProjectTally.objects.all(),
    )
    models = (Artifact, Collection, Group, Project)
    cards = [_card(model._meta, model._default_manager.count()) for model in models]
    return context | {
        "cards": cards,
        "deployments": summary["total_deployments"],
        "outdated": ProjectTally.objects.aggregate(n=Coalesce(Sum("outdated"), 0))["n"],
        "outdated_url": list_url("deployments_app_deployment", status__exact="active", outdated="true"),
        "charts": [
            {"title": "Deployments by project", "data": _chart(summary["by_project"], "project_name")},
            {"title": "Deployments by artifact", "data": _chart(summary["by_artifact"], "artifact_name")},
        ],
        "chart_options": json.dumps(CHART_OPTIONS),
    }


def _card(options: Any, count: int) -> dict[str, Any]:
    url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return {"title": options.verbose_name_plural.capitalize(), "count": count, "url": url}


def _chart(rows: list[dict[str, Any]], label: str) -> str:
    """Stacked bars, one for each row, for the chart library that the admin brings along."""
    return json.dumps(
        {
            "labels": [row[label] for row in rows],
            "datasets": [
                {
                    "label": status.label,
                    "data": [row[status.value] for row in rows],
                    "backgroundColor": COLOURS[status],
                }
                for status in DeploymentStatus
            ],
        }
    )
