"""People at risk of a process may be those who were asked: which may be told beside the answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from analysis.plan import FORCE, TablePlan
from analysis.publish.rates import Told, tellable
from analysis.publish.response import Response
from analysis.publish.shown import Shown


@dataclass(frozen=True)
class Frame:
    """HR's people as what they may be: the headcounts of the survey, some of which are not told."""

    shown: Shown
    known: Response
    plan: TablePlan
    at_risk: Mapping[str, int]

    def tellable(self, told: Collection[str]) -> frozenset[str]:
        """The groups of `told` whose people do not say that few of a group did not answer.

        Where HR counts fewer people of a group than answered there, they are other people than
        those who were asked, such as applicants, and say nothing of who answered in it.
        """
        # Two counts in steps, of people and of answers, lie so far apart where they differ.
        k, slack = self.shown.policy.k, 2 * self.shown.policy.base_step
        answers = dict(
            zip(self.shown.figures.names, self.shown.figures.sums.people.tolist(), strict=True)
        )
        names = tuple(self.plan.group_by_id)
        asked = {name: self.at_risk[name] >= answers[name] - slack for name in names}
        visible = self.shown.protection.shown
        seen = [answers[one] if one in visible else 0 for one in names]
        sizes = [self.at_risk[name] for name in names]
        headcounts = {name: self.known.of_group[name].headcount for name in names}
        fixed = set()
        for row, name in enumerate(names):
            size = headcounts[name]
            # Of a part of the force nobody takes the others to be everybody.
            if asked[FORCE] and name not in told and size is not None:
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
            small=tuple(asked[FORCE] and answers[name] < k for name in names),
            told=frozenset(may | fixed),
            fixed=frozenset(fixed),
            others=frozenset(row for row, name in enumerate(names) if not asked[name]),
        )
        return frozenset(names[row] for row in tellable(self.plan, frame, k) - fixed)
