"""What the attacker holds at one moment of a game, without whose is what.

Every byte on disk, every table, what the server said and what it shows to everybody; the cards, the
salt, the issuing key, and all that passed through the issuer, in the order of redeeming.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from game import traces
from game.people import THINGS, WAVE, Person
from game.traces import Index, Owner, Trace
from survey.collect import codes, envelope, issuer

SQLITE = b"SQLite format 3\0"
HIDDEN = ("rowid", "ctid", "xmin", "xmax", "cmin")
"""Columns that databases keep of their own."""


@dataclass(frozen=True)
class Table:
    """A table as a scan finds it; the hidden columns come first."""

    store: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class File:
    """A file, and what the file system tells of it."""

    content: bytes
    written: int
    inode: int

    @property
    def page(self) -> int:
        """Bytes of a page of the database that it may be."""
        if not self.content.startswith(SQLITE):
            return 8192
        written = int.from_bytes(self.content[16:18])
        return 65_536 if written == 1 else written


@dataclass(frozen=True)
class Evidence:
    """What is held. Things of a kind are sorted by their bytes, which tells nothing.

    Attributes:
        people: in the order in which they came; what they put into the box is taken away.
        things: kind -> all that came into the box of it.
        exchanges: answer -> what passed between some browser and the box with it.
        modulus: of the issuing key.
    """

    state: str
    kind: str
    people: tuple[Person, ...]
    things: dict[str, tuple[bytes, ...]]
    exchanges: tuple[bytes, ...]
    files: dict[str, File]
    pages: dict[str, bytes]
    tables: tuple[Table, ...]
    salt: bytes
    modulus: int

    @cached_property
    def receipts(self) -> tuple[str, ...]:
        """The receipt of each answer."""
        return tuple(envelope.receipt(answer, WAVE) for answer in self.things["answer"])

    @cached_property
    def derived(self) -> tuple[dict[str, bytes], ...]:
        """All that can be made of what is known of a person."""
        return tuple(_derived(person, self.salt) for person in self.people)

    @cached_property
    def index(self) -> Index:
        """Finds people and things in any bytes."""
        return Index(traces.of(self._owned()))

    def _owned(self) -> Iterator[tuple[Owner, Iterator[Trace]]]:
        for number, known in enumerate(self.derived):
            for name, content in known.items():
                yield ("person", number, name), traces.forms(content)
        for kind in THINGS:
            for number, thing in enumerate(self.things[kind]):
                # A sealed row without its first byte, which names the suite and is everybody's.
                content = thing if kind == "token" else thing[1:]
                yield (kind, number, kind), traces.forms(content)
        for number, receipt in enumerate(self.receipts):
            yield ("answer", number, "receipt"), traces.ends(receipt.encode())


def _derived(person: Person, salt: bytes) -> dict[str, bytes]:
    raw = codes.parse(person.code)
    bases = {
        "address": person.address.encode(),
        "code": person.code.encode(),
        "code without hyphens": person.code.replace("-", "").encode(),
        "number of the code": raw,
        "public half": person.half,
        "blinded value": person.blinded,
        "proof": person.proof,
        "blind signature": person.signature,
        "mark": issuer.used_mark(salt, person.half, person.blinded),
    }
    made = dict(bases)
    for name, content in bases.items():
        for function, of in traces.hashes(salt).items():
            made[f"{function} of {name}"] = of(content)
    made["unused mark"] = issuer.unused_mark(salt, made["hmac-sha256 of public half"])
    return made
