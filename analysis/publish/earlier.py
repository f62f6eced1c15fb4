"""Earlier Releases of the same wave: one linear system with the new one, and nothing contradicted.

A correction, other bands, another threshold, a later export: each Release alone may be safe and two
together not. So the plans are merged, what was published stays known, what was hidden stays hidden,
and the disclosure control runs again over all of it. Where it cannot be kept, nothing is published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook
from analysis.disclosure.plans import Merged, merge
from analysis.disclosure.protection import Before, Protection, protect
from analysis.disclosure.system import System, build
from analysis.errors import Unprotectable
from analysis.ledger import Published
from analysis.plan import TablePlan
from analysis.policy import RULES, DisclosurePolicy
from analysis.publish.changed import Answers, expect_same_or_many, expect_same_steps
from analysis.publish.figures import Figures
from analysis.publish.moved import expect_many_moved
from analysis.release.model import Release
from analysis.release.rows import GroupRow
from analysis.tally import Tally

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Past:
    """What was published of a wave before, and the wave's answers counted for all plans together.

    Attributes:
        plan: of the new Release.
        published: the earlier Releases, oldest first; at least one.
        merged: their plans and the new one's.
        counted: the answers, by the merged plan.
    """

    plan: TablePlan
    published: tuple[Published, ...]
    merged: Merged
    counted: Tally

    @property
    def releases(self) -> Iterator[tuple[Release, Mapping[str, str]]]:
        """Each earlier Release, and its group ids -> those of the merged plan."""
        for one, names in zip(self.published, self.merged.names, strict=True):
            yield one.release, names

    @cached_property
    def like(self) -> tuple[Release, ...]:
        """The earlier Releases with groups and counts of processes named as in the merged plan.

        So no group is taken for one of the same name that other values make up.
        """
        return tuple(
            replace(
                release,
                groups=tuple(replace(row, group=names[row.group]) for row in release.groups),
                procedures=tuple(
                    replace(row, group=names[row.group]) for row in release.procedures
                ),
            )
            for release, names in self.releases
        )

    def rows_of(self, group: str) -> Iterator[tuple[Release, GroupRow]]:
        """Each earlier Release that has a group of the merged plan, and its row there."""
        for (release, _), rows in zip(self.releases, self._rows, strict=True):
            if group in rows:
                yield release, rows[group]

    @cached_property
    def _rows(self) -> tuple[Mapping[str, GroupRow], ...]:
        return tuple(
            {names[row.group]: row for row in release.groups} for release, names in self.releases
        )

    @cached_property
    def position(self) -> dict[str, int]:
        """The row of each group of the merged plan."""
        return {group: row for row, group in enumerate(self.merged.plan.group_by_id)}

    @cached_property
    def system(self) -> System:
        """Groups of all plans with the bases of the new answers, nothing of them known yet."""
        people = self.counted.at_groups.people
        found = build(self.counted.codebook, self.merged.plan, people, self.counted.cells)
        declared = {
            *self.plan.group_by_id,
            *(one for to in self.merged.names for one in to.values()),
        }
        return found.with_between(np.array([group not in declared for group in self.position]))

    def expect_as_strict(self, policy: DisclosurePolicy) -> None:
        """Refuse a policy that is looser than that of an earlier Release.

        Raises:
            Unprotectable: names the value.
        """
        for release, _ in self.releases:
            for name, rule in RULES.items():
                old, new = release.manifest.policy.get(name), getattr(policy, name)
                if old is not None and (new > old if rule.stricter == "lower" else new < old):
                    raise Unprotectable(
                        f"Wave {release.manifest.wave} was published with {name} {old} and cannot "
                        f"be published again with {new}: what was protected then would be shown."
                    )

    def narrowed(self, alone: Protection, policy: DisclosurePolicy) -> Protection:
        """What a Release may show that could show `alone`, were it the first one.

        Raises:
            Unprotectable: names the tables and what to merge.
        """
        expect_same_or_many(self._answers, policy)
        self._expect_one_change()
        before = self._before(alone, policy)
        names = tuple(self.position)
        figures = Figures(self.counted.codebook, names, self.counted.at_groups)
        own = {measure: figures.bases(measure) for measure in before.items_public}
        least = min([policy.k, *(one.manifest.policy["k"] for one, _ in self.releases)])
        try:
            found = protect(
                self.system.published(self._public), replace(policy, k=least), own, before=before
            )
        except Unprotectable as error:
            raise Unprotectable(self._refusal(str(error))) from error
        measures = alone.items_hidden.keys() | found.items_hidden.keys()
        shown = alone.shown & found.shown
        expect_many_moved(self._answers, shown, policy)
        return Protection(
            shown,
            {
                measure: (
                    alone.items_hidden.get(measure, frozenset())
                    | found.items_hidden.get(measure, frozenset())
                )
                & shown
                for measure in measures
            },
            {measure: groups & shown for measure, groups in alone.own_bases.items()},
            alone.left_out,
        )

    def _expect_one_change(self) -> None:
        """Refuse other answers in other bands: which groups are as they were could only be guessed.

        Raises:
            Unprotectable: names both Releases and what they split otherwise.
        """
        for one, answers in zip(self.published, self._answers, strict=True):
            split = merge(self.plan, [one.plan]).otherwise
            if split and answers.moved:
                raise Unprotectable(
                    f"Wave {one.wave} cannot be published again with these answers: Release "
                    f"{one.hash[:12]} has other answers and splits {' and '.join(split)} "
                    "otherwise, so nobody could say what the two tell together of those between. "
                    "Publish the same answers as it did, or by the breakdowns that it has."
                )

    def withheld(self) -> frozenset[tuple[str, str]]:
        """(group, measure) pairs that an earlier Release did not show in a group of this plan."""
        return frozenset(
            (names[row.group], row.measure)
            for release, names in self.releases
            for row in release.estimates
            if row.status != "shown" and names[row.group] in self.plan.group_by_id
        )

    def expect_same_figures(self, draft: Release) -> None:
        """Refuse figures that earlier ones of the same answers narrow down; see `changed`.

        Raises:
            Unprotectable: names group and measure.
        """
        for (release, names), answers in zip(self.releases, self._answers, strict=True):
            expect_same_steps(release, names, draft, answers)

    @cached_property
    def _answers(self) -> tuple[Answers, ...]:
        return tuple(
            Answers(self.system, release, names, self.position) for release, names in self.releases
        )

    @cached_property
    def _public(self) -> Mask:
        """Groups whose base has been published, also under another name, shape (G,)."""
        rows = self.system.membership
        atoms = [
            rows.indices[start:end].tobytes()
            for start, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
        ]
        shown = {atoms[row] for one in self._answers for row in one.shown}
        return np.array([one in shown for one in atoms], dtype=bool)

    def _before(self, alone: Protection, policy: DisclosurePolicy) -> Before:
        people = self.system.bases
        mine = np.array([group in self.plan.group_by_id for group in self.position])
        allowed = np.array([group in alone.shown for group in self.position])
        silent = np.zeros(len(people), dtype=bool)
        for release, names in self.releases:
            for row in release.groups:
                silent[self.position[names[row.group]]] |= row.status != "shown"
        hidden = ~self._public & ((mine & ~allowed) | silent | ~mine)
        items_hidden: dict[str, Mask] = {}
        items_public: dict[str, Mask] = {}
        for measure in alone.items_hidden:
            told = np.zeros(len(people), dtype=bool)
            untold = np.zeros(len(people), dtype=bool)
            for release, names in self.releases:
                for group, name in names.items():
                    figure = release.estimate_by_key.get((group, measure))
                    seen = figure is not None and figure.status == "shown"
                    told[self.position[name]] |= seen
                    untold[self.position[name]] |= not seen
            may = np.array([alone.shows(group, measure) for group in self.position])
            items_public[measure] = told
            items_hidden[measure] = ~told & (untold | ~may)
        return Before(hidden, items_hidden, items_public)

    def _refusal(self, reason: str) -> str:
        """Names both Releases' tables and what to merge."""
        wave, last = self.published[-1].wave, self.published[-1].hash[:12]
        split = self.merged.otherwise
        mine = _tables_by(self.plan, split)
        theirs = dict.fromkeys(
            name for one in self.published for name in _tables_by(one.plan, split)
        )
        if split:
            return (
                f"Together with Release {last} of wave {wave} this one would open what each alone "
                f"protects ({reason}): table {', '.join(mine)} here and table {', '.join(theirs)} "
                f"there split {' and '.join(split)} otherwise. Merge values until each of one is "
                "made of whole ones of the other, or leave the table out."
            )
        old = {table.id for one in self.published for table in one.plan.tables}
        new = [table.id for table in self.plan.tables if table.id not in old]
        return (
            f"Together with Release {last} of wave {wave} this one would open what each alone "
            f"protects ({reason}). Leave out table {', '.join(new or sorted(old))}, or merge its "
            f"values; published before: table {', '.join(sorted(old))}."
        )


def _tables_by(plan: TablePlan, variables: Collection[str]) -> list[str]:
    """Ids of the tables that split any of some variables."""
    by = {one.id for one in plan.breakdowns if one.variable in variables}
    return [table.id for table in plan.tables if by & set(table.breakdowns)]


def merged_with(
    codebook: Codebook, plan: TablePlan, published: Sequence[Published]
) -> Merged | None:
    """The plan with those of the wave's earlier Releases; None when there are none.

    Raises:
        Unprotectable: when an earlier Release used variables or categories that are no more.
    """
    if not published:
        return None
    merged = merge(plan, [one.plan for one in published])
    for breakdown in merged.plan.breakdowns:
        variable = codebook.variable_by_id.get(breakdown.variable)
        used = frozenset[str]().union(*(value.categories for value in breakdown.values))
        if variable is None or not used <= set(variable.codes):
            raise Unprotectable(
                f"The earlier Release {published[-1].hash[:12]} of wave {published[-1].wave} has a "
                f"breakdown {breakdown.id} by categories of {breakdown.variable} that this "
                "questionnaire lacks, so the two cannot be audited together: use the questionnaire "
                "that it was made with."
            )
    return merged
