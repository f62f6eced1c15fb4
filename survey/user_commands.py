"""`candour user`: the people who may sign in to read results."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from analysis.plan import COMMAND
from survey import clock
from survey.accounts import words
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import credentials, passwords, people, waves
from survey.manage.access import ROLES
from survey.manage.people import Person
from survey.results import scope, store


@click.group()
def user() -> None:
    """The people who may sign in to read results."""


@user.command()
@click.argument("name")
@click.option("--role", required=True, metavar="|".join(ROLES))
@click.option("--command", help="the command that a board reads, such as response-north")
@click.option(
    "--password",
    help="one that stays, for trials and scripts: others see it. Without it a first password is "
    "made, shown once, with which they choose their own",
)
def add(name: str, role: str, command: str | None, password: str | None) -> None:
    """Add a person, or give one a new role and a first password."""
    stores = _stores()
    is_checked = role != "board" or not command or expect_command(stores, command)
    first, ends = passwords.first() if password is None else password, None
    if password is None:
        ends = people.first_password_ends(stores, clock.now())
    known = words.of_force(stores)
    person = people.add(stores, name, role, command, first, words=known, first_until=ends)
    click.echo(f"{person.name} can sign in as {person.described}.")
    if password is None:
        _tell_first(person, first)
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
        click.echo(f"{person.name}  {person.described}, {person.signs_in}")


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


@user.command("reset-factor")
@click.argument("name")
def reset_factor(name: str) -> None:
    """Ask a person for no code any more, and give them a first password in place of theirs.

    For whoever lost the app: be sure who is asking, as when you added them.
    """
    person, first = credentials.reset_factor(_stores(), name, clock.now())
    click.echo(f"{person.name} needs no code any more, and the password that they had is over.")
    _tell_first(person, first)


def _tell_first(person: Person, first: str) -> None:
    """Show a first password, once, and until when it is for what."""
    ends = datetime.fromtimestamp(person.first_until or 0, UTC)
    click.echo(
        f"The first password of {person.name}, for choosing their own until "
        f"{ends.day} {ends:%B %Y, %H:%M} UTC, is shown this once; tell it to nobody else:"
    )
    click.echo(first)


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
