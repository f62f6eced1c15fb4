"""`candour wave`: from draft to destroyed. What closes or destroys is imported only when called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from survey import clock
from survey.collect import copies, fingerprint
from survey.config import BOX, ISSUE, Settings
from survey.database import Stores
from survey.errors import SettingsError, WaveStateError
from survey.manage import officers, secret_files, wave_file, waves
from survey.policy_option import policy_with
from survey.questionnaire import loader


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


@wave.command("open")
@click.argument("wave_id", metavar="WAVE")
def open_(wave_id: str) -> None:
    """Let a draft wave take answers, when two people agreed to it."""
    from survey import carrying_out

    stores = _stores()
    with carrying_out.by_hand(stores, click.echo):
        opened, told = carrying_out.open_wave(stores, wave_id, clock.today())
    click.echo(f"Wave {wave_id} is open, with {opened.cards:,} cards.")
    click.echo(told)


@wave.command()
def agreed() -> None:
    """Open and close the waves for which two people agreed; harmless where there is none.

    The server starts it when the second person agreed; a timer may, too.
    """
    from survey import carrying_out

    carrying_out.everything(_stores(), click.echo)


@wave.command()
@click.argument("wave_id", metavar="[WAVE]", required=False)
def status(wave_id: str | None) -> None:
    """Show a wave's state and fingerprint, or every wave's; never how many have answered."""
    stores = _stores()
    shown = waves.all_waves(stores) if wave_id is None else (waves.get(stores, wave_id),)
    if not shown:
        click.echo(
            "There is no wave yet. A wave manager prepares one in the browser, under Waves, or "
            "`candour wave new` makes one."
        )
    for one in shown:
        dates = " to ".join(day.isoformat() for day in (one.opened, one.closed) if day)
        printed = fingerprint.of(one) if one.token_key else ""
        cells = (one.id, one.state, one.title, f"{one.cards:,} cards", dates, printed)
        click.echo("  ".join(cell for cell in cells if cell))


@wave.command()
@click.argument("wave_id", metavar="WAVE")
@click.option(
    "--issuer",
    type=click.Path(path_type=Path),
    help="on the ballot box's host: the file that the issuer's host exported after closing",
)
@click.option(
    "--uncounted",
    is_flag=True,
    help="its salt is lost: close it without the count of used codes, which everybody will see",
)
def close(wave_id: str, issuer: Path | None, uncounted: bool) -> None:
    """Close a wave, when two people agreed: shuffle its box, destroy its salt and issuing key."""
    from survey import carrying_out
    from survey.close.closing import expect_count, take_count

    stores = _stores()
    issuers = None if issuer is None else wave_file.read(issuer)
    if issuers is not None:
        _expect_of(wave_id, issuers)
        expect_count(stores, issuers)
    with carrying_out.by_hand(stores, click.echo):
        if issuers is None or waves.get(stores, wave_id).state in {"open", "closing"}:
            counts = carrying_out.close_wave(stores, wave_id, clock.today(), uncounted=uncounted)
        if issuers is not None:
            counts = take_count(stores, issuers)
    used = "an unknown number of" if counts.redeemed is None else f"{counts.redeemed:,}"
    received = "" if counts.received is None else f", {counts.received:,} answers received"
    click.echo(f"Wave {wave_id} is closed: {counts.cards:,} cards, {used} codes used{received}.")
    if counts.redeemed is not None and (counts.received or 0) > counts.redeemed:
        click.echo(
            f"WARNING: {counts.received:,} answers came and {counts.redeemed:,} codes were used. "
            "Somebody stuffed the ballot box, or the number of codes is wrong."
        )
    for sentence in _left_to_do(wave_id, counts.redeemed, stores.settings):
        click.echo(sentence)


def _left_to_do(wave_id: str, redeemed: int | None, settings: Settings) -> Iterator[str]:
    """What comes next where the wave is on two hosts, or used codes could not be counted."""
    if ISSUE in settings.surfaces and redeemed is None:
        yield (
            "How many codes were used only the release officers can tell now: candour wave "
            f"redemptions {wave_id} --key release.key --out redemptions.txt"
        )
    if BOX not in settings.surfaces:
        yield f"Export it now, for the ballot box's host: candour wave export {wave_id}"
    elif ISSUE not in settings.surfaces and redeemed is None:
        yield "How many codes were used the issuer tells: run this again with --issuer FILE.wave."
    elif ISSUE not in settings.surfaces and settings.issue_address:
        address = f"{settings.issue_address}/issue/{wave_id}/closing"
        yield f"Compare the codes used with what the issuer tells itself: {address}"


@wave.command()
@click.argument("wave_id", metavar="WAVE")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def export(wave_id: str, out: Path) -> None:
    """Write what is public of a wave to a file, for the ballot box's host."""
    secret_files.write_once(out, wave_file.pack(copies.export(_stores(), wave_id)))
    click.echo(f"{out}  holds what is public of wave {wave_id}, and no secret")


@wave.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Make a draft wave, and its ballot box, from the file that the issuer's host exported."""
    taken = copies.take(_stores(), wave_file.read(file))
    click.echo(f"Wave {taken.id} is here, {taken.state}, with {taken.cards:,} cards.")
    click.echo("Compare the fingerprint with the one on the cards and on the issuer's host:")
    click.echo(fingerprint.of(taken))


def _expect_of(wave_id: str, file: wave_file.WaveFile) -> None:
    if file.wave.id != wave_id:
        raise WaveStateError(f"This file is of wave {file.wave.id} and not of {wave_id}.")


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
@click.option("--out", type=click.Path(path_type=Path), required=True, help="such as WAVE.wave")
def carry(wave_id: str, out: Path) -> None:
    """Write a closed wave to one file, for the release officers' offline machine.

    Of a released wave, to correct its Release while the answers exist.
    """
    from survey.close.carrying import carry as carry_wave

    if out.suffix != wave_file.ENDING:
        raise SettingsError(f"--out {out}: the file's name must end in {wave_file.ENDING}.")
    file = carry_wave(_stores(), wave_id, out)
    answers = 0 if file.sealed is None else len(file.sealed.answers)
    click.echo(f"{out} holds {answers:,} sealed answers; take it to the release officers:")
    correct = ' --correct "REASON"' if file.wave.state == "released" else ""
    click.echo(f"candour unseal {out.name} --key release.key --out releases{correct}")


@wave.command()
@click.argument("wave_id", metavar="WAVE")
@click.option("--key", type=click.Path(path_type=Path), help="destroyed too, and signs the note")
@click.option(
    "--unpublished", metavar="REASON", help="of a closed wave that gets no Release; public"
)
@click.option(
    "--audited",
    is_flag=True,
    help="on the issuer's host: the auditor has the redemptions, or nobody will ask for them",
)
@click.confirmation_option(prompt="What is destroyed cannot be brought back. Destroy it?")
def destroy(wave_id: str, key: Path | None, unpublished: str | None, audited: bool) -> None:
    """Destroy a released wave's sealed answers and key; or a draft, or a wave nobody answered.

    With a reason also a closed wave that is not to be published. On a host with the issuer alone
    only when the redemptions went to the auditor, or nobody asks for them.
    """
    from survey import carrying_out
    from survey.close.destroying import destroy as destroy_wave

    stores, today = _stores(), clock.today()
    with carrying_out.by_hand(stores, click.echo):
        said = destroy_wave(stores, wave_id, key, today, unpublished, audited=audited)
    click.echo(said)
    click.echo(
        "Destroy every share, every other copy of release.key and release.locked, and every file "
        "of comments, too: the coders' (coder-1.csv, coder-2.csv) and differences.csv."
    )


def _stores() -> Stores:
    return Stores.open(Settings.from_environment())
