"""Errors in the admin are pages for people, and never the API's JSON."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from skillmeat_site.db.transactions import Stale

COLLECTIONS = "/admin/collections_app/collection/"


def text(response: Any, status: int) -> str:
    assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")
    return response.content.decode()


def test_a_form_of_too_many_fields_is_told_so_and_not_the_host(admin_client, settings):
    fields = {str(number): "" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    page = text(admin_client.post(f"{COLLECTIONS}add/", fields), 400)
    assert "The form has more fields than the server reads at once." in page


def test_a_host_that_is_not_allowed_is_told(client):
    assert "does not answer for this host" in text(client.get("/admin/", headers={"host": "evil"}), 400)


def test_a_filter_that_is_not_allowed_is_told(admin_client):
    page = text(admin_client.get("/admin/auth/user/?password__startswith=x"), 400)
    assert "Filtering by password__startswith not allowed" in page


def test_who_may_not_do_this_is_told(client, make_user):
    client.force_login(make_user("clerk", is_staff=True))
    assert "You do not have permission" in text(client.get(COLLECTIONS), 403)


@pytest.mark.parametrize("url", ["/admin/nothing/", f"{COLLECTIONS}col-0/change/"])
def test_what_does_not_exist_is_told(admin_client, url):
    assert "There is no" in text(admin_client.get(url), 404)


def test_what_may_not_be_seen_is_not_named(client, make_user, make_collection, api):
    office = make_collection("Office")
    api.delete(f"/api/v1/collections/{office.pk}")
    client.force_login(make_user("clerk", is_staff=True))
    assert "Office" not in text(client.get(f"{COLLECTIONS}{office.pk}/change/"), 403)


def test_a_body_that_is_too_large_is_told(admin_client, settings):
    settings.MAX_BODY_BYTES = 10
    assert "Send less at once." in text(admin_client.post(COLLECTIONS, {"name": "x" * 100}), 413)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (OperationalError("canceling statement due to lock timeout"), 503, "Try again in a few seconds."),
        (Stale(), 503, "Too many others were writing at the same time."),
        (RuntimeError("secret"), 500, "Internal server error"),
    ],
)
def test_a_failure_is_told_without_what_is_inside(admin_user, error, status, said):
    client = Client(raise_request_exception=False)
    client.force_login(admin_user)
    with patch("collections_app.services.create_collection", side_effect=error):
        page = text(client.post(f"{COLLECTIONS}add/", {"name": "Office"}), status)
    assert said in page
    assert "secret" not in page
    assert "canceling" not in page
