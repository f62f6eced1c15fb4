"""A backup as one file: a zip of a manifest and a file for each table, the same for both databases.

    manifest.json          what it is, of when, of which version; the hash of every other file
    issuer/TABLE.jsonl     a row each line, a list of values in the order of `survey.backup.kept`
    results/TABLE.jsonl

Bytes are `{"base64": ...}`, days `{"day": ...}`. Rows stand in the order of their keys, so that
nothing of the order in which a database keeps them is in the file.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Column

from analysis import strict_json, zipped
from survey.backup import kept
from survey.errors import DataError

FORMAT = 1
ENDING = ".backup"
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 2**16
"""Bytes; it has some thousand."""
_WHAT = "a backup of Candour"
_LARGEST_NUMBER = 2**63
_ODD = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)

Row = tuple[Any, ...]
Tables = Mapping[tuple[str, str], tuple[Row, ...]]
"""(store, table) -> its rows, in the order of `kept.KEPT`."""


@dataclass(frozen=True)
class Backup:
    """What is in a backup.

    Attributes:
        made: when, such as `2026-11-23T02:19Z`.
        version: of Candour.
        schema: store -> the version of its tables.
        log_number: how many entries the log had.
        log_hash: the hash of the last of them.
        tables: all rows.
    """

    made: str
    version: str
    schema: Mapping[str, str]
    log_number: int
    log_hash: str
    tables: Tables


def pack(backup: Backup) -> bytes:
    """The file's bytes; of the same rows the same, but for when and by which version it was made.

    Raises:
        DataError: when it would be larger than can be read back.
    """
    files = {
        _name(store, name): _lines(backup.tables[store, name])
        for store in kept.KEPT
        for name in kept.in_order(store)
    }
    sizes = [len(content) for content in files.values()]
    if max(sizes) > zipped.LARGEST_FILE or sum(sizes) + LARGEST_MANIFEST > zipped.LARGEST_PACK:
        raise DataError(
            "The databases are too large for a backup file (512 MiB a table, 1 GiB in all); copy "
            "the results database alone, by its own tools, when every wave is destroyed."
        )
    manifest = {
        "what": _WHAT,
        "format": FORMAT,
        "made": backup.made,
        "version": backup.version,
        "schema": dict(backup.schema),
        "log": {"number": backup.log_number, "hash": backup.log_hash},
        "files": {name: _digest(content) for name, content in files.items()},
    }
    written = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    return zipped.pack({MANIFEST: written.encode(), **files})


def read(path: Path) -> Backup:
    """The backup in a file, every hash checked.

    Raises:
        DataError: names the file and what is wrong with it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None
    return unpack(content, str(path))


def unpack(content: bytes, name: str) -> Backup:
    """What `pack` made; `name` is what errors call it.

    Raises:
        DataError: names the file and what is wrong with it.
    """
    try:
        return _read(zipped.unpack(content, _check_names, {MANIFEST: LARGEST_MANIFEST}))
    except zipped.BadPack as error:
        raise DataError(
            f"{name} is no backup of Candour, or is damaged: {error}. Take another copy of it."
        ) from error
    except _ODD as error:
        raise DataError(
            f"{name} holds something else than a backup ({type(error).__name__}). Take another "
            "copy of it."
        ) from error


def _name(store: str, table: str) -> str:
    return f"{store}/{table}.jsonl"


def _expected() -> set[str]:
    return {_name(store, table) for store, tables in kept.KEPT.items() for table in tables}


def _check_names(names: set[str]) -> None:
    if MANIFEST not in names:
        raise zipped.BadPack(f"there is no {MANIFEST} in it")


def _read(files: Mapping[str, bytes]) -> Backup:
    facts = strict_json.parse(files[MANIFEST])
    if facts["what"] != _WHAT or facts["format"] != FORMAT:
        raise zipped.BadPack("it was made by another version of Candour, or by another program")
    odd = (set(files) - {MANIFEST}) ^ set(facts["files"]) | set(facts["files"]) ^ _expected()
    if odd:
        raise zipped.BadPack(
            f"{min(odd)} is missing, or is of another version of Candour: it was made by "
            f"{_short(facts['version'])}"
        )
    for name, digest in sorted(facts["files"].items()):
        if _digest(files[name]) != digest:
            raise zipped.BadPack(f"{name} was changed: it does not fit its hash")
    log = facts["log"]
    return Backup(
        _short(facts["made"]),
        _short(facts["version"]),
        {store: _short(facts["schema"][store]) for store in kept.KEPT},
        _whole(log["number"]),
        _short(log["hash"]),
        {
            (store, table): tuple(_rows(files[_name(store, table)], store, table))
            for store, tables in kept.KEPT.items()
            for table in tables
        },
    )


def _short(found: object) -> str:
    if not isinstance(found, str) or len(found) > 64 or not found.isprintable():
        raise zipped.BadPack(f"{MANIFEST} holds something else than it should")
    return found


def _whole(found: object) -> int:
    if type(found) is not int or not 0 <= found < _LARGEST_NUMBER:
        raise zipped.BadPack(f"{MANIFEST} holds something else than it should")
    return found


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _lines(rows: Iterable[Row]) -> bytes:
    return "".join(json.dumps([*map(_written, row)]) + "\n" for row in rows).encode()


def _written(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": b64encode(value).decode()}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _rows(content: bytes, store: str, table: str) -> Iterable[Row]:
    columns = [kept.table(store, table).c[name] for name in kept.KEPT[store][table]]
    for number, line in enumerate(content.splitlines(), 1):
        values = strict_json.parse(line)
        if not isinstance(values, list) or len(values) != len(columns):
            raise zipped.BadPack(f"{_name(store, table)}, row {number}: it has other columns")
        for column, value in zip(columns, values, strict=True):
            if not _fits(column, value):
                raise zipped.BadPack(
                    f"{_name(store, table)}, row {number}: {column.name} holds something else "
                    "than it should"
                )
        yield tuple(map(_understood, values))


def _fits(column: Column[Any], value: object) -> bool:
    if value is None:
        return bool(column.nullable)
    kind: type = column.type.python_type
    if kind in {bytes, date}:
        wanted = {"base64"} if kind is bytes else {"day"}
        return isinstance(value, dict) and set(value) == wanted
    # Of exactly that type: True would pass for a number otherwise.
    return type(value) is kind and (kind is not int or abs(int(value)) < _LARGEST_NUMBER)  # type: ignore[call-overload]


def _understood(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "day" in value:
        return date.fromisoformat(value["day"])
    return b64decode(value["base64"], validate=True)
