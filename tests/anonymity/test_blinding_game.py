"""An issuer that keeps everything it sees cannot tell which token came from which redeeming.

The attack: a finished signature is the blind one divided by the blinding factor. Whoever has both
lists can work out the factor of every pair; a factor that stands out belongs to a true pair.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import link_game
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from link_game import PEOPLE, Places

from survey.collect import blind_signatures, tokens
from survey.collect.blind_signatures import Blinded
from survey.config import Settings
from survey.manage import issuing_keys

SEEDS = [3, pytest.param(25, marks=pytest.mark.slow)]
Play = Callable[[], Places]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = Settings.at(tmp_path_factory.mktemp("blinding"))
    issuing_keys.make(made, "autumn")
    return made


@pytest.fixture
def play(settings: Settings) -> Play:
    """Everybody redeems and sends in one order; the issuer keeps its half, the box its own."""
    key = issuing_keys.read(settings, "autumn")
    assert key
    public = key.public_key()

    def once() -> Places:
        transcript, in_the_box = [], []
        for _ in range(PEOPLE):
            asking = tokens.ask("autumn", public, secrets.token_bytes(32))
            signature = blind_signatures.sign(asking.blinded.content, key)
            token = tokens.finish(asking, public, signature)
            transcript.append((asking.blinded.content, signature))
            in_the_box.append(token)
        return attack(public.public_numbers().n, transcript, in_the_box)

    return once


def attack(modulus: int, transcript: list[tuple[bytes, bytes]], rows: list[bytes]) -> Places:
    """For each token, the redeeming that it goes with best, by each thing that may stand out."""
    signatures = [int.from_bytes(signature) for _, signature in transcript]
    smallest, largest, alike = [], [], []
    for row in rows:
        inverse = pow(int.from_bytes(row[tokens.KEY_BYTES :]), -1, modulus)
        factors = [signature * inverse % modulus for signature in signatures]
        smallest.append(min(range(PEOPLE), key=factors.__getitem__))
        largest.append(max(range(PEOPLE), key=factors.__getitem__))
        alike.append(max(range(PEOPLE), key=lambda n: _shared(row, transcript[n])))
    return {
        "smallest blinding factor": np.array(smallest),
        "largest blinding factor": np.array(largest),
        "bytes in common": np.array(alike),
    }


def _shared(row: bytes, seen: tuple[bytes, bytes]) -> int:
    """How many of the 8-byte strings of what the issuer saw stand in a row."""
    return sum(part[at : at + 8] in row for part in seen for at in range(0, len(part) - 7, 4))


@pytest.mark.parametrize("seeds", SEEDS)
def test_no_token_is_traced_to_its_redeeming(play: Play, seeds: int) -> None:
    assert link_game.findings(play, seeds) == {}


def test_a_blinding_factor_of_64_bits_is_caught(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = blind_signatures.blind

    def short(message: bytes, key: RSAPublicKey, salt: bytes, factor: int) -> Blinded:
        return blind(message, key, salt, factor % 2**64 | 1)

    monkeypatch.setattr(blind_signatures, "blind", short)
    assert "smallest blinding factor" in link_game.findings(play, 1)


def test_a_blinded_value_kept_beside_the_row_is_caught(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = tokens.finish
    monkeypatch.setattr(
        tokens, "finish", lambda asking, *more: finish(asking, *more) + asking.blinded.content
    )
    assert "bytes in common" in link_game.findings(play, 1)
