"""A file of answers to a questionnaire, counted piece by piece, wherever the pieces are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.answer_files import Piece
from analysis.counting import Counted, Counting
from analysis.errors import DataError
from analysis.responses import MOST_PROBLEMS, Reader
from analysis.schedulers import Scheduler
from survey.questionnaire import routing
from survey.questionnaire.model import Questionnaire

Problems = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class CountedFile:
    """What is done with each piece.

    Attributes:
        reader: of the file.
        asked: the questionnaire, which says who is asked what.
        counting: how answers are counted.
    """

    reader: Reader
    asked: Questionnaire
    counting: Counting

    def __call__(self, piece: Piece) -> Counted | Problems:
        """The counts of a piece, or what in it is no answer."""
        found = self.reader.read(piece)
        if found.answers is None:
            return found.problems
        return self.counting.count(routing.of_who_was_asked(self.asked, found.answers))

    def total(self, scheduler: Scheduler) -> Counted:
        """The counts of the whole file.

        Raises:
            DataError: with the first texts that are no answers, or when there are none at all.
        """
        total: Counted | None = None
        problems = dict[tuple[str, str], str]()
        for found in scheduler.results(self, self.reader.file.pieces()):
            if isinstance(found, Counted):
                total = found if total is None else total + found
                continue
            for place, sentence in found.items():
                problems.setdefault(place, sentence)
            if len(problems) >= MOST_PROBLEMS:
                break
        self.reader.expect_answers(0 if total is None else total.answers, problems)
        if total is None:
            raise DataError(f"{self.reader.file.path}: there are no answers below the header.")
        return total
