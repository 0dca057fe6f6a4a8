"""What a browser does with a page of the admin: it posts back the fields that the page has."""

from html.parser import HTMLParser
from typing import Any


class Fields(HTMLParser):
    """The fields of a page with their values, as a browser would post them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self._textarea = self._select = ""
        self._first_line = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name"), given.get("value")
        if tag == "input" and name and given.get("type") not in ("submit", "button"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.values.setdefault(name, value or "")
        elif tag == "textarea" and name:
            self._textarea, self._first_line = name, True
            self.values[name] = ""
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = value or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            # HTML drops the newline that follows the tag.
            text = data.removeprefix("\r\n").removeprefix("\n") if self._first_line else data
            self._first_line = False
            self.values[self._textarea] += text


def open_form(client: Any, url: str) -> dict[str, Any]:
    """What a browser that shows the page would post; lines end with CRLF, as HTML says."""
    page = client.get(url)
    assert page.status_code == 200, url
    values = Fields(page.content.decode()).values
    return {
        name: value.replace("\r\n", "\n").replace("\n", "\r\n")
        for name, value in values.items()
        if not name.startswith("_")
    }


def submit(client: Any, url: str, **changes: Any) -> Any:
    """Open a form, change some fields and save it."""
    return client.post(url, open_form(client, url) | changes)


def errors(page: Any) -> str:
    """What the form says is wrong."""
    assert page.status_code == 200, page
    return " ".join(str(message) for found in page.context["errors"] for message in found)
