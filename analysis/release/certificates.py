"""Certificates: tables of counts that fit a Release, by which anybody can check what it hides.

They are made from what is published and nothing else, so they tell nothing new. A table gives the
people in the finest cells; all other counts are sums of these. Numbers are whole; where no table
of whole people was looked for, a table holds whole numbers of halves, thirds or smaller parts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from analysis import strict_json
from analysis.errors import ReleaseError

MOST = 10**12
"""Larger counts are refused; sums of smaller ones are exact in 64 bits."""


@dataclass(frozen=True)
class FittingTable:
    """One table.

    Attributes:
        parts: into how many parts a person is cut; 1 for whole people.
        counts: for the groups alone one row, for an item those who answered it and those who did
            not. A row is (position of a finest cell, number of parts) one after another, without
            those that are 0.
    """

    parts: int
    counts: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True)
class Proof:
    """The tables for the groups (`measure` is empty) or for an item or theme."""

    measure: str
    tables: tuple[FittingTable, ...]


@dataclass(frozen=True)
class Certificates:
    """All proofs of a Release.

    Attributes:
        partial: breakdown and value of those that have people who are in none of their parts,
            as the questionnaire has it.
    """

    partial: tuple[tuple[str, str], ...]
    proofs: tuple[Proof, ...]


def to_json(certificates: Certificates) -> bytes:
    """The file: one line for each table, the same bytes each time."""
    proofs = []
    for proof in certificates.proofs:
        tables = ",\n".join(
            _compact({"parts": table.parts, "counts": [_flat(row) for row in table.counts]})
            for table in proof.tables
        )
        proofs.append(f'{{"measure":{_compact(proof.measure)},"tables":[\n{tables}\n]}}')
    partial, lines = _compact(certificates.partial), ",\n".join(proofs)
    return f'{{"partial":{partial},\n"proofs":[\n{lines}\n]}}\n'.encode()


def from_json(content: bytes) -> Certificates:
    """Read what `to_json` wrote.

    Raises:
        ReleaseError: if it is not laid out so.
    """
    try:
        found = strict_json.parse(content)
        return Certificates(
            partial=tuple((_text(one), _text(value)) for one, value in found["partial"]),
            proofs=tuple(
                Proof(_text(proof["measure"]), tuple(map(_table, proof["tables"])))
                for proof in found["proofs"]
            ),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ReleaseError("certificates.json is not laid out as certificates are.") from error


def _table(found: Any) -> FittingTable:
    rows = []
    for row in found["counts"]:
        numbers = [_number(one) for one in row]
        rows.append(tuple(zip(numbers[::2], numbers[1::2], strict=True)))
    parts = _number(found["parts"])
    if parts < 1:
        raise ValueError("parts of nothing")
    return FittingTable(parts, tuple(rows))


def _flat(row: tuple[tuple[int, int], ...]) -> list[int]:
    return [number for pair in row for number in pair]


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise ValueError("not a count")
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError("not a text")
    return value


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
