"""``/artifacts`` and ``/artifacts/{id}``: creating, changing and reading one."""

import re

import pytest

from collections_app.tests.helpers import (
    ARTIFACTS,
    BAD_DESCRIPTIONS,
    BAD_NAMES,
    DEPLOYMENTS,
    DESCRIPTIONS,
    NO_ARTIFACT,
    TIME,
    failure,
    missing,
    names,
)

TYPES = ["skill", "command", "agent", "mcp", "hook"]
BAD_TYPES = [
    ("plugin", "invalid_choice"),
    ("Skill", "invalid_choice"),
    ("", "invalid_choice"),
    (None, "null"),
]
BAD_VERSIONS = [("1" * 256, "max_length"), (2, "invalid"), (1.5, "invalid"), ("", "blank")]
BAD_FIELDS = [
    (field, *case)
    for field, cases in {
        "name": BAD_NAMES,
        "description": BAD_DESCRIPTIONS,
        "type": BAD_TYPES,
        "latest_version": BAD_VERSIONS,
    }.items()
    for case in cases
]

# What an artifact has that nobody has collected, deployed or catalogued.
NEW = {
    "namespace": "",
    "latest_digest": None,
    "withdrawn_at": None,
    "collection_count": 0,
    "deployment_count": 0,
    "active_deployment_count": 0,
    "outdated_count": 0,
    "variant_count": 0,
    "last_deployed_at": None,
}


def read(api, artifact):
    """The artifact as a list shows it."""
    shown = api.get(f"{ARTIFACTS}/{artifact.pk}").json()
    del shown["collections"]
    return shown


@pytest.mark.parametrize("type", TYPES)
def test_a_new_artifact_is_answered_and_kept(api, type):
    sent = {"type": type, "name": "pdf", "description": "Reads forms", "latest_version": "2.0.0"}

    response = api.post(ARTIFACTS, sent)

    body = response.json()
    times = {name: body[name] for name in ("created_at", "updated_at")}
    assert response.status_code == 201
    assert re.fullmatch(r"art-[0-9a-f]{32}", body["id"])
    assert all(re.fullmatch(TIME, time) for time in times.values())
    assert body == {"id": body["id"], **sent, **NEW, **times}
    assert api.get(ARTIFACTS).json()["artifacts"] == [body]


def test_location_leads_to_the_new_artifact(api):
    response = api.post(ARTIFACTS, {"type": "hook", "name": "lint"})

    assert response["Location"].endswith(f"{ARTIFACTS}/{response.json()['id']}")
    assert api.get(response["Location"]).json() == {**response.json(), "collections": []}


def test_description_and_version_are_unknown_unless_given(api):
    body = api.post(ARTIFACTS, {"type": "hook", "name": "lint"}).json()

    assert (body["description"], body["latest_version"]) == (None, None)


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=["null", "empty", "blanks", "longest"])
def test_a_description_is_kept_to_the_letter(api, make_artifact, description):
    url = f"{ARTIFACTS}/{make_artifact('pdf', description='another').pk}"

    assert api.patch(url, {"description": description}).json()["description"] == description
    assert api.get(url).json()["description"] == description


@pytest.mark.parametrize("version", [None, "1", "v" * 255])
def test_a_version_is_a_text_or_unknown(api, make_artifact, version):
    url = f"{ARTIFACTS}/{make_artifact('pdf', latest_version='0').pk}"

    assert api.patch(url, {"latest_version": version}).json()["latest_version"] == version
    assert api.get(url).json()["latest_version"] == version


@pytest.mark.parametrize("verb", ["post", "put", "patch"])
def test_a_name_is_stripped_before_it_is_measured(api, make_artifact, verb):
    url = ARTIFACTS if verb == "post" else f"{ARTIFACTS}/{make_artifact('pdf').pk}"

    body = getattr(api, verb)(url, {"type": "skill", "name": f" \t{'x' * 255}  "}).json()

    assert body["name"] == "x" * 255


@pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS)
def test_a_value_that_breaks_the_rules_is_refused(api, make_artifact, field, value, code):
    before = read(api, pdf := make_artifact("pdf", description="old", latest_version="1"))

    created = api.post(ARTIFACTS, {"type": "skill", "name": "zip", field: value})
    updated = api.patch(f"{ARTIFACTS}/{pdf.pk}", {field: value})

    assert failure(created) == (400, code, field)
    assert failure(updated) == (400, code, field)
    assert api.get(ARTIFACTS).json()["artifacts"] == [before]


@pytest.mark.parametrize("field", ["type", "name"])
def test_an_artifact_needs_a_type_and_a_name(api, field):
    body = {"type": "skill", "name": "pdf"}
    del body[field]

    assert failure(api.post(ARTIFACTS, body)) == (400, "required", field)


def test_a_name_is_taken_once_for_each_type(api, make_artifact):
    make_artifact("pdf", type="skill")

    again = api.post(ARTIFACTS, {"type": "skill", "name": " pdf"})
    other_type = api.post(ARTIFACTS, {"type": "command", "name": "pdf"})

    detail = "An artifact of this type with this name already exists."
    assert again.status_code == 400
    assert again.json() == {
        "type": "validation_error",
        "detail": f"name: {detail}",
        "errors": [{"code": "unique", "detail": detail, "attr": "name"}],
    }
    assert other_type.status_code == 201
    assert names(api.get(ARTIFACTS)) == ["pdf", "pdf"]


@pytest.mark.parametrize("verb", ["put", "patch"])
@pytest.mark.parametrize(
    ("mine", "change"),
    [
        ({"type": "skill", "name": "zip"}, {"name": "pdf"}),
        ({"type": "hook", "name": "pdf"}, {"type": "skill"}),
        ({"type": "hook", "name": "zip"}, {"type": "skill", "name": "pdf"}),
    ],
)
def test_another_artifacts_type_and_name_cannot_be_taken(api, make_artifact, verb, mine, change):
    make_artifact("pdf", type="skill")
    artifact = make_artifact(**mine)
    before = read(api, artifact)

    response = getattr(api, verb)(f"{ARTIFACTS}/{artifact.pk}", {**change, "description": "new"})

    assert failure(response) == (400, "unique", "name")
    assert read(api, artifact) == before


@pytest.mark.parametrize("verb", ["post", "put", "patch"])
def test_an_unknown_field_is_refused(api, make_artifact, verb):
    url = ARTIFACTS if verb == "post" else f"{ARTIFACTS}/{make_artifact('pdf').pk}"

    response = getattr(api, verb)(url, {"type": "skill", "name": "zip", "version": "1"})

    assert failure(response) == (400, "unknown_field", "version")
    assert "zip" not in names(api.get(ARTIFACTS))


def test_what_a_client_may_not_set_is_ignored(api):
    past = "2001-01-01T00:00:00Z"
    sent = {"id": NO_ARTIFACT, "collection_count": 7, "deployment_count": 7, "created_at": past}

    response = api.post(ARTIFACTS, {"type": "skill", "name": "pdf", "updated_at": past, **sent})

    body = response.json()
    assert response.status_code == 201
    assert (body["collection_count"], body["deployment_count"]) == (0, 0)
    assert body["id"] != NO_ARTIFACT
    assert past not in (body["created_at"], body["updated_at"])


@pytest.mark.parametrize("verb", ["put", "patch"])
@pytest.mark.parametrize(
    "sent",
    [
        {"type": "agent"},
        {"name": "docx"},
        {"description": None},
        {"latest_version": "2"},
        {"type": "mcp", "name": "docx", "description": "", "latest_version": None},
    ],
)
def test_only_what_is_sent_changes(api, make_artifact, make_collection, deploy, verb, sent):
    pdf = make_artifact("pdf", description="old", latest_version="1")
    make_collection("Office", pdf)
    deploy(pdf)
    before = read(api, pdf)

    response = getattr(api, verb)(f"{ARTIFACTS}/{pdf.pk}", sent)

    body = response.json()
    assert response.status_code == 200
    outdated = int(sent.get("latest_version") is not None)
    assert body == {**before, **sent, "outdated_count": outdated, "updated_at": body["updated_at"]}
    assert body["updated_at"] > before["updated_at"]
    assert (body["collection_count"], body["deployment_count"]) == (1, 1)
    assert read(api, pdf) == body


@pytest.mark.parametrize("verb", ["put", "patch"])
@pytest.mark.parametrize("all_of_it", [False, True], ids=["empty", "sent-back"])
def test_an_empty_object_and_what_it_is_already_change_nothing(api, make_artifact, verb, all_of_it):
    pdf = make_artifact("pdf", description="", latest_version="1")
    before = read(api, pdf)

    response = getattr(api, verb)(f"{ARTIFACTS}/{pdf.pk}", before if all_of_it else {})

    assert (response.status_code, response.json()) == (200, before)
    assert read(api, pdf) == before


def test_counts_are_those_of_the_artifact_itself(api, make_artifact, make_collection, deploy):
    pdf, zip_ = make_artifact("pdf"), make_artifact("zip")
    for name in "abc":
        make_collection(name, pdf, zip_)
    make_collection("d", pdf)
    deploy(pdf)
    deploy(zip_)
    twice = api.get(DEPLOYMENTS, {"artifact_id": pdf.pk}).json()["deployments"][0]
    api.post(DEPLOYMENTS, {"artifact_id": pdf.pk, "project_id": twice["project_id"]})

    counts = {row["name"]: row for row in api.get(ARTIFACTS).json()["artifacts"]}

    assert (counts["pdf"]["collection_count"], counts["pdf"]["deployment_count"]) == (4, 2)
    assert (counts["zip"]["collection_count"], counts["zip"]["deployment_count"]) == (3, 1)
    assert read(api, pdf) == counts["pdf"]


@pytest.mark.parametrize("id", [NO_ARTIFACT, "art-1", NO_ARTIFACT.replace("art", "col"), "x"])
@pytest.mark.parametrize("verb", ["get", "put", "patch", "delete"])
def test_an_artifact_that_does_not_exist_is_named(api, verb, id):
    response = getattr(api, verb)(f"{ARTIFACTS}/{id}", *([{}] if verb != "get" else []))

    assert missing(response) == (404, f"Artifact '{id}' not found")
