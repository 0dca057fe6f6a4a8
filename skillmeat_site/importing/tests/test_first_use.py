import re
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from rest_framework.test import APIClient

from collections_app.models import Artifact, Collection
from deployments_app.models import Deployment, Project


@pytest.fixture
def first_use(db):
    def run() -> str:
        out = StringIO()
        call_command("first_use", stdout=out)
        return out.getvalue()

    return run


def test_it_prints_a_password_and_a_token_that_work(first_use):
    output = first_use()
    password, token = (re.search(rf"{name}\s+(\S+)\n", output)[1] for name in ("password", "API token"))
    client = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get("/api/v1/auth/me").json()["username"] == "admin"
    assert client.login(username="admin", password=password)
    assert client.get("/api/v1/deployments/summary").json()["total_deployments"] == 11


def test_a_second_time_it_does_nothing_and_prints_nothing(first_use):
    first_use()
    assert first_use() == ""
    assert User.objects.count() == 1


def test_content_that_was_deleted_does_not_come_back(first_use):
    first_use()
    Deployment.objects.all().delete()
    for model in (Project, Collection, Artifact):
        model.objects.all().delete()
    assert first_use() == ""
    assert not Artifact.objects.exists()


def test_a_database_with_a_user_gets_neither_demo_content_nor_another_admin(first_use, make_user):
    make_user("ada")
    assert first_use() == ""
    assert not Artifact.objects.exists()
    assert User.objects.count() == 1


@pytest.mark.parametrize("reason", ["DEMO=0", "content"])
def test_an_admin_comes_without_demo_content(first_use, make_artifact, settings, reason):
    if reason == "content":
        make_artifact("pdf")
    else:
        settings.DEMO = False
    assert re.search(r"user name\s+admin", first_use())
    assert not Project.objects.exists()
