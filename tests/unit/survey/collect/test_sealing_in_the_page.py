"""What the page computes before it sends is what the server, the officers and the RFCs expect."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fixtures_wave import QUESTIONNAIRES
from in_node import in_node

from survey.collect import codes, envelope
from survey.questionnaire import answers as folding
from survey.questionnaire import loader
from survey.questionnaire.model import LONGEST_COMMENT

WAVE = "autumn-2026"
VECTORS = Path(__file__).parents[3] / "vectors" / "rfc9474.json"
SMALL = loader.load(QUESTIONNAIRES / "small.yaml")
SIZE = 256 + 1 + 32 + 33 + 16
ANSWERS = {"challenge_safe": "agree", "ethnicity": "asian"}


@pytest.fixture(scope="module")
def issuing() -> rsa.RSAPrivateKey:
    """An issuer's key of one wave."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=3072)


def modulus_of(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_numbers().n.to_bytes(384)


def sign_blindly(key: rsa.RSAPrivateKey, blinded: bytes) -> bytes:
    numbers = key.private_numbers()
    return pow(int.from_bytes(blinded), numbers.d, numbers.public_numbers.n).to_bytes(384)


def test_a_code_gives_the_same_key_in_python_and_in_the_page() -> None:
    made = codes.make(20)
    script = """
    return Promise.all(given.map(async (code) => {
      const signer = await own.signerOfCode(own.rawOf(code), "autumn-2026");
      const proof = await signer.sign("candour check|", "x");
      return [own.rawOf(code), signer.half, proof].map(hex);
    }));
    """
    for code, found in zip(made, in_node(script, made, "codes.mjs", "signing.mjs"), strict=True):
        raw, half, signature = map(bytes.fromhex, found)
        assert raw == codes.parse(code)
        assert half == codes.public_half(raw, WAVE)
        Ed25519PublicKey.from_public_bytes(half).verify(signature, b"candour check|x")


def vectors() -> dict[str, dict[str, str]]:
    return {vector["name"]: vector for vector in json.loads(VECTORS.read_text())}


@pytest.mark.parametrize(
    "name", ["RSABSSA-SHA384-PSS-Deterministic", "RSABSSA-SHA384-PSSZERO-Deterministic"]
)
def test_blinding_agrees_with_every_number_of_the_rfc(name: str) -> None:
    vector = {field: text.removeprefix("0x") for field, text in vectors()[name].items()}
    script = """
    const [message, salt, modulus] = [given.msg, given.salt, given.n].map(bytes);
    const n = BigInt("0x" + given.n);
    const encoded = await own.encode(message, salt, 8 * modulus.length);
    let [a, b, x, y] = [BigInt("0x" + given.inv), n, 1n, 0n];
    while (b) { const q = a / b; [a, b, x, y] = [b, a - q * b, y, x - q * y]; }
    const { blinded, finish } = await own.blind(message, modulus, salt, ((x % n) + n) % n);
    return [hex(encoded), hex(blinded), hex(finish(bytes(given.blind_sig)))];
    """
    expected = [vector["encoded_msg"], vector["blinded_msg"], vector["sig"]]
    assert in_node(script, vector, "blinding.mjs") == expected


def test_a_token_made_in_the_page_verifies_in_python(issuing: rsa.RSAPrivateKey) -> None:
    # One process, because the page must remember what it blinded: the key signs inside it.
    numbers = issuing.private_numbers()
    given = {"modulus": modulus_of(issuing).hex(), "d": hex(numbers.d), "wave": WAVE}
    script = """
    const one = await own.oneTimeSigner();
    const modulus = bytes(given.modulus);
    const message = own.join(`candour token|${given.wave}|`, one.half);
    const { blinded, finish } = await own.blind(message, modulus);
    const n = own.toNumber(modulus);
    let [base, signed] = [own.toNumber(blinded), 1n];
    for (let e = BigInt(given.d); e; e >>= 1n) {
      if (e & 1n) signed = (signed * base) % n;
      base = (base * base) % n;
    }
    const wrong = own.fromNumber(signed ^ 1n, 384);
    let refused = "";
    try { finish(wrong); } catch { refused = "refused"; }
    return [hex(one.half), hex(blinded), hex(finish(own.fromNumber(signed, 384))), refused];
    """
    half, blinded, signature, refused = in_node(
        script, given, "bytes.mjs", "signing.mjs", "blinding.mjs"
    )
    message = b"candour token|" + WAVE.encode() + b"|" + bytes.fromhex(half)
    issuing.public_key().verify(
        bytes.fromhex(signature), message, PSS(MGF1(SHA384()), 48), SHA384()
    )
    assert refused == "refused"
    assert len(bytes.fromhex(blinded)) == 384
    assert half not in blinded


def test_blinding_factors_are_of_full_size(issuing: rsa.RSAPrivateKey) -> None:
    script = """
    const random = crypto.getRandomValues.bind(crypto);
    const asked = [];
    crypto.getRandomValues = (array) => { asked.push(array.length); return random(array); };
    const made = [];
    for (let time = 0; time < 8; time += 1) {
      made.push(hex((await own.blind(bytes("00"), bytes(given))).blinded));
    }
    return [asked, made];
    """
    asked, made = in_node(script, modulus_of(issuing).hex(), "blinding.mjs")
    assert set(asked) == {48, 384}
    assert len(set(made)) == 8


def opened(
    sealed: bytes, suite: Suite, key: X25519PrivateKey | ec.EllipticCurvePrivateKey
) -> bytes:
    return suite.decrypt(sealed[1:], key, envelope.info(WAVE))


@pytest.mark.parametrize("number", [1, 2])
def test_python_opens_what_the_page_sealed_in_either_suite(number: int) -> None:
    opener, fallback = X25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    given = {
        "publicKey": opener.public_key().public_bytes_raw().hex(),
        "fallbackKey": uncompressed(fallback).hex(),
        "answers": [ANSWERS, {"told-manager": "yes"}],
        "without": number == 2,
        "size": SIZE,
    }
    script = """
    if (given.without) {
      const generate = crypto.subtle.generateKey.bind(crypto.subtle);
      crypto.subtle.generateKey = (algorithm, ...others) =>
        (algorithm.name ?? algorithm) === "X25519"
          ? Promise.reject(new DOMException("", "NotSupportedError"))
          : generate(algorithm, ...others);
    }
    const keys = {
      wave: "autumn-2026",
      publicKey: bytes(given.publicKey),
      fallbackKey: bytes(given.fallbackKey),
      size: given.size,
    };
    return Promise.all(given.answers.map(async (answers) => {
      const sealed = await own.seal(own.written(answers), keys);
      return [hex(sealed), await own.receipt(sealed, keys.wave)];
    }));
    """
    kem, key = ((KEM.X25519, opener), (KEM.P256, fallback))[number - 1]
    suite = Suite(kem, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    for answers, (text, receipt) in zip(
        given["answers"], in_node(script, given, "envelope.mjs", "folding.mjs"), strict=True
    ):
        sealed = bytes.fromhex(text)
        assert (sealed[0], len(sealed)) == (number, SIZE)
        assert json.loads(suite.decrypt(sealed[1:], key, envelope.info(WAVE))) == answers
        assert receipt == envelope.receipt(sealed, WAVE)
        with pytest.raises(InvalidTag):
            suite.decrypt(sealed[1:], key, envelope.info("another"))


def uncompressed(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def test_what_the_page_packs_is_what_the_server_would_pack() -> None:
    stored = folding.fold(SMALL, {"told": ["manager"], "ethnicity": ["indian"]})
    script = "return given[1].map((size) => hex(own.pack(own.written(given[0]), size)));"
    suites = (envelope.X25519, envelope.P256)
    sizes = [envelope.packed_size(SMALL, suite) for suite in suites]
    made = in_node(script, [stored, sizes], "envelope.mjs", "folding.mjs")
    packed = [bytes.fromhex(text) for text in made]
    assert packed == [envelope.pack(SMALL, stored, suite) for suite in suites]


def test_answers_that_do_not_fit_are_never_sealed_at_another_size() -> None:
    script = "try { own.pack(given, 64); return 'packed'; } catch { return 'refused'; }"
    assert in_node(script, "x" * 65, "envelope.mjs") == "refused"


COMMENTS = {"why": "Fair enough.\nŵ “so” 😀", "change": ""}


@pytest.mark.parametrize("browser", ["new", "old"])
def test_the_officers_open_comments_that_the_page_sealed(browser: str) -> None:
    """All in one suite, whatever the browser knows, and each bound to its question."""
    fallback = ec.generate_private_key(ec.SECP256R1())
    given = {
        "fallbackKey": uncompressed(fallback).hex(),
        "texts": COMMENTS,
        "size": envelope.SEALED_COMMENT_BYTES,
        "old": browser == "old",
    }
    script = """
    if (given.old) {
      const generate = crypto.subtle.generateKey.bind(crypto.subtle);
      crypto.subtle.generateKey = (algorithm, ...others) =>
        (algorithm.name ?? algorithm) === "X25519"
          ? Promise.reject(new DOMException("", "NotSupportedError"))
          : generate(algorithm, ...others);
    }
    const keys = { wave: "autumn-2026", fallbackKey: bytes(given.fallbackKey), size: 1 };
    const rows = Object.entries(given.texts).map(([id, text]) =>
      own.seal(text, keys, given.size, `/comment/${id}`));
    return (await Promise.all(rows)).map(hex);
    """
    sealed = in_node(script, given, "envelope.mjs")
    suite = envelope.SUITES[envelope.P256]
    for (question, text), row in zip(COMMENTS.items(), map(bytes.fromhex, sealed), strict=True):
        assert (row[0], len(row)) == (envelope.P256, envelope.SEALED_COMMENT_BYTES)
        content = suite.decrypt(row[1:], fallback, envelope.info(WAVE, question))
        assert content == envelope.pack_comment(text)
        for other in (envelope.info(WAVE), envelope.info(WAVE, "other"), envelope.info("x", "why")):
            with pytest.raises(InvalidTag):
                suite.decrypt(row[1:], fallback, other)


def test_a_comment_at_its_limit_fits_its_envelope() -> None:
    script = "return hex(own.pack(given[0], given[1]));"
    longest = "x" * LONGEST_COMMENT
    packed = in_node(script, [longest, envelope.COMMENT_BYTES], "envelope.mjs")
    assert bytes.fromhex(packed) == envelope.pack_comment(longest)
    with pytest.raises(ValueError, match="too long"):
        envelope.pack_comment(longest + "x")


def test_fingerprints_agree_and_wrong_keys_are_no_keys(issuing: rsa.RSAPrivateKey) -> None:
    public, fallback = secrets.token_bytes(32), secrets.token_bytes(65)
    modulus = modulus_of(issuing)
    content = b"candour fingerprint|" + WAVE.encode() + b"|" + public + fallback + modulus
    expected = codes.spell(hashlib.sha256(content).digest())
    script = """
    const data = (change) => ({
      wave: "autumn-2026",
      size: "344",
      ...Object.fromEntries(Object.entries({ ...given, ...change }).map(
        ([name, text]) => [name, own.toText(bytes(text))])),
    });
    const print = await own.fingerprintOf(own.keysOf(data({})));
    const written = print.toLowerCase().replaceAll("-", "").replaceAll("0", "o");
    const small = "00" + given.modulus.slice(2);
    const wrong = [
      { publicKey: given.publicKey + "00" },
      { fallbackKey: given.publicKey },
      { modulus: small },
      { modulus: "40" + given.modulus.slice(2) },
      { modulus: "01" + given.modulus },
      { modulus: given.modulus.slice(2) },
    ];
    return [
      print,
      wrong.map((change) => own.keysOf(data(change))),
      own.keysOf({ ...data({}), publicKey: undefined }),
      own.alike(print) === own.alike(` ${written}`),
      own.alike(print) === own.alike(print.slice(1) + "Z"),
    ];
    """
    given = {"publicKey": public.hex(), "fallbackKey": fallback.hex(), "modulus": modulus.hex()}
    found = in_node(script, given, "bytes.mjs", "codes.mjs", "keys.mjs")
    assert found == [expected, [None] * 6, None, True, False]


def test_base64url_is_what_python_writes() -> None:
    texts = [secrets.token_hex(length) for length in (0, 1, 2, 3, 32, 416, 5000)]
    script = """
    return given.map((text) => {
      const written = own.toText(bytes(text));
      const padded = written + "=".repeat(-written.length & 3);
      return [written, hex(own.fromText(written)), hex(own.fromText(padded))];
    });
    """
    for text, (written, read, padded) in zip(
        texts, in_node(script, texts, "bytes.mjs"), strict=True
    ):
        expected = base64.urlsafe_b64encode(bytes.fromhex(text)).decode().rstrip("=")
        assert (written, read, padded) == (expected, text, text)
