"""A little content to look at on a new installation."""

from django.db import transaction

from collections_app.services import add_artifacts, create_artifact, create_collection
from deployments_app.models import DeploymentStatus
from deployments_app.services import create_deployment, create_project
from groups_app.contents import place_artifacts
from groups_app.services import create_group

# Name: type, version, description.
ARTIFACTS = {
    "pdf-forms": ("skill", "2.1.0", "Reads, fills and flattens PDF forms."),
    "spreadsheets": ("skill", "1.4.2", "Builds and checks spreadsheets with formulas."),
    "release-notes": ("skill", "0.9.0", "Turns merged changes into notes for users."),
    "reviewer": ("agent", "3.0.1", "Reads a change and names what could break."),
    "test-writer": ("agent", "1.2.0", "Writes the test that fails before the fix."),
    "fix-issue": ("command", "1.0.0", "Takes an issue from report to pull request."),
    "plan": ("command", None, "Splits a goal into steps that can be checked."),
    "browser": ("mcp", "0.8.3", "Opens pages and looks at them."),
    "format-on-save": ("hook", "1.1.0", "Formats what an agent has just written."),
}
COLLECTIONS: dict[str, dict[str, list[str]]] = {
    "Everyday": {
        "Documents": ["pdf-forms", "spreadsheets"],
        "Code": ["reviewer", "test-writer", "fix-issue", "format-on-save"],
        "Planning": ["plan", "release-notes"],
    },
    "Front end": {"Browser": ["browser", "test-writer"], "Quality": ["reviewer", "format-on-save"]},
}
# Project: what was deployed there, at which version, with which status.
PROJECTS: dict[str, list[tuple[str, str | None, str]]] = {
    "webshop": [
        ("reviewer", "2.9.0", "active"),
        ("reviewer", "3.0.1", "active"),
        ("browser", "0.8.3", "active"),
        ("format-on-save", "1.0.0", "active"),
        ("test-writer", "1.2.0", "pending"),
    ],
    "back office": [
        ("pdf-forms", "2.0.0", "active"),
        ("spreadsheets", "1.4.2", "active"),
        ("release-notes", "0.9.0", "error"),
    ],
    "website": [("reviewer", "3.0.1", "active"), ("plan", None, "active"), ("browser", "0.7.0", "inactive")],
}


@transaction.atomic
def create_demo() -> None:
    """Create the demo content. The database should be empty."""
    ids = {
        name: create_artifact(type=type, name=name, latest_version=version, description=description).pk
        for name, (type, version, description) in ARTIFACTS.items()
    }
    for collection_name, groups in COLLECTIONS.items():
        collection_id = create_collection(name=collection_name).pk
        for group_name, names in groups.items():
            group = create_group(collection_id=collection_id, name=group_name)
            place_artifacts(group_id=group.pk, artifact_ids=[ids[name] for name in names])
    add_artifacts(collection_id=collection_id, artifact_ids=[ids["fix-issue"]])
    for project_name, deployments in PROJECTS.items():
        project_id = create_project(name=project_name).pk
        for name, version, status in deployments:
            create_deployment(
                artifact_id=ids[name],
                project_id=project_id,
                deployed_version=version,
                status=DeploymentStatus(status),
            )
