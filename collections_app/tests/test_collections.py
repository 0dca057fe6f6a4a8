"""``/collections`` and ``/collections/{id}``: writing, and reading one."""

import re

import pytest

from collections_app.tests.helpers import (
    ARTIFACTS,
    BAD_DESCRIPTIONS,
    BAD_NAMES,
    COLLECTIONS,
    DESCRIPTIONS,
    GROUPS,
    NO_COLLECTION,
    TIME,
    failure,
    missing,
    names,
)


def read(api, collection):
    return api.get(f"{COLLECTIONS}/{collection.pk}").json()


def test_a_new_collection_is_answered_and_kept(api):
    response = api.post(COLLECTIONS, {"name": "Office", "description": "Daily work"})

    body = response.json()
    assert response.status_code == 201
    assert re.fullmatch(r"col-[0-9a-f]{32}", body["id"])
    assert re.fullmatch(TIME, body["created_at"])
    assert re.fullmatch(TIME, body["updated_at"])
    assert body == {
        "id": body["id"],
        "name": "Office",
        "description": "Daily work",
        "group_count": 0,
        "artifact_count": 0,
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
    }
    assert api.get(COLLECTIONS).json()["collections"] == [body]


def test_location_leads_to_the_new_collection(api):
    response = api.post(COLLECTIONS, {"name": "Office"})

    id = response.json()["id"]
    assert response["Location"].endswith(f"{COLLECTIONS}/{id}")
    assert api.get(response["Location"]).json()["id"] == id


def test_a_collection_has_no_description_unless_given(api):
    assert api.post(COLLECTIONS, {"name": "Office"}).json()["description"] is None


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=["null", "empty", "blanks", "longest"])
@pytest.mark.parametrize("verb", ["post", "put"])
def test_a_description_is_kept_to_the_letter(api, make_collection, verb, description):
    before = make_collection("Home", description="another")
    url = COLLECTIONS if verb == "post" else f"{COLLECTIONS}/{before.pk}"

    body = getattr(api, verb)(url, {"name": "Office", "description": description}).json()

    assert body["description"] == description
    assert api.get(f"{COLLECTIONS}/{body['id']}").json()["description"] == description


@pytest.mark.parametrize("verb", ["post", "put", "patch"])
@pytest.mark.parametrize("name", ["x", "x" * 255, "日本" * 100])
def test_a_name_is_stripped_before_it_is_measured(api, make_collection, verb, name):
    url = COLLECTIONS if verb == "post" else f"{COLLECTIONS}/{make_collection('Home').pk}"

    body = getattr(api, verb)(url, {"name": f"  {name}\n"}).json()

    assert body["name"] == name


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("name", *case) for case in BAD_NAMES] + [("description", *case) for case in BAD_DESCRIPTIONS],
)
def test_a_text_that_breaks_the_rules_is_refused(api, make_collection, field, value, code):
    office = make_collection("Office", description="Daily work")

    created = api.post(COLLECTIONS, {"name": "Home", field: value})
    updated = api.patch(f"{COLLECTIONS}/{office.pk}", {field: value})

    assert failure(created) == (400, code, field)
    assert failure(updated) == (400, code, field)
    [kept] = api.get(COLLECTIONS).json()["collections"]
    assert (kept["name"], kept["description"]) == ("Office", "Daily work")


def test_a_collection_needs_a_name(api):
    assert failure(api.post(COLLECTIONS, {"description": "Daily work"})) == (400, "required", "name")


@pytest.mark.parametrize("name", ["Office", " Office "])
def test_a_name_is_taken_only_once(api, make_collection, name):
    make_collection("Office")

    response = api.post(COLLECTIONS, {"name": name})

    detail = "A collection with this name already exists."
    assert response.status_code == 400
    assert response.json() == {
        "type": "validation_error",
        "detail": f"name: {detail}",
        "errors": [{"code": "unique", "detail": detail, "attr": "name"}],
    }
    assert names(api.get(COLLECTIONS)) == ["Office"]


@pytest.mark.parametrize("verb", ["put", "patch"])
def test_another_collections_name_cannot_be_taken(api, make_collection, verb):
    make_collection("Office")
    home = make_collection("Home", description="old")

    response = getattr(api, verb)(f"{COLLECTIONS}/{home.pk}", {"name": "Office", "description": "new"})

    assert failure(response) == (400, "unique", "name")
    assert (read(api, home)["name"], read(api, home)["description"]) == ("Home", "old")


@pytest.mark.parametrize("verb", ["post", "put", "patch"])
def test_an_unknown_field_is_refused(api, make_collection, verb):
    office = make_collection("Office")
    url = COLLECTIONS if verb == "post" else f"{COLLECTIONS}/{office.pk}"

    response = getattr(api, verb)(url, {"name": "Home", "colour": "red"})

    assert failure(response) == (400, "unknown_field", "colour")
    assert names(api.get(COLLECTIONS)) == ["Office"]


def test_what_a_client_may_not_set_is_ignored(api):
    sent = {
        "id": NO_COLLECTION,
        "group_count": 7,
        "artifact_count": 7,
        "created_at": "2001-01-01T00:00:00Z",
        "updated_at": "2001-01-01T00:00:00Z",
        "groups": [],
    }

    response = api.post(COLLECTIONS, {"name": "Office", **sent})

    body = response.json()
    assert response.status_code == 201
    assert (body["group_count"], body["artifact_count"]) == (0, 0)
    assert body["id"] != NO_COLLECTION
    assert not body["created_at"].startswith("2001")
    assert not body["updated_at"].startswith("2001")


def test_one_collection_shows_its_groups_by_position(api, make_collection, make_group, make_artifact):
    pdf, zip_ = make_artifact("pdf"), make_artifact("zip")
    office = make_collection("Office", pdf, zip_, make_artifact("loose"), description="Daily work")
    late, early = make_group(office, "a", pdf, zip_), make_group(office, "b")
    api.patch(f"{GROUPS}/{early.pk}", {"position": 0})
    make_group(make_collection("Home"), "elsewhere")

    response = api.get(f"{COLLECTIONS}/{office.pk}")

    body = response.json()
    assert response.status_code == 200
    assert list(body)[-1] == "groups"
    assert (body["id"], body["name"], body["description"]) == (office.pk, "Office", "Daily work")
    assert (body["group_count"], body["artifact_count"]) == (2, 3)
    assert [(row["id"], row["position"], row["artifact_count"]) for row in body["groups"]] == [
        (early.pk, 0, 0),
        (late.pk, 1, 2),
    ]
    assert body["groups"] == api.get(f"{GROUPS}?collection_id={office.pk}").json()["groups"]


@pytest.mark.parametrize("verb", ["put", "patch"])
@pytest.mark.parametrize(
    ("sent", "after"),
    [
        ({"name": "Home"}, ("Home", "old")),
        ({"description": "new"}, ("Office", "new")),
        ({"description": None}, ("Office", None)),
        ({"name": "Home", "description": ""}, ("Home", "")),
    ],
)
def test_only_what_is_sent_changes(api, make_collection, make_artifact, make_group, verb, sent, after):
    office = make_collection("Office", make_artifact("pdf"), description="old")
    make_group(office, "Documents")
    before = read(api, office)

    response = getattr(api, verb)(f"{COLLECTIONS}/{office.pk}", sent)

    body = response.json()
    assert (response.status_code, body["name"], body["description"]) == (200, *after)
    assert (body["group_count"], body["artifact_count"]) == (1, 1)
    assert (body["id"], body["created_at"]) == (before["id"], before["created_at"])
    assert body["updated_at"] > before["updated_at"]
    assert read(api, office) == {**body, "groups": before["groups"]}


@pytest.mark.parametrize("verb", ["put", "patch"])
def test_an_empty_object_changes_nothing(api, make_collection, verb):
    office = make_collection("Office", description="old")
    before = read(api, office)

    response = getattr(api, verb)(f"{COLLECTIONS}/{office.pk}", {})

    assert (response.status_code, response.json() | {"groups": []}) == (200, before)
    assert read(api, office) == before


@pytest.mark.parametrize("verb", ["put", "patch"])
def test_a_collection_can_be_sent_back_as_it_came(api, make_collection, make_group, verb):
    office = make_collection("Office", description="old")
    make_group(office, "Documents")
    before = read(api, office)

    response = getattr(api, verb)(f"{COLLECTIONS}/{office.pk}", before)

    assert (response.status_code, read(api, office)) == (200, before)


def test_a_deleted_collection_takes_its_groups_along_and_leaves_the_artifacts(
    api, make_collection, make_group, make_artifact
):
    pdf = make_artifact("pdf")
    office, home = make_collection("Office", pdf), make_collection("Home", pdf)
    gone, kept = make_group(office, "Documents", pdf), make_group(home, "Documents", pdf)

    response = api.delete(f"{COLLECTIONS}/{office.pk}")

    assert (response.status_code, response.content) == (204, b"")
    assert missing(api.get(f"{COLLECTIONS}/{office.pk}")) == (404, f"Collection '{office.pk}' not found")
    assert api.get(f"{GROUPS}/{gone.pk}").status_code == 404
    assert api.get(f"{GROUPS}/{kept.pk}").json()["artifact_count"] == 1
    assert api.get(f"{ARTIFACTS}/{pdf.pk}").json()["collection_count"] == 1
    assert names(api.get(COLLECTIONS)) == ["Home"]


@pytest.mark.parametrize("id", [NO_COLLECTION, "col-1", NO_COLLECTION.replace("col", "grp"), "x"])
@pytest.mark.parametrize("verb", ["get", "put", "patch", "delete"])
def test_a_collection_that_does_not_exist_is_named(api, verb, id):
    response = getattr(api, verb)(f"{COLLECTIONS}/{id}", *([{}] if verb != "get" else []))

    assert missing(response) == (404, f"Collection '{id}' not found")
