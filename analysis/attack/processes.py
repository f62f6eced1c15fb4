"""The auditor's look at HR's counts: sums and differences, headcounts, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.attack.bases import attacks
from analysis.attack.breaches import Breach
from analysis.attack.grid import grid
from analysis.attack.searching import FittingTables
from analysis.attack.witnesses import certify
from analysis.plan import FORCE, Breakdown, TablePlan, Value
from analysis.release.certificates import Proof
from analysis.release.known import of_people
from analysis.release.model import Release
from analysis.release.process_rows import missing_row
from analysis.release.processes import ALL, CASE, OTHER, OUTCOME, as_release, processes_of
from analysis.release.rows import ProcedureRow
from analysis.release.sums import Sums
from analysis.statistics.disproportion import Span

Frame = tuple[str, Mapping[str, Span]]
"""What tells it, and by group how many people there are; the force among them."""


@dataclass(frozen=True)
class Looked:
    """What was found of the processes, and what shows that there is nothing in their counts."""

    breaches: tuple[Breach, ...]
    proofs: tuple[Proof, ...]


def attack_processes(
    release: Release, plan: TablePlan | None, incomplete: Sequence[tuple[str, str]]
) -> Looked:
    """Attack every process of a Release.

    Args:
        release: what is published.
        plan: as for `examine`.
        incomplete: values whose parts need not be all of them.
    """
    found: list[Breach] = []
    proofs = []
    for process in processes_of(release):
        rows = [row for row in release.procedures if row.process == process]
        found += _too_fine(release, rows)
        if missing := missing_row(release, {row.group for row in rows}):
            words = f"{missing} has no row under {process}, as others of its level have"
            found.append(Breach("presence", missing, words, process=process))
            continue  # Sums of a level take all of it.
        # Without a plan it is the certificates that say which parts are not all of a value.
        alone = replace(as_release(release, process), certificates=release.certificates)
        attack = next(attacks(alone, _with_outcome(plan)))()
        breaches = list(attack.breaches())
        proof = None if breaches else certify(alone, Sums(alone, incomplete), attack)
        if isinstance(proof, Breach):
            breaches.append(proof)
        elif proof is not None:
            proofs.append(replace(proof, measure=f"process {process}"))
        found += (replace(breach, process=process) for breach in breaches)
    found += _left_over(release, plan)
    found += people_at_risk(release, plan)
    return Looked(tuple(found), tuple(proofs))


def _left_over(release: Release, plan: TablePlan | None) -> Iterator[Breach]:
    """What is left of a process without another one that is declared to be part of it."""
    step = release.manifest.policy["base_step"]
    # The difference of two rounded counts may be off twice as far.
    policy = {**release.manifest.policy, "base_step": 2 * step - 1}
    wider = replace(release, manifest=replace(release.manifest, policy=policy))
    for process in release.manifest.processes:
        part = {row.group: row for row in release.procedures if row.process == process.id}
        rows = tuple(
            _less(row, part[row.group])
            for row in release.procedures
            if row.process == process.part_of and row.group in part
        )
        if not rows or missing_row(release, {row.group for row in rows}):
            continue
        alone = as_release(replace(wider, procedures=rows), process.part_of)
        for breach in next(attacks(alone, _with_outcome(plan)))().breaches():
            words = f"{breach.words} (without {process.id})"
            yield replace(breach, words=words, process=process.part_of)


def _less(whole: ProcedureRow, part: ProcedureRow) -> ProcedureRow:
    if whole.cases is None or part.cases is None:
        return replace(whole, at_risk=None, cases=None, status="c")
    return replace(whole, cases=max(0, whole.cases - part.cases))


def _with_outcome(plan: TablePlan | None) -> TablePlan | None:
    """The plan with the breakdown that `as_release` adds: cases and others are all."""
    if plan is None:
        return None
    both = frozenset({CASE, OTHER})
    values = (
        Value(ALL, ALL, ALL, None, both),
        *(Value(one, one, OUTCOME, ALL, frozenset({one})) for one in (CASE, OTHER)),
    )
    outcome = Breakdown(OUTCOME, OUTCOME, OUTCOME, (ALL, OUTCOME), values)
    return TablePlan((*plan.breakdowns, outcome), ())


def _too_fine(release: Release, rows: Sequence[ProcedureRow]) -> Iterator[Breach]:
    """Counts stand in steps; that all other figures follow from them is seen by `check`."""
    step = release.manifest.policy["base_step"]
    for row in rows:
        if (row.at_risk or 0) % step or (row.cases or 0) % step:
            words = f"{row.group}: counts of {row.process} are finer than steps of {step}"
            yield Breach("coding", row.group, words, process=row.process)


def people_at_risk(release: Release, plan: TablePlan | None) -> Iterator[Breach]:
    """People at risk may be those who were asked: do they leave few who did not answer?

    Of a group with fewer people at risk than answered they are others, such as applicants.
    """
    answers = _answers(release)
    asked = dict.fromkeys(row.group for row in release.procedures if row.group in answers)
    yield from few_silent(release, plan, asked, _frames(release, answers))


def few_silent(
    release: Release, plan: TablePlan | None, asked: Iterable[str], frames: Iterable[Frame]
) -> Iterator[Breach]:
    """Groups of which some count of the people who were asked leaves few who did not answer.

    Args:
        release: whose answers are looked at.
        plan: as for `examine`.
        asked: groups that are looked at.
        frames: what tells it, and how many people of each group that says; each has the force.
    """
    k, answers = release.manifest.policy["k"], _answers(release)
    cells, equations = grid(release, plan)
    seen = set()
    for told_by, people in frames:
        low, high = np.zeros(len(cells)), np.full(len(cells), 4.0 * people[FORCE].high)
        for group, span in people.items():
            cell = cells[release.group_by_id[group].values]
            low[cell], high[cell] = span.low, span.high
        fits = FittingTables(equations, low, high)
        for group in [one for one in asked if one not in seen and one in answers]:
            cell = cells[release.group_by_id[group].values]
            if group not in people:
                fits.search({cell: -1.0})
            most = float(high[cell] if group in people else fits.most[cell])
            if answers[group] <= most < answers[group] + k:
                seen.add(group)
                words = (
                    f"{group}: {told_by} tells of {most:.0f} people at most, and {answers[group]} "
                    "answered, which leaves too few who did not"
                )
                yield Breach("rate", group, words, process=told_by)


def _answers(release: Release) -> dict[str, int]:
    """The fewest people who answered in each shown group."""
    return {
        row.group: int(of_people(release, row.group)[0])
        for row in release.groups
        if row.base is not None
    }


def _frames(release: Release, answers: Mapping[str, int]) -> Iterator[Frame]:
    """How many people of each group may have been asked, as told by every process.

    Where a process may count the whole force, the published headcounts tell of its other groups.
    """
    headcounts = {
        row.group: Span(row.headcount, row.headcount, row.headcount)
        for row in release.groups
        if row.headcount is not None
    }
    for process, people in _at_risk(release):
        if FORCE not in people:
            continue
        yield process, people
        if people[FORCE].high >= answers.get(FORCE, 0) and not headcounts.keys() <= people.keys():
            yield process, {**headcounts, **people}


def _at_risk(release: Release) -> Iterator[tuple[str, dict[str, Span]]]:
    """People at risk by process, with what other processes tell of the same people.

    They may be the same wherever no group has other counts in one than in another.
    """
    step = release.manifest.policy["base_step"]
    told: dict[str, dict[str, Span]] = {one: {} for one in processes_of(release)}
    for row in release.procedures:
        if row.at_risk is not None:
            told[row.process][row.group] = Span.of(row.at_risk, step)
    looked: list[dict[str, Span]] = []
    for process, people in told.items():
        together = dict(people)
        for others in told.values():
            if all(together.get(group, span) == span for group, span in others.items()):
                together |= others
        if together not in looked:
            looked.append(together)
            yield process, together
