"""Sealed rows, opened and counted some at a time, wherever that is done.

An opened row lives from its opening to the end of its piece, and no longer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from cryptography.exceptions import InvalidTag

from analysis.counting import Counted, Counting
from analysis.schedulers import Scheduler
from survey.close.keys import Keys, OpeningKeys
from survey.collect import envelope
from survey.errors import WaveStateError
from survey.manage.waves import Wave
from survey.questionnaire import routing
from survey.questionnaire.answers import microdata

Watch = Callable[[Iterable[bytes]], Iterable[bytes]]
"""Wraps a long loop to show how far it is."""

Tell = Callable[[str], None]
"""Takes a sentence for whoever unseals."""

PIECE = 20_000
"""Rows."""


@dataclass(frozen=True)
class CountedRows:
    """What is done with each piece of sealed rows.

    Attributes:
        keys: what opens them.
        wave: the wave that was answered.
        counting: how answers are counted.
    """

    keys: OpeningKeys
    wave: Wave
    counting: Counting

    def __call__(self, rows: Sequence[bytes]) -> tuple[int, Counted]:
        """How many rows are no answers, and the counts of the others."""
        found = (opened_row(row, self.keys, self.wave) for row in rows)
        opened = [answers for answers in found if answers is not None]
        asked = self.wave.questionnaire
        answers = microdata(self.counting.codebook, opened)
        counted = self.counting.count(routing.of_who_was_asked(asked, answers))
        return len(rows) - len(opened), counted

    def total(
        self, answers: Sequence[bytes], scheduler: Scheduler, watch: Watch, tell: Tell
    ) -> Counted:
        """The counts of all rows but spoilt ones: a page that somebody changed sends anything.

        Every row is one that was there when the wave closed, by the receipts that were published
        then. So a row that does not open was sent that way, and is no sign of a damaged file.

        Raises:
            WaveStateError: when none opens.
        """
        rows = list(answers)
        secrets.SystemRandom().shuffle(rows)
        spoilt, total = 0, None
        for worse, counted in scheduler.results(self, _pieces(watch(rows))):
            spoilt += worse
            total = counted if total is None else total + counted
        if total is None or not total.answers:
            raise WaveStateError(
                f"All {spoilt} answers of wave {self.wave.id} are spoilt; none opens. `candour "
                f"wave destroy {self.wave.id} --unpublished REASON` ends it without a Release."
            )
        if spoilt:
            tell(
                f"{spoilt} of {len(rows)} answers were spoilt when they were sent, and are left "
                "out."
            )
        return total


def _pieces(rows: Iterable[bytes]) -> Iterator[list[bytes]]:
    taken = iter(rows)
    while piece := list(islice(taken, PIECE)):
        yield piece


def opened_row(sealed: bytes, keys: Keys | OpeningKeys, wave: Wave) -> dict[str, str] | None:
    """The answers in a row; None when it was spoilt: it opens as no answers to this wave."""
    key = {envelope.X25519: keys.unsealing, envelope.P256: keys.fallback}.get(sealed[0])
    if key is None:
        return None
    try:
        content = envelope.SUITES[sealed[0]].decrypt(sealed[1:], key, envelope.info(wave.id))
        answers = envelope.unpack(content)
    except (InvalidTag, ValueError, RecursionError):
        return None
    # Only strings are allowed codes, so whatever else a code may be is none of them.
    if not isinstance(answers, dict) or not envelope.is_allowed(wave.questionnaire, answers):
        return None
    return answers
