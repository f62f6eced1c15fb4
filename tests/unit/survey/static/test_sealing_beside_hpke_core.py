"""Sealed rows between our page, our server and `@hpke/core`, each way, in both suites."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from fixtures_wave import LiveWave
from in_node import in_node

from survey.close import counted_rows
from survey.collect import envelope

ANSWERS = {"challenge_safe": "agree", "ethnicity": "asian", "told-manager": "yes"}
THEIRS = """
const hpke = await import("@hpke/core");
const kem = new { 1: hpke.DhkemX25519HkdfSha256, 2: hpke.DhkemP256HkdfSha256 }[given.suite]();
const parts = { kem, kdf: new hpke.HkdfSha256(), aead: new hpke.Aes256Gcm() };
const theirs = new hpke.CipherSuite(parts);
const info = bytes(given.info);
"""
"""Begins a script: their implementation of the suite, and what rows are bound to."""

WITHOUT_X25519 = """
const generate = crypto.subtle.generateKey.bind(crypto.subtle);
crypto.subtle.generateKey = (algorithm, ...others) =>
  given.suite === 2 && (algorithm.name ?? algorithm) === "X25519"
    ? Promise.reject(new DOMException("", "NotSupportedError"))
    : generate(algorithm, ...others);
"""
"""Makes a browser that lacks X25519 where the suite is the other one."""

both_suites = pytest.mark.parametrize("suite", [envelope.X25519, envelope.P256])


def key_of(live: LiveWave, suite: int) -> X25519PrivateKey | EllipticCurvePrivateKey:
    return live.keys.unsealing if suite == envelope.X25519 else live.keys.fallback


def about(live: LiveWave, suite: int) -> dict[str, object]:
    """What scripts in node are given."""
    return {
        "suite": suite,
        "info": envelope.info(live.wave.id).hex(),
        "wave": live.wave.id,
        "publicKey": live.wave.public_key.hex(),
        "fallbackKey": live.wave.fallback_key.hex(),
        "size": envelope.sealed_size(live.wave.questionnaire),
        "content": envelope.pack(live.wave.questionnaire, ANSWERS, suite).hex(),
    }


def sealed_by_page(live: LiveWave, suite: int) -> bytes:
    script = f"""{WITHOUT_X25519}
    const [publicKey, fallbackKey] = [given.publicKey, given.fallbackKey].map(bytes);
    const {{ wave, size, answers }} = given;
    return hex(await own.seal(JSON.stringify(answers), {{ wave, publicKey, fallbackKey, size }}));
    """
    given = about(live, suite) | {"answers": ANSWERS}
    return bytes.fromhex(in_node(script, given, "envelope.mjs"))


def sealed_by_server(live: LiveWave, suite: int) -> bytes:
    packed = envelope.pack(live.wave.questionnaire, ANSWERS, suite)
    return envelope.seal(packed, live.wave, suite)


def sealed_by_theirs(live: LiveWave, suite: int) -> bytes:
    script = f"""{THEIRS}
    const key = bytes(given.suite === 1 ? given.publicKey : given.fallbackKey);
    const recipientPublicKey = await kem.deserializePublicKey(key);
    const sender = await theirs.createSenderContext({{ recipientPublicKey, info }});
    const content = await sender.seal(bytes(given.content));
    return [sender.enc, content].map((part) => hex(new Uint8Array(part))).join("");
    """
    return bytes([suite]) + bytes.fromhex(in_node(script, about(live, suite)))


def opened_by_theirs(live: LiveWave, suite: int, *rows: bytes) -> list[dict[str, str] | None]:
    """The answers in each row; None where it does not open."""
    script = f"""{THEIRS}
    const recipientKey = await kem.deserializePrivateKey(bytes(given.privateKey));
    return Promise.all(given.rows.map(async (text) => {{
      const row = bytes(text);
      const enc = row.slice(1, 1 + kem.encSize);
      try {{
        const recipient = await theirs.createRecipientContext({{ recipientKey, enc, info }});
        const content = await recipient.open(row.slice(1 + kem.encSize));
        return JSON.parse(new TextDecoder().decode(content));
      }} catch {{
        return null;
      }}
    }}));
    """
    key = key_of(live, suite)
    private = (
        key.private_bytes_raw()
        if isinstance(key, X25519PrivateKey)
        else key.private_numbers().private_value.to_bytes(32)
    )
    given = about(live, suite) | {"privateKey": private.hex(), "rows": [row.hex() for row in rows]}
    found: list[dict[str, str] | None] = in_node(script, given)
    return found


def flipped(row: bytes, place: int) -> bytes:
    """The row with one bit changed."""
    changed = bytearray(row)
    changed[place] ^= 1
    return bytes(changed)


def spoilt(row: bytes, suite: int) -> list[bytes]:
    """The row with a bit changed in the one-time key, in the answers and in the tag."""
    return [flipped(row, place) for place in (2, 1 + envelope.KEY_BYTES[suite], -1)]


@both_suites
def test_theirs_opens_what_page_and_server_seal_and_refuses_a_flipped_bit(
    live_wave: LiveWave, suite: int
) -> None:
    rows = [sealed_by_page(live_wave, suite), sealed_by_server(live_wave, suite)]
    assert [row[0] for row in rows] == [suite, suite]
    assert opened_by_theirs(live_wave, suite, *rows) == [ANSWERS, ANSWERS]
    broken = [each for row in rows for each in spoilt(row, suite)]
    assert opened_by_theirs(live_wave, suite, *broken) == [None] * 6


@both_suites
def test_our_python_opens_what_theirs_seals_and_refuses_a_flipped_bit(
    live_wave: LiveWave, suite: int
) -> None:
    row = sealed_by_theirs(live_wave, suite)
    assert envelope.fits(row, live_wave.wave.questionnaire)
    assert counted_rows.opened_row(row, live_wave.keys, live_wave.wave) == ANSWERS
    for broken in spoilt(row, suite):
        assert counted_rows.opened_row(broken, live_wave.keys, live_wave.wave) is None
    elsewhere = replace(live_wave.wave, id="spring")
    assert counted_rows.opened_row(row, live_wave.keys, elsewhere) is None
