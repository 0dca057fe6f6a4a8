"""Settings, tokens, and what ends the command."""

import os
import stat
import subprocess
import sys

import pytest

from skillmeat_cli import output
from skillmeat_cli.errors import Failure
from skillmeat_cli.settings import Settings, load_settings, save_settings, settings_file
from skillmeat_cli.tests.helpers import SKILL

PDF = {".claude/skills/pdf/SKILL.md": SKILL.format("pdf")}


def test_without_settings_the_message_says_what_to_do(run, write):
    result = run("report", write(PDF), "--key", "k")
    assert result.exit_code == 2
    assert "skillmeat login" in result.stderr


def test_login_gets_a_token_and_stores_it_for_the_user_only(run, write, service, monkeypatch):
    result = run("login", "--url", service.url + "/api/v1/", input="ada\nright\n")
    assert result.exit_code == 0, result.output
    assert "Logged in as ada" in result.stdout
    assert stat.S_IMODE(settings_file().stat().st_mode) == 0o600
    assert service.bodies("/login")[0]["token_name"].startswith("skillmeat on ")
    monkeypatch.delenv("SKILLMEAT_TOKEN")
    assert load_settings() == Settings(service.url, "new-token")
    monkeypatch.delenv("SKILLMEAT_URL")
    assert load_settings() == Settings(service.url, "new-token")


def test_login_stores_a_token_that_works(run, service):
    assert run("login", "--url", service.url, input="\nmine\n").exit_code == 0
    assert "mine" in settings_file().read_text()
    assert run("login", "--url", service.url, input="\nwrong\n").exit_code == 2
    assert "mine" in settings_file().read_text()


def test_a_wrong_password_is_said(run, service):
    result = run("login", "--url", service.url, "--username", "ada", input="wrong\n")
    assert result.exit_code == 2
    assert "Wrong." in result.stderr
    assert "skillmeat login" not in result.stderr


def test_a_stored_token_goes_to_no_other_service(monkeypatch, run, write):
    save_settings(Settings("https://one.example.org", "t"))
    monkeypatch.setenv("SKILLMEAT_URL", "https://other.example.org")
    assert run("report", write(PDF), "--key", "k").exit_code == 2


def test_a_token_that_no_header_can_have_is_said(run, write, service, monkeypatch):
    monkeypatch.setenv("SKILLMEAT_TOKEN", "…")
    result = run("report", write(PDF), "--key", "k")
    assert result.exit_code == 2
    assert "copy it again" in result.stderr


def test_a_prompt_that_is_left_is_exit_status_2(run):
    assert run("login", input="").exit_code == 2


def test_a_bug_is_exit_status_2_and_not_taken_for_something_outdated(run, write, monkeypatch):
    def fail(*arguments, **options):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("skillmeat_cli.projects.read_project", fail)
    result = run("scan", write(PDF))
    assert result.exit_code == 2
    assert "ZeroDivisionError: oops" in result.stderr
    assert "please report it" in result.stderr


def test_a_settings_file_that_cannot_be_read_or_written_is_said(run, write, monkeypatch):
    save_settings(Settings("https://one.example.org", "t"))
    settings_file().write_text("url = [")
    assert "cannot be read" in run("report", write(PDF), "--key", "k").stderr
    monkeypatch.setenv("XDG_CONFIG_HOME", os.devnull)
    with pytest.raises(Failure, match="cannot be written"):
        save_settings(Settings("https://one.example.org", "t"))


def test_a_progress_bar_and_colours_are_for_terminals_only(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert output.Output(as_json=True).hides_progress
    assert not output.Output().hides_progress
    assert output.Output(quiet=True).hides_progress


def test_neither_the_reader_nor_the_command_needs_django():
    program = "import skillmeat_cli.main, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_it_runs_as_a_module():
    shown = subprocess.run(
        [sys.executable, "-m", "skillmeat_cli", "--version"], capture_output=True, text=True
    )
    assert shown.stdout.startswith("skillmeat, version ")
