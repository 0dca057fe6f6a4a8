import html
import json
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from deployments_app.services import create_deployment


@pytest.fixture
def page(admin_client, make_artifact, make_collection, make_project):
    pdf = make_artifact("pdf", latest_version="2")
    make_collection("Office", pdf)
    for version, project in (("1", "web"), ("2", "shop")):
        create_deployment(artifact_id=pdf.pk, project_id=make_project(project).pk, deployed_version=version)
    return admin_client.get("/admin/")


def test_it_counts_what_there_is(page):
    counts = {card["title"]: card["count"] for card in page.context["cards"]}
    assert counts == {"Artifacts": 1, "Collections": 1, "Groups": 0, "Projects": 2}
    assert "2 deployments;" in page.content.decode()


def test_it_draws_the_deployments_by_project_and_artifact(page):
    by_project, by_artifact = (json.loads(chart["data"]) for chart in page.context["charts"])
    assert sorted(by_project["labels"]) == ["shop", "web"]
    assert (by_artifact["labels"], by_artifact["datasets"][0]["data"]) == (["pdf"], [2])


def test_a_viewer_who_is_no_staff_is_asked_to_log_in(client, make_user):
    client.force_login(make_user("viewer", "Viewers"))
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"


def test_what_is_not_at_the_latest_version_is_a_link_to_just_that(admin_client, page):
    (link,) = re.findall(r'<a href="([^"]+)"[^>]*>1 active ones are not', page.content.decode())
    listed = admin_client.get(html.unescape(link)).context["cl"].result_list
    assert [(row.project.name, row.deployed_version) for row in listed] == [("web", "1")]


def test_the_sidebar_has_the_domain_first_and_each_list_once(page):
    links = re.findall(r'<a href="(/admin/\w+/\w+/)" class="flex', page.content.decode())
    assert links[0] == "/admin/collections_app/collection/"
    assert len(links) == len(set(links))
    assert set(links) == {
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in apps.get_models()
        if admin.site.is_registered(model)
    }


def test_the_sidebar_has_only_what_its_user_may_see(client, make_user):
    client.force_login(make_user("viewer", "Viewers", is_staff=True))
    page = client.get("/admin/").content.decode()
    assert "/admin/collections_app/collection/" in page
    assert "/admin/auth/user/" not in page
