"""The log as a file that a staff association keeps, and checks without this server."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from survey.errors import DataError
from survey.manage import log_words
from survey.manage.audit_log import Entry

COLUMNS = tuple(field.name for field in fields(Entry))
IN_WORDS = "in_words"
"""A column after these, for who reads the file: what was done, with commands by their names. No
hash is of it, and copies of earlier versions have none."""
_MINUTE = "%Y-%m-%dT%H:%MZ"


def minute(at: int) -> datetime:
    """The time of an entry, in UTC."""
    return datetime.fromtimestamp(at, UTC)


def content(entries: Iterable[Entry], names: Mapping[str, str] = log_words.NO_NAMES) -> bytes:
    """The whole log as CSV (UTF-8, LF); no cell begins like a formula.

    Args:
        entries: oldest first.
        names: what commands are called, by their ids.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, IN_WORDS))
    for entry in entries:
        kept = {**vars(entry), "at": minute(entry.at).strftime(_MINUTE)}
        writer.writerow((*kept.values(), log_words.did(entry, names)))
    return text.getvalue().encode()


def read(path: Path) -> Iterator[Entry]:
    """The entries of such a file, oldest first.

    Raises:
        DataError: when it cannot be read or is no such file; names the row.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a copy of the log ({error}).") from None
    rows = csv.reader(io.StringIO(text, newline=""))
    if (header := tuple(next(rows, ()))) not in (COLUMNS, (*COLUMNS, IN_WORDS)):
        raise DataError(f"{path} is no copy of the log; download it from the page of the log.")
    for row in rows:
        try:
            number, at, who, role, kind, what, once, digest, *more = row
            if len(COLUMNS) + len(more) != len(header):
                raise ValueError(f"{len(row)} cells, not {len(header)}")
            moment = datetime.strptime(at, _MINUTE).replace(tzinfo=UTC)
            seconds = int(moment.timestamp())
            yield Entry(int(number), seconds, who, role, kind, what, once or None, digest)
        except ValueError:
            raise DataError(
                f"{path}:{rows.line_num}: this row is none of the log's; download the file again, "
                "and do not save it from a spreadsheet."
            ) from None
