import re

import pytest

from deployments_app.models import Deployment, Project
from deployments_app.services import create_deployment
from tests.browser import Fields, open_form, submit


@pytest.fixture
def add(admin_client):
    """Post the form of a new deployment."""

    def post(artifact, project, **fields: str):
        chosen = {"artifact": artifact.pk, "project": project.pk}
        return submit(admin_client, "/admin/deployments_app/deployment/add/", **chosen | fields)

    return post


def in_order() -> list[tuple]:
    """The versions and statuses of all deployments, the oldest first."""
    return list(Deployment.objects.order_by("pk").values_list("deployed_version", "status"))


def test_a_new_deployment_without_a_version_has_the_latest(add, make_artifact, make_project):
    assert add(make_artifact("pdf", latest_version="2"), make_project("web")).status_code == 302
    assert in_order() == [("2", "active")]


def test_a_new_active_deployment_supersedes_the_one_before_it(add, make_artifact, make_project):
    artifact, project = make_artifact("pdf"), make_project("web")
    add(artifact, project, deployed_version="1")
    assert add(artifact, project, deployed_version="2").status_code == 302
    assert in_order() == [("1", "inactive"), ("2", "active")]


def test_one_that_is_made_active_supersedes_too(admin_client, add, make_artifact, make_project):
    artifact, project = make_artifact("pdf"), make_project("web")
    add(artifact, project, deployed_version="1")
    add(artifact, project, deployed_version="2")
    first = Deployment.objects.order_by("pk").first()
    url = f"/admin/deployments_app/deployment/{first.pk}/change/"
    assert submit(admin_client, url, status="active").status_code == 302
    assert in_order() == [("1", "active"), ("2", "inactive")]


def test_what_was_deployed_where_is_fixed(admin_client, add, make_artifact, make_project):
    artifact, other, project = make_artifact("pdf"), make_artifact("ocr"), make_project("web")
    add(artifact, project, target="codex")
    deployment = Deployment.objects.get()
    url = f"/admin/deployments_app/deployment/{deployment.pk}/change/"
    submit(admin_client, url, artifact=other.pk, target="cursor", status="error")
    deployment.refresh_from_db()
    assert (deployment.artifact, deployment.target, deployment.status) == (artifact, "codex", "error")


def test_a_new_deployment_has_a_target_and_a_digest(add, make_artifact, make_project):
    artifact, project = make_artifact("pdf"), make_project("web")
    add(artifact, project)
    add(artifact, project, target="codex", deployed_digest="sha256:aa")
    rows = Deployment.objects.order_by("pk").values_list("target", "deployed_digest", "status")
    assert list(rows) == [("default", None, "active"), ("codex", "sha256:aa", "active")]


@pytest.mark.parametrize("fields", [{"target": "two words"}, {"target": ""}, {"deployed_digest": "aa"}])
def test_a_target_or_digest_of_the_wrong_form_is_told_at_its_field(add, make_artifact, make_project, fields):
    page = add(make_artifact("pdf"), make_project("web"), **fields)
    assert set(page.context["adminform"].form.errors) == {*fields}
    assert in_order() == []


def test_another_version_by_the_form_has_an_unknown_digest_and_is_only_declared(admin_client, api):
    artifacts = [{"type": "skill", "name": "pdf", "version": "1", "digest": "sha256:aa"}]
    api.post("/api/v1/reports", {"project": {"key": "github.com/acme/web"}, "artifacts": artifacts})
    deployment = Deployment.objects.get()
    url = f"/admin/deployments_app/deployment/{deployment.pk}/change/"
    assert submit(admin_client, url, deployed_version="2").status_code == 302
    deployment.refresh_from_db()
    assert (deployment.deployed_version, deployment.deployed_digest) == ("2", None)
    assert deployment.evidence == "declared"


def test_a_project_is_made_changed_and_deleted_by_the_form(admin_client, api):
    url = "/admin/deployments_app/project/"
    admin_client.post(f"{url}add/", {"name": "web", "description": "Shop", "key": ""})
    (project,) = api.get("/api/v1/projects").json()["projects"]
    assert project["key"] is None
    submit(admin_client, f"{url}{project['id']}/change/", name="site", key="github.com/acme/web")
    changed = api.get(f"/api/v1/projects/{project['id']}").json()
    assert (changed["name"], changed["key"]) == ("site", "github.com/acme/web")
    admin_client.post(f"{url}{project['id']}/delete/", {"post": "yes"})
    assert api.get("/api/v1/projects").json()["total"] == 0


def test_a_deployment_is_deleted(admin_client, add, make_artifact, make_project):
    add(make_artifact("pdf"), make_project("web"))
    admin_client.post(
        f"/admin/deployments_app/deployment/{Deployment.objects.get().pk}/delete/", {"post": "yes"}
    )
    assert in_order() == []


@pytest.fixture
def versions(make_artifact, make_project):
    """Deployments by their sync status."""
    web = make_project("web")

    def deploy(name: str, latest: str | None, deployed: str | None) -> str:
        artifact = make_artifact(name, latest_version=latest)
        return create_deployment(artifact_id=artifact.pk, project_id=web.pk, deployed_version=deployed).pk

    rows = {
        "outdated": [deploy("behind", "2", "1")],
        "current": [deploy("up to date", "2", "2")],
        "modified": [deploy("behind and modified", "2", "1")],
        "unknown": [deploy("latest unknown", None, "1"), deploy("deployed unknown", "2", None)],
    }
    Deployment.objects.filter(pk__in=rows["modified"]).update(is_modified=True)
    return rows


def listed(page) -> list[str]:
    return sorted(row.pk for row in page.context["cl"].result_list)


@pytest.mark.parametrize(
    ("sync_status", "shown"),
    [
        ("outdated", [("1", "2", "outdated")]),
        ("current", [("2", "2", "current")]),
        ("modified", [("1", "2", "modified")]),
        ("unknown", [("1", "unknown", "unknown"), ("unknown", "2", "unknown")]),
    ],
)
def test_the_list_shows_both_versions_and_filters_by_how_they_compare(
    admin_client, versions, sync_status, shown
):
    page = admin_client.get("/admin/deployments_app/deployment/", {"sync_status": sync_status})
    assert listed(page) == versions[sync_status]
    cells = re.findall(
        r'class="field-(?:version|latest_version|sync_status)[^>]*>(?:<[^>]+>|\s)*(.*?)\s*<',
        page.content.decode(),
    )
    assert sorted(zip(*[iter(cells)] * 3, strict=True)) == sorted(shown)


def test_what_is_outdated_is_listed_although_it_was_modified_too(admin_client, versions):
    for outdated, kinds in (("true", ["outdated", "modified"]), ("false", ["current", "unknown"])):
        page = admin_client.get("/admin/deployments_app/deployment/", {"outdated": outdated})
        assert listed(page) == sorted(id for kind in kinds for id in versions[kind])


@pytest.mark.parametrize(
    ("filters", "targets"),
    [
        ({"target__icontains": "codex"}, ["codex"]),
        ({"evidence__exact": "reported"}, ["codex"]),
        ({"evidence__exact": "declared"}, ["default"]),
    ],
)
def test_the_list_filters_by_target_and_evidence(
    admin_client, api, make_artifact, make_project, filters, targets
):
    web = make_project("web")
    create_deployment(artifact_id=make_artifact("pdf").pk, project_id=web.pk)
    body = {"project": {"id": web.pk}, "target": "codex", "artifacts": [{"type": "skill", "name": "ocr"}]}
    api.post("/api/v1/reports", body)
    page = admin_client.get("/admin/deployments_app/deployment/", filters)
    assert [row.target for row in page.context["cl"].result_list] == targets


def test_the_lists_show_when_something_was_last_reported(admin_client, api, make_project):
    make_project("never reported")
    body = {"project": {"key": "github.com/acme/web"}, "artifacts": [{"type": "skill", "name": "pdf"}]}
    api.post("/api/v1/reports", body)
    year = str(Project.objects.get(name="web").last_reported_at.year)
    for model, empty in (("project", 1), ("deployment", 0)):
        page = admin_client.get(f"/admin/deployments_app/{model}/").content.decode()
        cells = re.findall(r'class="field-last_reported_at[^>]*>(?:<[^>]+>|\s)*(.*?)\s*<', page)
        assert [year in cell for cell in sorted(cells)].count(False) == empty
    assert "github.com/acme/web" in admin_client.get("/admin/deployments_app/project/").content.decode()


def test_the_form_shows_the_latest_version_beside_the_one_to_type(admin_client, versions):
    url = f"/admin/deployments_app/deployment/{versions['outdated'][0]}/change/"
    fields = [
        (field.label_tag(), field.contents())
        for fieldset in [admin_client.get(url).context["adminform"]]
        for part in fieldset
        for line in part
        for field in line
        if field.is_readonly
    ]
    assert any("Latest version" in label and "2" in value for label, value in fields)


def test_a_version_that_is_emptied_is_unknown(admin_client, versions):
    url = f"/admin/deployments_app/deployment/{versions['outdated'][0]}/change/"
    assert submit(admin_client, url, deployed_version="").status_code == 302
    assert Deployment.objects.get(pk=versions["outdated"][0]).deployed_version is None


def test_a_deployment_is_begun_from_the_deployments_of_an_artifact(admin_client, make_artifact):
    pdf = make_artifact("pdf")
    filters = f"artifact__id__exact%3D{pdf.pk}"
    form = open_form(admin_client, f"/admin/deployments_app/deployment/add/?_changelist_filters={filters}")
    assert form["artifact"] == pdf.pk


def test_a_filter_that_is_added_keeps_the_others(admin_client, versions):
    chosen = {"sync_status": "unknown", "status__exact": "active"}
    page = admin_client.get("/admin/deployments_app/deployment/", chosen)
    fields = Fields(page.content.decode()).values
    assert {name: fields[name] for name in chosen} == chosen
