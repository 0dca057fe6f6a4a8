"""Ordered groups inside a collection."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    """Group, GroupArtifact."""

    name = "groups_app"
    verbose_name = "Groups"
