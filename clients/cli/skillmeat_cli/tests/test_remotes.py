"""The key of a project, from the address of its repository."""

import subprocess
from pathlib import Path

import pytest

from skillmeat_cli.errors import Failure
from skillmeat_cli.projects import local_projects
from skillmeat_cli.remotes import normalised_remote, repository_of
from skillmeat_cli.tests.helpers import SKILL

PDF = {".claude/skills/pdf/SKILL.md": SKILL.format("pdf")}


@pytest.mark.parametrize(
    "url",
    [
        "git@github.com:Acme/web.git",
        "github.com:acme/web",
        "https://github.com/acme/web",
        "https://github.com/acme/web/",
        "https://github.com/acme/web.git/",
        "https://user:pw@GitHub.com/acme/web.git",
        "https://ghp_token@github.com:443/acme/web?x=1#y",
        "ssh://git@github.com:22/acme/web.git",
        "git+ssh://git@github.com/acme//web",
        "git://github.com/acme/web",
        " https://github.com/acme/web \n",
    ],
)
def test_all_ways_to_write_an_address_are_one_key(url):
    assert normalised_remote(url) == "github.com/acme/web"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/web.git",
        "../web",
        "file:///srv/web",
        "C:\\git\\web",
        "C:/git/web",
        "https://",
        "http://[x",
        "web",
    ],
)
def test_an_address_on_this_machine_is_no_key(url):
    assert normalised_remote(url) == ""


def test_other_hosts_and_deeper_paths_are_kept():
    assert normalised_remote("git@git.example.org:team/sub/web.git") == "git.example.org/team/sub/web"
    assert normalised_remote("ssh://git@[::1]:2222/team/web") == "::1/team/web"


def git(folder, *arguments):
    command = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def repository(write):
    root = write({**PDF, **{f"packages/api/{place}": text for place, text in PDF.items()}})
    git(root, "init", "-q")
    git(root, "remote", "add", "origin", "https://user:pw@github.com/Acme/web.git")
    return root


def test_a_project_is_known_by_its_remote_and_the_commit_that_is_checked_out(repository):
    assert repository_of(repository).commit == ""
    git(repository, "commit", "-q", "--allow-empty", "-m", "x")
    (local,) = local_projects([repository], recursive=False)
    assert (local.key, len(local.commit)) == ("github.com/acme/web", 40)


def test_a_folder_of_a_monorepo_has_its_path_in_the_key(repository):
    keys = [local.key for local in local_projects([repository], recursive=True)]
    assert keys == ["github.com/acme/web", "github.com/acme/web/packages/api"]
    (alone,) = local_projects([repository / "packages" / "api"], recursive=False)
    assert alone.key == keys[1]


def test_a_hidden_folder_has_its_path_in_the_key_too(repository):
    (repository / ".config").mkdir()
    (local,) = local_projects([repository / ".config"], recursive=False)
    assert local.key == "github.com/acme/web/.config"


def test_a_given_key_replaces_the_remote_and_gets_the_paths_too(repository):
    keys = [local.key for local in local_projects([repository], recursive=True, key="team/x")]
    assert keys == ["team/x", "team/x/packages/api"]


def test_in_a_hook_of_another_repository_it_is_still_the_folder_that_counts(
    repository, tmp_path, monkeypatch
):
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "other"))
    assert repository_of(repository).remote == "github.com/acme/web"


def test_another_remote_than_origin_counts_when_there_is_no_origin(repository):
    git(repository, "remote", "rename", "origin", "upstream")
    assert repository_of(repository).remote == "github.com/acme/web"


def test_a_project_that_is_named_twice_is_reported_once(repository):
    assert len(list(local_projects([repository, repository / ".claude"], recursive=False))) == 1


def test_without_a_remote_the_message_says_what_to_do(write):
    (local,) = local_projects([write(PDF)], recursive=False)
    with pytest.raises(Failure, match="no git remote"):
        local.required_key()


def test_a_key_that_is_too_long_is_refused(write):
    (local,) = local_projects([write(PDF)], recursive=False, key="k" * 256)
    with pytest.raises(Failure, match="255"):
        local.required_key()


def test_without_git_there_is_no_repository(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert repository_of(repository) is None


def test_a_git_that_does_not_answer_is_no_git(repository, monkeypatch):
    def hang(*arguments, **options):
        raise subprocess.TimeoutExpired("git", 20)

    monkeypatch.setattr(subprocess, "run", hang)
    assert repository_of(Path(repository)) is None
