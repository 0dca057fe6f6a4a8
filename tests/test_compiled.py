"""Queries that are compiled once."""

import pytest

from skillmeat_site.db import compiled as module
from skillmeat_site.db.compiled import compiled


@pytest.fixture
def kept(monkeypatch):
    """What is kept: nothing yet."""
    monkeypatch.setattr(module, "_kept", {})
    return module._kept


def test_a_query_is_made_once(kept):
    first = compiled("key", object)
    assert compiled("key", object) is first
    assert compiled("another", object) is not first


def test_of_too_many_queries_the_oldest_goes(kept, monkeypatch):
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    for key in "abc":
        compiled(key, object)
    assert list(kept) == ["b", "c"]


def test_the_values_of_a_parameter_in_any_order_make_one_query(api, kept, make_artifact):
    url = f"/api/v1/deployments?artifact_id={make_artifact('pdf').pk}"
    for statuses in (["active", "error"], ["error", "active"], ["error"] * 50 + ["active"]):
        assert api.get(url + "".join(f"&status={status}" for status in statuses)).status_code == 200
        assert len([key for key in kept if "status" in str(key)]) == 1


def test_searches_for_different_texts_make_one_query_and_an_empty_one_another(api, kept):
    for text, queries in (("a", 1), ("b%", 1), ("", 2)):
        assert api.get(f"/api/v1/collections?search={text}").status_code == 200
        assert len([key for key in kept if "search" in str(key)]) == queries
