"""``manage.py first_use``: what ``make run`` does once."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from collections_app.models import Artifact, Collection
from deployments_app.models import Project
from skillmeat_site.accounts.models import ApiToken
from skillmeat_site.importing.demo import ARTIFACTS, PROJECTS, create_demo

USERNAME = "admin"


class Command(BaseCommand):
    """Makes an empty installation one that can be looked at."""

    help = (
        "In a database without users, create an admin (shown once) and, if it is empty, demo content. "
        "DEMO=0 leaves the demo content out."
    )

    def handle(self, **options: Any) -> None:
        """Do it, or nothing."""
        users = get_user_model().objects
        # Whoever deleted everything has a user still, and wants no demo content.
        if users.exists():
            return
        if settings.DEMO and not any(model.objects.exists() for model in (Artifact, Collection, Project)):
            create_demo()
            self.stdout.write(
                f"Created demo content: {len(ARTIFACTS)} artifacts, {len(PROJECTS)} projects. "
                "With DEMO=0 a new database stays empty."
            )
        password = secrets.token_urlsafe(12)
        _, token = ApiToken.objects.issue(
            users.create_superuser(USERNAME, password=password), name="first use"
        )
        self.stdout.write(
            f"\nCreated the admin. This is shown once; write it down:\n"
            f"  user name  {USERNAME}\n"
            f"  password   {password}\n"
            f"  API token  {token}\n"
        )
