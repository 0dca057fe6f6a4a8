"""What is deployed where."""

from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    """Project, Deployment."""

    name = "deployments_app"
    verbose_name = "Deployments"
