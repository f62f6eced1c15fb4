"""The command `candour demo`: makes an invented force the first time, then serves it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from survey import clock, database
from survey.collect import fingerprint, submit
from survey.config import Settings
from survey.database import Stores
from survey.demo import home, making
from survey.demo.making import PASSWORD, SIGN_INS
from survey.errors import CodeError, SettingsError, UnfinishedWaves
from survey.manage import waves
from survey.serve import expect_free, program, serve

HOST = "127.0.0.1"
CODES_SHOWN = 5


@click.command()
@click.option(
    "--home",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Folder that the demo is kept in.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--no-serve", is_flag=True, help="Make the demo and print what it offers; no more.")
def demo(folder: Path, port: int, no_serve: bool) -> None:
    """Show Candour with an invented force of 5,500 people; keeps it for the next time."""
    folder = folder.resolve()
    stands = home.stands(folder)
    if not no_serve:
        expect_free(f"{HOST}:{port}", f"{program()} demo --port {port + 1}")
    if not stands:
        click.echo("Making an invented force, three closed waves and an open one (about a minute):")
        making.make(folder, clock.today(), lambda step: click.echo(f"  {step}"))
    settings = Settings.at(folder)
    _migrate(settings)
    stores = Stores.open(settings)
    making.add_people(stores)
    click.echo(_welcome(stores, f"http://{HOST}:{port}"))
    if not no_serve:
        _serve(folder, port)


def _migrate(settings: Settings) -> None:
    try:
        database.migrate(settings)
    except UnfinishedWaves as error:
        raise SettingsError(
            f"{settings.home} holds a demo of an earlier version; remove that folder and run "
            "`candour demo` again."
        ) from error


def _welcome(stores: Stores, address: str) -> str:
    """Where to go, who signs in, and codes that nobody has used yet."""
    lines = ["", "Candour demo: nobody in this force exists.", "", f"Answer: {address}/"]
    lines += [f"    {code}" for code in islice(_unused(stores), CODES_SHOWN)]
    lines += ["    unused codes of the open wave; only a demo keeps codes, a real wave never does"]
    for wave in waves.open_waves(stores):
        lines += [f"    fingerprint on every card of {wave.title}: {fingerprint.of(wave)}"]
    lines += ["", f"Read results: {address}/results"]
    width = max(len(person.name) for person in SIGN_INS)
    lines += [f"    {person.name:{width}}  {person.who}" for person in SIGN_INS]
    lines += [f"    password of each: {PASSWORD}"]
    lines += ["", "What is planted in the answers, and where it shows: docs/DEMO.md", ""]
    return "\n".join(lines)


def _unused(stores: Stores) -> Iterator[str]:
    for wave in waves.open_waves(stores):
        for code in home.kept_codes(stores.settings.home):
            try:
                submit.check_code(stores, wave, code)
            except CodeError:
                continue
            yield code


def _serve(folder: Path, port: int) -> None:
    """Become the server, in a fresh process: this one has opened answers and may not serve."""
    for name in [name for name in os.environ if name.startswith("CANDOUR_")]:
        del os.environ[name]
    os.environ["CANDOUR_HOME"] = str(folder)
    click.get_current_context().invoke(serve, bind=f"{HOST}:{port}")
