"""The rows that the OpenAPI document has as examples of this app's responses."""

from skillmeat_site.openapi.examples import CREATED_AT, UPDATED_AT, example_id

ARTIFACT_EXAMPLE = {
    "id": example_id("art"),
    "type": "skill",
    "namespace": "acme/skills",
    "name": "pdf",
    "description": "Reads and fills PDF forms.",
    "latest_version": "2.0.0",
    "latest_digest": "sha256:9f86d081884c7d65",
    "withdrawn_at": None,
    "collection_count": 1,
    "deployment_count": 5,
    "active_deployment_count": 3,
    "outdated_count": 1,
    "variant_count": 2,
    "last_deployed_at": UPDATED_AT,
    "created_at": CREATED_AT,
    "updated_at": UPDATED_AT,
}
GROUP_EXAMPLE = {
    "id": example_id("grp"),
    "collection_id": example_id("col"),
    "name": "Documents",
    "description": None,
    "position": 0,
    "artifact_count": 1,
    "created_at": CREATED_AT,
    "updated_at": UPDATED_AT,
}
COLLECTION_EXAMPLE = {
    "id": example_id("col"),
    "name": "Office",
    "description": "What every office project needs.",
    "group_count": 1,
    "artifact_count": 1,
    "created_at": CREATED_AT,
    "updated_at": UPDATED_AT,
}
GROUP_OF_ARTIFACT_EXAMPLE = {"id": example_id("grp"), "name": "Documents", "position": 0}
HOLDER_EXAMPLE = {"id": example_id("col"), "name": "Office", "groups": [GROUP_OF_ARTIFACT_EXAMPLE]}
MEMBERSHIP_EXAMPLE = {"artifact_id": example_id("art"), "added_at": UPDATED_AT, "created": True}
