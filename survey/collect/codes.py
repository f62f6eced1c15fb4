"""Access codes: 80 random bits that a person can type, and the public half that is all we see.

A code is `XXXX-XXXX-XXXX-XXXX-XXXX` in Crockford's base 32: 16 data symbols, then 4 check symbols
of a Reed-Solomon code over GF(32). Its symbols differ in at least five places from any other
code's, so up to four wrong symbols, or two pairs swapped, are always noticed. The check is
`CHECK_MATRIX` times the 20 symbols = 0, so that the page can make it too before anything is sent.
"""

from __future__ import annotations

import re
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.errors import MistypedCode

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U."""

DATA_SYMBOLS, CHECK_SYMBOLS = 16, 4
SYMBOLS = DATA_SYMBOLS + CHECK_SYMBOLS
RAW_BYTES = 10

FIELD_POLYNOMIAL = 0b100101
"""x^5 + x^2 + 1: GF(32) is the polynomials over GF(2) modulo this one; 2 generates it."""

SPELT = re.compile(rf"([{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}")
"""What `spell` writes: receipts and fingerprints."""

_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_ALIKE = str.maketrans("OIL", "011")


def multiply(a: int, b: int) -> int:
    """The product of two elements of GF(32).

    >>> multiply(2, 16)
    5
    """
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (FIELD_POLYNOMIAL if a & 16 else 0)
        b >>= 1
    return product


_PRODUCTS = tuple(tuple(multiply(a, b) for b in range(32)) for a in range(32))
"""All of them: a wave's codes are made and checked by a million products."""


def _power(exponent: int) -> int:
    value = 1
    for _ in range(exponent % 31):
        value = multiply(value, 2)
    return value


CHECK_MATRIX = tuple(
    tuple(_power(root * (SYMBOLS - 1 - place)) for place in range(SYMBOLS))
    for root in range(1, CHECK_SYMBOLS + 1)
)
"""4 rows of 20: a code's symbols are a polynomial with the roots 2^1 ... 2^4."""


def _generator() -> list[int]:
    """Coefficients of (x - 2^1)(x - 2^2)(x - 2^3)(x - 2^4), highest power first."""
    product = [1]
    for root in range(1, CHECK_SYMBOLS + 1):
        shifted = [*product, 0]
        for place, coefficient in enumerate(product):
            shifted[place + 1] ^= multiply(coefficient, _power(root))
        product = shifted
    return product


_GENERATOR = _generator()


def fits(symbols: list[int]) -> bool:
    """Whether 20 symbols fit together as a code."""
    for row in CHECK_MATRIX:
        total = 0
        for weight, symbol in zip(row, symbols, strict=True):
            total ^= _PRODUCTS[weight][symbol]
        if total:
            return False
    return True


def _check_symbols(data: list[int]) -> list[int]:
    """The remainder of the data, times x^4, divided by the generator."""
    rest = [*data, *[0] * CHECK_SYMBOLS]
    for place in range(DATA_SYMBOLS):
        times = _PRODUCTS[rest[place]]
        for offset, coefficient in enumerate(_GENERATOR):
            rest[place + offset] ^= times[coefficient]
    return rest[DATA_SYMBOLS:]


def write(raw: bytes) -> str:
    """The code of 10 raw bytes, as it is printed on a card."""
    number = int.from_bytes(raw)
    data = [number >> 5 * (DATA_SYMBOLS - 1 - place) & 31 for place in range(DATA_SYMBOLS)]
    text = "".join(ALPHABET[symbol] for symbol in [*data, *_check_symbols(data)])
    return in_fours(text)


def spell(digest: bytes) -> str:
    """The first 80 bits of a digest as `XXXX-XXXX-XXXX-XXXX`."""
    number = int.from_bytes(digest[:RAW_BYTES])
    places = reversed(range(DATA_SYMBOLS))
    return in_fours("".join(ALPHABET[number >> 5 * place & 31] for place in places))


def in_fours(text: str) -> str:
    """Symbols in groups of four, joined by hyphens."""
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def make(count: int) -> list[str]:
    """`count` different codes in random order."""
    raw: set[bytes] = set()
    while len(raw) < count:
        raw.add(secrets.token_bytes(RAW_BYTES))
    codes = [write(one) for one in raw]
    secrets.SystemRandom().shuffle(codes)
    return codes


def alike(text: str) -> str:
    """Typed symbols in capitals, without spaces and hyphens, 0 for O, 1 for I and L."""
    typed = (symbol for symbol in text.upper() if not symbol.isspace() and symbol not in "-‐‑–—")
    return "".join(typed).translate(_ALIKE)


def parse(text: str) -> bytes:
    """The 10 raw bytes of a code as a person types it: any case, spaces, O for 0, I or L for 1.

    Raises:
        MistypedCode: when it is not a code at all.
    """
    typed = alike(text)
    if len(typed) != SYMBOLS or any(symbol not in _VALUES for symbol in typed):
        raise MistypedCode
    symbols = [_VALUES[symbol] for symbol in typed]
    if not fits(symbols):
        raise MistypedCode
    number = 0
    for symbol in symbols[:DATA_SYMBOLS]:
        number = number << 5 | symbol
    return number.to_bytes(RAW_BYTES)


def private_key(raw: bytes, wave_id: str) -> Ed25519PrivateKey:
    """The Ed25519 key that a code stands for in one wave.

    It comes from the code by HKDF-SHA256 (RFC 5869) without salt, `info` = `candour/1/code/` and
    the wave; so the same code is another key in another wave.
    """
    info = b"candour/1/code/" + wave_id.encode()
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(raw)
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_half(raw: bytes, wave_id: str) -> bytes:
    """The public half (32 bytes) of the key that a code stands for in one wave."""
    return private_key(raw, wave_id).public_key().public_bytes_raw()
