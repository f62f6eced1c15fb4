"""The Releases in the results database, each checked when it comes in and when it is opened.

One that came in waits until two people agree to publish it: readers are given what is out alone.
The ledger holds those that wait, too, and so does what is checked with it.
"""

from __future__ import annotations

from datetime import date
from threading import Lock
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import String, cast, delete, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from analysis.release import folder
from analysis.release.model import Release
from survey.database import NOT_SET_UP, Stores
from survey.errors import ReleaseError, SettingsError
from survey.manage import audit_log
from survey.manage.tables import CommentThemesRow, PublishedRow, ReleaseRow


def add(stores: Stores, content: bytes, verifier_raw: bytes) -> str:
    """Store a packed Release and return its hash; adding the same one again changes nothing.

    It waits, but where commands need no two people (`CANDOUR_TWO_PEOPLE`): there it is out, and
    refused while an earlier one of the same questionnaire waits.

    Args:
        stores: where the results database is.
        content: what `analysis.release.folder.pack` made.
        verifier_raw: the officers' public key, 32 bytes.

    Raises:
        ReleaseError: if it is damaged, was tampered with or is signed with another key, or would
            be out before an earlier one.
    """
    release = folder.unpack(content, Ed25519PublicKey.from_public_bytes(verifier_raw))
    name = folder.hash_of(content)
    if not stores.settings.two_people:
        _expect_none_waits(stores, name, release)
    with stores.results() as session:
        if session.get(ReleaseRow, name) is None:
            session.add(
                ReleaseRow(
                    hash=name,
                    wave=release.manifest.wave,
                    closed=date.fromisoformat(release.manifest.closed),
                    content=content,
                    verifier=verifier_raw,
                )
            )
            said = f"Release {name} of {release.manifest.wave}"
            if not stores.settings.two_people:
                session.add(PublishedRow(hash=name))
                said += ", and published it: here commands need no two people"
            audit_log.record(session, None, "release", said)
    return name


def _expect_none_waits(stores: Stores, name: str, release: Release) -> None:
    """A later Release may tell of the figures of an earlier one, which was audited with it."""
    line = release.manifest.questionnaire
    waits = [one for one, found in waiting(stores).items() if found.manifest.questionnaire == line]
    if waits and name not in waits:
        raise ReleaseError(
            f"Release {waits[0][:12]} came before this one and waits, and this one may tell of its "
            "figures; let two release officers publish or discard that one first."
        )


def publish(session: Session, name: str) -> None:
    """Let readers have a stored Release from the end of this transaction on."""
    session.merge(PublishedRow(hash=name))


def discard(session: Session, name: str) -> None:
    """Take away a Release that waits.

    Raises:
        ReleaseError: when it is out, or not here: what readers had is never taken away.
    """
    if session.get(PublishedRow, name) is not None or session.get(ReleaseRow, name) is None:
        raise ReleaseError(f"Release {name[:12]} does not wait any more; nothing was discarded.")
    session.execute(delete(ReleaseRow).where(ReleaseRow.hash == name))


def out(stores: Stores) -> frozenset[str]:
    """The hashes of all Releases that were published, those that were corrected since too."""
    with stores.results() as session:
        return frozenset(session.scalars(select(PublishedRow.hash)))


def in_force(stores: Stores) -> dict[str, Release]:
    """Hash -> the Release in force of each wave, oldest wave first.

    Those that wait are left out, and those that one which is out corrects. Raises what `every`
    raises.
    """
    published = out(stores)
    return _unreplaced({name: one for name, one in every(stores).items() if name in published})


def kept(stores: Stores) -> dict[str, Release]:
    """The same with those that wait: what another Release must fit. Never for readers."""
    return _unreplaced(every(stores))


def waiting(stores: Stores) -> dict[str, Release]:
    """Hash -> each Release that came in and is not out. For release officers alone."""
    published = select(PublishedRow.hash)
    with stores.results() as session:
        names = session.scalars(select(ReleaseRow.hash).where(ReleaseRow.hash.not_in(published)))
        waits = frozenset(names)
    return {name: one for name, one in every(stores).items() if name in waits} if waits else {}


def _unreplaced(releases: dict[str, Release]) -> dict[str, Release]:
    replaced = {release.manifest.replaces for release in releases.values()}
    return {name: release for name, release in releases.items() if name not in replaced}


def every(stores: Stores) -> dict[str, Release]:
    """Hash -> each stored Release, oldest wave first: also those that wait or were corrected.

    Raises:
        ReleaseError: if a stored Release was tampered with.
        SettingsError: if the database is not set up.
    """
    try:
        with stores.results() as session:
            columns = (ReleaseRow.hash, ReleaseRow.wave, cast(ReleaseRow.closed, String))
            query = select(*columns).order_by(ReleaseRow.closed, ReleaseRow.wave)
            rows = {name: (wave, closed) for name, wave, closed in session.execute(query)}
    except (OperationalError, ProgrammingError) as error:
        raise SettingsError(NOT_SET_UP) from error
    opened = {name: _opened(stores, name) for name in rows}
    # What is not there any more was discarded since it was listed.
    releases = {name: release for name, release in opened.items() if release is not None}
    for name, release in releases.items():
        # Looked at each time: what is kept by its hash was checked once, and columns can change.
        if rows[name] != (release.manifest.wave, release.manifest.closed):
            raise ReleaseError(
                f"The stored Release {name[:12]} was tampered with: its row names another wave or "
                "another day than the Release itself."
            )
    return releases


def standing(stores: Stores) -> tuple[object, ...]:
    """What pages are made from, as it is stored now: while it stays equal, so do they.

    Releases are told by their hashes and whether they are out, what people wrote about by its
    bytes.

    Raises:
        SettingsError: if the database is not set up.
    """
    columns = (ReleaseRow.hash, ReleaseRow.wave, cast(ReleaseRow.closed, String))
    releases = select(*columns, ReleaseRow.verifier, PublishedRow.hash)
    releases = releases.outerjoin(PublishedRow, PublishedRow.hash == ReleaseRow.hash)
    comments = select(CommentThemesRow.wave, CommentThemesRow.content)
    with stores.results() as session:
        return tuple(
            tuple(map(tuple, session.execute(one)))
            for one in (
                releases.order_by(ReleaseRow.hash),
                comments.order_by(CommentThemesRow.wave),
            )
        )


def all_releases(stores: Stores) -> tuple[Release, ...]:
    """The Releases in force, oldest wave first; raises what `in_force` raises."""
    return tuple(in_force(stores).values())


def packed(stores: Stores, name: str) -> bytes:
    """The stored Release of that hash, as it came in."""
    with stores.results() as session:
        return session.get_one(ReleaseRow, name).content


def verifiers(stores: Stores) -> frozenset[bytes]:
    """The public keys that the stored Releases were checked with, 32 bytes each."""
    with stores.results() as session:
        return frozenset(session.scalars(select(ReleaseRow.verifier)))


def latest(stores: Stores) -> Release | None:
    """The Release of the wave that closed last; None when there is none."""
    releases = all_releases(stores)
    return releases[-1] if releases else None


def by_wave(stores: Stores, wave: str) -> Release | None:
    """The Release in force of a wave; None when there is none."""
    found = (release for release in all_releases(stores) if release.manifest.wave == wave)
    return next(found, None)


def corrections(stores: Stores, wave: str) -> tuple[str, ...]:
    """Why Releases of a wave were replaced by others that are out, in order; empty if none was.

    Raises:
        ReleaseError: if a stored Release was tampered with.
    """
    with stores.results() as session:
        of_wave = select(ReleaseRow.hash).where(ReleaseRow.wave == wave)
        names = session.scalars(of_wave.where(ReleaseRow.hash.in_(select(PublishedRow.hash)))).all()
    opened = {name: found for name in names if (found := _opened(stores, name)) is not None}
    after = {found.manifest.replaces: name for name, found in opened.items()}
    reasons, at = list[str | None](), after.pop(None, None)
    while at in after:
        at = after.pop(at)
        reasons.append(opened[at].manifest.correction)
    return tuple(reason for reason in reasons if reason is not None)


_LOCKS: dict[str, Lock] = {}
"""Hash -> held while that Release is opened."""

_KEPT: WeakKeyDictionary[Stores, dict[str, Release]] = WeakKeyDictionary()
"""Stores of this process -> hash -> each Release that was opened there.

All of them, since every page asks for all: of fewer, it would open some anew for each page.
"""


def _opened(stores: Stores, name: str) -> Release | None:
    """A stored Release, checked; None when it is not there any more.

    One thread opens it, which takes a second, and others wait. It never changes, so it is kept.
    """
    kept = _KEPT.setdefault(stores, {})
    with _LOCKS.setdefault(name, Lock()):
        if name not in kept and (found := _unpacked(stores, name)) is not None:
            kept[name] = found
        return kept.get(name)


def _unpacked(stores: Stores, name: str) -> Release | None:
    with stores.results() as session:
        row = session.get(ReleaseRow, name)
        if row is None:
            return None
        content, verifier = row.content, row.verifier
    if folder.hash_of(content) != name:
        raise ReleaseError(f"The stored Release {name[:12]} was tampered with: it is another one.")
    return folder.unpack(content, Ed25519PublicKey.from_public_bytes(verifier))
