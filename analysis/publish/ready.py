"""Before a wave is counted: what it was published by already, and whether counts are of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.codebook import Codebook
from analysis.counting import Counted, Counting
from analysis.disclosure.plans import Merged
from analysis.errors import DataError, EstimationError, LedgerError
from analysis.ledger import Published
from analysis.plan import TablePlan
from analysis.publish.earlier import Past, merged_with
from analysis.publish.manifest import WaveFacts


@dataclass(frozen=True)
class Ready:
    """A wave that may be counted and published.

    Attributes:
        wave: its facts.
        counting: how its answers are counted, whole or in parts.
        published: its earlier Releases.
        merged: their plans and the new one's; None where there are none.
    """

    wave: WaveFacts
    counting: Counting
    published: tuple[Published, ...]
    merged: Merged | None

    @classmethod
    def of(cls, codebook: Codebook, plan: TablePlan, wave: WaveFacts) -> Ready:
        """A wave that may be published by a plan.

        Raises:
            LedgerError: when the ledger is that of another questionnaire, or a wave that stands in
                it is published again without saying why, or another one with a reason.
            Unprotectable: when two breakdowns split one variable, or an earlier Release used
                variables or categories that are no more.
        """
        plan.expect_split_once()
        published = _published(codebook, wave)
        merged = merged_with(codebook, plan, published)
        counting = Counting(codebook, plan, None if merged is None else merged.plan)
        return cls(wave, counting, published, merged)

    def past(self, counted: Counted, weight: str | None) -> Past | None:
        """What was published of the wave before, beside these counts; None where nothing was.

        Args:
            counted: its answers.
            weight: name of the weight column, exactly when the answers have weights.

        Raises:
            EstimationError: when nobody answered.
            DataError: when the counts are of something else, or were not counted by the plans of
                the earlier Releases, without which these two could not be audited together.
            LedgerError: when more were counted than the ledger says were received.
        """
        wave = self.wave
        if counted.answers == 0:
            raise EstimationError(f"Wave {wave.id} has no answers: there is nothing to publish.")
        if counted.tally.weighted != (weight is not None):
            raise DataError("Weights and the name of their column come together or not at all.")
        self._expect_of_this_wave(counted)
        for told in () if wave.ledger is None else wave.ledger.counts_of(wave.id):
            if counted.answers > told.received:
                raise LedgerError(
                    f"The ledger says that {told.received:,} answers were received in wave "
                    f"{wave.id}, and here are {counted.answers:,}: these are not the answers of "
                    "that wave."
                )
        if self.merged is None or counted.with_past is None:
            return None
        return Past(self.counting.plan, self.published, self.merged, counted.with_past)

    def _expect_of_this_wave(self, counted: Counted) -> None:
        plan = None if counted.with_past is None else counted.with_past.plan
        by = (counted.tally.codebook, counted.tally.plan, plan)
        if by != (self.counting.codebook, self.counting.plan, self.counting.with_past):
            raise DataError(
                f"The answers of wave {self.wave.id} were counted by another plan than it is "
                "published by, or before it was first published: count them anew."
            )


def _published(codebook: Codebook, wave: WaveFacts) -> tuple[Published, ...]:
    """The earlier Releases of a wave, in the ledger of its questionnaire."""
    ledger = wave.ledger
    _expect_reason(wave, () if ledger is None else ledger.of_wave(wave.id))
    if ledger is None:
        return ()
    if ledger.line != codebook.questionnaire:
        raise LedgerError(
            f"This is the ledger of the questionnaire {ledger.line}, and wave {wave.id} has "
            f"{codebook.questionnaire}: keep one folder for each questionnaire."
        )
    return ledger.of_wave(wave.id)


def _expect_reason(wave: WaveFacts, earlier: Sequence[Published]) -> None:
    """A Release says why it replaces another one, exactly when it does."""
    if earlier and wave.correction is None:
        raise LedgerError(
            f"Wave {wave.id} is published already, as Release {earlier[-1].hash[:12]}; a second "
            "one replaces it, and has to say why: --correct REASON."
        )
    if not earlier and wave.correction is not None:
        raise LedgerError(
            f"Wave {wave.id} has no Release that could be corrected; leave out --correct."
        )
