"""HR's counts of formal processes as published: protected, rounded, and compared.

The counts of a group are shown or hidden together, and never where the survey hides the group. What
is compared is made of the rounded counts alone, so it tells nothing that they do not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.beside.procedures import Counted, Procedures
from analysis.disclosure.outcomes import OUTCOME, Outcomes, levels_of, outcomes
from analysis.disclosure.rounding import nearest
from analysis.errors import DataError, Unprotectable
from analysis.ledger import Ledger
from analysis.plan import FORCE, TablePlan
from analysis.processes import Process
from analysis.publish.headcounts import headcounts
from analysis.publish.nested import left_over
from analysis.publish.people_at_risk import Frame
from analysis.publish.people_before import AnswersBefore
from analysis.publish.response import Response
from analysis.publish.shown import Shown
from analysis.publish.told_before import Other, TellingsBefore, others, same_months
from analysis.release.process_rows import rows_of
from analysis.release.rows import ProcedureRow
from analysis.statistics.disproportion import Counts, Span


def procedure_rows(
    shown: Shown,
    known: Response,
    given: Procedures,
    ledger: Ledger | None,
    answers: AnswersBefore | None = None,
) -> tuple[ProcedureRow, ...]:
    """The rows of every process that HR counted, in the order of the plan.

    Args:
        shown: what is shown of the answers.
        known: headcounts as published.
        given: HR's counts.
        ledger: what was published before; None without.
        answers: of earlier Releases; None without.

    Raises:
        DataError: when counts contradict each other.
        Unprotectable: when an earlier Release tells other counts of the same period, or counts of
            a period that overlaps, or one of two of which one is part of the other.
    """
    made = []
    for one in given:
        process = next(each for each in shown.plan.processes if each.id == one.process)
        before = same_months(one, ledger), others(one, ledger)
        made.append(_Made(shown, known, one, process, *before, answers))
    left = [
        _Made(shown, known, one, process, (), ())
        for process, one in left_over(given, shown.plan.processes, ledger)
    ]
    told = _told_together([*made, *left])
    for rest in left:
        if FORCE not in told[rest.process.id]:
            raise Unprotectable(
                f"Of {rest.process.id} too few cases or people are left: the difference of the two "
                "would tell of them. Leave one of the two out."
            )
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


@dataclass(frozen=True)
class _Made:
    shown: Shown
    known: Response
    counted: Counted
    process: Process
    before: TellingsBefore
    others: tuple[Other, ...]
    answers: AnswersBefore | None = None

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

        What an earlier Release hides of the same people is hidden, and what it tells of them is
        known, whatever is shown here.

        Args:
            besides: groups that another process hides.

        Raises:
            Unprotectable: when what an earlier Release tells gives away what has to be hidden.
        """
        hidden, known = frozenset(besides), frozenset[str]()
        while True:
            told = self._told(hidden, known)
            alike = [
                one
                for one in self.others
                if one.may_count(self.at_risk, told, self.shown.policy.base_step)
            ]
            wider = hidden.union(*(one.hidden for one in alike))
            more = known.union(*(one.at_risk for one in alike)) & self.plan.group_by_id.keys()
            if (wider, more) == (hidden, known):
                return told
            hidden, known = wider, more

    def _told(self, besides: Collection[str], known: frozenset[str]) -> frozenset[str]:
        hidden = {
            group
            for group in self.plan.group_by_id
            if group not in self.shown.protection.shown
            or group in besides
            or any(group not in earlier for earlier in self.before)
        }
        frame = Frame(self.shown, self.known, self.plan, self.at_risk)
        # What earlier Releases tell by themselves, nothing that is hidden here can take back.
        kept = frame.tellable(known) if known else known
        while True:
            told = self._shown(hidden, known)
            left = frame.tellable(told | kept)
            if FORCE not in left:
                return frozenset()
            if not kept <= left:
                raise self._told_before(kept - left)
            if self.answers is not None:
                step = self.shown.policy.base_step
                left &= self.answers.tellable(self.at_risk, told & left, step)
                if FORCE not in left:
                    return frozenset()
            if told <= left:
                return told
            hidden = {group for group in self.plan.group_by_id if group not in left & told}

    def _shown(self, hidden: Collection[str], known: frozenset[str]) -> frozenset[str]:
        split = self._split
        try:
            return split.shown(hidden, known)
        except Unprotectable:
            if not known:
                raise
            raise self._told_before(known) from None

    def _told_before(self, groups: Collection[str]) -> Unprotectable:
        first = next(one for one in self.others if one.at_risk.keys() & groups)
        return Unprotectable(
            f"{self.process.id} seems to count the same people as {first.process} in Release "
            f"{first.release}, which tells of {min(first.at_risk.keys() & groups)} what has to be "
            "hidden now. Leave the process out."
        )

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
