"""What a password may be, and first passwords, which are for choosing one's own.

There is no rule about kinds of letters. A password is refused when it is short, when words that
everybody here knows make it long, or when it is one or two common passwords with something added.
"""

from __future__ import annotations

import gzip
import re
import secrets
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from survey.errors import SettingsError
from survey.manage.stolen import is_listed

SHORTEST = 12
LONGEST = 1024

WORDS = (
    *("candour", "survey", "results", "police", "constabulary", "force", "federation"),
    *("association", "administrator", "admin", "manager", "officer", "board"),
)
"""What a guess begins with here; to these come the person's name, the commands and units of the
waves and Releases, and those of `CANDOUR_PASSWORD_WORDS`."""

SHORTEST_WORD = 3
"""A shorter one stands in too many others."""

COMMON = "common_passwords.txt.gz"
"""One a line, the commonest first; its first lines say where it is from and how it is licensed."""

_LIKE = str.maketrans("013457@$!|l", "oieastasiii")
"""Signs that stand for letters; l and 1 and i are one, since 1 stands for both."""

_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
LEAST_BESIDE_RUNS = 6
"""Characters beside runs such as 12345, qwerty or aaaa."""

_THREES = {row[at : at + 3] for line in _ROWS for row in (line, line[::-1]) for at in range(26)}
_RUN = "|".join(sorted(three for three in _THREES if len(three) == 3))
_RUNS = re.compile(rf"(.)\1\1+|(?:(?=({_RUN})).)+..")
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_NO_LETTERS = re.compile(r"[\W\d_]+")

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that looks like another."""


def expect(password: str, words: Iterable[str] = (), stolen: Path | None = None) -> None:
    """Refuse a password that is easy to guess.

    Args:
        password: as it was typed.
        words: what everybody here knows, besides `WORDS`: names of people, units and places.
        stolen: a list of stolen passwords, as `survey.manage.stolen` reads; None for none.

    Raises:
        SettingsError: one sentence, which says what to do.
    """
    if len(password) < SHORTEST:
        raise SettingsError(f"A password has {SHORTEST} characters or more.")
    if len(password) > LONGEST:
        raise SettingsError(f"A password has {LONGEST:,} characters at most.")
    if is_common(password):
        raise SettingsError(
            "This password is among those that are tried first: one or two common ones, or one "
            "piece again and again, with numbers or signs at most; take three or more words that "
            "have nothing to do with each other."
        )
    left = without(password, (*WORDS, *words))
    if len(left) < SHORTEST:
        raise SettingsError(
            "Without names and words that everybody here knows, such as those of people, commands "
            f"and this service, this password has {len(left)} characters; add others until "
            f"{SHORTEST} are left."
        )
    if stolen is not None and is_listed(stolen, password):
        raise SettingsError(
            "This password was stolen somewhere and is in the lists of whoever guesses; take "
            "another one, and change it wherever else you have it."
        )


def without(password: str, words: Iterable[str]) -> str:
    """What is left of a password without these words, however their letters are written."""
    found = {
        _folded(part)
        for word in words
        for part in (*re.split(r"[\W_]+", word), re.sub(r"[\W_]+", "", word))
        if len(part) >= SHORTEST_WORD
    }
    if not found:
        return password
    longest_first = sorted(found, key=lambda word: (-len(word), word))
    return re.sub("|".join(map(re.escape, longest_first)), "", _folded(password))


def is_common(password: str) -> bool:
    """Whether it is one or two common passwords or words, one piece repeated, or runs of keys."""
    plain = password.casefold()
    if plain in (plain * 2)[1:-1]:  # one piece again and again
        return True
    without_runs = _RUNS.sub("", plain)
    if len(without_runs) < LEAST_BESIDE_RUNS:
        return True
    ends_off = _ENDS.sub("", plain)
    texts = {plain, ends_off, *(_NO_LETTERS.sub("", one) for one in (plain, without_runs))}
    return any(_is_one_or_two(_folded(text)) for text in texts)


def _is_one_or_two(text: str) -> bool:
    common = _common()
    return text in common or any(
        text[:at] in common and text[at:] in common for at in range(1, len(text))
    )


@cache
def _common() -> frozenset[str]:
    text = gzip.decompress((files("survey.manage") / COMMON).read_bytes()).decode()
    listed = (line for line in text.splitlines() if not line.startswith("# "))
    return frozenset(_folded(one) for one in listed if len(one) >= SHORTEST_WORD)


def _folded(text: str) -> str:
    return text.casefold().translate(_LIKE)


def first() -> str:
    """A first password of 99 bits: four groups of five letters and digits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
