"""Every call of `docs/recipes.md`, run by a shell as a reader would, and the answer that the page shows."""

import json
import os
import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from deployments_app.models import Project
from skillmeat_site.accounts.models import ApiToken

PAGE = Path(__file__).parent.parent / "docs" / "recipes.md"
HELPERS, *RECIPES = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
FENCED = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")

# Sends its arguments to the test and prints what that answers: both end with a NUL.
CALL = r"""call() { printf '%s\0' "$TOKEN" "$@" "" >&3; IFS= read -r -d '' answer; printf '%s' "$answer"; }"""


class Reader:
    """Somebody with a shell, whose `call` is answered by an API client.

    Attributes:
        ids: what the page's variables stand for.
        key: of the reader's token.
    """

    def __init__(self, user: Any) -> None:
        _, self.key = ApiToken.objects.issue(user)
        self.ids: dict[str, str] = {}

    def send(self, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> Any:
        """The answer to a request, which must succeed."""
        client = APIClient(raise_request_exception=False)
        response = client.generic(
            method,
            f"/api/v1{path}",
            data="" if body is None else body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key or self.key}", **headers},
        )
        assert response.status_code < 300, response.content
        return json.loads(response.content)

    def run(self, script: str) -> Any:
        """The answer to the last call of a script."""
        asked, asks = os.pipe()
        environment = {**os.environ, **self.ids, "TOKEN": self.key}
        command = ["bash", "-euo", "pipefail", "-c", f"exec 3>&{asks}\n{CALL}\n{_code(HELPERS)}\n{script}"]
        with subprocess.Popen(
            command, env=environment, pass_fds=[asks], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        ) as shell:
            os.close(asks)
            answer: Any = None
            with os.fdopen(asked, encoding="utf-8", newline="") as requests:
                for key, method, path, *options in _requests(requests):
                    answer = self.send(method, path, key=key, **_options(options))
                    assert shell.stdin is not None
                    shell.stdin.write(json.dumps(answer).encode() + b"\0")
                    shell.stdin.flush()
        assert shell.returncode == 0
        return answer


def _code(text: str) -> str:
    return "\n".join(code for language, code in FENCED.findall(text) if language == "sh")


def _requests(stream: Any) -> Any:
    """The arguments of each call, which an empty one ends."""
    read, arguments = "", list[str]()
    while character := stream.read(1):
        if character != "\0":
            read += character
        elif read:
            arguments.append(read)
            read = ""
        else:
            yield arguments
            arguments = []


def _options(options: list[str]) -> dict[str, str]:
    """What curl's options ``-d`` and ``-H`` add to a request."""
    found = {}
    for option, value in zip(options[::2], options[1::2], strict=True):
        if option == "-d":
            found["body"] = value
        else:
            assert option == "-H", option
            name, _, content = value.partition(": ")
            found[name] = content
    return found


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


@pytest.fixture
def reader(make_user: Any) -> Reader:
    """Ada, in the world that the page shows."""
    ada = Reader(make_user("ada", "Editors"))
    send = ada.send
    offered = [("pdf", "2.0.0"), ("ocr", "1.1.0")]
    source = {"namespace": "acme/skills"}
    skills = [{"type": "skill", "name": name, "version": version} for name, version in offered]
    send("POST", "/catalogs", {**source, "artifacts": skills})
    ids = {row["name"]: row["id"] for row in send("GET", "/artifacts")["artifacts"]}
    pdf, ocr = ids["pdf"], ids["ocr"]

    office = send("POST", "/collections", {"name": "Office"})["id"]
    favourites = send("POST", "/collections", {"name": "Favourites"})["id"]
    send("POST", f"/collections/{favourites}/artifacts", {"artifact_id": pdf})
    group = send("POST", "/groups", {"collection_id": office, "name": "Papers"})["id"]
    reason = {"X-Change-Reason": "Named as the team calls it."}
    send("PUT", f"/groups/{group}", {"name": "Documents"}, **reason)
    send("POST", f"/groups/{group}/artifacts", {"artifact_ids": [ocr, pdf]})
    send("PUT", f"/groups/{group}/artifacts/{pdf}", {"position": 0})

    for name, target in [("web", "claude_code"), ("web-admin", "codex")]:
        report = {"project": {"key": f"github.com/acme/{name}"}, "target": target}
        send("POST", "/reports", {**report, "artifacts": [{**skills[0], **source, "version": "1.8.0"}]})
    shop = send("POST", "/projects", {"name": "shop"})["id"]
    place = {"project_id": shop, "target": "claude_code"}
    send("POST", "/deployments", {**place, "artifact_id": pdf, "deployed_version": "1.9.0"})
    deployment = send("POST", "/deployments", {**place, "artifact_id": ocr})["id"]
    reason = {"X-Change-Reason": "Loses tables of scanned files."}
    send("PUT", f"/deployments/{deployment}", {"status": "inactive"}, **reason)

    reported = {"web": "2026-11-27T16:00:00Z", "web-admin": "2026-11-02T07:30:00Z"}
    for name, at in reported.items():
        Project.objects.filter(name=name).update(last_reported_at=datetime.fromisoformat(at))
    ada.ids = {"PDF": pdf, "GROUP": group, "DEPLOYMENT": deployment}
    return ada


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.partition("\n")[0] for recipe in RECIPES])
def test_the_page_shows_what_the_api_answers(recipe: str, reader: Reader) -> None:
    blocks = FENCED.findall(recipe)
    assert [language for language, _ in blocks] == ["sh", "json"] * (len(blocks) // 2)
    assert blocks
    for (_, script), (_, answer) in zip(blocks[::2], blocks[1::2], strict=True):
        check(json.loads(answer), reader.run(script))


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
