"""The pages in a browser: they work, and ask nothing of another host."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from skillmeat_site.accounts.models import ApiToken
from tests.services import CHROMIUM, need

pytestmark = pytest.mark.django_db(transaction=True)


class Visit:
    """A page with what it asked for and complained about."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.host = page, host
        self.outside: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._note_request)
        page.on("response", self._note_response)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.host}/", "data:", "blob:")):
            self.outside.append(request.url)

    def _note_response(self, response: Any) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def _note_message(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def go(self, path: str, text: str) -> None:
        """Open a page and wait until it shows ``text``."""
        self.page.goto(self.host + path)
        self.page.get_by_text(text).first.wait_for(timeout=20_000)
        self.page.wait_for_load_state("networkidle")
        assert self.page.locator("html").get_attribute("lang")
        assert (path, self.outside, self.complaints) == (path, [], [])


@pytest.fixture
def admin_cookie(make_user: Any, client: Any) -> str:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client.cookies["sessionid"].value


@pytest.fixture
def token(make_user: Any) -> str:
    return ApiToken.objects.issue(make_user("ada"))[1]


@pytest.fixture
def in_browser(live_server: Any, admin_cookie: str) -> Callable[[Callable[[Visit], None]], None]:
    """Run something with a page of somebody who is logged in to the admin.

    In a thread of its own, since Django refuses the database to one with an event loop.
    """
    need("chromium")

    def run(work: Callable[[Visit], None]) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = browser.new_context()
            context.add_cookies([{"name": "sessionid", "value": admin_cookie, "url": live_server.url}])
            work(Visit(context.new_page(), live_server.url))
            browser.close()

    def run_in_thread(work: Callable[[Visit], None]) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(run, work).result()

    return run_in_thread


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "Try the API"),
        ("/api/v1/docs", "List collections"),
        ("/api/v1/redoc", "Which AI-agent artifacts do I have"),
        ("/admin/", "Collections"),
        ("/admin/collections_app/collection/", "Collections"),
        ("/admin/deployments_app/deployment/add/", "Deployed version"),
    ],
)
def test_a_page_works_and_asks_nothing_of_another_host(in_browser: Any, path: str, text: str) -> None:
    in_browser(lambda visit: visit.go(path, text))


def test_swagger_ui_takes_the_bare_token(in_browser: Any, token: str) -> None:
    def call(visit: Visit) -> None:
        visit.go("/api/v1/docs", "Show who I am")
        page = visit.page
        page.locator("button.authorize").first.click()
        page.locator(".auth-container input").first.fill(token)
        page.locator(".auth-container button.authorize").first.click()
        page.locator("button.btn-done").first.click()
        page.get_by_text("Show who I am").click()
        page.locator("button.try-out__btn").click()
        page.locator("button.execute").click()
        page.locator(".live-responses-table .response-col_status").get_by_text("200").first.wait_for()
        assert '"ada"' in page.locator(".live-responses-table").inner_text()

    in_browser(call)


def test_every_page_has_a_content_security_policy(client: Any) -> None:
    for path in ("/", "/api/v1/docs", "/api/v1/redoc", "/admin/login/", "/api/v1/collections"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "default-src 'self'" in policy, path
        assert "http" not in policy, path
