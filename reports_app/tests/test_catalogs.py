"""``POST /catalogs``: what a source offers, and what is latest."""

from typing import Any

import pytest
from django.core.management import call_command

from collections_app.models import Artifact
from deployments_app.models import Deployment
from tests.calls import unchanged

ROOT = "/api/v1"
ACME = "acme/skills"


@pytest.fixture(autouse=True)
def intact(db: None) -> Any:
    """Whatever is sent, the rules of the stored data hold afterwards."""
    yield
    call_command("check_integrity")


def item(name: str = "pdf", **fields: Any) -> dict[str, Any]:
    return {"type": "skill", "name": name, **fields}


def publish(api: Any, *artifacts: dict[str, Any], **body: Any) -> dict[str, Any]:
    response = api.post(f"{ROOT}/catalogs", {"namespace": ACME, "artifacts": list(artifacts), **body})
    assert response.status_code == 200, response.content
    return response.json()


def report(api: Any, *artifacts: dict[str, Any]) -> dict[str, Any]:
    body = {"project": {"key": "github.com/acme/web"}, "artifacts": list(artifacts)}
    response = api.post(f"{ROOT}/reports", body)
    assert response.status_code in (200, 201), response.content
    return response.json()


def counts(**given: int) -> dict[str, int]:
    return {"created": 0, "updated": 0, "unchanged": 0, "withdrawn": 0, **given}


def shown(api: Any, name: str = "pdf") -> dict[str, Any]:
    [row] = api.get(f"{ROOT}/artifacts?namespace={ACME}&search={name}").json()["artifacts"]
    return row


def test_it_makes_the_artifacts_with_what_is_latest(api):
    body = publish(api, item(version="2.0", digest="sha256:aa", description="Reads."), item("ocr"))

    assert body == {"namespace": ACME, "artifacts": counts(created=2), "newly_outdated": 0}
    row = shown(api)
    latest = [row[name] for name in ("latest_version", "latest_digest", "description")]
    assert latest == ["2.0", "sha256:aa", "Reads."]


def test_it_is_the_full_state_of_its_source_and_what_is_gone_is_withdrawn(api):
    publish(api, item(version="2.0"), item("ocr"))

    assert publish(api, item(version="1.0"))["artifacts"] == counts(updated=1, withdrawn=1)
    assert (shown(api)["latest_version"], shown(api)["withdrawn_at"]) == ("1.0", None)
    assert shown(api, "ocr")["withdrawn_at"] is not None
    assert publish(api, item(version="1.0"))["artifacts"] == counts(unchanged=1)
    assert publish(api, item(version="1.0"), item("ocr"))["artifacts"] == counts(updated=1, unchanged=1)
    assert shown(api, "ocr")["withdrawn_at"] is None


def test_other_namespaces_and_what_people_made_are_not_withdrawn(api, make_artifact):
    make_artifact("own", namespace=ACME)
    publish(api, item(), namespace="other")

    publish(api, item())

    assert not Artifact.objects.exclude(withdrawn_at=None).exists()


def test_it_tells_how_many_deployments_are_outdated_from_now_on(api):
    publish(api, item(version="1", digest="sha256:aa"))
    report(api, item(version="1", digest="sha256:aa", namespace=ACME))

    assert publish(api, item(version="2", digest="sha256:bb"))["newly_outdated"] == 1
    assert publish(api, item(version="3", digest="sha256:cc"))["newly_outdated"] == 0
    assert api.get(f"{ROOT}/deployments?outdated=true").json()["total"] == 1


def test_a_digest_alone_tells_that_a_deployment_is_outdated(api):
    report(api, item(digest="sha256:aa", namespace=ACME))

    assert publish(api, item(digest="sha256:bb"))["newly_outdated"] == 1


def test_a_report_never_overwrites_what_a_catalogue_said(api):
    publish(api, item(version="2.0", digest="sha256:aa", description="Theirs."))

    body = report(api, item(version="3.0", namespace=ACME, description="Mine."))

    assert body["artifacts"] == {"created": 0, "updated": 0, "unchanged": 1}
    row = shown(api)
    assert [row["latest_version"], row["description"]] == ["2.0", "Theirs."]


def test_what_a_person_typed_after_a_catalogue_stands_until_the_next_one(api):
    publish(api, item(version="2.0", digest="sha256:aa"))
    api.put(f"{ROOT}/artifacts/{shown(api)['id']}", {"latest_version": "2.5"})
    report(api, item(version="9.0", namespace=ACME))

    assert [shown(api)["latest_version"], shown(api)["latest_digest"]] == ["2.5", None]
    publish(api, item(version="2.0", digest="sha256:aa"))
    assert [shown(api)["latest_version"], shown(api)["latest_digest"]] == ["2.0", "sha256:aa"]


def test_a_homeless_artifact_of_which_one_of_its_digests_was_reported_becomes_its_own(api):
    report(api, item(version="1", digest="sha256:aa"), item("ocr", digest="sha256:cc"))

    body = publish(api, item(version="2", digest="sha256:bb"), item("x", digest="sha256:aa"), item("ocr"))

    assert body["artifacts"] == counts(created=2, updated=1)
    assert shown(api)["deployment_count"] == 1
    assert Artifact.objects.get(name="ocr", namespace="").deployments.count() == 1


def test_what_was_only_typed_in_is_not_adopted(api, make_artifact, web, deploy):
    deploy(make_artifact("pdf"), web, deployed_digest="sha256:aa")

    assert publish(api, item(digest="sha256:aa"))["artifacts"] == counts(created=1)


def test_collections_and_groups_are_made(api):
    publish(api, item(collection="Acme", group="Forms"), item("ocr", collection="Acme"))

    [held] = api.get(f"{ROOT}/artifacts/{shown(api)['id']}").json()["collections"]
    assert (held["name"], [group["name"] for group in held["groups"]]) == ("Acme", ["Forms"])


def test_a_dry_run_writes_nothing_and_answers_the_same(api):
    publish(api, item(version="1"), item("old"))
    report(api, item(version="1", namespace=ACME))

    with unchanged():
        planned = publish(api, item(version="2"), item("new"), dry_run=True)

    assert publish(api, item(version="2"), item("new")) == planned
    assert planned["artifacts"] == counts(created=1, updated=1, withdrawn=1)
    assert planned["newly_outdated"] == 1


def test_its_changes_are_in_the_history(api):
    publish(api, item(version="1"))
    publish(api, item(version="2"))

    changed, *_ = api.get(f"{ROOT}/artifacts/{shown(api)['id']}/history").json()["history"]
    assert (changed["by"], changed["values"]) == ("editor", {"latest_version": "2"})


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({"namespace": "", "artifacts": []}, "blank", "namespace"),
        ({"artifacts": []}, "required", "namespace"),
        ({"namespace": ACME}, "required", "artifacts"),
        ({"namespace": ACME, "artifacts": [item(), item()]}, "repeated", "artifacts.1"),
        ({"namespace": ACME, "artifacts": [item(namespace="x")]}, "unknown_field", "artifacts.0.namespace"),
        ({"namespace": ACME, "artifacts": [item(path="x")]}, "unknown_field", "artifacts.0.path"),
        ({"namespace": ACME, "artifacts": [item()] * 5001}, "max_length", "artifacts"),
    ],
)
def test_what_makes_no_sense_is_refused(api, body, code, attr):
    (error,) = api.post(f"{ROOT}/catalogs", body).json()["errors"]

    assert (error["code"], error["attr"]) == (code, attr)
    assert not Artifact.objects.exists()


@pytest.mark.parametrize("granted", ["add_artifact", "change_artifact"])
def test_adding_and_changing_artifacts_must_both_be_permitted(make_user, client_of, granted):
    from django.contrib.auth.models import Permission

    user = make_user("half")
    user.user_permissions.add(Permission.objects.get(codename=granted))

    response = client_of(user).post(f"{ROOT}/catalogs", {"namespace": ACME, "artifacts": []})
    assert response.status_code == 403


def test_what_is_deployed_stays_deployed_when_its_catalogue_withdraws_it(api):
    publish(api, item(version="1"))
    report(api, item(version="1", namespace=ACME))
    publish(api)

    assert Deployment.objects.get().status == "active"
    [row] = api.get(f"{ROOT}/artifacts?withdrawn=true&deployed=true").json()["artifacts"]
    assert row["name"] == "pdf"
