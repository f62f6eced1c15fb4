"""Tokens: made again from the same attempt, valid for one wave and one sender."""

from __future__ import annotations

import hashlib
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_wave import LiveWave

from survey.collect import blind_signatures, tokens
from survey.errors import TokenError
from survey.manage import issuing_keys

ATTEMPT = hashlib.sha256(b"an attempt").digest()
HALF = bytes(32)
SEALED = b"sealed"


def make(
    live: LiveWave, attempt: bytes, wave: str = "autumn", half: bytes = HALF
) -> tuple[bytes, Ed25519PrivateKey]:
    """A token as plain mode makes it, and its one-time key."""
    public, key = (
        issuing_keys.public(live.wave.token_key),
        issuing_keys.read(live.settings, "autumn"),
    )
    assert key
    asking = tokens.ask(wave, public, attempt, half)
    signature = blind_signatures.sign(asking.blinded.content, key)
    return tokens.finish(asking, public, signature), asking.one_time


def verify(live: LiveWave, token: bytes, key: Ed25519PrivateKey, wave: str = "autumn") -> None:
    proof = key.sign(tokens.to_send(wave, SEALED))
    tokens.verify(token, wave, issuing_keys.public(live.wave.token_key), SEALED, proof)


def test_token_has_one_size_and_verifies(opened_once: LiveWave) -> None:
    token, key = make(opened_once, ATTEMPT)
    assert len(token) == tokens.TOKEN_BYTES == 416
    verify(opened_once, token, key)


def test_same_attempt_makes_the_same_token_and_another_another(opened_once: LiveWave) -> None:
    token, _ = make(opened_once, ATTEMPT)
    assert make(opened_once, ATTEMPT)[0] == token
    assert make(opened_once, secrets.token_bytes(32))[0] != token
    assert make(opened_once, ATTEMPT, "winter")[0] != token


def test_same_attempt_with_another_code_makes_another_token(opened_once: LiveWave) -> None:
    public = issuing_keys.public(opened_once.wave.token_key)
    asked = [tokens.ask("autumn", public, ATTEMPT, bytes([n]) * 32) for n in range(5)]
    assert len({one.blinded.content for one in asked}) == 5
    assert len({one.message for one in asked}) == 5


def test_blinding_factors_are_as_long_as_the_modulus(opened_once: LiveWave) -> None:
    public = issuing_keys.public(opened_once.wave.token_key)
    asked = [tokens.ask("autumn", public, secrets.token_bytes(32), HALF) for _ in range(20)]
    n = public.public_numbers().n
    assert max(pow(one.blinded.inverse, -1, n).bit_length() for one in asked) > 3060


def test_token_that_the_issuer_made_openly_verifies(opened_once: LiveWave) -> None:
    key = issuing_keys.read(opened_once.settings, "autumn")
    assert key
    one_time = Ed25519PrivateKey.generate()
    verify(opened_once, tokens.sign_openly("autumn", key, one_time), one_time)


def test_token_is_good_in_no_other_wave(opened_once: LiveWave) -> None:
    token, key = make(opened_once, ATTEMPT)
    with pytest.raises(TokenError):
        verify(opened_once, token, key, "winter")


@pytest.mark.parametrize("bit", [0, 255, 256, 3327])
def test_token_with_one_bit_changed_is_refused(opened_once: LiveWave, bit: int) -> None:
    token, key = make(opened_once, ATTEMPT)
    changed = (int.from_bytes(token) ^ 1 << (len(token) * 8 - 1 - bit)).to_bytes(len(token))
    with pytest.raises(TokenError):
        verify(opened_once, changed, key)


def test_what_the_issuer_sees_is_in_no_byte_of_the_token(opened_once: LiveWave) -> None:
    public = issuing_keys.public(opened_once.wave.token_key)
    asking = tokens.ask("autumn", public, ATTEMPT, HALF)
    token, _ = make(opened_once, ATTEMPT)
    seen = asking.blinded.content
    assert not any(seen[at : at + 8] in token for at in range(len(seen) - 7))
