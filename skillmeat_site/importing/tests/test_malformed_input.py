import pytest

ENTRY = """
[[deployed]]
artifact_name = "pdf"
artifact_type = "skill"
from_collection = "default"
deployed_at = "2026-01-05T15:07:49Z"
artifact_path = "skills/pdf"
version = "1"
"""
GOOD = {".claude/skills/pdf/SKILL.md": "---\nname: pdf\n---\n"}
TOML = ".claude/.skillmeat-deployed.toml"


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (
            {".claude/agents/a.md": "---\nname: a\ndescription: one: two\n---\n"},
            ".claude/agents/a.md: broken front matter: ",
        ),
        ({".claude/agents/a.md": "# Just a text\n"}, ".claude/agents/a.md: no front matter: "),
        (
            {".claude/agents/a.md": "---\nname: big boss\n---\n"},
            ".claude/agents/a.md: name with spaces: 'big boss'",
        ),
        (
            {".claude/agents/a.md": "---\ndescription: [1, 2]\n---\n"},
            ".claude/agents/a.md: bad description: ",
        ),
        (
            {".claude/agents/a.md": f"---\nname: {'x' * 300}\n---\n"},
            ".claude/agents/a.md: long name: cut to 255",
        ),
        ({TOML: ENTRY.replace("Z", "")}, f"{TOML}: naive time: entry 1 (pdf): "),
        ({TOML: ENTRY.replace("2026-01-05", "soon")}, f"{TOML}: bad time: entry 1 (pdf): "),
        (
            {TOML: ENTRY.replace("skills/pdf", "skills/gone")},
            f"{TOML}: entry without a file: entry 1 (pdf): there is no skills/gone",
        ),
        ({TOML: ENTRY.replace('"pdf"', '"my pdf"')}, f"{TOML}: name with spaces: entry 1 (my pdf): "),
        ({TOML: ENTRY.replace('"skill"', '"potion"')}, f"{TOML}: bad entry: entry 1 (pdf) skipped: "),
        ({TOML: ENTRY.replace('artifact_name = "pdf"', "")}, f"{TOML}: bad entry: entry 1 (None) skipped: "),
        ({TOML: "[[deployed"}, f"{TOML}: broken file: "),
        ({TOML: "title = 1"}, f"{TOML}: broken file: "),
        ({".mcp.json": "{"}, ".mcp.json: broken file: "),
        ({".mcp.json": "[]"}, ".mcp.json: broken file: "),
    ],
)
def test_dirt_is_reported_in_one_line_with_its_file_and_the_rest_is_imported(
    api, project, run_import, files, line
):
    output = run_import(project(GOOD | files))
    assert [found for found in output.splitlines() if found.startswith(line)]
    assert "What was wrong" in output
    names = [artifact["name"] for artifact in api.get("/api/v1/artifacts?type=skill").json()["artifacts"]]
    assert "pdf" in names


def test_what_is_wrong_over_and_over_in_a_file_is_one_line_unless_asked_for_in_full(project, run_import):
    root = project(GOOD | {TOML: ENTRY.replace("Z", "") * 132 + ENTRY.replace("skills/pdf", "gone")})
    naive = f"{TOML}: naive time: "
    lines = run_import(root).splitlines()
    assert [line for line in lines if line.startswith(TOML)] == [
        f"{TOML}: entry without a file: entry 133 (pdf): there is no gone",
        f"{naive}132 times, all with --verbosity 2; first: entry 1 (pdf): 2026-01-05T15:07:49 taken as UTC",
    ]
    assert sum(line.startswith(naive) for line in run_import(root, verbosity=2).splitlines()) == 132


def test_invalid_utf_8_is_reported_and_the_artifact_named_after_its_file(api, project, run_import):
    root = project(GOOD)
    (root / ".claude/skills/pdf/SKILL.md").write_bytes(b"---\nname: \xff\n---\n")
    assert "skills/pdf/SKILL.md: broken front matter: " in run_import(root)
    assert api.get("/api/v1/artifacts").json()["artifacts"][0]["name"] == "pdf"


def test_a_broken_front_matter_leaves_an_artifact_named_after_its_file(api, project, run_import):
    run_import(project({".claude/agents/boss.md": "---\nname: other: name\n---\n"}))
    assert [a["name"] for a in api.get("/api/v1/artifacts").json()["artifacts"]] == ["boss"]


def test_of_two_files_that_claim_a_name_the_one_called_so_gets_it(api, project, run_import):
    claim = "---\nname: pdf\n---\n"
    output = run_import(
        project({".claude/skills/a-pdf/SKILL.md": claim, ".claude/skills/pdf/SKILL.md": claim})
    )
    assert "skills/a-pdf/SKILL.md: name taken: 'pdf' is skills/pdf/SKILL.md; named 'a-pdf'" in output
    assert [a["name"] for a in api.get("/api/v1/artifacts").json()["artifacts"]] == ["a-pdf", "pdf"]


def test_an_entry_without_a_file_is_deployed_all_the_same(api, project, run_import):
    run_import(project({TOML: ENTRY}))
    summary = api.get("/api/v1/deployments/summary").json()
    assert [(row["artifact_name"], row["active"]) for row in summary["by_artifact"]] == [("pdf", 1)]


def test_an_entry_means_the_artifact_whose_file_it_names(api, project, run_import):
    files = {".claude/skills/pdf/SKILL.md": "---\nname: Portable\n---\n", TOML: ENTRY}
    run_import(project(files))
    (artifact,) = api.get("/api/v1/artifacts").json()["artifacts"]
    assert (artifact["name"], artifact["deployment_count"]) == ("Portable", 1)


def test_two_entries_of_one_artifact_leave_the_later_one_active_also_the_second_time(
    api, project, run_import
):
    older = ENTRY.replace("2026-01-05", "2025-01-05").replace('"1"', '"0"')
    root = project(GOOD | {TOML: ENTRY + older})
    for _ in range(2):
        run_import(root)
        recent = api.get("/api/v1/deployments/summary").json()["recent_deployments"]
        assert [(d["deployed_version"], d["status"]) for d in recent] == [("1", "active"), ("0", "inactive")]


def test_an_entry_without_a_usable_time_is_not_deployed_twice(api, project, run_import):
    root = project(GOOD | {TOML: ENTRY.replace('"2026-01-05T15:07:49Z"', "12")})
    run_import(root)
    run_import(root)
    assert api.get("/api/v1/deployments/summary").json()["total_deployments"] == 1
