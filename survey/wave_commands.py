"""`candour wave`: from draft to destroyed. What closes or destroys is imported only when called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from analysis.policy import DisclosurePolicy
from survey import clock
from survey.collect import fingerprint
from survey.config import Settings
from survey.database import Stores
from survey.errors import CandourError, SettingsError
from survey.manage import officers, waves
from survey.questionnaire import loader

_WHOLE = re.compile(r"[0-9]{1,30}")


@click.group()
def wave() -> None:
    """Waves: one fielding of a questionnaire each."""


@wave.command()
@click.argument("wave_id", metavar="WAVE")
@click.option("--questionnaire", type=click.Path(path_type=Path), required=True)
@click.option("--public", type=click.Path(path_type=Path), required=True, help="public.json")
@click.option("--title", required=True, help="as people see it, such as 'Autumn 2026'")
@click.option("--policy", "rules", multiple=True, metavar="NAME=VALUE", help="such as k=15")
def new(
    wave_id: str, questionnaire: Path, public: Path, title: str, rules: tuple[str, ...]
) -> None:
    """Make a draft wave; questionnaire, key and policy are fixed from here on."""
    keys = officers.read(public)
    made = waves.create(
        _stores(), wave_id, title, loader.load(questionnaire), keys, policy_with(rules)
    )
    click.echo(f"Wave {wave_id} is a draft. Compare the key's fingerprint with the officers':")
    click.echo(keys.fingerprint)
    click.echo("For every card, as in `candour codes make --fingerprint`, the wave's fingerprint:")
    click.echo(fingerprint.of(made))


def policy_with(rules: tuple[str, ...]) -> DisclosurePolicy:
    """The default policy with some values tightened, each written `name=value`.

    Raises:
        SettingsError: for a value that does not exist, is no whole number or is out of bounds.
    """
    values = {}
    for rule in rules:
        name, _, value = rule.partition("=")
        if name not in DisclosurePolicy().as_dict() or not _WHOLE.fullmatch(value):
            raise SettingsError(
                f"--policy {rule}: write one of {', '.join(DisclosurePolicy().as_dict())}, "
                "then = and a whole number of at most 30 digits."
            )
        values[name] = int(value)
    try:
        return DisclosurePolicy(**values)
    except CandourError as error:
        raise SettingsError(f"--policy: {error}.") from None


@wave.command("open")
@click.argument("wave_id", metavar="WAVE")
def open_(wave_id: str) -> None:
    """Let a draft wave take answers."""
    opened = waves.open_wave(_stores(), wave_id, clock.today())
    click.echo(f"Wave {wave_id} is open, with {opened.cards:,} cards.")


@wave.command()
@click.argument("wave_id", metavar="[WAVE]", required=False)
def status(wave_id: str | None) -> None:
    """Show a wave's state and fingerprint, or every wave's; never how many have answered."""
    stores = _stores()
    shown = waves.all_waves(stores) if wave_id is None else (waves.get(stores, wave_id),)
    for one in shown:
        dates = " to ".join(day.isoformat() for day in (one.opened, one.closed) if day)
        printed = fingerprint.of(one) if one.token_key else ""
        cells = (one.id, one.state, one.title, f"{one.cards:,} cards", dates, printed)
        click.echo("  ".join(cell for cell in cells if cell))


@wave.command()
@click.argument("wave_id", metavar="WAVE")
def close(wave_id: str) -> None:
    """Close a wave: shuffle its box, destroy its salt and its issuing key."""
    from survey.close.closing import close_wave

    counts = close_wave(_stores(), wave_id, clock.today())
    used = "an unknown number of" if counts.redeemed is None else f"{counts.redeemed:,}"
    click.echo(
        f"Wave {wave_id} is closed: {counts.cards:,} cards, {used} codes used, "
        f"{counts.received:,} answers received."
    )


@wave.command()
@click.argument("wave_id", metavar="WAVE")
@click.option(
    "--key", type=click.Path(path_type=Path), required=True, help="the officers' release.key"
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="the auditor's file")
def redemptions(wave_id: str, key: Path, out: Path) -> None:
    """Open a closed wave's redemptions for an auditor: the proof of each code that was used."""
    from survey.close import keys as release_keys
    from survey.close import redemptions as records
    from survey.collect.redemptions import as_text

    if out.exists():
        raise SettingsError(f"{out} is there already; choose another name.")
    opened = records.open_records(_stores(), wave_id, release_keys.load(key), _progress)
    release_keys.keep(out, as_text(wave_id, opened.redeemed))
    click.echo(f"{len(opened.redeemed):,} of {opened.codes:,} codes of {wave_id} were redeemed.")
    if opened.spoilt:
        click.echo(
            f"{opened.spoilt:,} records do not open: somebody changed them. Tell the auditor."
        )
    click.echo(f"{out}  for the auditor: candour verify wave {wave_id}.wave --redemptions {out}")
    click.echo("It tells which codes were used: publish it never, and delete it after the check.")


def _progress(records: Iterable[bytes]) -> Iterator[bytes]:
    with click.progressbar(records, label="Opening redemptions") as bar:
        yield from bar


@wave.command()
@click.argument("wave_id", metavar="WAVE")
@click.option("--key", type=click.Path(path_type=Path), help="destroyed too, and signs the note")
@click.confirmation_option(prompt="What is destroyed cannot be brought back. Destroy it?")
def destroy(wave_id: str, key: Path | None) -> None:
    """Destroy a released wave's sealed answers and key; or a draft, or a wave nobody answered."""
    from survey.close.destroying import destroy as destroy_wave

    click.echo(destroy_wave(_stores(), wave_id, key, clock.today()))
    click.echo(
        "Destroy every share, every other copy of release.key and release.locked, and every file "
        "of opened comments, too."
    )


def _stores() -> Stores:
    return Stores.open(Settings.from_environment())
