"""Signing, sealing and opening against the bare calls that they cannot do without, in one run."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from fixtures_wave import LiveWave, open_live_wave

from survey import resources
from survey.close import counted_rows
from survey.collect import blind_signatures, envelope

SIGNING, SEALING = 1.5, 1.3

pytestmark = pytest.mark.long


def ratio(ours: Callable[[], object], bare: Callable[[], object], rounds: int) -> float:
    """How many times longer ours takes: the fastest of many calls of each, which take turns.

    Whatever else the machine does only slows a call down, so the fastest is the call itself.
    """
    fastest = [float("inf"), float("inf")]
    for _ in range(rounds):
        for which, work in enumerate((ours, bare)):
            begun = time.perf_counter()
            work()
            fastest[which] = min(fastest[which], time.perf_counter() - begun)
    print(f"{fastest[0] * 1e6:.0f} us against {fastest[1] * 1e6:.0f} us")
    return fastest[0] / fastest[1]


def test_blind_signing_against_bare_powers() -> None:
    """The bare powers are those by the Chinese remainder theorem, with the same library."""
    key = generate_private_key(65537, 3072)
    numbers = key.private_numbers()
    blinded = b"\0" + secrets.token_bytes(383)
    message, power = int.from_bytes(blinded), blind_signatures._secret_power_mod

    def bare() -> None:
        power(message, numbers.dmp1, numbers.p)
        power(message, numbers.dmq1, numbers.q)

    assert ratio(lambda: blind_signatures.sign(blinded, key), bare, 200) < SIGNING


@pytest.fixture(scope="module")
def culture(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    home = tmp_path_factory.mktemp("culture") / "home"
    return open_live_wave(home, resources.QUESTIONNAIRES / "culture.yaml")


@pytest.fixture
def full(culture: LiveWave) -> dict[str, str]:
    """Every question answered."""
    return {name: codes[0] for name, codes in culture.wave.questionnaire.stored_codes.items()}


def test_sealing_against_the_bare_library(culture: LiveWave, full: dict[str, str]) -> None:
    wave = culture.wave
    content = envelope.pack(wave.questionnaire, full)
    suite, info = envelope.SUITES[envelope.X25519], envelope.info(wave.id)
    key = X25519PublicKey.from_public_bytes(wave.public_key)
    ours = ratio(
        lambda: envelope.seal(envelope.pack(wave.questionnaire, full), wave),
        lambda: suite.encrypt(content, key, info),
        5_000,
    )
    assert ours < SEALING


def test_opening_against_the_bare_library(culture: LiveWave, full: dict[str, str]) -> None:
    wave, key = culture.wave, culture.keys.unsealing
    sealed = envelope.seal(envelope.pack(wave.questionnaire, full), wave)
    suite, info = envelope.SUITES[envelope.X25519], envelope.info(wave.id)
    assert counted_rows.opened_row(sealed, culture.keys, wave) == full
    ours = ratio(
        lambda: counted_rows.opened_row(sealed, culture.keys, wave),
        lambda: suite.decrypt(sealed[1:], key, info),
        5_000,
    )
    assert ours < SEALING
