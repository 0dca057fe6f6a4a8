"""``skillmeat login``"""

from __future__ import annotations

import platform

import click

from skillmeat_cli.output import Output
from skillmeat_cli.service import Service
from skillmeat_cli.settings import Settings, save_settings


@click.command()
@click.option("--url", prompt="Address of the service", help="Such as https://skillmeat.example.org")
@click.option("--username", prompt="User (empty to give a token)", default="", show_default=False)
def login(url: str, username: str) -> None:
    """Store the address of a service, and a token for it: a new one, or one that you have."""
    service = Service(Settings(url, ""), tries=1)
    if username:
        password = click.prompt("Password", hide_input=True)
        token = service.log_in(username, password, f"skillmeat on {platform.node()}")
    else:
        token = click.prompt("Token", hide_input=True).strip()
    settings = Settings(service.url, token)
    owner = Service(settings, tries=1).username()
    path = save_settings(settings)
    Output().say(f"Logged in as {owner}; stored in {path}.")
