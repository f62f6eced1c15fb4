"""What the server knows of the release officers: their public keys, never the private ones."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from survey.errors import SettingsError

KEY_BYTES, FALLBACK_BYTES = 32, 65


@dataclass(frozen=True)
class PublicKeys:
    """The public halves of the officers' keys.

    Attributes:
        public_key: 32 bytes, X25519; answers are sealed to it.
        fallback_key: 65 bytes, P-256 uncompressed; answers of browsers without X25519 are sealed
            to it. Empty in keys that were made before there was one.
        verifier: 32 bytes, Ed25519; checks the signature on a Release.
    """

    public_key: bytes
    fallback_key: bytes
    verifier: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the keys in 16 groups of four: what is printed and compared by eye."""
        content = self.public_key + self.fallback_key + self.verifier
        digest = hashlib.sha256(content).hexdigest()
        return " ".join(digest[start : start + 4] for start in range(0, 64, 4))

    @property
    def can_seal(self) -> bool:
        """Whether answers can be sealed to both keys, and the third has a verifier's length.

        Of X25519 a few keys give everybody the same secret; OpenSSL refuses them when it is made.
        """
        try:
            opened = X25519PublicKey.from_public_bytes(self.public_key)
            X25519PrivateKey.generate().exchange(opened)
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.fallback_key)
        except ValueError:
            return False
        return len(self.fallback_key) == FALLBACK_BYTES and len(self.verifier) == KEY_BYTES

    def as_json(self) -> str:
        """The content of public.json."""
        content = {
            "what": "public keys of the release officers",
            "public_key": self.public_key.hex(),
            "fallback_key": self.fallback_key.hex(),
            "verifier": self.verifier.hex(),
            "fingerprint": self.fingerprint,
        }
        return json.dumps(content, indent=2) + "\n"


def read(path: Path) -> PublicKeys:
    """Read the public.json that `candour keys new` wrote.

    Raises:
        SettingsError: when the file is missing, is something else or was changed.
    """
    try:
        text = path.read_text()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}).") from None
    except ValueError:
        text = ""
    return parse(text, str(path))


def parse(text: str, name: str) -> PublicKeys:
    """The keys of a public.json from its text; `name` is what messages call the file.

    Raises:
        SettingsError: when it is something else or was changed.
    """
    try:
        content = json.loads(text)
        keys = PublicKeys(
            bytes.fromhex(content["public_key"]),
            bytes.fromhex(content.get("fallback_key", "")),
            bytes.fromhex(content["verifier"]),
        )
        whole = keys.fingerprint == content["fingerprint"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise SettingsError(
            f"{name} is not the public.json of `candour keys new`, or was changed since."
        )
    return keys
