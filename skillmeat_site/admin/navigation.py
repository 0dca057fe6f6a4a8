"""The admin's sidebar: the domain first, and each list once."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

# The lists of each section, in their order.
SECTIONS = {
    "Catalogue": [
        "collections_app.Collection",
        "groups_app.Group",
        "collections_app.Artifact",
        "collections_app.CollectionArtifact",
        "groups_app.GroupArtifact",
    ],
    "Deployments": ["deployments_app.Deployment", "deployments_app.Project", "reports_app.Report"],
    "Access": ["auth.User", "auth.Group", "accounts.ApiToken"],
    "Audit trail": [
        "audit.HistoricalCollection",
        "audit.HistoricalGroup",
        "audit.HistoricalArtifact",
        "audit.HistoricalCollectionArtifact",
        "audit.HistoricalGroupArtifact",
        "audit.HistoricalDeployment",
        "audit.HistoricalProject",
    ],
}
# Two kinds of groups have one name.
TITLES = {"auth.Group": "User groups"}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections with the lists that the user may see."""
    visible = {
        f"{app['app_label']}.{model['object_name']}": model
        for app in admin.site.get_app_list(request)
        for model in app["models"]
    }
    return [
        {
            "title": title,
            "collapsible": title == "Audit trail",
            "items": [
                {"title": TITLES.get(label, visible[label]["name"]), "link": visible[label]["admin_url"]}
                for label in labels
                if label in visible
            ],
        }
        for title, labels in SECTIONS.items()
    ]
