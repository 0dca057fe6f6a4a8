"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path

import click

# Whether it is a folder is told by the reader, in the same words for all of them.
PATH = click.Path(path_type=Path)

path = click.argument("path", type=PATH, default=".")
key = click.option("--key", help="The project, such as github.com/acme/web, instead of its git remote.")
name = click.option("--name", help="The project's name in the service.")
recursive = click.option(
    "--recursive", is_flag=True, help="Each folder below that has something is a project."
)
dry_run = click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
quiet = click.option("--quiet", is_flag=True, help="Show nothing but errors.")
as_json = click.option("--json", "as_json", is_flag=True, help="Show JSON instead of tables.")
