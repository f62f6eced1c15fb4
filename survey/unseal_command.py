"""`candour unseal`: the release officers open a wave, and its Release is taken in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from analysis.beside.given import BesideFiles
from analysis.schedulers import Dask, Scheduler
from survey import carrying_out
from survey.beside_options import with_files_beside
from survey.close import keys as release_keys
from survey.close.sealed_tallies import Pooling, path_of, who_opens
from survey.close.unsealing import unseal as unseal_wave
from survey.close.unsealing import unseal_file
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import officers, wave_file
from survey.manage.destructions import DAYS_TO_DESTROY
from survey.manage.officers import PublicKeys
from survey.polarity_option import polarity_of, polarity_option
from survey.results import adding, store
from survey.scheduler_option import scheduler_option


@click.command()
@click.argument("wave", metavar="WAVE|FILE.wave")
@click.option(
    "--key", type=click.Path(path_type=Path), required=True, help="the officers' release.key"
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option(
    "--previous-key",
    "officers_of",
    type=click.Path(path_type=Path),
    multiple=True,
    help="officers of earlier waves: public.json, for the trends; release.key, for --previous",
)
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, file_okay=False),
    help="your own copy of the questionnaire's ledger, which is checked and continued; with a file",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="folder of the sealed sums of earlier waves, to pool with",
)
@click.option(
    "--keep-tallies",
    "keeper",
    type=click.Path(path_type=Path),
    help="public.json to whose key this wave's sums are sealed, for later waves to pool with",
)
@with_files_beside
@polarity_option
@scheduler_option
@click.option(
    "--correct",
    metavar="REASON",
    help="replace the Release that is out, while the answers exist; everybody reads why",
)
def unseal(
    wave: str,
    key: Path,
    out: Path,
    officers_of: tuple[Path, ...],
    ledger: Path | None,
    correct: str | None,
    beside: BesideFiles,
    polarity: tuple[str, ...],
    **more: Any,
) -> None:
    """Open a closed wave: a carried file, offline, or a wave of this server, and publish it."""
    _expect_safe(more["scheduler"])
    known, opening = who_opens(officers_of)
    keeper = None if more["keeper"] is None else officers.read(more["keeper"])
    pooling = Pooling(more["previous"], opening, keeper)
    asked: Any = {"correction": correct, "pooling": pooling, "beside": beside}
    asked |= {"polarity": polarity_of(polarity), "scheduler": more["scheduler"]}
    keys = release_keys.load(key)
    if wave.endswith(wave_file.ENDING):
        trusted = [one.verifier for one in known]
        said = (_progress, click.echo, ledger)
        packed = unseal_file(Path(wave), keys, trusted, out, *said, **asked)
        click.echo(f"Release {packed.stem} is in {packed.with_suffix('')}; nobody has it yet.")
        click.echo(f"Bring {packed.name} to the server: candour release add {packed.name}")
        click.echo(f"Destroy {wave} when it is published, and every copy of it.")
        _tell_kept(out, packed.stem, keeper)
        return
    if ledger:
        raise SettingsError("--ledger goes with a file; the server has the ledger of its Releases.")
    if officers_of and pooling.previous is None:
        raise SettingsError(
            "--previous-key goes with a file, or with --previous; the server knows the keys of its "
            "earlier Releases."
        )
    stores = Stores.open(Settings.from_environment())
    with carrying_out.looking_afterwards(stores, click.echo):
        digest = unseal_wave(*(stores, wave, keys, out, _progress, click.echo), **asked)
    instead = " in place of the one before" if correct else ""
    if digest in store.out(stores):
        click.echo(f"Release {digest} is in {out / digest} and published{instead}.")
        within = f"within {DAYS_TO_DESTROY} days"
        click.echo(f"Destroy the sealed answers {within}: candour wave destroy {wave}")
    else:
        click.echo(f"Release {digest} is in {out / digest}. {adding.WAITS}")
    _tell_kept(out, digest, keeper)


def _expect_safe(scheduler: Scheduler) -> None:
    """Refuse to send what opens answers to a cluster that asks nobody who they are."""
    if isinstance(scheduler, Dask) and not scheduler.address.startswith("tls://"):
        raise SettingsError(
            f"Whoever has an account on this machine can take from {scheduler.address} what is "
            "sent there, and unseal sends what opens answers: use --scheduler processes, or tls://."
        )


def _tell_kept(out: Path, release: str, keeper: PublicKeys | None) -> None:
    if keeper is not None:
        click.echo(f"{path_of(out, release)}  exact sums, for whoever keeps them; never published")
        click.echo(f"They open with the key of {keeper.fingerprint}")


def _progress(rows: Iterable[bytes]) -> Iterator[bytes]:
    with click.progressbar(rows, label="Opening answers") as bar:
        yield from bar
