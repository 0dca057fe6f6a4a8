"""``POST /reports``: which artifacts it means, and what is latest."""

import pytest

from collections_app.models import Artifact, Collection
from deployments_app.models import Deployment, Project
from groups_app.models import Group
from reports_app.tests.helpers import KEY, ROOT, error, item, report


def test_with_a_namespace_it_is_that_one_of_the_type_and_name(api, make_artifact):
    make_artifact("pdf")

    report(api, item(namespace="acme/skills"), item(), {"type": "agent", "name": "pdf"})

    made = Artifact.objects.order_by("namespace", "type").values_list("namespace", "type")
    assert list(made) == [("", "agent"), ("", "skill"), ("acme/skills", "skill")]


def test_without_a_namespace_it_is_the_only_one_of_that_name(api, make_artifact):
    known = make_artifact("pdf", namespace="acme/skills")

    report(api, item(version="1"))

    assert Deployment.objects.get().artifact_id == known.pk


def test_of_several_it_is_the_one_that_is_known_to_have_had_the_digest(api, make_artifact, web, deploy):
    make_artifact("pdf")
    one, other = (make_artifact("pdf", namespace=name) for name in ("a", "b"))
    deploy(one, web, deployed_digest="sha256:aa", status="inactive")
    Artifact.objects.filter(pk=other.pk).update(latest_digest="sha256:bb")

    for digest, artifact in (("sha256:aa", one), ("sha256:bb", other)):
        report(api, item(digest=digest))
        assert Deployment.objects.get(status="active").artifact_id == artifact.pk


def test_of_several_without_a_known_digest_it_is_the_one_with_an_empty_namespace(api, make_artifact):
    make_artifact("pdf", namespace="a")
    homeless = make_artifact("pdf")

    report(api, item(digest="sha256:cc"))

    assert Deployment.objects.get().artifact_id == homeless.pk


@pytest.mark.parametrize("known", [True, False])
def test_the_same_one_twice_is_refused(api, make_artifact, known):
    if known:
        make_artifact("pdf")

    response = api.post(f"{ROOT}/reports", {"project": {"key": KEY}, "artifacts": [item(), item()]})

    assert error(response) == (400, "repeated", "artifacts.1")
    assert not Project.objects.exists()


def test_one_s_own_stands_beside_that_of_a_namespace_of_the_same_name(api, make_artifact):
    make_artifact("pdf", namespace="acme")

    for _ in range(2):
        report(api, item(version="1"), item(namespace="acme", version="2"), tool=str(_))

    active = Deployment.objects.filter(status="active")
    assert sorted(active.values_list("artifact__namespace", "deployed_version")) == [("", "1"), ("acme", "2")]
    assert Deployment.objects.count() == 2


@pytest.mark.parametrize(
    ("known", "seen", "latest"),
    [
        (None, "1.0", "1.0"),
        ("1.0", "1.1", "1.1"),
        ("1.10", "1.9", "1.10"),
        ("2.0", "2.0rc1", "2.0"),
        ("2.0rc1", "2.0", "2.0"),
        ("1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta"),
        ("1.0.0-x.7", "1.0.0-x.10", "1.0.0-x.10"),
        ("spring", "summer", "spring"),
        ("1.0", "summer", "1.0"),
        ("1.0", None, "1.0"),
        (None, "sha256:aa", None),
        ("1.0", "9f3c2a1d", "1.0"),
        ("20240101", "20250101", "20250101"),
    ],
)
def test_the_greatest_version_that_was_seen_or_typed_in_is_the_latest(
    api, make_artifact, known, seen, latest
):
    pdf = make_artifact("pdf", latest_version=known)

    report(api, item(version=seen))

    assert Artifact.objects.get(pk=pdf.pk).latest_version == latest


def test_a_new_artifact_has_the_version_that_was_seen_and_a_description(api):
    report(api, item(version="1.2", description="Reads forms."), item("x", version="sha256:aa"))

    made = dict(Artifact.objects.values_list("name", "latest_version"))
    assert made == {"pdf": "1.2", "x": None}
    assert Artifact.objects.get(name="pdf").description == "Reads forms."


def test_what_a_person_wrote_about_an_artifact_stays(api, make_artifact):
    make_artifact("pdf", description="Ours.")

    assert report(api, item(description="Theirs."))["artifacts"]["unchanged"] == 1
    assert Artifact.objects.get().description == "Ours."


def test_collections_and_groups_are_made_and_only_ever_added_to(api, make_artifact, make_collection):
    make_collection("office", make_artifact("old"))

    for _ in range(2):
        report(api, item(collection="office", group="docs"), item("ocr", collection="lab"), tool=str(_))

    office = api.get(f"{ROOT}/artifacts?search=pdf").json()["artifacts"][0]
    held = api.get(f"{ROOT}/artifacts/{office['id']}").json()["collections"]
    assert [(one["name"], [group["name"] for group in one["groups"]]) for one in held] == [
        ("office", ["docs"])
    ]
    counts = {c.name: c.artifact_count for c in Collection.objects.with_counts()}
    assert counts == {"office": 2, "lab": 1}


def test_what_a_group_holds_already_keeps_its_place_and_is_not_looked_up_again(
    api, django_assert_max_num_queries
):
    artifacts = [item(f"a{n}", version="1", collection="c", group="g") for n in range(3)]
    report(api, *artifacts)
    [group] = Group.objects.all()
    artifacts[0]["version"] = "2"

    with django_assert_max_num_queries(60) as queries:
        report(api, *reversed(artifacts), item("new", collection="c", group="g"))
    names = group.ordered_artifacts().values_list("collection_artifact__artifact__name", flat=True)

    assert list(names) == ["a0", "a1", "a2", "new"]
    # Which would count, for each of them, those that stand before it.
    assert not any('AS "position"' in query["sql"] for query in queries)
