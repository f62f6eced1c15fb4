"""Sums that outlive a wave's answers: sealed to officers who keep a key for them.

    candour tallies 1        a line
    fingerprint              SHA-256 of the X25519 key that they are sealed to, 32 bytes
    sealed                   HPKE: signature of the wave's officers, then the sums, deflated JSON

A later wave pools with them. They hold what `analysis.earlier_tallies` keeps: groups that the
Release shows, and of nobody else. Who has the file and the key reads exact sums that the Release
rounds, so they are kept only where somebody asks for it, and for three waves at most.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from analysis import strict_json
from analysis.earlier_tallies import EarlierTallies
from analysis.errors import CandourError
from analysis.ledger import Ledger
from analysis.release import folder as releases
from survey.close import keys as release_keys
from survey.close.keys import Keys
from survey.collect.envelope import SUITES, X25519
from survey.errors import DataError, SettingsError
from survey.manage import officers, secret_files
from survey.manage.officers import PublicKeys

ENDING = ".tallies.sealed"
EARLIER = 2
"""Earlier waves that a wave may pool with; with its own sums, three waves are kept at most."""

_FIRST = b"candour tallies 1\n"
_INFO = b"candour/1/tallies"
_HASH, _SIGNATURE = 32, 64
_LARGEST = 64 * 2**20
_ARRAYS = ("n", "total", "squares")
_ODD = (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error)


@dataclass(frozen=True)
class Pooling:
    """What a wave pools with, and who keeps its own sums.

    Attributes:
        previous: folder of earlier waves' sealed sums; None pools with nothing.
        keys: that may open them.
        keeper: the officers to whom this wave's sums are sealed; None keeps none.
    """

    previous: Path | None = None
    keys: tuple[Keys, ...] = ()
    keeper: PublicKeys | None = None


NO_POOLING = Pooling()


@dataclass(frozen=True)
class Kept:
    """What a file holds.

    Attributes:
        tallies: the sums.
        line: id of the wave's questionnaire.
        release: hash of the Release that they go with.
        signer: SHA-256 of the public key that signed them, as a Release names it.
    """

    tallies: EarlierTallies
    line: str
    release: str
    signer: str


def write(
    path: Path, tallies: EarlierTallies, line: str, signing: Ed25519PrivateKey, keeper: PublicKeys
) -> None:
    """Seal the sums of a wave into a file, whole or not at all.

    Args:
        path: named by the hash of the wave's Release, then `ENDING`.
        tallies: of the wave.
        line: id of its questionnaire.
        signing: the key that signed its Release.
        keeper: whose key opens the file.
    """
    facts = {
        "line": line,
        "release": path.name.removesuffix(ENDING),
        "verifier": signing.public_key().public_bytes_raw().hex(),
        "wave": tallies.wave,
        "closed": tallies.closed.isoformat(),
        "fingerprints": list(tallies.fingerprints.items()),
        "groups": list(tallies.groups.items()),
        **{name: getattr(tallies, name).tolist() for name in _ARRAYS},
    }
    content = zlib.compress(json.dumps(facts, sort_keys=True).encode(), 9)
    inside = signing.sign(_FIRST + content) + content
    key = X25519PublicKey.from_public_bytes(keeper.public_key)
    sealed = SUITES[X25519].encrypt(inside, key, _INFO)
    secret_files.write_whole(path, _FIRST + _print_of(keeper) + sealed)


def path_of(folder: Path, release: str) -> Path:
    """Where the sums that go with a Release lie."""
    return folder / f"{release}{ENDING}"


def earlier(
    pooling: Pooling, ledger: Ledger, closed: date, tell: Callable[[str], None]
) -> tuple[EarlierTallies, ...]:
    """The sums of the newest earlier waves of a questionnaire, oldest first.

    Args:
        pooling: where they lie and what opens them.
        ledger: everything that was published of the questionnaire.
        closed: the day on which the wave that pools did. Sums of one that closed on the same day
            or later, of itself too, are not used.
        tell: hears what is left out, and what is kept for too long.

    Raises:
        DataError: when the folder holds none, or one is damaged or not of the Release it names.
        SettingsError: when no key opens one.
    """
    if pooling.previous is None:
        return ()
    before = []
    for one in _of_line(pooling, ledger, tell):
        if one.tallies.closed < closed:
            before.append(one)
            continue
        tell(
            f"{path_of(pooling.previous, one.release)} is not used: its wave "
            f"{one.tallies.wave} closed on {one.tallies.closed}, and a wave that closed on "
            f"{closed} pools only with those that closed before that day."
        )
    found = sorted(before, key=lambda one: (one.tallies.closed, one.tallies.wave))
    for one in found[:-EARLIER]:
        tell(
            f"The sums of wave {one.tallies.wave} are older than the {EARLIER} newest and are left "
            f"out: destroy {path_of(pooling.previous, one.release)}."
        )
    return tuple(one.tallies for one in found[-EARLIER:])


def _of_line(pooling: Pooling, ledger: Ledger, tell: Callable[[str], None]) -> Iterator[Kept]:
    folder = pooling.previous or Path()
    paths = sorted(folder.glob(f"*{ENDING}"))
    if not paths:
        raise DataError(f"{folder} holds no file *{ENDING}; leave out --previous.")
    in_force = {one.hash: one for one in ledger.in_force}
    for path in paths:
        kept = read(path, pooling.keys)
        release = in_force.get(kept.release)
        if kept.line != ledger.line:
            continue
        if release is None:
            tell(f"{path} goes with no Release that is in force, and is left out: destroy it.")
            continue
        manifest = release.release.manifest
        said = (kept.tallies.wave, kept.tallies.closed.isoformat(), kept.signer)
        if said != (manifest.wave, manifest.closed, releases.signer_of(release.content)):
            raise DataError(
                f"{path} is not signed by those who signed Release {kept.release[:12]}, or is of "
                "another wave than that: somebody else made it. Move it away."
            )
        yield kept


def read(path: Path, keys: Sequence[Keys]) -> Kept:
    """What is in a file.

    Raises:
        SettingsError: when none of the keys opens it.
        DataError: when it cannot be read, is something else or damaged, or has another name.
    """
    inside = _unsealed(path, keys)
    signature, content = inside[:_SIGNATURE], inside[_SIGNATURE:]
    try:
        unpacking = zlib.decompressobj()
        facts = strict_json.parse(unpacking.decompress(content, _LARGEST))
        verifier = Ed25519PublicKey.from_public_bytes(bytes.fromhex(facts["verifier"]))
        verifier.verify(signature, _FIRST + content)
        kept = Kept(
            _tallies(facts),
            str(facts["line"]),
            str(facts["release"]),
            releases.fingerprint(verifier),
        )
    except (*_ODD, InvalidSignature, CandourError):
        raise _damaged(path) from None
    if path_of(path.parent, kept.release) != path:
        raise DataError(f"{path} is {kept.release}{ENDING}: give it its name again.")
    return kept


def _unsealed(path: Path, keys: Sequence[Keys]) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None
    body = content.removeprefix(_FIRST)
    if body == content:
        raise _damaged(path)
    to, sealed = body[:_HASH], body[_HASH:]
    for one in keys:
        if _print_of(one.public) == to:
            try:
                return SUITES[X25519].decrypt(sealed, one.unsealing, _INFO)
            except (InvalidTag, ValueError):
                raise _damaged(path) from None
    raise SettingsError(
        f"None of the keys opens {path}; give the release.key of those who keep it with "
        "--previous-key."
    )


def _tallies(facts: Mapping[str, Any]) -> EarlierTallies:
    fingerprints, groups = dict(facts["fingerprints"]), dict(facts["groups"])
    shape = (len(fingerprints), len(groups))
    n, total, squares = (np.array(facts[name], dtype=np.int64).reshape(shape) for name in _ARRAYS)
    closed = date.fromisoformat(facts["closed"])
    return EarlierTallies(str(facts["wave"]), closed, fingerprints, groups, n, total, squares)


def _print_of(keys: PublicKeys) -> bytes:
    return hashlib.sha256(keys.public_key).digest()


def _damaged(path: Path) -> DataError:
    return DataError(
        f"{path} is damaged, or none of the files *{ENDING} that go with a Release; put back a "
        "copy of it."
    )


def who_opens(paths: Sequence[Path]) -> tuple[list[PublicKeys], tuple[Keys, ...]]:
    """The officers that some files name, and the private keys among them.

    Args:
        paths: each a public.json, a release.key, or the folder of one.

    Raises:
        SettingsError: when a file is neither.
    """
    known, private = list[PublicKeys](), list[Keys]()
    for path in paths:
        try:
            keys = release_keys.load(path)
        except SettingsError:
            known.append(officers.read(path))
        else:
            known.append(keys.public)
            private.append(keys)
    return known, tuple(private)
