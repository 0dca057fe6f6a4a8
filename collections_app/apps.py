"""Collections and the artifacts in them."""

from django.apps import AppConfig


class CollectionsConfig(AppConfig):
    """Artifact, Collection, CollectionArtifact."""

    name = "collections_app"
    verbose_name = "Collections"
