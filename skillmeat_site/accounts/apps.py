"""Who may use the API."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

# The groups get permissions on their models, and `check_integrity` looks at their rows.
DOMAIN_APPS = ("collections_app", "groups_app", "deployments_app", "reports_app")


class AccountsConfig(AppConfig):
    """API tokens, login, permissions."""

    name = "skillmeat_site.accounts"
    verbose_name = "Access"

    def ready(self) -> None:
        """Have the groups made after migrate, the first moment at which permissions exist."""
        from skillmeat_site.accounts import schema  # noqa: F401 - registers itself

        post_migrate.connect(create_groups, sender=self)


def create_groups(**_: Any) -> None:
    """Create the groups Editors, Viewers and Reporters, once: what an admin changes about them stays."""
    from django.contrib.auth.models import Group, Permission

    permissions = Permission.objects.filter(content_type__app_label__in=DOMAIN_APPS)
    reporting = permissions.filter(codename="add_report")
    for name, granted in {
        "Editors": permissions,
        "Viewers": permissions.filter(codename__startswith="view_"),
        "Reporters": reporting,
    }.items():
        group, created = Group.objects.get_or_create(name=name)
        if created:
            group.permissions.set(granted)
        if created and name == "Reporters":
            # Editors may have been there before there were reports.
            Group.objects.get(name="Editors").permissions.add(*reporting)
