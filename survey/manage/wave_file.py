"""A wave in one file, `WAVE.wave`: what is public of it, to publish, to carry and to check.

    wave.json  questionnaire.yaml  codes.txt     from its draft on
    closing.json  receipts.txt  tokens.txt       once it has closed
    headcounts.json  answers.bin  comments/...   only in the file that goes to the release officers
    bands.json                                   with them: what the page told of headcounts
    ledger/...                                   with them: what was published of its line before

The sealed part opens with the officers' key alone, and goes with the file wherever that goes.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from analysis import strict_json, zipped
from analysis.bands import EDGES, Bands
from analysis.errors import CandourError
from analysis.policy import DisclosurePolicy
from survey.errors import DataError
from survey.manage.closings import Closing
from survey.manage.issuing_keys import TOKEN_BYTES
from survey.manage.waves import LARGEST_WAVE, State, Wave, expect_id
from survey.questionnaire import loader

FORMAT = 1
ENDING = ".wave"
_PUBLIC = {"wave.json", "questionnaire.yaml", "codes.txt"}
_CLOSED = {"closing.json", "receipts.txt", "tokens.txt"}
_SEALED = {"headcounts.json", "answers.bin"}
_BANDS = "bands.json"
_FOLDERS = ("comments/", "ledger/")
_KEYS = ("public_key", "fallback_key", "token_key", "verifier")
_DAYS = ("opened", "closed")
_CODES = re.compile(rb"(?:[0-9a-f]{64}\n)*")
_TOKEN_LINE = len(urlsafe_b64encode(bytes(TOKEN_BYTES))) + 1
_TOKENS = re.compile(rb"(?:[0-9A-Za-z_-]{%d}=\n)*" % (_TOKEN_LINE - 2))
"""Both are matched before they are split, which takes memory."""
_LARGEST = {
    "wave.json": 2**16,
    "closing.json": 2**10,
    "questionnaire.yaml": 2**20,
    "headcounts.json": 2**22,
    _BANDS: 2**22,
    "codes.txt": 65 * LARGEST_WAVE,
    "receipts.txt": 20 * LARGEST_WAVE,
    "tokens.txt": _TOKEN_LINE * LARGEST_WAVE,
}
_MOST_PEOPLE = 10**7
_ODD = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)


@dataclass(frozen=True)
class Sealed:
    """What only the release officers need, and can do anything with.

    Attributes:
        headcounts: people by group id; None when none were loaded.
        answers: sealed answers, all of one size, in shuffled order.
        comments: question id -> sealed comments, all of one size, in an order of their own.
        ledger: every entry of the questionnaire's ledger, packed, oldest first.
        bands: of headcounts, as the wave's page tells them.
    """

    headcounts: Mapping[str, int] | None
    answers: tuple[bytes, ...]
    comments: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    ledger: tuple[bytes, ...] = ()
    bands: Bands = field(default_factory=dict)


@dataclass(frozen=True)
class WaveFile:
    """A wave as it is published and carried.

    Attributes:
        wave: the wave; its state is that of the moment the file was made.
        codes: SHA-256 of every code's public half in hexadecimal, sorted.
        closing: counts, receipts and tokens; None before it closed.
        sealed: for the officers' machine; None in what is published.
    """

    wave: Wave
    codes: tuple[str, ...]
    closing: Closing | None = None
    sealed: Sealed | None = None

    @property
    def public(self) -> WaveFile:
        """The same without what is the officers'."""
        return replace(self, sealed=None)


def pack(file: WaveFile) -> bytes:
    """The file's bytes, the same each time."""
    files = {
        "wave.json": _json(_facts(file.wave)),
        "questionnaire.yaml": file.wave.questionnaire.source.encode(),
        "codes.txt": _lines(file.codes),
    }
    if file.closing is not None:
        told = file.closing
        counts = {"cards": told.cards, "redeemed": told.redeemed, "received": told.received}
        files["closing.json"] = _json(counts)
        files["receipts.txt"] = _lines(sorted(told.receipts))
        files["tokens.txt"] = _lines(urlsafe_b64encode(t).decode() for t in sorted(told.tokens))
    if file.sealed is not None:
        files["headcounts.json"] = _json(file.sealed.headcounts)
        files["answers.bin"] = _rows(file.sealed.answers)
        if file.sealed.bands:
            files[_BANDS] = _json(dict(file.sealed.bands))
        for question, comments in file.sealed.comments.items():
            files[f"comments/{question}.bin"] = _rows(comments)
        for number, entry in enumerate(file.sealed.ledger, 1):
            files[f"ledger/{number:04}.entry"] = entry
    return zipped.pack(files)


def read(path: Path) -> WaveFile:
    """The wave in a file.

    Raises:
        DataError: names the file and what is wrong with it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None
    return unpack(content, str(path))


def unpack(content: bytes, name: str) -> WaveFile:
    """What `pack` made; `name` is what errors call it.

    Raises:
        DataError: names the file and what is wrong with it.
    """
    try:
        files = zipped.unpack(content, _check_names, _LARGEST)
        return _read(files, name)
    except zipped.BadPack as error:
        raise DataError(
            f"{name} is no wave's file, or is damaged: {error}. Get it again from where it "
            "was made."
        ) from error
    except CandourError as error:
        raise DataError(f"{name}: {error}") from error
    except _ODD as error:
        raise DataError(
            f"{name} holds something else than a wave ({type(error).__name__}). Get it again from "
            "where it was made."
        ) from error


def _check_names(names: set[str]) -> None:
    single = {name for name in names if not name.startswith(_FOLDERS)} - {_BANDS}
    if single not in (_PUBLIC, _PUBLIC | _CLOSED, _PUBLIC | _CLOSED | _SEALED):
        odd = ", ".join(sorted(single ^ _PUBLIC)[:3]) or "nothing"
        raise zipped.BadPack(f"other files than a wave's are in it, or some are missing ({odd})")
    if names != single and not single >= _SEALED:
        raise zipped.BadPack("it holds comments, bands or a ledger without answers")


def _read(files: Mapping[str, bytes], name: str) -> WaveFile:
    facts = strict_json.parse(files["wave.json"])
    wave = _wave(facts, files["questionnaire.yaml"].decode(), name)
    spelt = _CODES.fullmatch(files["codes.txt"]) is not None
    codes = tuple(files["codes.txt"].decode("ascii").split()) if spelt else ()
    # One code in two spellings would count as two.
    if not spelt or any(one >= after for one, after in pairwise(codes)):
        raise zipped.BadPack(
            "codes.txt is no sorted list of different SHA-256 in small hexadecimal digits"
        )
    closing = _closing(files) if "closing.json" in files else None
    sealed = _sealed(files, closing) if closing and "answers.bin" in files else None
    return WaveFile(wave, codes, closing, sealed)


def _facts(wave: Wave) -> dict[str, Any]:
    return {
        "what": "a wave of Candour",
        "format": FORMAT,
        **{name: getattr(wave, name) for name in ("id", "title", "state", "cards")},
        **{name: getattr(wave, name).hex() for name in _KEYS},
        **{name: day and day.isoformat() for name in _DAYS for day in [getattr(wave, name)]},
        "policy": wave.policy.as_dict(),
        "questionnaire": wave.questionnaire.fingerprint,
    }


def _wave(facts: dict[str, Any], source: str, name: str) -> Wave:
    if facts["format"] != FORMAT:
        raise zipped.BadPack("it was made by another version of Candour")
    questionnaire = loader.parse(source, f"{name}/questionnaire.yaml")
    if questionnaire.fingerprint != facts["questionnaire"]:
        raise zipped.BadPack("its questionnaire is another than it says")
    if facts["state"] not in get_args(State):
        raise zipped.BadPack("wave.json names no state of a wave")
    if not isinstance(facts["title"], str) or not facts["title"].encode():
        raise zipped.BadPack("wave.json has no title")
    expect_id(facts["id"])
    return Wave(
        id=facts["id"],
        title=facts["title"],
        state=facts["state"],
        questionnaire=questionnaire,
        policy=DisclosurePolicy(**facts["policy"]),
        cards=_count(facts["cards"], "wave.json"),
        opened=_day(facts["opened"]),
        closed=_day(facts["closed"]),
        public_key=bytes.fromhex(facts["public_key"]),
        fallback_key=bytes.fromhex(facts["fallback_key"]),
        token_key=bytes.fromhex(facts["token_key"]),
        verifier=bytes.fromhex(facts["verifier"]),
    )


def _count(found: object, name: str, most: int = LARGEST_WAVE) -> int:
    if type(found) is not int or not 0 <= found <= most:
        raise zipped.BadPack(f"{name} holds something else than counts from 0 to {most:,}")
    return found


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def _closing(files: Mapping[str, bytes]) -> Closing:
    counts = strict_json.parse(files["closing.json"])
    if not _TOKENS.fullmatch(files["tokens.txt"]):
        raise zipped.BadPack("tokens.txt holds something else than tokens")
    tokens = tuple(urlsafe_b64decode(line) for line in files["tokens.txt"].split())
    receipts = tuple(files["receipts.txt"].decode("ascii").split())
    redeemed, received = (
        None if counts[name] is None else _count(counts[name], "closing.json")
        for name in ("redeemed", "received")
    )
    cards = _count(counts["cards"], "closing.json")
    return Closing(cards, redeemed, received, receipts, tokens)


def _sealed(files: Mapping[str, bytes], closing: Closing) -> Sealed:
    found = strict_json.parse(files["headcounts.json"])
    return Sealed(
        None if found is None else _people(found),
        _split(files["answers.bin"], closing.received or 0),
        {
            name.removeprefix("comments/").removesuffix(".bin"): _split(
                content, closing.received or 0
            )
            for name, content in files.items()
            if name.startswith("comments/")
        },
        tuple(content for name, content in sorted(files.items()) if name.startswith("ledger/")),
        _edges(strict_json.parse(files[_BANDS])) if _BANDS in files else {},
    )


def _people(found: dict[str, object]) -> dict[str, int]:
    return {
        group: _count(people, "headcounts.json", _MOST_PEOPLE) for group, people in found.items()
    }


def _edges(found: dict[str, object]) -> dict[str, int]:
    edges = {group: _count(edge, _BANDS, EDGES[-1]) for group, edge in found.items()}
    if not edges or not set(edges.values()) <= set(EDGES):
        raise zipped.BadPack(f"{_BANDS} holds something else than bands of headcounts")
    return edges


def _rows(rows: Iterable[bytes]) -> bytes:
    return b"".join(rows)


def _split(content: bytes, rows: int) -> tuple[bytes, ...]:
    size = len(content) // rows if rows else 0
    if size * rows != len(content) or (rows and not size):
        raise zipped.BadPack("its answers are not as many as were received")
    return tuple(content[n * size : (n + 1) * size] for n in range(rows))


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
