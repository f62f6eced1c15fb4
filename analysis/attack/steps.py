"""How fine the published shares are: the policy's steps, and where a Release says coarser ones."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.release.model import Release


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
    tables = [release.group_by_id[group].table for group in groups]
    least = max(said.get((table, measure), 0) for table in tables)
    fine = base >= policy["fine_base"]
    step = max(policy["share_step"] if fine else policy["coarse_share_step"], least)
    edge = step if fine else max(100 - policy["top_code"], least)
    return Steps(step, max(policy["coarse_share_step"], least), edge)
