"""The signer agrees with RFC 9474, gives out nothing wrong, and works without gmpy2 too."""

from __future__ import annotations

import importlib
import json
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from survey.collect import blind_signatures
from survey.errors import SigningError

VECTORS = Path(__file__).parents[3] / "vectors" / "rfc9474.json"
MESSAGE = b"candour token|autumn|" + bytes(32)


@pytest.fixture(scope="module")
def vector() -> dict[str, str]:
    named = {one["name"]: one for one in json.loads(VECTORS.read_text())}
    return named["RSABSSA-SHA384-PSS-Deterministic"]


@pytest.fixture(scope="module")
def key_of_the_rfc(vector: dict[str, str]) -> rsa.RSAPrivateKey:
    p, q, n, e, d = (int(vector[name], 16) for name in ("p", "q", "n", "e", "d"))
    crt = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *crt, rsa.RSAPublicNumbers(e, n)).private_key()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 3072)


@pytest.fixture(params=["gmpy2", "pure Python"])
def signer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module as it is with gmpy2 and as it is without."""
    if request.param == "pure Python":
        monkeypatch.setitem(sys.modules, "gmpy2", None)
    yield importlib.reload(blind_signatures)
    monkeypatch.undo()
    importlib.reload(blind_signatures)


def test_fallback_is_pythons_own_power(signer: ModuleType, request: pytest.FixtureRequest) -> None:
    pure = "pure Python" in request.node.name
    assert (signer._secret_power_mod is pow) == pure


def test_every_step_gives_the_numbers_of_the_rfc(
    signer: ModuleType, vector: dict[str, str], key_of_the_rfc: rsa.RSAPrivateKey
) -> None:
    message, salt = bytes.fromhex(vector["msg"]), bytes.fromhex(vector["salt"])
    public = key_of_the_rfc.public_key()
    n = public.public_numbers().n
    assert signer.encode(message, salt, n.bit_length() - 1).hex() == vector["encoded_msg"]
    inverse = int(vector["inv"], 16)
    blinded = signer.blind(message, public, salt, pow(inverse, -1, n))
    assert blinded.content.hex() == vector["blinded_msg"]
    assert blinded.inverse == inverse
    signature = signer.sign(blinded.content, key_of_the_rfc)
    assert signature.hex() == vector["blind_sig"]
    assert signer.finalize(message, public, signature, inverse).hex() == vector["sig"]
    assert signer.is_valid(message, bytes.fromhex(vector["sig"]), public)


def test_signature_is_the_private_power_whatever_blinds_it(key: rsa.RSAPrivateKey) -> None:
    numbers = key.private_numbers()
    blinded = b"\0" + secrets.token_bytes(383)
    expected = pow(int.from_bytes(blinded), numbers.d, numbers.public_numbers.n).to_bytes(384)
    assert {blind_signatures.sign(blinded, key) for _ in range(5)} == {expected}


@pytest.mark.parametrize("prime", ["p", "q"])
def test_faulty_signature_is_not_given_out(
    key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch, prime: str
) -> None:
    """One faulty half would give the key away: gcd(s^e - m, n) is the other prime."""
    power, faulty = blind_signatures._power_of_prime, getattr(key.private_numbers(), prime)

    def one_bit_wrong(base: int, exponent: int, modulus: int) -> int:
        return power(base, exponent, modulus) ^ (modulus == faulty)

    monkeypatch.setattr(blind_signatures, "_power_of_prime", one_bit_wrong)
    with pytest.raises(SigningError):
        blind_signatures.sign(b"\0" + secrets.token_bytes(383), key)


class Watched:
    """Notes the bases and exponents that the private operation works on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bases: list[int] = []
        self.exponents: list[int] = []
        power = blind_signatures._secret_power_mod

        def watched(base: int, exponent: int, modulus: int) -> int:
            self.bases.append(base)
            self.exponents.append(exponent)
            return int(power(base, exponent, modulus))

        monkeypatch.setattr(blind_signatures, "_secret_power_mod", watched)

    @property
    def blinds(self) -> bool:
        """Whether no base and no exponent came twice."""
        return len(set(self.bases)) == len(self.bases) and len(set(self.exponents)) == len(
            self.exponents
        )


def test_bases_and_exponents_of_the_same_message_differ_each_time(
    key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(monkeypatch)
    message = b"\0" + secrets.token_bytes(383)
    for _ in range(3):
        blind_signatures.sign(message, key)
    assert len(watched.bases) == 6
    assert watched.blinds


@pytest.mark.parametrize("step", ["randbelow", "randbits"])
def test_a_signer_that_does_not_blind_is_noticed(
    key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(blind_signatures.secrets, step, lambda _: 1)
    watched = Watched(monkeypatch)
    message = b"\0" + secrets.token_bytes(383)
    for _ in range(2):
        blind_signatures.sign(message, key)
    assert not watched.blinds


def test_signature_of_another_message_or_key_is_not_finished(key: rsa.RSAPrivateKey) -> None:
    public = key.public_key()
    n = public.public_numbers().n
    blinded = blind_signatures.blind(MESSAGE, public, bytes(48), 1 + secrets.randbelow(n - 1))
    signature = blind_signatures.sign(blinded.content, key)
    assert blind_signatures.finalize(MESSAGE, public, signature, blinded.inverse)
    for message, inverse in ((MESSAGE + b".", blinded.inverse), (MESSAGE, blinded.inverse + 1)):
        with pytest.raises(SigningError):
            blind_signatures.finalize(message, public, signature, inverse)


def test_only_numbers_below_the_modulus_and_of_its_length_fit(key: rsa.RSAPrivateKey) -> None:
    n = key.private_numbers().public_numbers.n
    assert blind_signatures.fits((n - 1).to_bytes(384), key)
    for wrong in (n.to_bytes(384), bytes(384), b"", b"\1" * 383, b"\0" + (n - 1).to_bytes(384)):
        assert not blind_signatures.fits(wrong, key)
