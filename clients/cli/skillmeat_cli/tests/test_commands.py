"""The command ``skillmeat`` against a stand-in for the service."""

import json
import subprocess

import pytest

from skillmeat_cli.tests.helpers import SKILL

PDF = {".claude/skills/pdf/SKILL.md": SKILL.format("pdf")}
TWO_TARGETS = {**PDF, ".codex/skills/pdf/SKILL.md": SKILL.format("pdf")}
OUTDATED = {
    "artifact_type": "skill",
    "artifact_name": "pdf",
    "target": "claude_code",
    "deployed_version": "1.0",
    "latest_version": "2.0",
}


def test_scan_shows_what_would_be_sent_and_sends_nothing(run, write, service):
    result = run("scan", write({**PDF, ".claude/agents/a.md": "x"}))
    assert result.exit_code == 0
    assert "pdf" in result.stdout
    assert ".claude/agents/a.md: no_front_matter" in result.stdout
    assert "2 artifacts for claude_code, 1 problem\n" in result.stdout
    assert "\x1b" not in result.output
    assert service.requests == []


def test_scan_shows_the_reports_as_json(run, write):
    root = write(TWO_TARGETS)
    shown = json.loads(run("scan", root, "--json", "--key", "k", "--name", "n").stdout)
    (project,) = shown["projects"]
    assert (project["path"], project["key"]) == (str(root), "k")
    assert [report["target"] for report in project["reports"]] == ["claude_code", "codex"]
    assert project["reports"][0]["project"] == {"key": "k", "name": "n"}


def test_what_could_steer_a_terminal_is_not_shown(run, write):
    result = run("scan", write({".mcp.json": {"mcpServers": {"a\x1b[31mb": {}, "[red]c": {}}}}))
    assert "\x1b" not in result.output
    assert "[red]c" in result.output


@pytest.mark.parametrize("command", ["scan", "report", "status", "publish"])
def test_nothing_found_is_exit_status_3(run, write, service, command):
    service.project_id = None
    arguments = ["--namespace", "n"] if command == "publish" else ["--key", "k"]
    result = run(command, write({"README.md": "x"}), *arguments)
    assert result.exit_code == 3
    assert "Nothing found" in result.stderr


@pytest.mark.parametrize("command", ["scan", "report", "status", "publish"])
def test_a_folder_that_does_not_exist_is_exit_status_2(run, tmp_path, service, command):
    result = run(command, tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "There is no folder" in result.stderr


def test_malformed_files_alone_are_something(run, write):
    assert run("scan", write({".mcp.json": "{"})).exit_code == 0


def test_report_sends_one_report_for_each_target(run, write, service):
    result = run("report", write(TWO_TARGETS), "--key", "k", "--name", "n")
    assert result.exit_code == 0, result.output
    assert [body["target"] for body in service.bodies("/reports")] == ["claude_code", "codex"]
    assert service.bodies("/reports")[0]["project"] == {"key": "k", "name": "n"}
    headers = [headers for method, _, _, headers in service.requests if method == "POST"]
    assert {header["Authorization"] for header in headers} == {"Bearer secret-token"}
    assert len({header["Idempotency-Key"] for header in headers}) == 2
    assert "k, reported" in result.stdout


def test_report_sends_nothing_for_targets_that_are_gone(run, write, service):
    service.reports = [
        {"target": "codex", "tool": "skillmeat 0.9"},
        {"target": "prod", "tool": "ours 1.0"},
        {"target": "prod", "tool": "skillmeat 0.9"},
        {"target": "claude_code", "tool": "skillmeat 0.9"},
    ]
    assert run("report", write(PDF), "--key", "k").exit_code == 0
    sent = [(body["target"], len(body["artifacts"])) for body in service.bodies("/reports")]
    assert sent == [("claude_code", 1), ("codex", 0)]


def test_report_tells_the_service_when_all_is_gone(run, write, service):
    service.reports = [{"target": "codex", "tool": "skillmeat 0.9"}]
    assert run("report", write({}), "--key", "k").exit_code == 0
    probe, empty = service.bodies("/reports")
    assert (probe["dry_run"], probe["create"], probe["artifacts"]) == (True, False, [])
    assert (empty["dry_run"], empty["target"], empty["artifacts"]) == (False, "codex", [])


def test_report_follows_the_pages_of_earlier_reports(run, write, service):
    service.reports = [{"target": "claude_code", "tool": "skillmeat 1"}] * 250
    assert run("report", write(PDF), "--key", "k").exit_code == 0
    paths = [path for method, path, _, _ in service.requests if method == "GET"]
    assert [path.partition("&")[2] for path in paths] == [f"page={page}&page_size=100" for page in (1, 2, 3)]


def test_a_dry_run_says_so_in_every_report(run, write, service):
    service.project_id = None
    result = run("report", write(PDF), "--key", "k", "--dry-run")
    assert result.exit_code == 0
    assert [body["dry_run"] for body in service.bodies("/reports")] == [True]
    assert "what a report would do" in result.stdout


def test_outdated_ones_are_shown_and_fail_only_when_asked_to(run, write, service):
    digests = {"deployed_digest": "sha256:" + "a" * 64, "latest_digest": "sha256:" + "b" * 64}
    service.outdated = [OUTDATED, {**OUTDATED, "artifact_name": "ui", "latest_version": None, **digests}]
    root = write(PDF)
    result = run("report", root, "--key", "k")
    assert result.exit_code == 0
    assert "2.0" in result.stdout
    assert "sha256:aaaaaaaaaaaa " in result.stdout
    assert run("report", root, "--key", "k", "--fail-on-outdated").exit_code == 1
    service.outdated = []
    assert run("report", root, "--key", "k", "--fail-on-outdated").exit_code == 0


def test_several_projects_are_reported_and_one_that_fails_does_not_keep_the_others(run, write, service):
    roots = [write(PDF, "a"), write(PDF, "b")]
    result = run("report", *roots)
    assert result.exit_code == 2
    assert result.stderr.count("--key github.com/acme/web") == 2
    assert run("report", *roots, "--key", "k").exit_code == 2
    for root in roots:
        subprocess.run(["git", "-C", root, "init", "-q"], check=True)
    subprocess.run(["git", "-C", roots[1], "remote", "add", "origin", "git@x.org:acme/b"], check=True)
    assert run("report", *roots, "--json").exit_code == 2
    assert [body["project"]["key"] for body in service.bodies("/reports")] == ["x.org/acme/b"]


def test_every_folder_of_a_monorepo_is_a_project(run, write, service):
    root = write({f"packages/{name}/{place}": text for name in "ab" for place, text in PDF.items()})
    assert run("report", root, "--recursive", "--key", "k").exit_code == 0
    assert [body["project"]["key"] for body in service.bodies("/reports")] == ["k/packages/a", "k/packages/b"]


def test_report_shows_the_answers_as_json(run, write, service):
    shown = json.loads(run("report", write(PDF), "--key", "k", "--json").stdout)
    (target,) = shown["projects"][0]["targets"]
    assert (target["target"], target["answer"]["project_id"]) == ("claude_code", "proj-1")


def test_quiet_shows_nothing_but_errors(run, write, service):
    assert run("report", write(PDF), "--key", "k", "--quiet").output == ""
    assert run("report", write(PDF), "--quiet").stderr != ""


def test_status_compares_and_changes_nothing(run, write, service):
    entry = '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "skill"\nlocal_modifications = true\n'
    service.outdated = [OUTDATED]
    root = write({**PDF, ".claude/.skillmeat-deployed.toml": entry})
    result = run("status", root, "--key", "k")
    assert result.exit_code == 0
    assert [body["dry_run"] for body in service.bodies("/reports")] == [True]
    assert "Outdated" in result.stdout
    assert "Modified here" in result.stdout
    shown = json.loads(run("status", root, "--key", "k", "--json").stdout)
    assert [one["name"] for one in shown["modified"]] == ["pdf"]


def test_status_says_when_the_service_does_not_know_the_project(run, write, service):
    service.project_id = None
    assert "does not know this project" in run("status", write(PDF), "--key", "k").stdout


def test_publish_sends_a_catalogue_for_each_namespace(run, write, service):
    root = write(
        {
            ".claude-plugin/marketplace.json": {"plugins": [{"name": "fmt", "source": "./fmt"}]},
            "fmt/commands/fmt.md": "Format.",
            "skills/pdf/SKILL.md": SKILL.format("pdf"),
        }
    )
    result = run("publish", root, "--namespace", "acme/skills", "--dry-run")
    assert result.exit_code == 0, result.output
    sent = [
        (body["namespace"], len(body["artifacts"]), body["dry_run"]) for body in service.bodies("/catalogs")
    ]
    assert sent == [("fmt", 1, True), ("acme/skills", 1, True)]
    assert len(json.loads(run("publish", root, "--namespace", "x", "--json").stdout)["catalogs"]) == 2


def test_publish_takes_the_namespace_from_the_remote_or_asks_for_it(run, write, service):
    root = write({"skills/pdf/SKILL.md": SKILL.format("pdf")})
    assert run("publish", root).exit_code == 2
    subprocess.run(["git", "-C", root, "init", "-q"], check=True)
    subprocess.run(
        ["git", "-C", root, "remote", "add", "origin", "git@github.com:acme/skills.git"], check=True
    )
    assert run("publish", root).exit_code == 0
    (body,) = service.bodies("/catalogs")
    assert (body["namespace"], body["url"]) == ("acme/skills", "https://github.com/acme/skills")
