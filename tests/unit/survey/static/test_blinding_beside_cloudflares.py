"""Tokens between our page, our server and Cloudflare's implementation of RFC 9474, each way.

`@cloudflare/blindrsa-ts` is taken as a client and as an issuer: whoever blinds and whoever signs,
one signature comes out, and everybody accepts it and nothing else.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from in_node import in_node

from survey.collect import blind_signatures
from survey.errors import SigningError

MESSAGE = b"candour token|autumn-2026|" + bytes(range(32))
THEIRS = """
const { RSABSSA } = await import("@cloudflare/blindrsa-ts");
const theirs = RSABSSA.SHA384.PSS.Deterministic();
const imported = (form, key, use) => {
  const algorithm = { name: "RSA-PSS", hash: "SHA-384" };
  return crypto.subtle.importKey(form, bytes(key), algorithm, true, [use]);
};
const publicKey = await imported("spki", given.publicKey, "verify");
const [message, modulus] = [given.message, given.modulus].map(bytes);
const orRefused = async (make) => {
  try { return hex(await make()); } catch { return "refused"; }
};
"""
"""Begins a script: their variant, the issuer's public key and the message."""

BLIND = """
const drawn = [given.salt, given.factor].map(bytes);
const real = crypto.getRandomValues.bind(crypto);
const drawing = async (make) => {
  const queue = [...drawn];
  crypto.getRandomValues = (array) => { array.set(queue.shift()); return array; };
  try { return await make(); } finally { crypto.getRandomValues = real; }
};
const page = await drawing(() => own.blind(message, modulus));
const other = await drawing(() => theirs.blind(publicKey, message));
"""
"""Both clients blind the message, and draw the same salt and the same factor."""


@dataclass(frozen=True)
class Token:
    """One message, blinded by three clients that drew the same random numbers.

    Attributes:
        given: what scripts in node are given.
        blinded: client -> blinded message.
        blind_signature: their issuer's answer to the page's.
    """

    key: rsa.RSAPrivateKey
    given: dict[str, str]
    factor: int
    blinded: dict[str, bytes]
    blind_signature: bytes

    @property
    def public(self) -> rsa.RSAPublicKey:
        """The issuer's key, as everybody knows it."""
        return self.key.public_key()

    def finished(self, blind_signature: bytes) -> dict[str, str]:
        """Client -> the signature in hexadecimal that it finishes, or "refused"."""
        script = f"""{THEIRS}{BLIND}
        const signed = bytes(given.signed);
        return {{
          page: await orRefused(() => page.finish(signed)),
          theirs: await orRefused(() => theirs.finalize(publicKey, message, signed, other.inv)),
        }};
        """
        given = self.given | {"signed": blind_signature.hex()}
        return {"server": self._by_server(blind_signature), **in_node(script, given, *OURS)}

    def _by_server(self, blind_signature: bytes) -> str:
        inverse = pow(self.factor, -1, self.public.public_numbers().n)
        try:
            done = blind_signatures.finalize(MESSAGE, self.public, blind_signature, inverse)
        except SigningError:
            return "refused"
        return done.hex()

    def accepted(self, *signatures: bytes, message: bytes = MESSAGE) -> list[set[str]]:
        """Who accepts each signature as one of `message`."""
        script = f"""{THEIRS}
        return Promise.all(given.signatures.map(
          (signature) => theirs.verify(publicKey, bytes(signature), message)));
        """
        given = self.given | {"message": message.hex(), "signatures": [s.hex() for s in signatures]}
        return [
            {who for who, does in self._in_python(signature, message).items() if does}
            | ({"theirs"} if theirs else set())
            for signature, theirs in zip(signatures, in_node(script, given), strict=True)
        ]

    def _in_python(self, signature: bytes, message: bytes) -> dict[str, bool]:
        ours = blind_signatures.is_valid(message, signature, self.public)
        try:
            self.public.verify(signature, message, PSS(MGF1(SHA384()), 48), SHA384())
        except InvalidSignature:
            return {"ours": ours, "cryptography": False}
        return {"ours": ours, "cryptography": True}


OURS = ("bytes.mjs", "blinding.mjs")
EVERYBODY = {"ours", "cryptography", "theirs"}


@pytest.fixture(scope="module")
def token() -> Token:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=3072)
    n = key.public_key().public_numbers().n
    salt, factor = secrets.token_bytes(48), 1 + secrets.randbelow(n - 1)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    given = {
        "publicKey": public.hex(),
        "modulus": n.to_bytes(384).hex(),
        "message": MESSAGE.hex(),
        "salt": salt.hex(),
        "factor": factor.to_bytes(384).hex(),
    }
    script = f"""{THEIRS}{BLIND}
    const privateKey = await imported("pkcs8", given.privateKey, "sign");
    const signed = await theirs.blindSign(privateKey, page.blinded);
    return [theirs.toString(), ...[page.blinded, other.blindedMsg, signed].map(hex)];
    """
    made: Any = in_node(script, given | {"privateKey": private.hex()}, *OURS)
    assert made[0] == "RSABSSA-SHA384-PSS-Deterministic"
    page, theirs, signed = map(bytes.fromhex, made[1:])
    server = blind_signatures.blind(MESSAGE, key.public_key(), salt, factor)
    blinded = {"page": page, "server": server.content, "theirs": theirs}
    return Token(key, given, factor, blinded, signed)


def flipped(content: bytes, place: int = -1) -> bytes:
    """The bytes with one bit changed."""
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)


@pytest.mark.slow
def test_page_server_and_theirs_blind_a_message_alike(token: Token) -> None:
    assert len(token.blinded["theirs"]) == 384
    assert set(token.blinded.values()) == {token.blinded["theirs"]}


def test_our_issuer_signs_as_theirs_does(token: Token) -> None:
    assert blind_signatures.sign(token.blinded["page"], token.key) == token.blind_signature


@pytest.mark.parametrize("signer", ["our issuer", "theirs"])
def test_every_client_finishes_either_issuers_signature_and_everybody_accepts_it(
    token: Token, signer: str
) -> None:
    signed = token.blind_signature
    if signer == "our issuer":
        signed = blind_signatures.sign(token.blinded["theirs"], token.key)
    finished = token.finished(signed)
    assert set(finished) == {"page", "server", "theirs"}
    signatures = {bytes.fromhex(text) for text in finished.values()}
    assert len(signatures) == 1
    assert token.accepted(*signatures) == [EVERYBODY]


def test_every_client_refuses_a_wrong_blind_signature(token: Token) -> None:
    another = rsa.generate_private_key(public_exponent=65_537, key_size=3072)
    blinded = b"\0" + token.blinded["page"][1:]  # below any modulus of this length
    for wrong in (
        flipped(token.blind_signature),
        blind_signatures.sign(blinded, another),
        token.blind_signature[1:],
        token.blinded["page"],
    ):
        refused = token.finished(wrong)
        assert refused == dict.fromkeys(("server", "page", "theirs"), "refused")


def test_nobody_accepts_a_wrong_signature_or_another_message(token: Token) -> None:
    right = bytes.fromhex(token.finished(token.blind_signature)["page"])
    wrong = [flipped(right), flipped(right, 100), token.blind_signature, right[:-1]]
    assert token.accepted(right, *wrong) == [EVERYBODY, set(), set(), set(), set()]
    assert token.accepted(right, message=flipped(MESSAGE)) == [set()]
