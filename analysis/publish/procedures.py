"""HR's counts of formal processes as published: protected, rounded, and compared.

The counts of a group are shown or hidden together, and never where the survey hides the group. What
is compared is made of the rounded counts alone, so it tells nothing that they do not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.beside.procedures import Counted, Period, Procedures
from analysis.disclosure.outcomes import OUTCOME, Outcomes, levels_of, outcomes
from analysis.disclosure.rounding import nearest
from analysis.errors import DataError, Unprotectable
from analysis.ledger import Ledger
from analysis.plan import FORCE, TablePlan
from analysis.processes import Process
from analysis.publish.headcounts import headcounts
from analysis.publish.people_at_risk import Frame
from analysis.publish.response import Response
from analysis.publish.shown import Shown
from analysis.release.process_rows import rows_of
from analysis.release.rows import ProcedureRow
from analysis.statistics.disproportion import Counts, Span


def procedure_rows(
    shown: Shown, known: Response, given: Procedures, ledger: Ledger | None
) -> tuple[ProcedureRow, ...]:
    """The rows of every process that HR counted, in the order of the plan.

    Args:
        shown: what is shown of the answers.
        known: headcounts as published.
        given: HR's counts.
        ledger: what was published before; None without.

    Raises:
        DataError: when counts contradict each other.
        Unprotectable: when an earlier Release tells other counts of the same period, or counts of
            a period that overlaps.
    """
    made = []
    for one in given:
        process = next(each for each in shown.plan.processes if each.id == one.process)
        made.append(_Made(shown, known, one, process, _earlier(one, ledger)))
    told = _told_together(made)
    return tuple(row for one in made for row in one.rows(told[one.process.id]))


def _told_together(made: Sequence[_Made]) -> Mapping[str, frozenset[str]]:
    """The groups that each process shows: of processes of the same people, all hide the same ones.

    What one of them shows would tell what the other hides. A process that shows nothing at all, and
    one of other people, such as applicants, leave the others as they are.
    """
    hidden: dict[str, frozenset[str]] = {one.process.id: frozenset() for one in made}
    while True:
        told = {one.process.id: one.told(hidden[one.process.id]) for one in made}
        wider = {
            one.process.id: hidden[one.process.id].union(
                *(
                    other.plan.group_by_id.keys() - told[other.process.id]
                    for other in made
                    if _look_like_the_same_people(one, other, told)
                )
            )
            for one in made
        }
        if wider == hidden:
            return told
        hidden = wider


def _look_like_the_same_people(
    one: _Made, other: _Made, told: Mapping[str, frozenset[str]]
) -> bool:
    """Whether a reader sees as many people at risk in every group that both show."""
    step = one.shown.policy.base_step
    both = told[one.process.id] & told[other.process.id]
    return bool(both) and all(
        nearest(one.at_risk[group], step) == nearest(other.at_risk[group], step) for group in both
    )


TellingsBefore = Sequence[Mapping[str, tuple[int, int]]]
"""For each earlier Release with the same period: group id -> people and cases as published."""


def _earlier(one: Counted, ledger: Ledger | None) -> TellingsBefore:
    """What was told of the same process and period.

    Raises:
        Unprotectable: when a period that was told shares some months only.
    """
    found = []
    for published in () if ledger is None else ledger.releases:
        rows = [row for row in published.release.procedures if row.process == one.process]
        for text in dict.fromkeys(row.period for row in rows):
            before = Period.parse(text)
            if before == one.period:
                found.append(
                    {
                        row.group: (row.at_risk, row.cases)
                        for row in rows
                        if row.at_risk is not None and row.cases is not None
                    }
                )
            elif before.overlaps(one.period):
                raise Unprotectable(
                    f"{one.process} was published for {before.words} in Release "
                    f"{published.hash[:12]}, and {one.period.words} shares months with it: the "
                    "difference would tell of few people. Give a period that begins later, or the "
                    "same one."
                )
    return found


@dataclass(frozen=True)
class _Made:
    shown: Shown
    known: Response
    counted: Counted
    process: Process
    before: TellingsBefore

    @cached_property
    def at_risk(self) -> Mapping[str, int]:
        """People by group."""
        return self._by_group(self.counted.at_risk)

    @cached_property
    def cases(self) -> Mapping[str, int]:
        """Cases by group."""
        return self._by_group(self.counted.cases)

    def _by_group(self, given: Mapping[str, int]) -> Mapping[str, int]:
        return headcounts(self.shown.plan, given, [0] * len(self.shown.plan.groups)).known

    @cached_property
    def plan(self) -> TablePlan:
        """The levels that HR gave."""
        return levels_of(self.shown.plan, self.at_risk)

    def rows(self, told: Collection[str]) -> tuple[ProcedureRow, ...]:
        """One for every group of the levels that HR gave; `told` are those that are shown."""
        step = self.shown.policy.base_step
        counts = {
            group: Counts(
                Span.of(nearest(self.at_risk[group], step), step),
                Span.of(nearest(self.cases[group], step), step),
            )
            if group in told
            else None
            for group in self.plan.group_by_id
        }
        self._expect_as_before(counts)
        labels = {group.id: group.label for group in self.plan.groups}
        period, k = str(self.counted.period), self.shown.policy.k
        return rows_of(self.process, period, counts, labels, k)

    def told(self, besides: Collection[str]) -> frozenset[str]:
        """The groups whose counts are shown; none when the force's are not.

        Args:
            besides: groups that another process hides.
        """
        hidden = {
            group
            for group in self.plan.group_by_id
            if group not in self.shown.protection.shown
            or group in besides
            or any(group not in earlier for earlier in self.before)
        }
        frame = Frame(self.shown, self.known, self.plan, self.at_risk)
        while True:
            told = self._split.shown(hidden)
            left = frame.tellable(told)
            if FORCE not in left:
                return frozenset()
            if left == told:
                return told
            hidden = {group for group in self.plan.group_by_id if group not in left}

    @cached_property
    def _split(self) -> Outcomes:
        book, policy = self.shown.figures.codebook, self.shown.policy
        try:
            return outcomes(book, self.plan, self.at_risk, self.cases, policy)
        except Unprotectable as error:
            said = str(error).replace(f"{OUTCOME}=case", "people with a case")
            said = said.replace(f"{OUTCOME}=other", "people without a case")
            raise DataError(f"{self.process.id}, {self.counted.period}: {said}.") from error

    def _expect_as_before(self, counts: Mapping[str, Counts | None]) -> None:
        now = {
            group: (one.at_risk.people, one.cases.people)
            for group, one in counts.items()
            if one is not None
        }
        for earlier in self.before:
            odd = [group for group in {**earlier, **now} if earlier.get(group) != now.get(group)]
            if odd and odd[0] not in now:
                raise Unprotectable(
                    f"{self.process.id} was published for {self.counted.period.words} with "
                    f"{odd[0]}, which has to be hidden now, maybe for another process that is "
                    "given with it. Leave that one out, or this one."
                )
            if odd:
                raise Unprotectable(
                    f"{self.process.id} was published for {self.counted.period.words} with other "
                    f"counts of {odd[0]}: the difference would tell of few people. Give the "
                    "counts of then, or leave the process out."
                )
