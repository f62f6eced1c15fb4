"""The release officers' keys: one opens the answers, one signs what is published of them.

`candour keys new` writes them in parts (`survey/close/shares.py`); `release.key` is all of them in
one plain file, as `candour keys combine` puts them together for opening a wave.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from survey.errors import SettingsError
from survey.manage import secret_files
from survey.manage.officers import PublicKeys

PRIVATE_FILE, PUBLIC_FILE = "release.key", "public.json"
_WHAT = "PRIVATE key of the release officers: opens every answer of its waves"


@dataclass(frozen=True)
class OpeningKeys:
    """What opens answers; it can be sent to another process that opens some of them."""

    unsealing: X25519PrivateKey
    fallback: ec.EllipticCurvePrivateKey | None

    def __reduce__(self) -> tuple[Callable[[str, str], OpeningKeys], tuple[str, str]]:
        fallback = "" if self.fallback is None else _written(self.fallback)
        return _opening_of, (self.unsealing.private_bytes_raw().hex(), fallback)


def _opening_of(unsealing: str, fallback: str) -> OpeningKeys:
    key = X25519PrivateKey.from_private_bytes(bytes.fromhex(unsealing))
    return OpeningKeys(key, _fallback(fallback) if fallback else None)


@dataclass(frozen=True)
class Keys:
    """The private keys. The first two open answers, `signing` signs Releases and notes.

    Attributes:
        fallback: opens the answers of browsers without X25519; None in a `release.key` of before
            there was one, which opens no wave of this version.
    """

    unsealing: X25519PrivateKey
    fallback: ec.EllipticCurvePrivateKey | None
    signing: Ed25519PrivateKey

    @property
    def opening(self) -> OpeningKeys:
        """The two that open answers, without the one that signs."""
        return OpeningKeys(self.unsealing, self.fallback)

    @property
    def public(self) -> PublicKeys:
        """The halves that everybody may know."""
        return PublicKeys(
            self.unsealing.public_key().public_bytes_raw(),
            b"" if self.fallback is None else _uncompressed(self.fallback.public_key()),
            self.signing.public_key().public_bytes_raw(),
        )


def new() -> Keys:
    """Fresh keys from the operating system's randomness."""
    return Keys(
        X25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()),
        Ed25519PrivateKey.generate(),
    )


def _uncompressed(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def make(folder: Path) -> PublicKeys:
    """Make unsplit keys for a trial or a demo: `release.key` and `public.json` in a folder.

    Returns:
        The public halves.

    Raises:
        SettingsError: when one of them is there: overwriting a key locks its answers for ever.
    """
    keys = new()
    expect_none(folder, PRIVATE_FILE, PUBLIC_FILE)
    keep(folder / PRIVATE_FILE, as_json(keys))
    (folder / PUBLIC_FILE).write_text(keys.public.as_json())
    return keys.public


def expect_none(folder: Path, *names: str) -> None:
    """Make the folder; raise SettingsError when one of these files is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if (folder / name).exists():
            raise SettingsError(
                f"{folder / name} is there already and is never overwritten; choose another folder."
            )


def keep(path: Path, content: str) -> None:
    """Write a private file for its owner's eyes only, whole and flushed to disk.

    Raises:
        SettingsError: when there is another one: a key is never overwritten.
    """
    secret_files.write_once(path, content.encode())


def as_json(keys: Keys) -> str:
    """The content of a `release.key`."""
    content = {
        "what": _WHAT,
        "unsealing": keys.unsealing.private_bytes_raw().hex(),
        "signing": keys.signing.private_bytes_raw().hex(),
    }
    if keys.fallback is not None:
        content["fallback"] = _written(keys.fallback)
    return json.dumps(content, indent=2) + "\n"


def private_file(path: Path) -> Path:
    """The `release.key` that is meant when somebody names the folder it lies in."""
    return path / PRIVATE_FILE if path.is_dir() else path


def load(path: Path) -> Keys:
    """Read a `release.key`, or the one in a folder.

    Raises:
        SettingsError: when the file is missing or is something else.
    """
    try:
        return from_json(private_file(path).read_text())
    except OSError as error:
        missing = private_file(path)
        raise SettingsError(f"{missing} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError):
        raise SettingsError(
            f"{path} is not a release.key; `candour keys combine` makes one from the shares."
        ) from None


def from_json(text: str) -> Keys:
    """The keys in the content of a `release.key`.

    Raises:
        ValueError, KeyError, TypeError: when it is something else.
    """
    content = json.loads(text)
    return Keys(
        X25519PrivateKey.from_private_bytes(bytes.fromhex(content["unsealing"])),
        _fallback(content["fallback"]) if "fallback" in content else None,
        Ed25519PrivateKey.from_private_bytes(bytes.fromhex(content["signing"])),
    )


def _written(fallback: ec.EllipticCurvePrivateKey) -> str:
    return f"{fallback.private_numbers().private_value:064x}"


def _fallback(written: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int(written, 16), ec.SECP256R1())
