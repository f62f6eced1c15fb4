"""What earlier waves add to a comparison: the newest one that can be compared, pooled with this.

Earlier sums are only those of groups that their own Release shows, so a state never tells of an
earlier wave what that wave hid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from analysis.earlier_tallies import EarlierTallies, identity, identity_of, shares
from analysis.plan import TablePlan
from analysis.publish.lineage import Lineage
from analysis.publish.pairs import Pair
from analysis.release.model import Release
from analysis.release.rows import ConcernRow
from analysis.statistics.comparisons import Difference, cautious_welch
from analysis.statistics.concerns import FOLLOWED, SAME_PEOPLE, Before, FlagKind
from analysis.statistics.together import waves_together
from analysis.tally import Sums
from analysis.theme_values import VALUES

Both = tuple[tuple[int, int, int], tuple[int, int, int]]
"""n, total and squares of a group and of its rest, in whole steps."""

_POSITIVE = VALUES.index("positive")


@dataclass(frozen=True)
class EarlierWaves:
    """Earlier waves of a questionnaire, newest first.

    Attributes:
        tallies: their sums.
        raised: wave -> (group, measure) -> what its Release raised.
        fingerprints: theme -> fingerprint in this wave.
        k: people, the policy's smallest group.
        last: id of the newest earlier wave, whether it can be compared or not.
        lineages: wave -> whose people its groups were; where there is none, only a group of the
            same name can be compared.
    """

    plan: TablePlan
    tallies: tuple[EarlierTallies, ...]
    raised: Mapping[str, Mapping[tuple[str, str], ConcernRow]]
    fingerprints: Mapping[str, str]
    k: int
    last: str
    lineages: Mapping[str, Lineage] = field(default_factory=dict)
    _past: dict[tuple[str, str], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def before(self, pair: Pair, theme: str, now: Both, alike: float) -> Before | None:
        """What they add to one comparison; None when none of them can be compared.

        Args:
            pair: the group, and what it is compared with.
            theme: id of the theme.
            now: this wave's sums of both sides.
            alike: how alike groups spread on the theme, as `cautious_welch` takes it.
        """
        line = list(self._line(pair, theme))
        if not line:
            return None
        newest, then = line[0]
        (group, rest), (group_then, rest_then) = now, then
        sides = [(*shares(one), *shares(other)) for one, other in (now, then)]
        together = waves_together(*sides, inflation=SAME_PEOPLE, alike=alike)
        was, last = self._followed(pair.group, theme, line)
        mine, theirs = _difference(group, rest), _difference(group_then, rest_then)
        return Before(
            *(newest.wave, theirs.gap, together, was),
            change=change(mine, _difference(*last)),
            since=change(mine, theirs),
        )

    def _line(self, pair: Pair, theme: str) -> Iterator[tuple[EarlierTallies, Both]]:
        """The waves in which the same was asked of the same people, and shown."""
        for one in self.tallies:
            if one.fingerprints.get(theme) != self.fingerprints[theme]:
                continue
            mine, whole = (self.sums_of(one, theme, group) for group in (pair.group, pair.against))
            if mine is None or whole is None:
                continue
            rest = (whole[0] - mine[0], whole[1] - mine[1], whole[2] - mine[2])
            if min(mine[0], rest[0]) >= self.k:
                yield one, (mine, rest)

    def sums_of(self, one: EarlierTallies, theme: str, group: str) -> tuple[int, int, int] | None:
        """The sums of a group's people in an earlier wave; None where they are not all kept."""
        found = [one.sums(theme, part) for part in self._parts(one, group)]
        kept = [sums for sums in found if sums is not None]
        if not kept or len(kept) < len(found):
            return None
        n, total, squares = (sum(column) for column in zip(*kept, strict=True))
        return n, total, squares

    def _parts(self, one: EarlierTallies, group: str) -> tuple[str, ...]:
        """The groups of an earlier wave that together hold a group's people, by who is picked."""
        key = one.wave, group
        if key not in self._past:
            self._past[key] = self._same_people(one, group)
        return self._past[key]

    def _same_people(self, one: EarlierTallies, group: str) -> tuple[str, ...]:
        declared = self.plan.group_by_id[group]
        lineage = self.lineages.get(one.wave)
        parts = (group,) if lineage is None else lineage.of(declared)
        if parts == (group,) and one.groups.get(group) == identity(self.plan, declared):
            return parts
        if lineage is None:
            return ()
        alike = (one.groups.get(part) == identity_of(lineage.picked(part)) for part in parts)
        return parts if all(alike) else ()

    def _followed(
        self, group: str, theme: str, line: Sequence[tuple[EarlierTallies, Both]]
    ) -> tuple[FlagKind | None, Both]:
        """What is followed up, and the wave that confirmed it, or the earliest that is left."""
        was: FlagKind | None = None
        last = line[0][1]
        for one, sums in line:
            parts = self._parts(one, group)
            # What was confirmed of one part of a merged unit was not confirmed of the unit.
            row = self.raised.get(one.wave, {}).get((parts[0], theme)) if len(parts) == 1 else None
            if row is None or row.kind == "level" or row.state not in FOLLOWED:
                break
            if was is not None and row.kind != was:
                break
            was, last = row.kind, sums
            if row.state != "watched":
                break
        return was, last


def earlier_waves(
    tallies: Sequence[EarlierTallies], line: Sequence[Release], plan: TablePlan, draft: Release
) -> EarlierWaves:
    """The waves that closed before this one, with what their Releases raised.

    Args:
        tallies: of earlier waves of the same questionnaire.
        line: Releases of the same questionnaire.
        plan: of this wave.
        draft: what is published of this wave but for what compares.
    """
    closed = date.fromisoformat(draft.manifest.closed)
    older = sorted(
        (one for one in tallies if one.closed < closed), key=lambda one: (one.closed, one.wave)
    )
    waves = {(one.closed, one.wave) for one in older}
    for release in line:
        manifest = release.manifest
        waves.add((date.fromisoformat(manifest.closed), manifest.wave))
    last = max((one for one in waves if one[0] < closed), default=(closed, ""))[1]
    raised = {
        release.manifest.wave: {(row.group, row.measure): row for row in release.concerns}
        for release in line
    }
    fingerprints = {row.measure: row.fingerprint for row in draft.measures if row.kind == "theme"}
    k = draft.manifest.policy["k"]
    lineages = {release.manifest.wave: Lineage(plan, release) for release in line}
    return EarlierWaves(plan, tuple(reversed(older)), raised, fingerprints, k, last, lineages)


def sums_now(sums: Sums, rests: Sums, rows: tuple[int, int], theme: str) -> Both:
    """This wave's sums of the group and of its rest, at their rows."""
    found = []
    for of, row in ((sums, rows[0]), (rests, rows[1])):
        one = of.themes[theme]
        found.append(
            (int(one.people[row]), int(one.total[row, _POSITIVE]), int(one.squares[row, _POSITIVE]))
        )
    return found[0], found[1]


def _difference(group: tuple[int, int, int], rest: tuple[int, int, int]) -> Difference:
    return cautious_welch(*shares(group), *shares(rest))


def change(now: Difference, then: Difference) -> tuple[float, float]:
    """Limits of the change of a gap, as if other people had answered: that is the wider one."""
    half = math.hypot(now.upper - now.gap, then.upper - then.gap)
    change = now.gap - then.gap
    return change - half, change + half
