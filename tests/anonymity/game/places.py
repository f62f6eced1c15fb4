"""Places: every number that the evidence gives for a thing or a person.

A number is where it lies in a file, in a table or in a list, or what stands beside it. Whoever can
put the numbers of things beside the order of arrival, or beside those of people, has a claim.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from game.evidence import HIDDEN, Evidence, Table
from game.people import PEOPLE, THINGS
from game.traces import BYTES

KINDS = (*THINGS, "person")
FEWEST = 10
"""Of a kind, for which a number must be found before it is an order."""

COLUMN, HIDDEN_COLUMN, SCAN, FREE = "column", "hidden column", "scan", "free slots"
OFFSET, IN_PAGE, PAGE, LIST, FACT = "offset", "offset in page", "page", "list", "fact"
SORTED = "sorted"


Strings = tuple[np.ndarray, np.ndarray]
"""Strings of eight bytes that belong to one of several contents alone, and to which."""


@dataclass
class Places:
    """What a game gives away, sorted by what sort of a place it is.

    Attributes:
        numbers: (sort of place, kind of thing) -> way -> a number for each thing; NaN for none.
        beside: kind -> for each thing, everything that stands in one row or line with it.
        strings: kind -> the strings of its things, as far as somebody asked for them.
    """

    numbers: dict[tuple[str, str], dict[str, np.ndarray]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    beside: dict[str, list[list[bytes]]] = field(
        default_factory=lambda: {kind: [[] for _ in range(PEOPLE)] for kind in KINDS}
    )
    strings: dict[str, Strings] = field(default_factory=dict)

    def of(self, kind: str, *sorts: str) -> dict[str, np.ndarray]:
        """The numbers of one kind of thing; of these sorts of places, or of all."""
        return {
            f"{sort}: {way}": numbers
            for (sort, of_kind), ways in self.numbers.items()
            if of_kind == kind and (not sorts or sort in sorts)
            for way, numbers in ways.items()
        }

    def note(self, sort: str, kind: str, way: str, numbers: np.ndarray) -> None:
        """Keep numbers that tell things apart; others are none."""
        known = numbers[~np.isnan(numbers)]
        if len(known) >= FEWEST and np.ptp(known) > 0:
            self.numbers[sort, kind][way] = numbers


def find(evidence: Evidence) -> Places:
    """All places of a game."""
    places = Places()
    _in_tables(evidence, places)
    _in_files(evidence, places)
    for address, content in evidence.pages.items():
        _in_bytes(evidence, places, LIST, address, content)
    for kind, contents in evidence.things.items():
        places.note(SORTED, kind, "bytes", _ranks(list(contents)))
    places.note(SORTED, "answer", "receipts", _ranks(list(evidence.receipts)))
    return places


def _ranks(values: list[object]) -> np.ndarray:
    """The place of each value among all; equal ones have the same."""
    keys = [(type(value).__name__, value) for value in values]
    place = {key: rank for rank, key in enumerate(sorted(set(keys)))}  # type: ignore[type-var]
    return np.array([float(place[key]) for key in keys])


def _nowhere() -> np.ndarray:
    return np.full(PEOPLE, np.nan)


def _in_files(evidence: Evidence, places: Places) -> None:
    facts: dict[str, dict[str, np.ndarray]] = {kind: defaultdict(_nowhere) for kind in KINDS}
    for name, file in evidence.files.items():
        offsets = _in_bytes(evidence, places, OFFSET, name, file.content)
        for (kind, label), found in offsets.items():
            way = f"{name}, {label}"
            places.note(IN_PAGE, kind, way, found % file.page)
            places.note(PAGE, kind, way, found // file.page)
            lies_here = ~np.isnan(found)
            folder = name.rpartition("/")[0]
            facts[kind][f"time in {folder}"][lies_here] = file.written
            facts[kind][f"number in {folder}"][lies_here] = file.inode
        for line in file.content.split(b"\n") if not _is_binary(file.content) else ():
            _note_beside(evidence, places, line)
    for kind, ways in facts.items():
        for way, numbers in ways.items():
            places.note(FACT, kind, way, numbers)


def _is_binary(content: bytes) -> bool:
    return b"\0" in content[:4096]


def _in_bytes(
    evidence: Evidence, places: Places, sort: str, name: str, content: bytes
) -> dict[tuple[str, str], np.ndarray]:
    """Notes where things lie in `content`; returns the first place of each."""
    first: dict[tuple[str, str], np.ndarray] = defaultdict(_nowhere)
    last: dict[tuple[str, str], np.ndarray] = defaultdict(_nowhere)
    for found in evidence.index.find(content):
        kind, number, label = found.owner
        if np.isnan(first[kind, label][number]):
            first[kind, label][number] = found.offset
        last[kind, label][number] = found.offset
    for (kind, label), numbers in first.items():
        places.note(sort, kind, f"{name}, {label}", numbers)
        if not np.array_equal(numbers, last[kind, label]):
            places.note(sort, kind, f"{name}, last {label}", last[kind, label])
    return first


def _note_beside(evidence: Evidence, places: Places, content: bytes) -> None:
    """Whatever stands in a line with one thing alone belongs to it."""
    owners = {found.owner[:2] for found in evidence.index.find(content)}
    for kind in KINDS:
        mine = [number for of_kind, number in owners if of_kind == kind]
        if len(mine) == 1:
            places.beside[kind][mine[0]].append(content)


Links = dict[str, np.ndarray]
"""Kind -> for each row of a table the one thing that it is about, or -1."""


def _in_tables(evidence: Evidence, places: Places) -> None:
    links = [_links(evidence, table) for table in evidence.tables]
    joined = [_joined(evidence.tables, links, number) for number in range(len(links))]
    for table, mine in zip(evidence.tables, joined, strict=True):
        for kind, things in mine.items():
            if (things >= 0).sum() >= FEWEST:
                _note_table(places, table, kind, things)
        for column in range(len(table.columns)):
            for row in table.rows:
                name = f"{table.store} {table.name}.{table.columns[column]}"
                _in_bytes(evidence, places, LIST, name, _bytes_of(row[column]))


def _note_table(places: Places, table: Table, kind: str, things: np.ndarray) -> None:
    rows = np.flatnonzero(things >= 0)
    name = f"{table.store} {table.name}"
    for column, title in enumerate(table.columns):
        ranks = _ranks([row[column] for row in table.rows])
        sort = HIDDEN_COLUMN if title in HIDDEN else COLUMN
        places.note(sort, kind, f"{name}.{title}", _by_thing(things, rows, ranks))
    places.note(SCAN, kind, name, _by_thing(things, rows, np.arange(len(things))))
    gaps = np.zeros(len(things))
    gaps[rows] = np.diff(rows, prepend=-1)
    places.note(FREE, kind, name, _by_thing(things, rows, gaps))
    for row in rows:
        places.beside[kind][things[row]] += [_bytes_of(value) for value in table.rows[row]]


def _by_thing(things: np.ndarray, rows: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    found = _nowhere()
    found[things[rows]] = numbers[rows]
    return found


def _links(evidence: Evidence, table: Table) -> Links:
    """The things that each row of a table names by itself."""
    owners: list[set[tuple[str, int]]] = [set() for _ in table.rows]
    contents = [bytes(BYTES).join(_bytes_of(value) for value in row) for row in table.rows]
    starts = np.cumsum([0, *(len(content) + BYTES for content in contents)])
    for found in evidence.index.find(bytes(BYTES).join(contents)):
        row = int(np.searchsorted(starts, found.offset, side="right")) - 1
        owners[row].add(found.owner[:2])
    links = {kind: np.full(len(table.rows), -1) for kind in KINDS}
    for row, named in enumerate(owners):
        for kind in KINDS:
            mine = [number for of_kind, number in named if of_kind == kind]
            if len(mine) == 1:
                links[kind][row] = mine[0]
    return links


def _joined(tables: tuple[Table, ...], links: list[Links], number: int) -> Links:
    """The links of a table, and those it has through a column that it shares with another."""
    mine = {kind: things.copy() for kind, things in links[number].items()}
    for other, theirs in enumerate(links):
        if other == number or tables[other].store != tables[number].store:
            continue
        for here, there in _shared_keys(tables[number], tables[other]):
            place = {value: row for row, value in enumerate(there)}
            for kind in KINDS:
                for row in np.flatnonzero(mine[kind] < 0):
                    match = place.get(here[row])
                    mine[kind][row] = -1 if match is None else theirs[kind][match]
    return mine


def _shared_keys(one: Table, other: Table) -> Iterator[tuple[list[object], list[object]]]:
    """Values of the columns that two tables have in common, where each stands but once."""
    for title in set(one.columns) & set(other.columns) - set(HIDDEN):
        here = [row[one.columns.index(title)] for row in one.rows]
        there = [row[other.columns.index(title)] for row in other.rows]
        if len(set(here)) == len(here) > 1 and len(set(there)) == len(there) > 1:
            yield here, there


def _bytes_of(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return str(value).encode()
