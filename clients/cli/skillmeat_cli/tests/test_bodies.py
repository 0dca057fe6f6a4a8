"""What is sent keeps to the service's limits."""

import json
from pathlib import Path

import pytest

from skillmeat_cli import bodies
from skillmeat_cli.artifacts import Artifact, Problem
from skillmeat_cli.bodies import catalog_body, encoded, offered, report_body
from skillmeat_cli.errors import Failure
from skillmeat_cli.reader import Project
from skillmeat_cli.tests.helpers import SKILL

# What the service knows; anything else would be refused.
REPORT_FIELDS = {"project", "create", "target", "tool", "commit", "dry_run", "artifacts", "problems"}
OFFER_FIELDS = {"type", "name", "version", "digest", "description", "collection", "group"}
ARTIFACT_FIELDS = OFFER_FIELDS | {"namespace", "is_modified", "path", "deployed_at"}


def commands(count, text="x"):
    return {f".claude/commands/c{number:04}.md": text for number in range(count)}


def test_a_report_has_the_fields_of_the_contract_and_no_others(read):
    project = read({".claude/skills/docs/pdf/SKILL.md": SKILL.format("pdf"), ".mcp.json": "{"})
    body = report_body(project, "claude_code", key="github.com/acme/web", name="web", commit="9f3c")
    assert set(body) == REPORT_FIELDS
    assert body["project"] == {"key": "github.com/acme/web", "name": "web"}
    assert body["tool"].startswith("skillmeat ")
    (artifact,) = body["artifacts"]
    assert set(artifact) <= ARTIFACT_FIELDS
    assert artifact["group"] == "docs"
    assert body["problems"] == [
        {
            "path": ".mcp.json",
            "code": "broken_file",
            "detail": "It is not JSON (line 1), so nothing of it was read.",
        }
    ]


def test_a_target_without_anything_is_an_empty_state(read):
    body = report_body(read({}), "codex", key="k", dry_run=True, create=False)
    assert (body["artifacts"], body["problems"], body["create"], body["dry_run"]) == ([], [], False, True)


def test_more_artifacts_than_fit_are_left_out_and_reported(read, monkeypatch):
    monkeypatch.setattr(bodies, "REPORT_MAX", 3)
    body = report_body(read(commands(5)), "claude_code", key="k")
    assert len(body["artifacts"]) == 3
    assert body["problems"][0]["code"] == "too_many_artifacts"
    assert "2 more" in body["problems"][0]["detail"]


def test_more_problems_than_fit_are_counted(read, monkeypatch):
    monkeypatch.setattr(bodies, "PROBLEMS_MAX", 3)
    project = read({f".claude/agents/a{number}.md": "x" for number in range(5)})
    problems = report_body(project, "claude_code", key="k")["problems"]
    assert [problem["code"] for problem in problems] == [
        "no_front_matter",
        "no_front_matter",
        "too_many_problems",
    ]
    assert "3 more" in problems[-1]["detail"]


def test_a_thousand_long_descriptions_are_cut_to_fit():
    names = [f"c{number}" for number in range(1_000)]
    found = [Artifact("command", name, "claude_code", name, name, description="é" * 9_000) for name in names]
    project = Project(Path("web"), "web", found, [])
    body = report_body(project, "claude_code", key="k")
    assert len(encoded(body)) < 2 * 1024 * 1024
    assert len(body["artifacts"]) == 1_000
    assert len(body["artifacts"][0]["description"]) == 200
    assert body["problems"][0]["code"] == "too_large"


def test_a_report_that_fits_in_no_other_way_has_no_descriptions(read, monkeypatch):
    monkeypatch.setattr(bodies, "BYTES_MAX", 10)
    body = report_body(read({".claude/skills/pdf/SKILL.md": SKILL.format("pdf")}), "claude_code", key="k")
    assert "description" not in body["artifacts"][0]


def test_long_paths_and_details_are_cut():
    problem = Problem("p" * 2_000, "x", "d\x00\ud800" * 1_000).as_dict()
    assert (len(problem["path"]), len(problem["detail"])) == (1_000, 1_000)
    json.dumps(problem, ensure_ascii=False).encode()


def test_a_catalogue_offers_root_skills_and_plugins_by_namespace(read):
    project = read(
        {
            ".claude-plugin/marketplace.json": {"plugins": [{"name": "fmt", "source": "./fmt"}]},
            "fmt/commands/fmt.md": "Format.",
            "skills/pdf/SKILL.md": SKILL.format("pdf"),
            ".claude/skills/own/SKILL.md": SKILL.format("own"),
        }
    )
    found = {namespace: [one.name for one in artifacts] for namespace, artifacts in offered(project).items()}
    assert found == {"fmt": ["fmt"], "": ["pdf"]}


def test_a_repository_that_offers_nothing_else_offers_what_it_has_and_did_not_lock(read):
    lock = {"skills": {"locked": {"source": "acme/skills"}}}
    project = read(
        {
            "skills-lock.json": lock,
            ".claude/skills/locked/SKILL.md": SKILL.format("locked"),
            ".claude/skills/own/SKILL.md": SKILL.format("own"),
            ".codex/skills/own/SKILL.md": SKILL.format("own"),
        }
    )
    body = catalog_body("acme/own", offered(project)[""], url="https://x/y", commit="9f3c", dry_run=True)
    (offer,) = body.pop("artifacts")
    assert set(offer) <= OFFER_FIELDS
    assert (offer["name"], offer["collection"]) == ("own", "acme/own")
    assert body == {"namespace": "acme/own", "url": "https://x/y", "commit": "9f3c", "dry_run": True}


def test_a_catalogue_of_too_many_artifacts_is_refused(read, monkeypatch):
    monkeypatch.setattr(bodies, "CATALOG_MAX", 2)
    with pytest.raises(Failure, match="at most 2"):
        catalog_body("acme", read(commands(3)).artifacts)
