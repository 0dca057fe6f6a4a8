"""``DELETE /artifacts/{id}``"""

from collections_app.tests.helpers import (
    ARTIFACTS,
    COLLECTIONS,
    DEPLOYMENTS,
    failure,
    member_names,
    missing,
    names,
)


def read(api, artifact):
    return api.get(f"{ARTIFACTS}/{artifact.pk}").json()


def test_a_deleted_artifact_leaves_its_collections_and_groups(
    api, make_artifact, make_collection, make_group, artifacts_in_order, groups_in_order
):
    first, gone, last = (make_artifact(name) for name in ("a", "b", "c"))
    office, home = make_collection("Office", first, gone, last), make_collection("Home", gone)
    group = make_group(office, "Documents", first, gone, last)

    response = api.delete(f"{ARTIFACTS}/{gone.pk}")

    assert (response.status_code, response.content) == (204, b"")
    assert missing(api.get(f"{ARTIFACTS}/{gone.pk}")) == (404, f"Artifact '{gone.pk}' not found")
    assert (member_names(api, office), member_names(api, home)) == (["a", "c"], [])
    assert artifacts_in_order(group) == [("a", 0), ("c", 1)]
    assert groups_in_order(office) == [("Documents", 0)]
    assert api.get(f"{COLLECTIONS}/{office.pk}").json()["artifact_count"] == 2


def test_a_deployed_artifact_cannot_be_deleted_and_keeps_everything(
    api, make_artifact, make_collection, make_group, artifacts_in_order, deploy
):
    pdf = make_artifact("pdf")
    office = make_collection("Office", pdf)
    group = make_group(office, "Documents", pdf)
    deployment_id = deploy(pdf)
    before = read(api, pdf)

    response = api.delete(f"{ARTIFACTS}/{pdf.pk}")

    body = response.json()
    assert (body["type"], failure(response)) == ("client_error", (409, "conflict", None))
    assert "deployment" in body["detail"]
    assert read(api, pdf) == before
    assert (member_names(api, office), artifacts_in_order(group)) == (["pdf"], [("pdf", 0)])
    assert api.get(f"{DEPLOYMENTS}/{deployment_id}").status_code == 200


def test_history_protects_an_artifact_too_until_it_is_deleted(api, make_artifact, deploy):
    pdf = make_artifact("pdf")
    deployment = f"{DEPLOYMENTS}/{deploy(pdf)}"
    api.patch(deployment, {"status": "inactive"})

    assert api.delete(f"{ARTIFACTS}/{pdf.pk}").status_code == 409
    assert api.delete(deployment).status_code == 204
    assert api.delete(f"{ARTIFACTS}/{pdf.pk}").status_code == 204
    assert names(api.get(ARTIFACTS)) == []
