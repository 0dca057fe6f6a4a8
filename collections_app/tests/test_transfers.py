"""``POST /collections/{id}/move-artifacts`` and ``POST /collections/{id}/copy-artifacts``"""

import pytest

from collections_app.tests.helpers import (
    COLLECTIONS,
    NO_ARTIFACT,
    NO_COLLECTION,
    failure,
    member_names,
    missing,
)

BOTH = pytest.mark.parametrize("verb", ["move", "copy"])


@pytest.fixture
def skills(make_artifact):
    """The artifacts a, b, c, d and e by name."""
    return {name: make_artifact(name) for name in "abcde"}


@pytest.fixture
def source(make_collection, skills):
    """A collection that holds a, b and c."""
    return make_collection("Source", *(skills[name] for name in "abc"))


@pytest.fixture
def target(make_collection, skills):
    """A collection that holds c and d; nothing holds e."""
    return make_collection("Target", *(skills[name] for name in "cd"))


@pytest.fixture
def transfer(api, source, target, skills):
    """Move or copy artifacts, given by name or id, from the source to the target."""

    def send(verb, names, **fields):
        artifact_ids = [skills[name].pk if name in skills else name for name in names]
        body = {"artifact_ids": artifact_ids, "target_collection_id": target.pk, **fields}
        return api.post(f"{COLLECTIONS}/{source.pk}/{verb}-artifacts", body)

    return send


@pytest.fixture
def members(api, source, target):
    """What the source and the target hold, one letter for each artifact."""
    return lambda: tuple("".join(member_names(api, collection)) for collection in (source, target))


def added_at(api, collection):
    """When each member joined, by its id."""
    rows = api.get(f"{COLLECTIONS}/{collection.pk}/artifacts").json()["artifacts"]
    return {row["id"]: row["added_at"] for row in rows}


@pytest.mark.parametrize(("verb", "left"), [("move", "c"), ("copy", "abc")])
def test_artifacts_arrive_in_the_target(api, transfer, members, source, target, skills, verb, left):
    response = transfer(verb, "ba")

    arrived = added_at(api, target)
    assert response.status_code == 200
    assert response.json() == {
        "source_collection_id": source.pk,
        "target_collection_id": target.pk,
        "artifacts": [
            {"artifact_id": skills[name].pk, "added_at": arrived[skills[name].pk], "created": True}
            for name in "ba"
        ],
    }
    assert members() == (left, "abcd")


@pytest.mark.parametrize(("verb", "left"), [("move", "b"), ("copy", "abc")])
def test_what_is_in_the_target_already_stays_as_it_is_there(
    api, transfer, members, target, skills, verb, left
):
    before = added_at(api, target)

    response = transfer(verb, "ca")

    rows = response.json()["artifacts"]
    assert response.status_code == 200
    assert [(row["artifact_id"], row["created"]) for row in rows] == [
        (skills["c"].pk, False),
        (skills["a"].pk, True),
    ]
    assert rows[0]["added_at"] == before[skills["c"].pk] == added_at(api, target)[skills["c"].pk]
    assert members() == (left, "acd")


@BOTH
def test_all_of_them_may_be_in_the_target_already(transfer, members, verb):
    response = transfer(verb, "c")

    assert (response.status_code, response.json()["artifacts"][0]["created"]) == (200, False)
    assert members() == ({"move": "ab", "copy": "abc"}[verb], "cd")


@BOTH
def test_a_repeated_artifact_counts_once(transfer, members, skills, verb):
    response = transfer(verb, "babb")

    rows = response.json()["artifacts"]
    assert [row["artifact_id"] for row in rows] == [skills["b"].pk, skills["a"].pk]
    assert [row["created"] for row in rows] == [True, True]
    assert members()[1] == "abcd"


def test_an_artifact_that_moves_leaves_the_groups_of_the_source(
    transfer, source, target, make_group, skills, artifacts_in_order, groups_in_order
):
    a, b, c, d = (skills[name] for name in "abcd")
    mixed, emptied = make_group(source, "mixed", a, b, c), make_group(source, "emptied", b)
    kept = make_group(target, "mixed", d, c)

    transfer("move", "bc")

    assert artifacts_in_order(mixed) == [("a", 0)]
    assert artifacts_in_order(emptied) == []
    assert artifacts_in_order(kept) == [("d", 0), ("c", 1)]
    assert groups_in_order(source) == [("mixed", 0), ("emptied", 1)]
    assert groups_in_order(target) == [("mixed", 0)]


def test_a_copy_leaves_the_source_untouched(
    api, transfer, source, target, make_group, skills, artifacts_in_order
):
    group = make_group(source, "tools", skills["b"], skills["a"])
    before = added_at(api, source)
    detail = api.get(f"{COLLECTIONS}/{source.pk}").json()

    transfer("copy", "ab")

    assert added_at(api, source) == before
    assert api.get(f"{COLLECTIONS}/{source.pk}").json() == detail
    assert artifacts_in_order(group) == [("b", 0), ("a", 1)]
    assert api.get(f"{COLLECTIONS}/{target.pk}").json()["group_count"] == 0


@BOTH
def test_what_is_not_in_the_source_is_named_and_nothing_happens(
    transfer, members, source, make_group, skills, artifacts_in_order, verb
):
    group = make_group(source, "tools", skills["a"])

    response = transfer(verb, "aedb")

    outsiders = f"{skills['e'].pk}, {skills['d'].pk}"
    assert failure(response) == (400, "not_in_collection", "artifact_ids")
    assert outsiders in response.json()["detail"]
    assert skills["a"].pk not in response.json()["detail"]
    assert members() == ("abc", "cd")
    assert artifacts_in_order(group) == [("a", 0)]


@BOTH
def test_an_unknown_artifact_is_named_and_nothing_happens(transfer, members, verb):
    response = transfer(verb, ["a", NO_ARTIFACT])

    assert missing(response) == (404, f"Artifact '{NO_ARTIFACT}' not found")
    assert members() == ("abc", "cd")


@BOTH
def test_source_and_target_must_differ(transfer, members, source, verb):
    response = transfer(verb, "a", target_collection_id=source.pk)

    assert failure(response) == (400, "same_target", "target_collection_id")
    assert members() == ("abc", "cd")


@BOTH
def test_an_unknown_target_is_named_and_nothing_happens(transfer, members, verb):
    response = transfer(verb, "a", target_collection_id=NO_COLLECTION)

    assert missing(response) == (404, f"Collection '{NO_COLLECTION}' not found")
    assert members() == ("abc", "cd")


@BOTH
@pytest.mark.parametrize("id", [NO_COLLECTION, "col-1", NO_ARTIFACT])
def test_an_unknown_source_is_named(api, target, skills, members, verb, id):
    body = {"artifact_ids": [skills["a"].pk], "target_collection_id": target.pk}

    response = api.post(f"{COLLECTIONS}/{id}/{verb}-artifacts", body)

    assert missing(response) == (404, f"Collection '{id}' not found")
    assert members() == ("abc", "cd")


@BOTH
@pytest.mark.parametrize(
    ("fields", "code", "attr"),
    [
        ({"artifact_ids": []}, "min_length", "artifact_ids"),
        ({"artifact_ids": [f"art-{n:032}" for n in range(1001)]}, "max_length", "artifact_ids"),
        ({"artifact_ids": [NO_ARTIFACT, "x"]}, "invalid", "artifact_ids.1"),
        ({"artifact_ids": None}, "null", "artifact_ids"),
        ({"artifact_id": NO_ARTIFACT}, "unknown_field", "artifact_id"),
        ({"target_collection_id": "col-1"}, "invalid", "target_collection_id"),
        ({"target_collection_id": NO_ARTIFACT}, "invalid", "target_collection_id"),
        ({"target_collection_id": None}, "null", "target_collection_id"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_body_of_another_shape_is_refused(transfer, members, verb, fields, code, attr):
    assert failure(transfer(verb, "a", **fields)) == (400, code, attr)
    assert members() == ("abc", "cd")


@BOTH
@pytest.mark.parametrize("field", ["artifact_ids", "target_collection_id"])
def test_both_fields_are_required(api, source, target, skills, members, verb, field):
    body = {"artifact_ids": [skills["a"].pk], "target_collection_id": target.pk}
    del body[field]

    response = api.post(f"{COLLECTIONS}/{source.pk}/{verb}-artifacts", body)

    assert failure(response) == (400, "required", field)
    assert members() == ("abc", "cd")


def test_an_artifact_can_move_there_and_back(transfer, api, members, source, target, skills):
    transfer("move", "a")
    body = {"artifact_ids": [skills["a"].pk], "target_collection_id": source.pk}

    response = api.post(f"{COLLECTIONS}/{target.pk}/move-artifacts", body)

    assert response.json()["source_collection_id"] == target.pk
    assert members() == ("abc", "cd")
