"""The file of public halves that goes from the officers' machine to the issuer; it has no code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from survey.collect.codes import ALPHABET
from survey.errors import DataError

HALVES_FILE = "public-halves.txt"
FIRST_LINE = "public halves of wave "
TOLD = 20
"""Wrong lines of a file that are told one by one."""

_HALF = re.compile(r"[0-9a-fA-F]{64}")
_CODE = re.compile(rf"\b([{ALPHABET}]{{4}}-){{4}}[{ALPHABET}]{{4}}\b")


def as_text(wave_id: str, halves: Iterable[bytes]) -> Iterator[str]:
    """The file, line by line: the wave, then the halves in hexadecimal, sorted."""
    yield f"{FIRST_LINE}{wave_id}\n"
    yield from sorted(f"{half.hex()}\n" for half in halves)


def holds_codes(text: str) -> bool:
    """Whether a text holds what looks like whole codes, as cards and mail-merge files do."""
    return _CODE.search(text) is not None


def read(file: Path, wave_id: str) -> list[bytes]:
    """Public halves from a file that names their wave and has one in hexadecimal on each line.

    Raises:
        DataError: when they are another wave's, whose cards would never work, or a line is none;
            names the file and each such line.
    """
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as a list of public halves.") from error
    return parse(text, str(file), wave_id)


def parse(text: str, name: str, wave_id: str) -> list[bytes]:
    """The same from the file's text; `name` is what messages call it.

    Raises:
        DataError: as `read` does.
    """
    first, *lines = text.splitlines() or [""]
    if not first.startswith(FIRST_LINE):
        raise DataError(
            f"{name}:1: this does not name the wave of its codes; import the file {HALVES_FILE} "
            "that `candour codes make` wrote, never the cards."
        )
    if first != FIRST_LINE + wave_id:
        raise DataError(
            f"{name}:1: these codes were made for wave {first.removeprefix(FIRST_LINE)[:64]} and "
            f"work in no other; make codes for {wave_id}, and throw these cards away."
        )
    wrong = [number for number, line in enumerate(lines, start=2) if not _HALF.fullmatch(line)]
    if wrong:
        raise DataError("\n".join(_told(name, wrong)))
    return [bytes.fromhex(line) for line in lines]


def _told(name: str, wrong: Sequence[int]) -> Iterator[str]:
    for number in wrong[:TOLD]:
        yield (
            f"{name}:{number}: this is not a public half of a code; import the file {HALVES_FILE} "
            "as `candour codes make` wrote it."
        )
    if len(wrong) > TOLD:
        yield f"And {len(wrong) - TOLD:,} more lines."
