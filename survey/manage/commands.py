"""`candour migrate`, `candour user` and `candour headcount`."""

from __future__ import annotations

from pathlib import Path

import click

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.manage import headcounts, people


@click.command()
def migrate() -> None:
    """Bring the databases to this version; harmless when they are."""
    settings = Settings.from_environment()
    database.migrate(settings)
    click.echo(f"The databases in {settings.home} are up to date.")


@click.group()
def user() -> None:
    """The people who may sign in to read results."""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, metavar="|".join(people.ROLES))
@click.option("--command", help="the command that a board reads, such as response-north")
@click.password_option(help="asked for when left out")
def add_user(name: str, role: str, command: str | None, password: str) -> None:
    """Add a person, or give one a new role and password."""
    person = people.add(_stores(), name, role, command, password)
    click.echo(f"{person.name} can sign in as {_role(person)}.")


@user.command("list")
def list_users() -> None:
    """List the people who may sign in."""
    for person in people.list_all(_stores()):
        click.echo(f"{person.name}  {_role(person)}")


@user.command("remove")
@click.argument("name")
def remove_user(name: str) -> None:
    """Remove a person."""
    people.remove(_stores(), name)
    click.echo(f"{name} can no longer sign in.")


def _role(person: people.Person) -> str:
    return f"{person.role} of {person.command}" if person.command else person.role


@click.group()
def headcount() -> None:
    """How many people each group has on the frame."""


@headcount.command()
@click.argument("wave_id", metavar="WAVE")
@click.argument("file", type=click.Path(path_type=Path))
def load(wave_id: str, file: Path) -> None:
    """Load a wave's headcounts from a CSV file, in place of earlier ones."""
    groups = headcounts.load(_stores(), wave_id, file)
    click.echo(f"Headcounts of {groups:,} groups are loaded.")


def _stores() -> Stores:
    return Stores.open(Settings.from_environment())
