"""Every write to the domain's rows leaves a record: of the row, by whom, and in its transaction."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import models, transaction
from django.test.utils import isolate_apps
from django.utils import timezone

from collections_app.models import Collection
from collections_app.services import create_collection, delete_collection
from deployments_app.models import Tally
from reports_app.models import Report
from skillmeat_site.accounts.apps import DOMAIN_APPS
from skillmeat_site.audit.trail import AuditTrail
from tests.calls import API, filled

Change = tuple[str, str, str | None]


def trail() -> list[Change]:
    """What happened to which kind of row, in no particular order, and by whom; then forgets it."""
    changes = []
    for model in apps.get_app_config("audit").get_models():
        for record in model.objects.all():
            changes.append((record.history_type, model.instance_type.__name__, record.history_user_id))
        model.objects.all().delete()
    return sorted(changes)


def by_editor(*changes: str) -> list[Change]:
    return sorted((change[0], change[1:], "editor") for change in changes)


@pytest.fixture
def rows(make_artifact, make_collection, make_group) -> dict[str, Any]:
    one, two, three = (make_artifact(name) for name in ("one", "two", "three"))
    collection = make_collection("source", one, two)
    rows = {
        "one": one.pk,
        "two": two.pk,
        "three": three.pk,
        "collection": collection.pk,
        "target": make_collection("target").pk,
        "group": make_group(collection, "group", one, two).pk,
        "other": make_group(collection, "other").pk,
    }
    trail()
    return rows


def test_every_model_of_the_domain_has_a_trail():
    models = {model for label in DOMAIN_APPS for model in apps.get_app_config(label).get_models()}
    # Tallies are written by the database, and reports never change.
    others = {*Tally.__subclasses__(), Report}

    recorded = {model.instance_type for model in apps.get_app_config("audit").get_models()}
    assert recorded == models - others


@pytest.mark.parametrize(
    ("method", "path", "body", "changes"),
    [
        ("post", "/collections", {"name": "new"}, ["+Collection"]),
        ("put", "/collections/{collection}", {"name": "new"}, ["~Collection"]),
        ("put", "/collections/{collection}", {"name": "source"}, []),
        (
            "delete",
            "/collections/{collection}",
            None,
            ["-Collection", *["-Group", "-CollectionArtifact", "-GroupArtifact"] * 2],
        ),
        (
            "post",
            "/collections/{target}/artifacts",
            {"artifact_ids": ["{one}", "{two}", "{three}"]},
            ["+CollectionArtifact"] * 3,
        ),
        ("post", "/collections/{collection}/artifacts", {"artifact_ids": ["{one}"]}, []),
        (
            "delete",
            "/collections/{collection}/artifacts/{one}",
            None,
            ["-CollectionArtifact", "-GroupArtifact"],
        ),
        (
            "post",
            "/collections/{collection}/move-artifacts",
            {"artifact_ids": ["{one}", "{two}"], "target_collection_id": "{target}"},
            ["-CollectionArtifact", "-GroupArtifact", "+CollectionArtifact"] * 2,
        ),
        ("post", "/groups", {"collection_id": "{collection}", "name": "new", "position": 0}, ["+Group"]),
        ("put", "/groups/{group}", {"position": 1}, ["~Group"]),
        ("put", "/groups/{group}", {"position": 0}, []),
        ("delete", "/groups/{group}", None, ["-Group", "-GroupArtifact", "-GroupArtifact"]),
        ("put", "/groups/reorder", {"groups": [{"id": "{group}", "position": 1}]}, ["~Collection"]),
        ("put", "/groups/reorder", {"groups": [{"id": "{group}", "position": 0}]}, []),
        (
            "post",
            "/groups/{group}/artifacts",
            {"artifact_ids": ["{one}", "{three}"]},
            ["+CollectionArtifact", "+GroupArtifact"],
        ),
        ("post", "/groups/{group}/artifacts", {"artifact_ids": ["{two}"], "position": 0}, ["~Group"]),
        ("put", "/groups/{group}/artifacts/{one}", {"position": 1}, ["~Group"]),
        ("delete", "/groups/{group}/artifacts/{one}", None, ["-GroupArtifact"]),
        (
            "post",
            "/groups/{group}/reorder-artifacts",
            {"artifacts": [{"artifact_id": "{one}", "position": 1}]},
            ["~Group"],
        ),
        (
            "post",
            "/groups/{group}/move-artifacts",
            {"artifact_ids": ["{one}"], "target_group_id": "{other}"},
            ["-GroupArtifact", "+GroupArtifact"],
        ),
        (
            "post",
            "/groups/{group}/copy",
            {"target_collection_id": "{target}"},
            ["+Group", *["+CollectionArtifact", "+GroupArtifact"] * 2],
        ),
        ("post", "/artifacts", {"type": "skill", "name": "new"}, ["+Artifact"]),
        ("patch", "/artifacts/{one}", {"latest_version": "2"}, ["~Artifact"]),
        ("delete", "/artifacts/{one}", None, ["-Artifact", "-CollectionArtifact", "-GroupArtifact"]),
        ("post", "/projects", {"name": "new"}, ["+Project"]),
        ("post", "/projects", {"name": ""}, []),
    ],
)
def test_a_write_leaves_a_record_of_each_row_that_it_changes(api, rows, method, path, body, changes):
    getattr(api, method)(API + path.format_map(rows), filled(body, rows))

    assert trail() == by_editor(*changes)


def test_a_record_keeps_the_row_as_it_was(api, rows):
    api.put(f"{API}/groups/{rows['group']}", {"name": "renamed", "description": "why"})
    api.delete(f"{API}/groups/{rows['group']}")

    records = apps.get_model("audit", "HistoricalGroup").objects.filter(id=rows["group"])
    kept = [(r.history_type, r.name, r.description, r.collection_id) for r in records]
    assert kept == [("-", "renamed", "why", rows["collection"]), ("~", "renamed", "why", rows["collection"])]


def test_a_new_order_says_so(api, rows):
    api.put(f"{API}/groups/{rows['group']}/artifacts/{rows['one']}", {"position": 1})
    api.put(f"{API}/groups/{rows['group']}", {"position": 1})
    api.put(f"{API}/groups/reorder", {"groups": [{"id": rows["group"], "position": 0}]})

    group = apps.get_model("audit", "HistoricalGroup").objects.get
    assert group(history_change_reason="artifacts rearranged").id == rows["group"]
    assert group(history_change_reason="moved to position 1").id == rows["group"]
    collection = apps.get_model("audit", "HistoricalCollection").objects.get()
    assert (collection.id, collection.history_change_reason) == (rows["collection"], "groups rearranged")


def test_the_number_of_queries_does_not_grow_with_what_a_delete_takes_along(
    make_artifact, make_collection, make_group, count_queries
):
    def cost(size: int) -> int:
        artifacts = [make_artifact(f"{size}-{number}") for number in range(size)]
        collection = make_collection(f"of {size}", *artifacts)
        make_group(collection, "group", *artifacts)
        return count_queries(lambda: delete_collection(id=collection.pk))

    assert cost(2) == cost(20)


def test_what_is_undone_was_never_recorded(db):
    with transaction.atomic():
        create_collection(name="doomed")
        transaction.set_rollback(True)

    assert trail() == []


def test_what_is_saved_outside_of_a_service_is_recorded_too(db):
    collection = Collection.objects.create(name="by hand")
    collection.delete()

    assert trail() == [("+", "Collection", None), ("-", "Collection", None)]


def test_an_operator_may_shorten_the_trail(make_collection):
    make_collection("old")
    history = apps.get_model("audit", "HistoricalCollection").objects
    history.update(history_date=timezone.now() - timedelta(days=31))
    make_collection("new")

    call_command("clean_old_history", auto=True, days=30, verbosity=0)

    assert [record.name for record in history.all()] == ["new"]


@isolate_apps("tests")
def test_a_trail_of_another_name_is_refused_at_once() -> None:
    with pytest.raises(ImproperlyConfigured, match="Call the AuditTrail of Tag history, not trail"):

        class Tag(models.Model):
            trail = AuditTrail()

            class Meta:
                app_label = "tests"

            def __str__(self) -> str:
                return "A tag"
