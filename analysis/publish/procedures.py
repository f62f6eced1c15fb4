"""HR's counts of formal processes as published: protected, rounded, and compared.

The counts of a group are shown or hidden together, and never where the survey hides the group. What
is compared is made of the rounded counts alone, so it tells nothing that they do not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.disclosure.outcomes import OUTCOME, levels_of, outcomes
from analysis.disclosure.rounding import nearest
from analysis.errors import DataError, Unprotectable
from analysis.ledger import Ledger
from analysis.plan import FORCE, TablePlan
from analysis.procedures import Counted, Period, Procedures
from analysis.processes import Process
from analysis.publish.headcounts import headcounts
from analysis.publish.rates import Told, tellable
from analysis.publish.response import Response
from analysis.publish.shown import Shown
from analysis.release.rows import ProcedureRow
from analysis.statistics import process_sentences as sentences
from analysis.statistics.disproportion import (
    FOUR_FIFTHS,
    Counts,
    Figures,
    Span,
    are_clear,
    figures,
    smallest_gap,
    smallest_ratio,
)


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
    rows: list[ProcedureRow] = []
    for one in given:
        process = next(each for each in shown.plan.processes if each.id == one.process)
        rows += _Made(shown, known, one, process, _earlier(one, ledger)).rows()
    return tuple(rows)


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

    def rows(self) -> Iterator[ProcedureRow]:
        """One for every group of the levels that HR gave."""
        policy, whole = self.shown.policy, self.shown.plan
        nobody = [0] * len(whole.groups)
        at_risk = headcounts(whole, self.counted.at_risk, nobody).known
        cases = headcounts(whole, self.counted.cases, nobody).known
        plan = levels_of(whole, at_risk)
        told = self._told(plan, at_risk, cases)
        counts = {
            group: Counts(
                Span.of(nearest(at_risk[group], policy.base_step), policy.base_step),
                Span.of(nearest(cases[group], policy.base_step), policy.base_step),
            )
            for group in plan.group_by_id
            if group in told
        }
        self._expect_as_before(counts)
        made = {
            group: figures(
                *(mine, None if group == FORCE else counts[FORCE].without(mine)),
                *(policy.k,),
                adverse=self.process.outcome == "adverse",
            )
            for group, mine in counts.items()
        }
        compared = {group: one.p for group, one in made.items() if one.gap is not None}
        clear = dict(zip(compared, are_clear(list(compared.values())), strict=True))
        for group in plan.group_by_id:
            ids = (group, self.process.id, str(self.counted.period))
            if group in made:
                yield self._row(ids, counts, made[group], clear.get(group))
            else:
                yield _hidden(ids)

    def _told(
        self, plan: TablePlan, at_risk: Mapping[str, int], cases: Mapping[str, int]
    ) -> frozenset[str]:
        """The groups whose counts are shown; none when the force's are not."""
        hidden = {
            group
            for group in plan.group_by_id
            if group not in self.shown.protection.shown
            or any(group not in earlier for earlier in self.before)
        }
        try:
            split = outcomes(self.shown.figures.codebook, plan, at_risk, cases, self.shown.policy)
        except Unprotectable as error:
            said = str(error).replace(f"{OUTCOME}=case", "people with a case")
            said = said.replace(f"{OUTCOME}=other", "people without a case")
            raise DataError(f"{self.process.id}, {self.counted.period}: {said}.") from error
        frame = _Frame(self.shown, self.known, plan, at_risk)
        while True:
            told = split.shown(hidden)
            left = frame.tellable(told)
            if FORCE not in left:
                return frozenset()
            if left == told:
                return told
            hidden = {group for group in plan.group_by_id if group not in left}

    def _expect_as_before(self, counts: Mapping[str, Counts]) -> None:
        now = {group: (one.at_risk.people, one.cases.people) for group, one in counts.items()}
        for earlier in self.before:
            odd = [group for group in {**earlier, **now} if earlier.get(group) != now.get(group)]
            if odd:
                raise Unprotectable(
                    f"{self.process.id} was published for {self.counted.period.words} with other "
                    f"counts of {odd[0]}: the difference would tell of few people. Give the "
                    "counts of then, or leave the process out."
                )

    def _row(
        self,
        ids: tuple[str, str, str],
        counts: Mapping[str, Counts],
        made: Figures,
        clear: bool | None,
    ) -> ProcedureRow:
        mine, rest = counts[ids[0]], counts[FORCE].without(counts[ids[0]])
        gap, ratio = made.gap or _NOTHING, made.ratio or _NOTHING
        return replace(
            _hidden(ids),
            at_risk=mine.at_risk.people,
            cases=mine.cases.people,
            rate=made.rate,
            rest_rate=made.rest_rate,
            rate_gap=gap[0],
            gap_lower=gap[1],
            gap_upper=gap[2],
            ratio=ratio[0],
            ratio_lower=ratio[1],
            ratio_upper=ratio[2],
            clear=clear,
            words=self._words(ids[0], mine, rest, made, clear=clear),
            status="shown",
        )

    def _words(
        self, group: str, mine: Counts, rest: Counts, made: Figures, *, clear: bool | None
    ) -> str:
        label, event = self.shown.plan.group_by_id[group].label, self.process.event
        if made.rest_rate is None or made.gap is None:
            told = sentences.told(label, event, made.rate)
            return told if group == FORCE else f"{told} {sentences.NO_COMPARISON}"
        said = [sentences.compared(label, event, made.rate, made.rest_rate)]
        adverse = self.process.outcome == "adverse"
        if not clear:
            seen = smallest_ratio(mine, rest) if adverse else None
            points = 100 * smallest_gap(mine, rest)
            said.append(sentences.no_clear_difference(mine.at_risk.people, seen, points))
            return " ".join(said)
        said.append(sentences.clear_difference(made.gap, made.ratio, adverse=adverse))
        if not adverse and mine.rate < FOUR_FIFTHS * rest.rate:
            said.append(sentences.under_four_fifths(mine.rate / rest.rate))
        return " ".join(said)


_NOTHING = (None, None, None)


def _hidden(ids: tuple[str, str, str]) -> ProcedureRow:
    group, process, period = ids
    return ProcedureRow(
        *(group, process, period, None, None, None, None, None),
        *(None, None, None, None, None, None, None, "c"),
    )


@dataclass(frozen=True)
class _Frame:
    """HR's people as what they may be: the headcounts of the survey, some of which are not told."""

    shown: Shown
    known: Response
    plan: TablePlan
    at_risk: Mapping[str, int]

    def tellable(self, told: Collection[str]) -> frozenset[str]:
        """The groups of `told` whose people do not say that few of a group did not answer.

        Where HR counts fewer people than answered, they are other people than those who were
        asked, such as applicants, and say nothing of who answered.
        """
        # Two counts in steps, of people and of answers, lie so far apart where they differ.
        k, slack = self.shown.policy.k, 2 * self.shown.policy.base_step
        answers = dict(
            zip(self.shown.figures.names, self.shown.figures.sums.people.tolist(), strict=True)
        )
        names = tuple(self.plan.group_by_id)
        asked = {name: self.at_risk[name] >= answers[name] - slack for name in names}
        if not asked[FORCE]:
            return frozenset(told)
        visible = self.shown.protection.shown
        seen = [answers[one] if one in visible and asked[one] else 0 for one in names]
        sizes = [self.at_risk[name] for name in names]
        headcounts = {name: self.known.of_group[name].headcount for name in names}
        fixed = set()
        for row, name in enumerate(names):
            size = headcounts[name]
            if name not in told and size is not None:
                sizes[row] = size
                fixed.add(row)
        may = {
            row
            for row, name in enumerate(names)
            if name in told and (not asked[name] or not seen[row] or sizes[row] - seen[row] >= k)
        }
        frame = Told(
            tuple(sizes),
            answered=tuple(seen),
            small=tuple(answers[name] < k for name in names),
            told=frozenset(may | fixed),
            fixed=frozenset(fixed),
        )
        return frozenset(names[row] for row in tellable(self.plan, frame, k) - fixed)
