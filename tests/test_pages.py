"""The pages for people: they work without any other host."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.calls import assert_envelope

PAGES = ["/", "/api/v1/docs", "/api/v1/redoc", "/admin/login/"]
LOADING = {"src", "href", "srcset", "poster", "data", "action", "formaction", "manifest"}


class References(HTMLParser):
    """What a page loads, where it links to, and the scripts and styles inside it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.within = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = tag
        for name, value in attrs:
            if name in LOADING and value:
                (self.links if tag == "a" else self.loaded).append(value)
            elif name == "style" and value:
                self.inline.append(value)

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within in ("script", "style"):
            self.inline.append(data)


def read(client: Any, path: str) -> References:
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    return References(response.content.decode())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_without_a_token(anonymous_api: Any, path: str) -> None:
    html = anonymous_api.get(path, headers={"Accept": "text/html,*/*;q=0.8"}).content.decode()
    assert "SkillMeat" in html


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_another_host(anonymous_api: Any, path: str) -> None:
    page = read(anonymous_api, path)
    outside = [url for url in page.loaded if urlsplit(url).netloc or urlsplit(url).scheme not in ("", "data")]
    assert outside == []
    # XML name spaces are names, not addresses.
    inline = re.sub(r"https?://www\.w3\.org/\S+", "", "\n".join(page.inline))
    assert re.findall(r"""(?:https?:|wss?:|["'(])//[\w.-]+""", inline) == []


@pytest.mark.parametrize("path", PAGES)
def test_everything_that_a_page_loads_is_there(anonymous_api: Any, path: str) -> None:
    loaded = [url for url in read(anonymous_api, path).loaded if url.startswith("/")]
    assert loaded or path == "/"
    for url in loaded:
        response = anonymous_api.get(url)
        content = b"".join(response)
        assert (response.status_code, bool(content)) == (200, True), url
        if url.endswith(".css"):
            assert (
                re.findall(rb"url\(\s*[\"']?(?:https?:)?//|@import\s+[\"'](?:https?:)?//", content) == []
            ), url


@pytest.mark.parametrize("target", ["/api/v1/docs", "/admin/"])
def test_the_first_page_leads_to_the_documents_and_the_admin(anonymous_api: Any, target: str) -> None:
    links = {link.rstrip("/") for link in read(anonymous_api, "/").links}
    assert target.rstrip("/") in links


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/redoc"])
def test_a_viewer_shows_the_document_of_this_server(anonymous_api: Any, path: str) -> None:
    html = anonymous_api.get(path).content.decode()
    assert "/api/v1/schema" in html


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/redoc"])
def test_a_viewer_is_a_page_for_everybody_who_reads(anonymous_api: Any, path: str) -> None:
    page = anonymous_api.get(path, headers={"Accept": "application/json"})
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert_envelope(anonymous_api.post(path), 405)


def test_the_first_page_of_the_admin_asks_for_a_login(anonymous_api: Any) -> None:
    response = anonymous_api.get("/admin/")
    assert (response.status_code, response["Location"]) == (302, "/admin/login/?next=/admin/")


@pytest.mark.parametrize("path", ["/", "/admin/login/"])
def test_a_page_may_not_be_framed_or_sniffed(anonymous_api: Any, path: str) -> None:
    response = anonymous_api.get(path)
    assert (response["X-Frame-Options"], response["X-Content-Type-Options"]) == ("DENY", "nosniff")
