"""``GET /reports``, and who may send them."""

from reports_app.models import KEPT, Report
from reports_app.tests.helpers import KEY, ROOT, item, report


def test_reports_are_listed_newest_first_with_what_they_did(api, shop):
    problems = [{"path": "x.md", "code": "broken_front_matter", "detail": "Line 3."}]
    first = report(api, item(version="1"), tool="skillmeat 1.0", commit="9f3c", problems=problems)
    second = report(api, target="codex")
    report(api, project={"id": shop.pk})

    body = api.get(f"{ROOT}/reports?project_id={first['project_id']}").json()

    assert (body["total"], [row["id"] for row in body["reports"]]) == (
        2,
        [second["report_id"], first["report_id"]],
    )
    shown = api.get(f"{ROOT}/reports/{first['report_id']}").json()
    assert shown == body["reports"][1]
    expected = {"target": "default", "tool": "skillmeat 1.0", "commit": "9f3c", "by": "editor"}
    assert {name: shown[name] for name in expected} == expected
    assert (shown["problems"], shown["counts"]["deployments"]["created"]) == (problems, 1)
    assert api.get(f"{ROOT}/reports").json()["total"] == 3


def test_the_last_hundred_of_each_project_and_target_are_kept(api):
    report(api, target="codex")
    for number in range(KEPT + 2):
        last = report(api, commit=str(number))

    kept = Report.objects.filter(target="default").order_by("pk")
    assert (kept.count(), kept[0].commit) == (KEPT, "2")
    assert kept.last().pk == last["report_id"]
    assert Report.objects.filter(target="codex").count() == 1


def test_a_reporter_sends_reports_and_nothing_else(make_user, client_of, api):
    ci = client_of(make_user("ci", "Reporters"))

    assert report(ci, item(version="1", collection="c", group="g"))["deployments"]["created"] == 1
    assert ci.post(f"{ROOT}/projects", {"name": "x"}).status_code == 403
    assert ci.post(f"{ROOT}/catalogs", {"namespace": "a", "artifacts": []}).status_code == 403
    assert Report.objects.get().by == "ci"


def test_a_method_that_catalogues_do_not_take_is_405_for_everybody(api, viewer_api):
    assert {client.get(f"{ROOT}/catalogs").status_code for client in (api, viewer_api)} == {405}


def test_a_viewer_sends_no_reports(viewer_api):
    response = viewer_api.post(f"{ROOT}/reports", {"project": {"key": KEY}, "artifacts": []})

    assert response.status_code == 403


def test_a_project_with_nothing_but_reports_can_be_deleted(api):
    project = report(api)["project_id"]

    assert api.delete(f"{ROOT}/projects/{project}").status_code == 204
    assert not Report.objects.exists()
