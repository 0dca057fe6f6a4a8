"""The command ``skillmeat``.

Exit status: 0 fine, 1 something is outdated and ``--fail-on-outdated`` was given, 2 failed, 3 nothing found.
"""

from __future__ import annotations

import traceback
from typing import Any

import click

from skillmeat_cli import __version__
from skillmeat_cli.commands.login import login
from skillmeat_cli.commands.publish import publish
from skillmeat_cli.commands.report import report
from skillmeat_cli.commands.scan import scan
from skillmeat_cli.commands.status import status
from skillmeat_cli.errors import Failure
from skillmeat_cli.output import FAILED, safe


class _Failed(click.ClickException):
    exit_code = FAILED


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Whatever ends it has a status of its own: 1 is for what is outdated only."""
        try:
            return super().invoke(ctx)
        except Failure as exc:
            raise _Failed(safe(str(exc))) from exc
        except (click.Abort, KeyboardInterrupt) as exc:
            raise _Failed("Aborted.") from exc
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception as exc:
            traceback.print_exc()
            raise _Failed("This should not have happened: please report it with the lines above.") from exc


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="skillmeat")
def main() -> None:
    """Report which skills, commands, agents, MCP servers and hooks projects really have."""


for _command in (scan, report, status, publish, login):
    main.add_command(_command)
