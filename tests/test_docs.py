"""The documents: links lead somewhere, and the README's tour can be taken."""

import re
from pathlib import Path
from typing import Any

import pytest

from conftest import PASSWORD
from tests.shell import ROOT, blocks, run, section

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "clients" / "cli" / "README.md"]
)


def anchors(document: Path) -> set[str]:
    """Where links into a document can lead: its headings, as GitHub names them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", document.read_text(encoding="utf-8"))
    for path, anchor in links:
        target = document.parent / path if path else document
        assert target.exists(), path
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), f"{path}#{anchor}"


def test_the_tour_of_the_readme(make_user: Any) -> None:
    make_user("admin", is_superuser=True)
    # The first block asks for the password.
    _, *tour = [text for _, text in blocks(section("README.md", "A tour"))]
    statuses = [status for status, _ in run("\n".join(tour), PASSWORD=PASSWORD)]
    assert statuses[0] == 200
    # Its last two calls show what errors look like.
    assert all(status < 300 for status in statuses[:-2])
    assert statuses[-2:] == [400, 400]
