"""What a respondent's page does with a code, step by step, for tests that change a step."""

from __future__ import annotations

import secrets
import sqlite3
from base64 import urlsafe_b64encode
from contextlib import closing
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_wave import LiveWave

from survey.collect import box, codes, envelope, issuer, salts, tokens
from survey.manage import issuing_keys


def key_of(live: LiveWave, number: int = 0, wave: str = "autumn") -> Ed25519PrivateKey:
    """The key that a card's code stands for."""
    return codes.private_key(codes.parse(live.codes[number]), wave)


def half(live: LiveWave, number: int = 0) -> bytes:
    """What the issuer knows of a card."""
    return key_of(live, number).public_key().public_bytes_raw()


def any_blinded() -> bytes:
    """A value that any issuing key signs: its first byte is zero, so it is under the modulus."""
    return b"\0" + secrets.token_bytes(issuing_keys.MODULUS_BYTES - 1)


def check(live: LiveWave, number: int = 0, wave: str = "autumn") -> None:
    """Ask about a card as its holder."""
    key = key_of(live, number, wave)
    half = key.public_key().public_bytes_raw()
    issuer.check(live.stores, wave, half, key.sign(tokens.to_check(wave)))


def redeem(
    live: LiveWave, number: int = 0, blinded: bytes | None = None, wave: str = "autumn"
) -> bytes:
    """Redeem a card as its holder, for a blinded value that nobody else has."""
    key, content = key_of(live, number, wave), blinded or any_blinded()
    half = key.public_key().public_bytes_raw()
    return issuer.redeem(
        live.stores, wave, half, content, key.sign(tokens.to_redeem(wave, content))
    )


@dataclass(frozen=True)
class Ticket:
    """A token, and the one-time key that sends with it."""

    token: bytes
    one_time: Ed25519PrivateKey

    def proof(self, sealed: bytes, wave: str = "autumn") -> bytes:
        """The signature that comes with a sealed answer."""
        return self.one_time.sign(tokens.to_send(wave, sealed))


def take_ticket(live: LiveWave, number: int = 0) -> Ticket:
    """Redeem a card and keep the token."""
    public = issuing_keys.public(live.wave.token_key)
    half = codes.public_half(codes.parse(live.codes[number]), live.wave.id)
    asking = tokens.ask(live.wave.id, public, secrets.token_bytes(32), half)
    signature = redeem(live, number, asking.blinded.content, live.wave.id)
    return Ticket(tokens.finish(asking, public, signature), asking.one_time)


def seal(live: LiveWave, suite: int = envelope.X25519, **answers: str) -> bytes:
    """Seal answers for a wave."""
    packed = envelope.pack(live.wave.questionnaire, answers, suite)
    return envelope.seal(packed, live.wave, suite)


def seal_comments(live: LiveWave, **texts: str) -> bytes:
    """The comments of one sending as they travel: every row that is asked for, joined."""
    return b"".join(envelope.seal_comments(texts, live.wave).values())


def received(live: LiveWave) -> int:
    """How many answers lie in the box."""
    with closing(sqlite3.connect(box.path_of(live.settings, "autumn"))) as database:
        (count,) = database.execute("SELECT sum(taken) FROM token").fetchone()
        return int(count)


def used(live: LiveWave) -> int:
    """How many codes were used."""
    salt = salts.read(live.settings, "autumn")
    assert salt
    with live.stores.issuer() as session:
        return issuer.count_used(session, salt, "autumn")


def text(content: bytes) -> str:
    """Bytes as the page writes them."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def to_send(ticket: Ticket, sealed: bytes, wave: str = "autumn") -> dict[str, str]:
    """What the page posts to the box."""
    proof = ticket.proof(sealed, wave)
    return {"token": text(ticket.token), "sealed": text(sealed), "proof": text(proof)}
