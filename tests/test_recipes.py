"""Every call of `docs/recipes.md`, run by a shell as a reader would, and the answer that the page shows."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from deployments_app.models import Project
from skillmeat_site.accounts.models import ApiToken
from tests.shell import ROOT, blocks, run, section, send

HELPERS, *RECIPES = re.split(
    r"^## ", (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8"), flags=re.MULTILINE
)
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
# The tour's `call`, and those of the page.
CALL = next(text for _, text in blocks(section("README.md", "A tour")) if text.startswith("call()"))
SETUP = "\n".join(["API=http://localhost:8000/api/v1", CALL, *(text for _, text in blocks(HELPERS))])


def check(shown: Any, actual: Any, where: str = "") -> None:
    """Whether an answer is what the page shows: other fields are left out, ids and times are others."""
    if isinstance(shown, dict):
        assert isinstance(actual, dict), (where, actual)
        assert shown.keys() <= actual.keys(), where
        for name, value in shown.items():
            check(value, actual[name], f"{where}.{name}")
    elif isinstance(shown, list):
        assert isinstance(actual, list), (where, actual)
        assert len(shown) == len(actual), (where, actual)
        for number, pair in enumerate(zip(shown, actual, strict=True)):
            check(*pair, f"{where}.{number}")
    elif isinstance(shown, str) and TIME.fullmatch(shown):
        datetime.fromisoformat(shown)
        assert TIME.fullmatch(actual), (where, actual)
    elif isinstance(shown, str) and shown.endswith("…"):
        assert actual.startswith(shown[:-1]), (where, actual)
        assert len(actual) > len(shown), (where, actual)
    else:
        # Of one type too: 1 is not true.
        assert (type(actual), actual) == (type(shown), shown), where


def asker(key: str) -> Callable[..., Any]:
    """What sends a request with a token, which must succeed, and gives the body of the response."""

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        headers["Authorization"] = f"Bearer {key}"
        status, answer = send(method, f"/api/v1{path}", json.dumps(body) if body else "", **headers)
        assert status < 300, answer
        return answer

    return ask


@pytest.fixture
def variables(make_user: Any) -> dict[str, str]:
    """The world that the page shows, made by Ada: what its variables stand for."""
    _, key = ApiToken.objects.issue(make_user("ada", "Editors"))
    ask = asker(key)
    offered = [("pdf", "2.0.0"), ("ocr", "1.1.0")]
    source = {"namespace": "acme/skills"}
    skills = [{"type": "skill", "name": name, "version": version} for name, version in offered]
    ask("POST", "/catalogs", {**source, "artifacts": skills})
    ids = {row["name"]: row["id"] for row in ask("GET", "/artifacts")["artifacts"]}
    pdf, ocr = ids["pdf"], ids["ocr"]

    office = ask("POST", "/collections", {"name": "Office"})["id"]
    favourites = ask("POST", "/collections", {"name": "Favourites"})["id"]
    ask("POST", f"/collections/{favourites}/artifacts", {"artifact_id": pdf})
    group = ask("POST", "/groups", {"collection_id": office, "name": "Papers"})["id"]
    reason = {"X-Change-Reason": "Named as the team calls it."}
    ask("PUT", f"/groups/{group}", {"name": "Documents"}, **reason)
    ask("POST", f"/groups/{group}/artifacts", {"artifact_ids": [ocr, pdf]})
    ask("PUT", f"/groups/{group}/artifacts/{pdf}", {"position": 0})

    for name, target in [("web", "claude_code"), ("web-admin", "codex")]:
        report = {"project": {"key": f"github.com/acme/{name}"}, "target": target}
        ask("POST", "/reports", {**report, "artifacts": [{**skills[0], **source, "version": "1.8.0"}]})
    shop = ask("POST", "/projects", {"name": "shop"})["id"]
    place = {"project_id": shop, "target": "claude_code"}
    ask("POST", "/deployments", {**place, "artifact_id": pdf, "deployed_version": "1.9.0"})
    deployment = ask("POST", "/deployments", {**place, "artifact_id": ocr})["id"]
    reason = {"X-Change-Reason": "Loses tables of scanned files."}
    ask("PUT", f"/deployments/{deployment}", {"status": "inactive"}, **reason)

    reported = {"web": "2026-11-27T16:00:00Z", "web-admin": "2026-11-02T07:30:00Z"}
    for name, at in reported.items():
        Project.objects.filter(name=name).update(last_reported_at=datetime.fromisoformat(at))
    return {"TOKEN": key, "PDF": pdf, "GROUP": group, "DEPLOYMENT": deployment}


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.partition("\n")[0] for recipe in RECIPES])
def test_the_page_shows_what_the_api_answers(recipe: str, variables: dict[str, str]) -> None:
    found = blocks(recipe)
    assert found
    assert [language for language, _ in found] == ["sh", "json"] * (len(found) // 2)
    for (_, script), (_, shown) in zip(found[::2], found[1::2], strict=True):
        responses = run(f"{SETUP}\n{script}", **variables)
        assert all(status < 300 for status, _ in responses), responses
        check(json.loads(shown), responses[-1][1])


def test_the_page_has_ten_recipes() -> None:
    assert len(RECIPES) == 10


@pytest.mark.parametrize(
    ("shown", "actual"),
    [
        ({"a": 1}, {"b": 1}),
        ([1], [1, 2]),
        (1, True),
        ("2026-11-20T10:00:00Z", None),
        ("art-…", "proj-0"),
        (None, "x"),
        ({"a": [{"b": "x"}]}, {"a": [{"b": "y"}]}),
    ],
)
def test_another_answer_is_noticed(shown: Any, actual: Any) -> None:
    with pytest.raises((AssertionError, TypeError)):
        check(shown, actual)
