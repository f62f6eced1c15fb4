"""How fine the published shares are: the policy's steps, and where a Release says coarser ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.attack.breaches import Breach
from analysis.release.model import Release
from analysis.release.rows import GroupRow


@dataclass(frozen=True)
class Steps:
    """Of one measure in one group, in points.

    Attributes:
        step: what every share is a multiple of.
        coarse: the step that unbanded shares of a sensitive item may stand in beside banded ones.
        edge: up to here, and this close to 100, shares must be banded.
    """

    step: int
    coarse: int
    edge: int


def steps(release: Release, group: str, measure: str, base: int) -> Steps:
    """The steps of a measure in a group of so many people."""
    return steps_of(release, (group,), measure, base)


def steps_of(release: Release, groups: tuple[str, ...], measure: str, base: int) -> Steps:
    """The steps of what is made of several groups: the coarsest of theirs at so many people."""
    policy = release.manifest.policy
    said = release.coarser_by_key
    least = max(said.get((group, measure), 0) for group in groups)
    fine = base >= policy["fine_base"]
    step = max(policy["share_step"] if fine else policy["coarse_share_step"], least)
    edge = step if fine else max(100 - policy["top_code"], least)
    return Steps(step, max(policy["coarse_share_step"], least), edge)


def singled_out(release: Release) -> Iterator[Breach]:
    """Coarser steps that some parts of a group take and others do not, which tell of these."""
    level_of = [{value: level for value, _, level, _ in one.values}
                for one in release.manifest.breakdowns]  # fmt: skip

    def kin(row: GroupRow) -> tuple[str | None, tuple[str, ...]]:
        pairs = zip(level_of, row.values, strict=True)
        return row.parent, tuple(levels.get(value, "") for levels, value in pairs)

    parts: dict[object, set[str]] = {}
    for row in release.groups:
        parts.setdefault(kin(row), set()).add(row.group)
    for groups, steps_there in release.manifest.coarser:
        for group in groups:
            left = parts[kin(release.group_by_id[group])] - set(groups)
            if left:
                words = (
                    f"{group} stands in a coarser step than {min(left)} beside it "
                    f"({steps_there[0][0]}), which tells that it is for its sake"
                )
                yield Breach("step", group, words)
