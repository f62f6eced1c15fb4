"""Reading what coders did: every row is checked, and all mistakes are told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.csv_rows import rows
from survey.close.coding import COLUMNS, themes_of
from survey.close.comments import Opened
from survey.errors import DataError
from survey.questionnaire.model import NOTHING, Comment

Coding = Mapping[str, frozenset[str]]
"""Number of a comment -> its themes."""

MOST_MISSING = 5
"""Numbers that a sentence names when rows are missing."""


@dataclass(frozen=True)
class Coded:
    """What should be in a coder's file: the comments of a wave that are sorted."""

    question_of: Mapping[str, Comment]
    text_of: Mapping[str, str]

    @classmethod
    def of(cls, opened: Sequence[Opened]) -> Coded:
        """The comments to questions that declare themes."""
        sorted_by = [one for one in opened if one.question.themes]
        return cls(
            {written.number: one.question for one in sorted_by for written in one.comments},
            {written.number: _bare(written.text) for one in opened for written in one.comments},
        )


class Mistakes(list[str]):
    """Sentences, each naming file, row and field."""

    def expect_none(self) -> None:
        """Raise DataError with all of them when there is any."""
        if self:
            raise DataError("\n".join(self))


def read(path: Path, expected: Coded, mistakes: Mistakes, *, settling: bool = False) -> Coding:
    """The themes in a coder's file, or in the file in which differences were settled.

    Args:
        path: CSV that begins with the columns of `coding.COLUMNS`; others may follow.
        expected: the comments of the wave.
        mistakes: gets whatever is wrong.
        settling: whether rows may be missing and themes may be left empty, which is then no
            coding.

    Raises:
        DataError: when it is no such table at all.
    """
    numbered = rows(path)
    _, header = next(numbered, (1, []))
    if [name.strip().casefold() for name in header[: len(COLUMNS)]] != list(COLUMNS):
        raise DataError(
            f"{path}, row 1: the first columns must be {', '.join(COLUMNS)}; save the file as CSV "
            "with commas, from the file that `candour comments export` or `import` wrote."
        )
    reading = _Reading(path, expected, mistakes, settling)
    for number, cells in numbered:
        reading.take(number, [*cells, *[""] * len(COLUMNS)])
    if not settling:
        reading.expect_all()
    return reading.found


class _Reading:
    """One file while it is read."""

    def __init__(self, path: Path, expected: Coded, mistakes: Mistakes, settling: bool) -> None:
        self.path, self.expected, self.mistakes = path, expected, mistakes
        self.settling = settling
        self.found: dict[str, frozenset[str]] = {}
        self.first: dict[str, int] = {}
        self.number_of = {text: number for number, text in expected.text_of.items()}

    def take(self, row: int, cells: Sequence[str]) -> None:
        """Read one row."""
        number, question, text, themes = (cell.strip() for cell in cells[: len(COLUMNS)])
        number = number.upper()
        if not any((number, question, text, themes)):
            return
        if number not in self.expected.text_of:
            self._wrong(row, "number", f"{number!r} is no comment of this wave")
        elif number in self.first:
            self._wrong(row, "number", f"{number} stands in row {self.first[number]} already")
        elif number in self.expected.question_of:
            self.first[number] = row
            asked = self.expected.question_of[number]
            self._check_place(row, number, asked, question, text)
            self._read_themes(row, number, asked, themes)
        elif themes:
            self._wrong(row, "themes", f"the question `{question}` declares no themes")

    def expect_all(self) -> None:
        """Note the comments that have no row."""
        missing = [number for number in self.expected.question_of if number not in self.first]
        if missing:
            named = ", ".join(sorted(missing)[:MOST_MISSING])
            more = f" and {len(missing) - MOST_MISSING:,} more" * (len(missing) > MOST_MISSING)
            self.mistakes.append(
                f"{self.path}: comments are missing ({named}{more}); put their rows back."
            )

    def _check_place(self, row: int, number: str, asked: Comment, question: str, text: str) -> None:
        """Refuse a row whose cells were parted, as sorting a single column does."""
        if question != asked.id:
            self._wrong(row, "question", f"{number} answers `{asked.id}` and not {question!r}")
        other = self.number_of.get(_bare(text), number)
        if self.expected.text_of[number] != _bare(text) and other != number:
            self._wrong(
                row,
                "comment",
                f"this is the text of {other} and not of {number}; was one column sorted alone?",
            )

    def _read_themes(self, row: int, number: str, asked: Comment, cell: str) -> None:
        known = {code.casefold(): code for code in themes_of(asked)}
        written = [part for part in re.split(r"[\s,;]+", cell.casefold().lstrip("'")) if part]
        unknown = [part for part in written if part not in known]
        if unknown:
            offered = ", ".join(known.values())
            self._wrong(
                row, "themes", f"`{unknown[0]}` is no theme of `{asked.id}`; it has {offered}"
            )
        elif not written and not self.settling:
            self._wrong(row, "themes", f"{number} is not coded; write its themes, or `{NOTHING}`")
        elif NOTHING in written and len(set(written)) > 1:
            self._wrong(row, "themes", f"`{NOTHING}` stands alone or not at all")
        elif written:
            self.found[number] = frozenset(known[part] for part in written)

    def _wrong(self, row: int, field: str, reason: str) -> None:
        self.mistakes.append(f"{self.path}, row {row}, {field}: {reason}.")


def _bare(text: str) -> str:
    """A text without what spreadsheets and our own marks change in it."""
    unmarked = re.sub(r"\[[a-z]+: ([^\]]*)\]", r"\1", text)
    return "".join(letter for letter in unmarked.casefold() if letter.isalnum())
