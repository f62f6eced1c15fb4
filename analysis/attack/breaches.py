"""What the auditor reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BreachKind = Literal[
    "leak", "presence", "threshold", "bound", "pinned", "rest", "contradiction",
    "rate", "coding", "unanimity", "numerator", "uncertain", "answers", "step",
    "colleagues", "follow-up", "index", "state", "overlap", "moved", "limits",
]  # fmt: skip
"""What was found out.

- leak: a value stands in a row that is not shown.
- presence: rows are missing, so that their absence tells.
- threshold: a group (or an item in it) of fewer than k people is shown.
- bound: a hidden group is known to have fewer than k people.
- pinned: the count of a hidden group is known.
- rest: what shown parts leave of a shown group is known to be somebody, but fewer than k.
- contradiction: no table fits the published bases.
- uncertain: nothing was found, but no table in exact numbers shows that there is nothing.
- rate: rate and headcount leave fewer than k people.
- coding: a figure is finer than the policy allows.
- unanimity: all of a group, or none, are known to have answered alike.
- numerator: few people are known behind a share of a sensitive item, or behind its complement.
- answers: nearly all or next to nobody of a small group is known to have answered so, or how many.
- step: a coarser step stands at some parts of a group only, and so tells of these.
- colleagues: so much is known to people who tell each other that they are in one place.
- follow-up: bases of what was asked because of an answer tell how few gave another one.
- index: an item that is not shown is told by its theme and the other items.
- overlap: two breakdowns of one question leave somebody, but fewer than k, between them.
- limits: the limits of a figure are those of exact counts, which they narrow down.
- moved: somebody came or went between two Releases of a wave, but fewer than k, and it shows where.
- state: a finding tells how a small group answered in a wave that it rests on.
"""


@dataclass(frozen=True)
class Breach:
    """Something that a reader could work out.

    Attributes:
        group: the group that it is about.
        words: one sentence that names what gives it away.
        measure: the item or theme whose percents give it away; empty when it is the bases.
        process: the process whose counts do; else empty.
    """

    kind: BreachKind
    group: str
    words: str
    measure: str = ""
    process: str = ""
