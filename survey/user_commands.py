"""`candour user`: the people who may sign in to read results."""

from __future__ import annotations

import click

from analysis.plan import COMMAND
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import people, waves
from survey.manage.access import ROLES
from survey.results import scope, store


@click.group()
def user() -> None:
    """The people who may sign in to read results."""


@user.command()
@click.argument("name")
@click.option("--role", required=True, metavar="|".join(ROLES))
@click.option("--command", help="the command that a board reads, such as response-north")
@click.password_option(help="asked for when left out")
def add(name: str, role: str, command: str | None, password: str) -> None:
    """Add a person, or give one a new role and password."""
    stores = _stores()
    is_checked = role != "board" or not command or expect_command(stores, command)
    person = people.add(stores, name, role, command, password)
    click.echo(f"{person.name} can sign in as {person.described}.")
    if not is_checked:
        click.echo(
            f"Whether there is a command {command} cannot be checked yet: there is no wave and no "
            "Release that names any."
        )


@user.command("list")
def list_() -> None:
    """List the people who may sign in."""
    stores = _stores()
    found = people.list_all(stores)
    if not found:
        click.echo("\n".join((people.NOBODY, *people.lines_to_add(stores))))
    for person in found:
        how = "" if person.is_local else ", by the organisation"
        click.echo(f"{person.name}  {person.described}{how}")


@user.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove a person."""
    people.remove(_stores(), name)
    click.echo(f"{name} can no longer sign in.")


@user.command()
@click.argument("name")
def unlock(name: str) -> None:
    """Let a person try to sign in again at once, after wrong passwords."""
    people.unlock(_stores(), name)
    click.echo(f"{name} can try again at once.")


def expect_command(stores: Stores, command: str) -> bool:
    """Refuse a command that no wave and no Release names; False when there is neither yet.

    Raises:
        SettingsError: names the commands that there are.
    """
    all_waves, releases = waves.all_waves(stores), store.all_releases(stores)
    if not all_waves and not releases:
        return False
    known = {unit.id for release in releases for unit in scope.units(release, COMMAND)}
    for wave in all_waves:
        breakdown = wave.questionnaire.plan.breakdown_by_id.get(COMMAND)
        values = breakdown.values if breakdown else ()
        known |= {value.id for value in values if value.level == COMMAND}
    if command not in known:
        raise SettingsError(
            f"No wave and no Release has a command {command!r}; the commands are "
            f"{', '.join(sorted(known)) or 'none'}."
        )
    return True


def _stores() -> Stores:
    return Stores.open(Settings.from_environment())
