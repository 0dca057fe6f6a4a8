"""Positions are 0, 1, 2, … after whatever happens: every endpoint, every cascade, bare SQL."""

import random
from types import SimpleNamespace

import pytest

from collections_app.models import Artifact, Collection, CollectionArtifact
from groups_app.models import Group, GroupArtifact
from groups_app.tests.helpers import COLLECTIONS, URL, placed

ARTIFACTS = "/api/v1/artifacts"


@pytest.fixture
def shelf(api, office, home, make_group, skills):
    """Two collections whose groups ``p`` to ``s`` and ``x``, ``y`` share artifacts, and short ways to act."""
    groups = {name: make_group(office, name) for name in "pqrs"} | {
        name: make_group(home, name) for name in "xy"
    }

    def ids(letters):
        return [skills[letter].pk for letter in letters]

    for name, letters in {"p": "abcd", "q": "dcba", "r": "bd", "x": "cab"}.items():
        api.post(f"{URL}/{groups[name].pk}/artifacts", {"artifact_ids": ids(letters)})
    return SimpleNamespace(
        api=api,
        office=office,
        home=home,
        ids=ids,
        id=lambda letter: skills[letter].pk,
        groups=groups,
        url=lambda name, rest="": f"{URL}/{groups[name].pk}{rest}",
        collection_url=lambda rest: f"{COLLECTIONS}/{office.pk}{rest}",
    )


def arrangement(api, collection):
    """The groups of a collection with their artifacts, once every view of them agrees and has no gap."""
    groups = api.get(URL, {"collection_id": collection.pk}).json()["groups"]
    assert [group["position"] for group in groups] == list(range(len(groups)))
    assert api.get(f"{COLLECTIONS}/{collection.pk}").json()["groups"] == groups
    found = {}
    for group in groups:
        shown = api.get(f"{URL}/{group['id']}").json()
        listed = api.get(f"{URL}/{group['id']}/artifacts").json()["artifacts"]
        assert shown.pop("artifacts") == listed
        assert shown == group
        assert [artifact["position"] for artifact in listed] == list(range(group["artifact_count"]))
        found[group["name"]] = "".join(artifact["name"] for artifact in listed)
    return found


OFFICE = {"p": "abcd", "q": "dcba", "r": "bd", "s": ""}
HOME = {"x": "cab", "y": ""}


def office(order="pqrs", **changes):
    """What "Office" looks like, in the end; "Home" is as it was."""
    return {name: (OFFICE | changes)[name] for name in order}, HOME


REMOVALS_BY_API = {
    "a group": (lambda s: s.api.delete(s.url("q")), office("prs")),
    "an artifact from a group": (
        lambda s: s.api.delete(s.url("p", f"/artifacts/{s.id('b')}")),
        office(p="acd"),
    ),
    "an artifact from the collection": (
        lambda s: s.api.delete(s.collection_url(f"/artifacts/{s.id('b')}")),
        office(p="acd", q="dca", r="d"),
    ),
    "an artifact altogether": (
        lambda s: s.api.delete(f"{ARTIFACTS}/{s.id('b')}"),
        (office(p="acd", q="dca", r="d")[0], {"x": "ca", "y": ""}),
    ),
    "artifacts to another collection": (
        lambda s: s.api.post(
            s.collection_url("/move-artifacts"),
            {"artifact_ids": s.ids("bd"), "target_collection_id": s.home.pk},
        ),
        office(p="ac", q="ca", r=""),
    ),
    "artifacts to another group": (
        lambda s: s.api.post(
            s.url("p", "/move-artifacts"),
            {"artifact_ids": s.ids("ca"), "target_group_id": s.groups["r"].pk, "position": 1},
        ),
        office(p="bd", r="bcad"),
    ),
    "artifacts to a group elsewhere": (
        lambda s: s.api.post(
            s.url("p", "/move-artifacts"),
            {"artifact_ids": s.ids("bd"), "target_group_id": s.groups["x"].pk, "position": 0},
        ),
        (office(p="ac")[0], {"x": "bdca", "y": ""}),
    ),
}


@pytest.mark.parametrize("what", REMOVALS_BY_API)
def test_positions_stay_dense_when_the_api_takes_away(shelf, what):
    take_away, expected = REMOVALS_BY_API[what]

    assert take_away(shelf).status_code in (200, 204)
    assert (arrangement(shelf.api, shelf.office), arrangement(shelf.api, shelf.home)) == expected


REMOVALS_BY_ORM = {
    "one group": (lambda s: s.groups["p"].delete(), office("qrs")),
    "groups": (lambda s: Group.objects.filter(name__in="pr").delete(), office("qs")),
    "one artifact": (
        lambda s: Artifact.objects.get(name="c").delete(),
        (office(p="abd", q="dba")[0], {"x": "ab", "y": ""}),
    ),
    "artifacts": (
        lambda s: Artifact.objects.filter(name__in="ad").delete(),
        (office(p="bc", q="cb", r="b")[0], {"x": "cb", "y": ""}),
    ),
    "memberships": (
        lambda s: CollectionArtifact.objects.filter(collection=s.office, artifact__name__in="ad").delete(),
        office(p="bc", q="cb", r="b"),
    ),
    "places": (
        lambda s: GroupArtifact.objects.filter(
            group=s.groups["q"], collection_artifact__artifact__name__in="dc"
        ).delete(),
        office(q="ba"),
    ),
    "one place": (lambda s: s.groups["p"].group_artifacts.first().delete(), office(p="bcd")),
}


@pytest.mark.parametrize("what", REMOVALS_BY_ORM)
def test_positions_stay_dense_when_rows_are_deleted_past_the_api(shelf, what):
    take_away, expected = REMOVALS_BY_ORM[what]

    take_away(shelf)

    assert (arrangement(shelf.api, shelf.office), arrangement(shelf.api, shelf.home)) == expected


@pytest.mark.parametrize("by_api", [True, False])
def test_a_deleted_collection_takes_its_groups_and_leaves_the_others_dense(shelf, by_api):
    if by_api:
        assert shelf.api.delete(shelf.collection_url("")).status_code == 204
    else:
        Collection.objects.filter(pk=shelf.office.pk).delete()

    assert arrangement(shelf.api, shelf.home) == HOME
    assert (Group.objects.count(), GroupArtifact.objects.count(), Artifact.objects.count()) == (2, 3, 6)


def test_writes_count_positions_as_reads_do_after_gaps(shelf):
    """Each write names a position behind a gap that a removal past the API has left."""
    shelf.groups["p"].delete()
    shelf.groups["q"].group_artifacts.first().delete()

    replies = [
        shelf.api.post(shelf.url("q", "/artifacts"), {"artifact_ids": shelf.ids("ef"), "position": 1}),
        shelf.api.put(shelf.url("q", f"/artifacts/{shelf.id('a')}"), {"position": 0}),
        shelf.api.post(URL, {"collection_id": shelf.office.pk, "name": "t", "position": 1}),
        shelf.api.patch(shelf.url("s"), {"position": 0}),
    ]

    assert [reply.status_code for reply in replies] == [201, 200, 201, 200]
    assert arrangement(shelf.api, shelf.office) == {"s": "", "q": "acefb", "t": "", "r": "bd"}


def test_rows_that_were_given_the_same_rank_still_have_places_of_their_own(shelf):
    Group.objects.update(rank=7)
    GroupArtifact.objects.update(rank=-7)

    assert arrangement(shelf.api, shelf.office) == OFFICE
    found = shelf.api.get(URL, {"collection_id": shelf.office.pk, "artifact_id": shelf.id("d")}).json()[
        "groups"
    ]
    assert [(group["name"], group["position"]) for group in found] == placed("pqr")


def insert(order, position, *items):
    others = [other for other in order if other not in items]
    return [*others[:position], *items, *others[position:]]


@pytest.mark.parametrize("seed", range(3))
def test_groups_stay_as_a_plain_list_would_after_many_random_writes(api, office, groups_in_order, seed):
    dice = random.Random(seed)
    order: list[str] = []
    ids: dict[str, str] = {}
    for step in range(30):
        name = dice.choice(order) if order else ""
        action = (
            dice.choice(["create", "create", "move", "reorder", "delete"]) if len(order) > 1 else "create"
        )
        if action == "create":
            name, position = f"g{step}", dice.randrange(len(order) + 3)
            body = {"collection_id": office.pk, "name": name, "position": position}
            ids[name] = api.post(URL, body).json()["id"]
            order = insert(order, position, name)
        elif action == "move":
            position = dice.randrange(len(order))
            assert api.put(f"{URL}/{ids[name]}", {"position": position}).status_code == 200
            order = insert(order, position, name)
        elif action == "reorder":
            dice.shuffle(order)
            items = [{"id": ids[name], "position": position} for position, name in enumerate(order)]
            assert api.put(f"{URL}/reorder", {"groups": items}).status_code == 200
        else:
            assert api.delete(f"{URL}/{ids[name]}").status_code == 204
            order.remove(name)
        assert groups_in_order(office) == placed(order)


@pytest.mark.parametrize("seed", range(3))
def test_artifacts_stay_as_plain_lists_would_after_many_random_moves(shelf, artifacts_in_order, seed):
    dice = random.Random(seed)
    orders = {name: [*letters] for name, letters in (OFFICE | HOME).items()}
    for _ in range(20):
        source, target = dice.sample([*orders], 2)
        position = dice.randrange(7)
        if dice.random() < 0.5 and orders[source]:
            block = dice.sample(orders[source], dice.randint(1, len(orders[source])))
            body = {"artifact_ids": shelf.ids(block), "target_group_id": shelf.groups[target].pk}
            reply = shelf.api.post(shelf.url(source, "/move-artifacts"), {**body, "position": position})
            orders[source] = [letter for letter in orders[source] if letter not in block]
        else:
            block = dice.sample("abcdef", dice.randint(1, 4))
            body = {"artifact_ids": shelf.ids(block), "position": position}
            reply = shelf.api.post(shelf.url(target, "/artifacts"), body)
        orders[target] = insert(orders[target], position, *block)
        assert reply.status_code in (200, 201)
        assert artifacts_in_order(shelf.groups[target]) == placed(orders[target])
    found = arrangement(shelf.api, shelf.office) | arrangement(shelf.api, shelf.home)
    assert found == {name: "".join(order) for name, order in orders.items()}
