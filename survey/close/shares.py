"""The release officers' keys in parts: word shares, and the locked file that enough of them open.

`release.locked` holds the private keys under AES-256-GCM with a key from 128 random bits (HKDF-
SHA256). Those bits are split by Shamir's scheme into word shares (SLIP-39, package
`shamir-mnemonic`): so few words that a person can write them down, with a checksum of their own.
Fewer shares than the threshold tell nothing of the bits, whatever is computed.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORD_INDEX_MAP

from survey.close import keys as release_keys
from survey.close.keys import PUBLIC_FILE, Keys
from survey.errors import SettingsError
from survey.manage.officers import PublicKeys

LOCKED_FILE = "release.locked"
SECRET_BYTES = 16
NONCE_BYTES = 12
WORDS = 20
"""Words of a share of 128 bits; SLIP-39's words differ in their first four letters."""

WORDS_A_LINE = 5
_WHAT = "private keys of the release officers, locked; see candour keys combine"


@dataclass(frozen=True)
class Locked:
    """A `release.locked`.

    Attributes:
        fingerprint: of the public halves, as in public.json.
        shares: how many shares were made.
        threshold: how many of them open it.
        identifier: SLIP-39's number of the set of shares.
        nonce: 12 bytes in hexadecimal.
        content: the sealed `release.key`, in hexadecimal.
    """

    fingerprint: str
    shares: int
    threshold: int
    identifier: int
    nonce: str
    content: str

    @property
    def bound(self) -> bytes:
        """What cannot be changed without the content refusing to open."""
        facts = [self.fingerprint, self.shares, self.threshold, self.identifier]
        return json.dumps(facts).encode()


def share_file(number: int) -> str:
    """The name of a share's file; shares are counted from 1."""
    return f"share-{number}.txt"


def make(folder: Path, count: int, threshold: int) -> PublicKeys:
    """Make keys in parts: a file per share, `release.locked` and `public.json`.

    Returns:
        The public halves.

    Raises:
        SettingsError: when more shares would be needed than there are, or a file is there already.
    """
    if not 2 <= threshold <= count:
        raise SettingsError(
            f"{threshold} of {count} shares cannot be needed; --threshold is at least 2 and at "
            "most --shares."
        )
    names = [share_file(number) for number in range(1, count + 1)]
    release_keys.expect_none(folder, *names, LOCKED_FILE, PUBLIC_FILE)
    keys = release_keys.new()
    locked, mnemonics = lock(keys, count, threshold)
    for number, (name, mnemonic) in enumerate(zip(names, mnemonics, strict=True), start=1):
        release_keys.keep(folder / name, _share_text(number, mnemonic, locked))
    text = json.dumps({"what": _WHAT} | asdict(locked), indent=2) + "\n"
    release_keys.keep(folder / LOCKED_FILE, text)
    (folder / PUBLIC_FILE).write_text(keys.public.as_json())
    return keys.public


def lock(keys: Keys, count: int, threshold: int) -> tuple[Locked, list[str]]:
    """Lock keys under fresh random bits; returns what is locked and the shares of the bits."""
    secret = secrets.token_bytes(SECRET_BYTES)
    # No passphrase, so stretching one would cost time and buy nothing.
    (mnemonics,) = generate_mnemonics(1, [(threshold, count)], secret, iteration_exponent=0)
    identifier = Share.from_mnemonic(mnemonics[0]).identifier
    nonce = secrets.token_bytes(NONCE_BYTES)
    bare = Locked(keys.public.fingerprint, count, threshold, identifier, nonce.hex(), "")
    content = _cipher(secret).encrypt(nonce, release_keys.as_json(keys).encode(), bare.bound)
    return Locked(**asdict(bare) | {"content": content.hex()}), mnemonics


def _cipher(secret: bytes) -> AESGCM:
    info = b"candour/1/release.locked"
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret))


def _share_text(number: int, mnemonic: str, locked: Locked) -> str:
    words = mnemonic.split()
    lines = [words[start : start + WORDS_A_LINE] for start in range(0, len(words), WORDS_A_LINE)]
    return "".join(
        [
            f"# Share {number} of {locked.shares} of the release officers' keys for Candour.\n",
            f"# Any {locked.threshold} shares open {LOCKED_FILE}: keep this one apart from the "
            "others.\n",
            f"# Keys: {locked.fingerprint}\n",
            *(" ".join(line) + "\n" for line in lines),
        ]
    )


def combine(shares: Sequence[Path], locked_path: Path) -> Keys:
    """The private keys, from enough shares and the locked file.

    Args:
        shares: files of shares; those beyond the threshold are only checked.
        locked_path: the `release.locked` that was made with them.

    Raises:
        SettingsError: for too few shares, one twice, one of other keys, and anything damaged.
    """
    locked = read_locked(locked_path)
    found: dict[int, tuple[Path, Share]] = {}
    for path in shares:
        share = read_share(path)
        if share.identifier != locked.identifier:
            raise SettingsError(f"{path} is a share of other keys than {locked_path}.")
        if share.index in found:
            raise SettingsError(
                f"{path} is the same share as {found[share.index][0]}; give different ones."
            )
        found[share.index] = (path, share)
    if len(found) < locked.threshold:
        raise SettingsError(
            f"{locked_path} opens with {locked.threshold} different shares and not with "
            f"{len(found)}; bring the missing ones."
        )
    chosen = [share for _, share in found.values()][: locked.threshold]
    return _opened(locked, chosen, locked_path)


def _opened(locked: Locked, shares: Sequence[Share], path: Path) -> Keys:
    try:
        secret = combine_mnemonics(share.mnemonic() for share in shares)
        nonce, content = bytes.fromhex(locked.nonce), bytes.fromhex(locked.content)
        text = _cipher(secret).decrypt(nonce, content, locked.bound)
        return release_keys.from_json(text.decode())
    except (MnemonicError, InvalidTag, ValueError, KeyError, TypeError):
        raise SettingsError(
            f"These shares do not open {path}: it was changed since it was made, or they are of "
            "other keys; try another copy of it."
        ) from None


def read_locked(path: Path) -> Locked:
    """Read a `release.locked`.

    Raises:
        SettingsError: when it is missing or something else.
    """
    try:
        content = json.loads(path.read_text())
        return Locked(
            str(content["fingerprint"]),
            int(content["shares"]),
            int(content["threshold"]),
            int(content["identifier"]),
            str(content["nonce"]),
            str(content["content"]),
        )
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise SettingsError(f"{path} is not a {LOCKED_FILE} of `candour keys new`.") from None


def read_share(path: Path) -> Share:
    """Read a share: its words in any layout; lines that begin with # are left out.

    Raises:
        SettingsError: for a file that cannot be read, and words that are no share. It names the
            place of a wrong word and never the word.
    """
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not a share of `candour keys new`.") from None
    words = [w for line in lines if not line.lstrip().startswith("#") for w in line.lower().split()]
    for place, word in enumerate(words, start=1):
        if word not in WORD_INDEX_MAP:
            raise SettingsError(
                f"{path}: word {place} is in no share; compare it with what was written down."
            )
    if len(words) != WORDS:
        raise SettingsError(f"{path}: a share has {WORDS} words and this has {len(words)}.")
    try:
        return Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise SettingsError(
            f"{path}: a word is wrong or in the wrong place; compare all of them with what was "
            "written down."
        ) from None
