"""What docs/reporting.md shows to paste, pasted."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from skillmeat_cli.layouts import layouts
from skillmeat_cli.tests.helpers import SKILL

DOCS = (Path(__file__).parents[4] / "docs" / "reporting.md").read_text(encoding="utf-8")
PDF = {".claude/skills/pdf/SKILL.md": SKILL.format("pdf")}


def shown(language, number=0):
    return re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)[number]


@pytest.fixture
def project(write):
    root = write(PDF)
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", "git@github.com:acme/web.git"],
        ["commit", "-q", "--allow-empty", "-m", "x"],
        ["branch", "other"],
    ):
        git(root, *arguments)
    return root


def git(root, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "-C", root, *identity, *arguments], check=True, env=environment())


def environment(**more):
    # Where the command was installed.
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", **more}


def test_the_hook_reports_after_a_merge(project, service):
    hook = project / ".git" / "hooks" / "post-merge"
    hook.write_text(shown("sh", 2))
    hook.chmod(0o755)
    git(project, "checkout", "-q", "other")
    git(project, "commit", "-q", "--allow-empty", "-m", "y")
    git(project, "checkout", "-q", "main")
    git(project, "merge", "-q", "other")
    end = time.monotonic() + 30
    while not service.bodies("/reports") and time.monotonic() < end:
        time.sleep(0.05)
    assert [body["project"]["key"] for body in service.bodies("/reports")] == ["github.com/acme/web"]


def test_the_entry_of_pre_commit_never_fails(project, service):
    (hook,) = yaml.safe_load(shown("yaml"))["repos"][0]["hooks"]
    for url in (service.url, "http://127.0.0.1:9"):
        run = shlex.split(hook["entry"])
        env = environment(SKILLMEAT_URL=url)
        assert subprocess.run(run, cwd=project, env=env, capture_output=True).returncode == 0
        assert [body["dry_run"] for body in service.bodies("/reports")] == [True]


def test_the_step_of_github_actions_reports_and_fails_when_something_is_outdated(project, service):
    step = yaml.safe_load(shown("yaml", 1))["jobs"]["report"]["steps"][-1]
    assert set(step["env"]) == {"SKILLMEAT_URL", "SKILLMEAT_TOKEN"}
    run = ["bash", "-e", "-c", step["run"]]
    assert subprocess.run(run, cwd=project, env=environment(), capture_output=True).returncode == 0
    service.outdated = [{"artifact_type": "skill", "artifact_name": "pdf"}]
    assert subprocess.run(run, cwd=project, env=environment(), capture_output=True).returncode == 1


def test_the_line_of_cron_reports_every_project(project, service, tmp_path):
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    project.rename(home / "work" / "web")
    (home / ".local" / "bin").mkdir(parents=True)
    (home / ".local" / "bin" / "skillmeat").symlink_to(Path(sys.executable).parent / "skillmeat")
    line = shown("cron").split(" ", 5)[5].replace("https://skillmeat.example.org", service.url)
    done = subprocess.run(
        ["sh", "-c", line], env={"HOME": str(home), "PATH": "/usr/bin:/bin"}, capture_output=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert len(service.bodies("/reports")) == 1


def test_the_digest_of_a_skill_can_be_computed_by_hand(read, write):
    digest = read({**PDF, ".claude/skills/pdf/scripts/a b.sh": "x\n"}).artifacts[0].digest
    done = subprocess.run(
        ["sh", "-c", shown("sh", 1)], cwd=write({}), capture_output=True, check=True, text=True
    )
    assert f"sha256:{done.stdout.split()[0]}" == digest


def test_the_digests_shown_are_those_of_the_vectors():
    vectors = json.loads((Path(__file__).parent / "digests.json").read_text(encoding="utf-8"))
    known = {vector["digest"] for kind in vectors.values() for vector in kind}
    assert set(re.findall(r"sha256:[0-9a-f]{64}", DOCS)) <= known


def test_every_code_of_a_problem_is_in_the_table():
    package = Path(__file__).parents[1]
    source = "".join(
        path.read_text(encoding="utf-8") for path in package.rglob("*.py") if "tests" not in path.parts
    )
    codes = re.findall(
        r'(?:report\(|Problem\(|_problem\()[^"()]*(?:\([^"()]*\)[^"()]*)?"([a-z_0-9]+)"', source
    )
    assert len(set(codes)) > 20
    assert [code for code in set(codes) if f"`{code}`" not in DOCS] == []


def test_every_target_is_in_the_table():
    assert all(f"| `{layout.target}` |" in DOCS for layout in layouts())
