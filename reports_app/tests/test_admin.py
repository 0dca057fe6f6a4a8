"""Reports in Django admin: to be read, and nothing else."""

import pytest

from reports_app.models import Report
from reports_app.services import receive_report

URL = "/admin/reports_app/report/"
PROBLEM = {"path": ".claude/agents/x.md", "code": "broken_front_matter", "detail": "Line 3 is no YAML."}


@pytest.fixture
def make_report(db):
    """Report a project, and return the report."""

    def make(name: str) -> Report:
        artifacts = [{"type": "skill", "name": name}]
        project = {"key": f"github.com/acme/{name}"}
        outcome = receive_report(project=project, artifacts=artifacts, by="ada", problems=[PROBLEM])
        return outcome.report

    return make


def test_the_list_shows_who_reported_what_and_how_many_problems_there_were(admin_client, make_report):
    make_report("web")
    page = admin_client.get(URL)
    (report,) = page.context["cl"].result_list
    assert (report.project.name, report.target, report.by) == ("web", "default", "ada")
    assert "field-problem_count" in page.content.decode()


def test_the_page_of_a_report_shows_its_counts_and_problems(admin_client, make_report):
    page = admin_client.get(f"{URL}{make_report('web').pk}/change/").content.decode()
    for shown in (PROBLEM["detail"], PROBLEM["code"], "retired", "ada"):
        assert shown in page


@pytest.mark.parametrize("path", ["add/", "{}/delete/"])
def test_a_report_is_neither_added_nor_deleted(admin_client, make_report, path):
    report = make_report("web")
    assert admin_client.post(URL + path.format(report.pk), {"post": "yes"}).status_code == 403
    assert Report.objects.count() == 1


def test_a_report_is_not_changed(admin_client, make_report):
    report = make_report("web")
    url = f"{URL}{report.pk}/change/"
    assert admin_client.post(url, {"by": "eve"}).status_code == 403
    assert 'name="_save"' not in admin_client.get(url).content.decode()
    report.refresh_from_db()
    assert report.by == "ada"


def test_the_list_costs_the_same_however_long_it_is(admin_client, make_report, count_queries):
    make_report("first")
    admin_client.get(URL)
    few = count_queries(lambda: admin_client.get(URL))
    for number in range(5):
        make_report(f"web{number}")
    assert count_queries(lambda: admin_client.get(URL)) == few
