"""What a wave has at each stage of its life: what no home can have, no backup brings back.

More answers than used codes are no mistake here: so a ballot box that was stuffed tells it, and a
backup must not hide that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analysis.release.model import Manifest
from survey.backup import kept
from survey.backup.packing import Tables
from survey.errors import DataError, WaveStateError
from survey.manage.issuing_keys import TOKEN_BYTES

Found = Mapping[str, Any]
"""Column -> value, of one row."""

_DAYS = {
    "draft": {(False, False)},
    "open": {(True, False)},
    "destroyed": {(False, False), (True, True)},
}
"""State -> whether the wave has opened and closed; all others have."""


def rows(tables: Tables, store: str, name: str) -> Iterator[Found]:
    """The rows of a table, by column."""
    columns = kept.KEPT[store][name]
    return (dict(zip(columns, row, strict=True)) for row in tables[store, name])


def expect_none_between(tables: Tables) -> None:
    """Refuse to make a backup while a wave is on its way from one stage to the next.

    Raises:
        WaveStateError: names the wave and the command to finish.
    """
    closed, noted = (_of_waves(tables, "results", name) for name in ("closing", "destruction"))
    for wave in rows(tables, "issuer", "wave"):
        doing = None
        if wave["state"] == "closing" or (wave["state"] == "open" and wave["id"] in closed):
            doing = "closed", "close"
        elif wave["state"] != "destroyed" and wave["id"] in noted:
            doing = "destroyed", "destroy"
        if doing is not None:
            raise WaveStateError(
                f"Wave {wave['id']} is being {doing[0]}; run `candour wave {doing[1]} "
                f"{wave['id']}` to its end, and then make the backup."
            )


def expect_whole(tables: Tables, releases: Iterable[Manifest]) -> None:
    """Refuse waves that have what their stage has not, or lack what it has.

    Args:
        tables: of the backup, as they are in it.
        releases: what every Release says that is in it; their signatures are checked elsewhere.

    Raises:
        DataError: names the wave and what is wrong with it.
    """
    waves = {wave["id"]: wave for wave in rows(tables, "issuer", "wave")}
    noted = _of_waves(tables, "results", "destruction")
    keys = _of_waves(tables, "issuer", "wave_key")
    codes = _of_waves(tables, "issuer", "code_list")
    told = {one["wave"]: one for one in rows(tables, "results", "closing")}
    for name, wave in waves.items():
        if wave["state"] == "closing":
            raise DataError(f"Wave {name} is being closed, and then no backup is made.")
        if (wave["state"] == "destroyed") != (name in noted):
            raise DataError(
                f"Wave {name} is {wave['state']}, and the note that it was destroyed "
                f"{'is there' if name in noted else 'is missing'}."
            )
        _expect_days(wave)
        if wave["state"] == "draft" and name in keys | codes:
            raise DataError(f"Wave {name} is a draft, and has keys or codes, which none keeps.")
    for name, one in told.items():
        if not _can_be_told(one, waves.get(name), has_tokens=name in keys):
            raise DataError(
                f"The counts and lists of wave {name} do not fit each other, or not the wave."
            )
    _expect_releases(waves, told, releases)


def _of_waves(tables: Tables, store: str, name: str) -> set[str]:
    return {row["wave"] for row in rows(tables, store, name)}


def _expect_days(wave: Found) -> None:
    days = wave["opened"] is not None, wave["closed"] is not None
    if days not in _DAYS.get(wave["state"], {(True, True)}):
        raise DataError(f"Wave {wave['id']} is {wave['state']}, and has days of another state.")


def _can_be_told(one: Found, wave: Found | None, *, has_tokens: bool) -> bool:
    """Whether a wave that closed can have told this; only those of long ago have no tokens."""
    if wave is None or wave["closed"] is None or one["cards"] != wave["cards"]:
        return False
    received = one["received"] or 0
    return (
        received >= 0
        and 0 <= (one["redeemed"] or 0) <= one["cards"]
        and len(one["receipts"].split()) == received
        and len(one["tokens"]) == (received * TOKEN_BYTES if has_tokens else 0)
    )


def _expect_releases(
    waves: Mapping[str, Found], told: Mapping[str, Found], releases: Iterable[Manifest]
) -> None:
    out = set()
    for release in releases:
        out.add(release.wave)
        wave = waves.get(release.wave)
        if wave is not None and not _is_release_of(release, wave, told.get(release.wave)):
            raise DataError(
                f"The Release of wave {release.wave} has another title, closing day or counts than "
                "the wave itself."
            )
    for name, wave in waves.items():
        if wave["state"] == "released" and name not in out:
            raise DataError(f"Wave {name} is released and has no Release.")


def _is_release_of(release: Manifest, wave: Found, told: Found | None) -> bool:
    closed = None if wave["closed"] is None else wave["closed"].isoformat()
    if (release.wave_title, release.closed) != (wave["title"], closed):
        return False
    if told is None or told["received"] is None or release.received is None:
        return True
    return (release.cards, release.received) == (told["cards"], told["received"])
