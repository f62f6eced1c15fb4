"""People as earlier Releases told them, asked or at risk: they may be those asked in this wave.

Of the same wave they are. Of another one they seem to be nearly the same where what this wave tells
of its headcounts is nearly that, in every group of which both tell. Where a group has k people more
or fewer, people came and went, and an old count says nothing sure of who was asked. It is the same
the other way round: people at risk that are told now may be those who were asked then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.disclosure.lines import additive_lines
from analysis.disclosure.rounding import nearest
from analysis.errors import Unprotectable
from analysis.plan import FORCE, TablePlan
from analysis.publish.rates import Told, untold_and_few
from analysis.publish.response import GroupFacts, Response
from analysis.publish.shown import Shown
from analysis.release.known import people
from analysis.release.model import Release
from analysis.release.processes import processes_of

Span = tuple[int, int]
"""The fewest and the most people."""

Before = Mapping[str, Span]
"""Group id -> people as they were published."""


@dataclass(frozen=True)
class _Answers:
    """What readers see of who answered and who was asked in a wave, in the order of a plan.

    Attributes:
        seen: people who answered; 0 in a group that is not shown.
        small: whether fewer than k of a group answered, or may have.
        told: group id -> headcount that is told.
    """

    plan: TablePlan
    k: int
    seen: Sequence[int]
    small: Sequence[bool]
    told: Before


def beside_people_before(
    shown: Shown, known: Response, same_wave: Sequence[Release], others: Sequence[Release]
) -> Response:
    """What may be told of headcounts beside people who were told before.

    Where those of another wave would say that few of a group did not answer in this one, or those
    of this one that few did not in the other, no headcount is told, so that nothing says that they
    are the same people.

    Raises:
        Unprotectable: where people at risk in an earlier Release of the wave itself say so.
    """
    mine = _answers(shown, known)
    for release in same_wave:
        for process, before in _at_risk(release).items():
            few = _few(mine, before)
            # What that Release's own answers say beside its counts was told by it already.
            if few is not None and few != _few(_answers_of(release, shown.plan), before):
                raise Unprotectable(
                    f"An earlier Release of this wave told how many people of {few} {process} "
                    "counts; beside these answers it would tell that few of them did not answer. "
                    "Publish the same answers as before, or leave the earlier Release in force."
                )
    for release in others:
        theirs = _answers_of(release, shown.plan)
        pairs = [(mine, before) for before in (theirs.told, *_at_risk(release).values())]
        for answers, people_then in (*pairs, (theirs, mine.told)):
            asked = _nearly(answers, people_then)
            if asked is not None and _few(answers, asked) is not None:
                return Response(dict.fromkeys(known.of_group, GroupFacts()), known.contradicted)
    return known


@dataclass(frozen=True)
class AnswersBefore:
    """Answers of earlier Releases, which people at risk that are told now stand beside.

    Attributes:
        of_the_wave: of this wave, with what their Release told of people at risk: these may be
            those who were asked. What it told itself beside them tells nothing more now.
        of_others: of other waves: they may be nearly those.
    """

    plan: TablePlan
    of_the_wave: Sequence[tuple[_Answers, Sequence[Before]]] = ()
    of_others: Sequence[_Answers] = ()

    @classmethod
    def of(
        cls, plan: TablePlan, same_wave: Sequence[Release], others: Sequence[Release]
    ) -> AnswersBefore:
        """Those in the groups of a plan."""
        return cls(
            plan,
            [(_answers_of(one, plan), list(_at_risk(one).values())) for one in same_wave],
            [_answers_of(one, plan) for one in others],
        )

    def tellable(
        self, at_risk: Mapping[str, int], told: frozenset[str], step: int
    ) -> frozenset[str]:
        """The groups of `told` whose people do not say that few of a group did not answer then.

        A group of which they do is left out, and the smallest beside one that others still tell.
        What is left may look more like those who were asked, so it is looked at again.

        Args:
            at_risk: people by group, exact.
            told: groups of which they may be told but for this.
            step: in which they are told.

        Returns:
            Nothing where the force is not among them.
        """
        left = told
        while FORCE in left and (few := self._few(at_risk, left, step)) is not None:
            beside = self._beside(few) & left - {FORCE}
            others = beside or left - {FORCE} or left
            gone = few if few in left else min(others, key=lambda one: (at_risk[one], one))
            left -= {gone}
        return left if FORCE in left else frozenset()

    def _few(self, at_risk: Mapping[str, int], told: frozenset[str], step: int) -> str | None:
        spans = {group: _within(nearest(at_risk[group], step), step) for group in told}
        of_others = ((one, _nearly(one, spans)) for one in self.of_others)
        looked = [
            *((one, spans) for one, said in self.of_the_wave if spans not in said),
            *((one, nearly) for one, nearly in of_others if nearly is not None),
        ]
        return next((few for one, asked in looked if (few := _few(one, asked)) is not None), None)

    def _beside(self, group: str) -> frozenset[str]:
        names = list(self.plan.group_by_id)
        lines = ((line.parent, *line.children) for line in additive_lines(self.plan))
        return frozenset(names[row] for line in lines if names.index(group) in line for row in line)


def _within(at_risk: int, step: int) -> Span:
    """The fewest and the most people behind what stands in a step, whatever their number."""
    return max(0, at_risk - step // 2), at_risk + (step - 1) // 2


def _at_risk(release: Release) -> Mapping[str, Before]:
    """Process -> its people at risk."""
    step = release.manifest.policy["base_step"]
    return {
        process: {
            row.group: _within(row.at_risk, step)
            for row in release.procedures
            if row.process == process and row.at_risk is not None
        }
        for process in processes_of(release)
    }


def _answers(shown: Shown, known: Response) -> _Answers:
    """Of this wave: who answered is taken as exactly known where it is shown."""
    policy, names = shown.policy, shown.figures.names
    people_of = shown.figures.sums.people.tolist()
    told = {group: facts.headcount for group, facts in known.of_group.items()}
    return _Answers(
        shown.plan,
        policy.k,
        [n * (name in shown.protection.shown) for n, name in zip(people_of, names, strict=True)],
        [n < policy.k for n in people_of],
        _spans(told, policy.as_dict()),
    )


def _answers_of(release: Release, plan: TablePlan) -> _Answers:
    """Of an earlier Release, in the groups of a plan: as few as its bases can stand for."""
    policy, rows = release.manifest.policy, release.group_by_id
    bases = [rows[group.id].base if group.id in rows else None for group in plan.groups]
    told = {row.group: row.headcount for row in release.groups}
    return _Answers(
        plan,
        policy["k"],
        [0 if base is None else people(base, policy)[0] for base in bases],
        [base is None and group.id in rows for base, group in zip(bases, plan.groups, strict=True)],
        _spans(told, policy),
    )


def _spans(told: Mapping[str, int | None], policy: Mapping[str, int]) -> Before:
    return {group: people(size, policy) for group, size in told.items() if size is not None}


def _nearly(answers: _Answers, before: Before) -> Before | None:
    """Whom a wave asked, if nobody came or went but where headcounts say so.

    No group is taken to have changed by more than the one that has surely changed most. None where
    that is by k people or more, or no force is told: then they are other people.
    """
    told = answers.told
    if FORCE not in told or FORCE not in before:
        return None
    moved = max(
        max(told[group][0] - before[group][1], before[group][0] - told[group][1], 0)
        for group in told.keys() & before.keys()
    )
    if moved >= answers.k:
        return None
    nearly = {group: (max(0, low - moved), high + moved) for group, (low, high) in before.items()}
    return {**nearly, **told}


def _few(answers: _Answers, before: Before) -> str | None:
    """A group of which the counts say that few did not answer; None where they say it of none."""
    names = [group.id for group in answers.plan.groups]
    spans = {row: before[name] for row, name in enumerate(names) if name in before}
    # Fewer than answered are other people, such as applicants.
    asked = {row: span for row, span in spans.items() if span[1] >= answers.seen[row]}
    if 0 not in asked:
        return None
    for row, (_, most) in asked.items():
        if answers.seen[row] and most - answers.seen[row] < answers.k:
            return names[row]
    told = {row: answers.told[name] for row, name in enumerate(names) if name in answers.told}
    # One that is rounded is known to a step only, like people at risk.
    exact = {row: most for row, (least, most) in told.items() if least == most}
    exact.setdefault(0, told.get(0, asked[0])[1])
    frame = Told(
        tuple(exact.get(row) for row in range(len(names))),
        answered=tuple(answers.seen),
        small=tuple(answers.small),
        told=frozenset(exact),
        others=frozenset(spans.keys() - asked.keys()),
        bands={**asked, **told},
    )
    few = untold_and_few(answers.plan, frame, answers.k)
    return None if few is None else names[few]
