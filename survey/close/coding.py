"""The files in which two people sort the comments of a wave, each alone.

Each gets every comment, in an order of their own, so that where one of them tired does not show in
the other's too. What looks as if it told who wrote is marked. Run again, the export writes the same
bytes.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from analysis.csv_rows import guarded
from survey.close.comments import Opened, Written, keyed
from survey.close.keys import Keys
from survey.manage import secret_files
from survey.questionnaire import telling
from survey.questionnaire.model import NOTHING, OTHER, Comment

CODERS = ("coder-1.csv", "coder-2.csv")
BOOK = "themes.csv"
DIFFERENCES = "differences.csv"

COLUMNS = ("number", "question", "comment", "themes")
BOOK_COLUMNS = ("question", "asked", "theme", "meaning")
DIFFERENCE_COLUMNS = (*COLUMNS, "coder 1", "coder 2")

MEANINGS = {
    OTHER: "Something that none of the themes is about; may stand beside themes",
    NOTHING: "Says nothing, such as “no comment”; stands alone",
}
"""What every question has besides its themes. Neither is ever published."""


def themes_of(question: Comment) -> tuple[str, ...]:
    """The codes that a comment to this question may get; none where it declares no themes."""
    return (*(theme.id for theme in question.themes), *MEANINGS) if question.themes else ()


def write(folder: Path, opened: Sequence[Opened], keys: Keys) -> tuple[Path, ...]:
    """Write both coders' files and the book of themes, for their owner's eyes only.

    Raises:
        SettingsError: when one is there that holds something else: it is never overwritten.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {name: _coders_file(opened, keys, name) for name in CODERS}
    content[BOOK] = book(opened)
    for name, text in content.items():
        keep(folder / name, text)
    return tuple(folder / name for name in content)


def keep(path: Path, content: str) -> None:
    """Write a CSV file, whole; it begins with the mark by which spreadsheets know UTF-8.

    Raises:
        SettingsError: when there is another, which is never overwritten.
    """
    secret_files.write_once(path, content.encode("utf-8-sig"))


def _coders_file(opened: Sequence[Opened], keys: Keys, coder: str) -> str:
    def place(written: Written) -> bytes:
        return keyed(keys, b"order of " + coder.encode(), written.number.encode())

    return as_csv(
        COLUMNS,
        (
            (written.number, one.question.id, telling.marked(written.text), "")
            for one in opened
            for written in sorted(one.comments, key=place)
        ),
    )


def book(opened: Sequence[Opened]) -> str:
    """The book of themes: what each code means, question by question."""
    rows = []
    for one in opened:
        labels = {theme.id: str(theme.label) for theme in one.question.themes} | MEANINGS
        asked = one.question.id, str(one.question.text)
        rows += [(*asked, code, labels[code]) for code in themes_of(one.question)]
    return as_csv(BOOK_COLUMNS, rows)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in which no cell starts as a formula would."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(text) for text in row] for row in rows)
    return file.getvalue()


def _cell(text: str) -> str:
    # Some spreadsheets take the wide signs of East Asian keyboards for the narrow ones.
    narrow = unicodedata.normalize("NFKC", text)
    return text if guarded(narrow) == narrow else f"'{text}"
