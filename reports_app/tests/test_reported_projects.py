"""``POST /reports``: which project it is, and the limits of a report."""

import pytest

from deployments_app.models import Project
from reports_app.tests.helpers import KEY, NOWHERE, ROOT, error, item, report


def test_an_unknown_key_makes_a_project_that_is_called_after_its_last_part(api):
    body = report(api, item(version="1"), status=201)

    project = api.get(f"{ROOT}/projects/{body['project_id']}").json()
    assert (project["key"], project["name"], project["active_deployment_count"]) == (KEY, "web", 1)
    assert project["last_reported_at"] is not None
    assert report(api, item(version="1"), status=200)["project_id"] == body["project_id"]


@pytest.mark.parametrize(("key", "name"), [("b/ /", "b"), ("a/ web", "web"), ("d/\u3000x/", "x"), ("/", "/")])
def test_the_last_part_of_a_key_is_stripped_as_a_name_is(api, key, name):
    report(api, project={"key": key}, status=201)
    assert Project.objects.get().name == name


def test_a_project_that_was_made_has_its_report_at_the_location(api):
    response = api.post(f"{ROOT}/reports", {"project": {"key": KEY}, "artifacts": []})
    assert api.get(response["Location"]).json()["id"] == response.json()["report_id"]


def test_a_name_that_is_taken_is_numbered(api, web):
    Project.objects.filter(pk=web.pk).update(key="github.com/other/web")

    for key, name in ((KEY, "web (2)"), ("github.com/third/web", "web (3)")):
        made = report(api, project={"key": key}, status=201)["project_id"]
        assert Project.objects.get(pk=made).name == name


def test_a_project_of_that_name_that_nobody_knows_the_key_of_is_taken_over(api, web):
    assert report(api, status=200)["project_id"] == web.pk
    assert Project.objects.get().key == KEY


def test_a_project_that_was_reported_by_its_id_is_not_taken_over(api, web):
    report(api, project={"id": web.pk}, status=200)

    assert report(api, status=201)["project_id"] != web.pk


def test_a_name_that_is_sent_is_that_of_a_project_that_is_made(api):
    made = report(api, project={"key": KEY, "name": "Shop"}, status=201)["project_id"]
    again = report(api, project={"key": KEY, "name": "Other"}, status=200)["project_id"]

    assert made == again
    assert Project.objects.get().name == "Shop"


def test_without_create_an_unknown_key_is_not_found(api):
    body = report(api, create=False, status=404)

    assert KEY in body["detail"]
    assert not Project.objects.exists()


def test_an_id_that_names_no_project_is_not_found(api):
    id = f"proj-{NOWHERE}"

    assert report(api, project={"id": id}, status=404)["detail"] == f"Project '{id}' not found"


@pytest.mark.parametrize(
    ("change", "code", "attr"),
    [
        ({"artifacts": None}, "null", "artifacts"),
        ({"artifacts": [item(content="secret")]}, "unknown_field", "artifacts.0.content"),
        ({"artifacts": [item(env={"KEY": "secret"})]}, "unknown_field", "artifacts.0.env"),
        ({"artifacts": [item(type="plugin")]}, "invalid_choice", "artifacts.0.type"),
        ({"artifacts": [item(name="")]}, "blank", "artifacts.0.name"),
        ({"artifacts": [item(version=2)]}, "invalid", "artifacts.0.version"),
        ({"artifacts": [item(digest="aa")]}, "invalid", "artifacts.0.digest"),
        ({"artifacts": [item(is_modified="no")]}, "invalid", "artifacts.0.is_modified"),
        ({"artifacts": [item(path="x" * 1001)]}, "max_length", "artifacts.0.path"),
        ({"artifacts": [item(group="docs")]}, "required", "artifacts.0.collection"),
        ({"artifacts": [item()] * 1001}, "max_length", "artifacts"),
        ({"project": {}}, "required", "project"),
        ({"project": {"key": KEY, "id": f"proj-{NOWHERE}"}}, "required", "project"),
        ({"project": {"key": "x" * 256}}, "max_length", "project.key"),
        ({"project": {"key": KEY, "path": "/home/ada"}}, "unknown_field", "project.path"),
        ({"target": "a b"}, "invalid", "target"),
        ({"tool": "x" * 101}, "max_length", "tool"),
        ({"commit": "x" * 101}, "max_length", "commit"),
        ({"problems": [{"path": "x", "code": "y"}]}, "required", "problems.0.detail"),
        ({"problems": [{"path": "x", "code": "y", "detail": "z"}] * 1001}, "max_length", "problems"),
        ({"user": "ada"}, "unknown_field", "user"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(api, change, code, attr):
    response = api.post(f"{ROOT}/reports", {"project": {"key": KEY}, "artifacts": [], **change})

    (first, *_) = response.json()["errors"]
    found = (first["attr"] or "").removesuffix(".non_field_errors")
    assert (response.status_code, first["code"], found) == (400, code, attr)
    assert not Project.objects.exists()


def test_artifacts_are_required(api):
    response = api.post(f"{ROOT}/reports", {"project": {"key": KEY}})

    assert error(response) == (400, "required", "artifacts")


@pytest.mark.parametrize("count", [2, 30])
def test_its_queries_do_not_grow_with_the_artifacts(api, count_queries, count):
    artifacts = [item(f"a{n}", version="1", collection="c", group="g") for n in range(count)]
    report(api, *artifacts)

    assert count_queries(lambda: report(api, *artifacts)) == 15
    for artifact in artifacts:
        artifact["version"] = "2"
    assert count_queries(lambda: report(api, *artifacts)) < 60
