"""Processes that HR counts, such as grievances, and which questions ask how fair they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["adverse", "favourable"]
"""What it is to be among the cases: bad, as being referred for misconduct; or good, as being
promoted, where the adverse event is to be left out."""


@dataclass(frozen=True)
class Process:
    """A process of the force, declared with the questionnaire before anybody counts.

    Attributes:
        label: what readers see.
        event: what is true of a case, after "people": "were referred for misconduct".
        measures: ids of the items and themes that speak of it.
        part_of: id of the process whose cases its own are among, such as those who resigned among
            the leavers; empty for none.
    """

    id: str
    label: str
    event: str
    outcome: Outcome
    measures: tuple[str, ...]
    part_of: str = ""
