"""The ledger of a questionnaire line: what was published of it, in order, each entry chained.

An entry names the hash of the one before it, so none can be taken out, changed or moved without
the next one noticing; and every Release names the ledger that it was audited with, so that a
ledger whose end was cut off does not fit the next Release. Hashes are taken of an entry's text, not
of its packing: two machines that pack differently agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis import strict_json, zipped
from analysis.errors import LedgerError, ReleaseError
from analysis.ledger import plans
from analysis.plan import TablePlan
from analysis.release import folder
from analysis.release.model import Release

BEGINNING = "0" * 64
"""In place of the hash of an entry before the first one."""

FORMAT = 1
_TEXT, _RELEASE = "entry.json", "release.zip"
_LARGEST = {_TEXT: 64 * 2**20}
_ODD = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Count:
    """What was told of a wave when it closed.

    Attributes:
        wave: id of the wave.
        cards: codes that were made.
        received: answers that were in the box.
    """

    wave: str
    cards: int
    received: int

    @property
    def facts(self) -> dict[str, Any]:
        """What an entry says of it."""
        return {"kind": "count", "wave": self.wave, "cards": self.cards, "received": self.received}


@dataclass(frozen=True)
class Published:
    """A Release, and the plan by which it was made.

    Attributes:
        content: the Release as `analysis.release.folder.pack` makes it.
        plan: its breakdowns with the categories of their values, and its tables.
    """

    content: bytes
    plan: TablePlan

    @cached_property
    def release(self) -> Release:
        """The Release, its hashes checked, and not who signed it."""
        return folder.unpack(self.content, None)

    @cached_property
    def hash(self) -> str:
        """The hash that names the Release."""
        return folder.hash_of(self.content)

    @property
    def wave(self) -> str:
        """Id of the wave."""
        return self.release.manifest.wave

    @property
    def facts(self) -> dict[str, Any]:
        """What an entry says of it."""
        made = {"kind": "release", "wave": self.wave, "release": self.hash}
        return {**made, "plan": plans.as_json(self.plan)}


Entry = Count | Published


@dataclass(frozen=True)
class Ledger:
    """Every Release and public count of a questionnaire line, oldest first.

    Attributes:
        line: id of the questionnaire.
        entries: none may be missing; `plus` adds one.
    """

    line: str
    entries: tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        for number, (entry, head) in enumerate(zip(self.entries, self._heads, strict=False), 1):
            if isinstance(entry, Published):
                self._expect_here(number, entry, head)

    @property
    def head(self) -> str:
        """The hash of the last entry, which stands for the whole ledger."""
        return self._heads[-1]

    @property
    def releases(self) -> tuple[Published, ...]:
        """The Releases, also those that a later one replaces, oldest first."""
        return tuple(one for one in self.entries if isinstance(one, Published))

    @property
    def in_force(self) -> tuple[Published, ...]:
        """The Releases that no later one replaces, oldest first."""
        replaced = {one.release.manifest.replaces for one in self.releases}
        return tuple(one for one in self.releases if one.hash not in replaced)

    def of_wave(self, wave: str) -> tuple[Published, ...]:
        """The Releases of one wave, oldest first."""
        return tuple(one for one in self.releases if one.wave == wave)

    def counts_of(self, wave: str) -> tuple[Count, ...]:
        """What was told of one wave."""
        found = (one for one in self.entries if isinstance(one, Count))
        return tuple(one for one in found if one.wave == wave)

    def plus(self, *entries: Entry) -> Ledger:
        """The ledger with more entries; a count that stands in it already is not told twice.

        Raises:
            LedgerError: when a Release is of another line, or was audited with another ledger.
        """
        new = [one for one in entries if isinstance(one, Published) or one not in self.entries]
        return Ledger(self.line, (*self.entries, *new))

    def up_to(self, number: int) -> Ledger:
        """The ledger as it was with so many entries."""
        return Ledger(self.line, self.entries[:number])

    def begins_with(self, other: Ledger) -> bool:
        """Whether this is the other ledger, or that with more entries."""
        return self.line == other.line and other._heads == self._heads[: len(other._heads)]

    def packed(self) -> tuple[bytes, ...]:
        """Each entry as the bytes of one file."""
        packed = []
        for entry, text in zip(self.entries, self._texts, strict=True):
            files = {_TEXT: text}
            if isinstance(entry, Published):
                files[_RELEASE] = entry.content
            packed.append(zipped.pack(files))
        return tuple(packed)

    @cached_property
    def _texts(self) -> tuple[bytes, ...]:
        texts: list[bytes] = []
        for number, entry in enumerate(self.entries, 1):
            previous = hashlib.sha256(texts[-1]).hexdigest() if texts else BEGINNING
            facts = {"format": FORMAT, "line": self.line, "number": number, "previous": previous}
            texts.append(_json({**facts, **entry.facts}))
        return tuple(texts)

    @cached_property
    def _heads(self) -> tuple[str, ...]:
        """The head before the first entry and after each one."""
        return (BEGINNING, *(hashlib.sha256(text).hexdigest() for text in self._texts))

    def _expect_here(self, number: int, entry: Published, head: str) -> None:
        manifest = entry.release.manifest
        if manifest.questionnaire != self.line:
            raise LedgerError(
                f"Entry {number} of the ledger is a Release of the questionnaire "
                f"{manifest.questionnaire}, and this is the ledger of {self.line}: keep one folder "
                "for each questionnaire."
            )
        if manifest.ledger not in (head, None):
            raise LedgerError(
                f"Entry {number} of the ledger is a Release of wave {manifest.wave} that was "
                "audited with other entries before it than stand there: entries were taken out, "
                "changed or added. Get the whole ledger from whoever published last."
            )
        later = (one for one in self.entries[: number - 1] if isinstance(one, Published))
        if manifest.ledger is None and any(one.release.manifest.ledger for one in later):
            raise LedgerError(
                f"Entry {number} of the ledger is a Release of wave {manifest.wave} that was made "
                "without the ledger: make it again with the ledger."
            )


def unpacked(files: Sequence[bytes], names: Iterable[str], line: str | None = None) -> Ledger:
    """The ledger in some files.

    Args:
        files: what `Ledger.packed` made, in order.
        names: of the files, for errors.
        line: id of the questionnaire; None takes what the first entry says.

    Raises:
        LedgerError: names the file, and says that it is damaged, foreign, or not the next one.
    """
    ledger, previous = Ledger(line or ""), BEGINNING
    for number, (content, name) in enumerate(zip(files, names, strict=True), 1):
        text, found, entry = _entry(content, name)
        if number == 1 and line is None:
            ledger = Ledger(str(found.get("line")))
        _expect_next(found, ledger.line, number, previous, name)
        ledger = ledger.plus(entry)
        if len(ledger.entries) != number or ledger._texts[-1] != text:
            raise _changed(name, "it is not written as an entry is")
        previous = ledger.head
    return ledger


def _entry(content: bytes, name: str) -> tuple[bytes, dict[str, Any], Entry]:
    try:
        files = zipped.unpack(content, _check_names, _LARGEST)
        found = strict_json.parse(files[_TEXT])
        if found["format"] != FORMAT:
            raise LedgerError(f"{name} was made by another version of Candour than this one.")
        if found["kind"] == "count":
            return files[_TEXT], found, Count(found["wave"], found["cards"], found["received"])
        entry = Published(files[_RELEASE], plans.from_json(found["plan"]))
        if (entry.hash, entry.wave) != (found["release"], found["wave"]):
            raise _changed(name, "it holds another Release than it says")
    except zipped.BadPack as error:
        raise _changed(name, str(error)) from error
    except ReleaseError as error:
        raise LedgerError(f"{name}: {error}") from error
    except _ODD as error:
        raise _changed(name, f"it is not laid out as one ({type(error).__name__})") from error
    return files[_TEXT], found, entry


def _expect_next(found: dict[str, Any], line: str, number: int, previous: str, name: str) -> None:
    if found.get("line") != line:
        raise LedgerError(
            f"{name} is an entry of the ledger of the questionnaire {found.get('line')}, not of "
            f"{line}: keep one folder for each questionnaire."
        )
    if found.get("number") != number or found.get("previous") != previous:
        raise LedgerError(
            f"{name} does not follow the entry before it: an entry was taken out, changed or "
            "moved. Get the whole ledger from whoever published last."
        )


def _check_names(names: set[str]) -> None:
    if names not in ({_TEXT}, {_TEXT, _RELEASE}):
        raise zipped.BadPack("it is no entry of a ledger")


def _changed(name: str, how: str) -> LedgerError:
    return LedgerError(
        f"{name} is damaged or was changed: {how}. Get the whole ledger from whoever published "
        "last."
    )


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
