"""The issuer's own attack: which of the blind signatures that it gave became this token.

A finished signature is the blind one times the inverse of the blinding factor. Whoever has both
lists can work out the factor of every pair; one that stands out belongs to a true pair.
"""

from __future__ import annotations

import numpy as np
from gmpy2 import invert, mpz


def by_factor(signatures: list[int], finished: list[int], modulus: int) -> dict[str, np.ndarray]:
    """For each finished signature the blind one whose factor stands out, in every way of doing so.

    Args:
        signatures: blind ones, in the order in which they were given.
        finished: those of tokens.
        modulus: of the issuing key.
    """
    n = mpz(modulus)
    blind = [mpz(signature) for signature in signatures]
    undone = [invert(signature, n) for signature in blind]
    guesses: dict[str, list[int]] = {"smallest": [], "largest": [], "smallest inverse": []}
    for token in finished:
        back = invert(mpz(token), n)
        factors = [signature * back % n for signature in blind]
        inverses = [signature * token % n for signature in undone]
        people = range(len(blind))
        guesses["smallest"].append(min(people, key=factors.__getitem__))
        guesses["largest"].append(max(people, key=factors.__getitem__))
        guesses["smallest inverse"].append(min(people, key=inverses.__getitem__))
    return {way: np.array(found, float) for way, found in guesses.items()}
