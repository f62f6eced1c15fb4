"""Ladders: where a group that is not shown is looked for instead.

A ladder is declared with the plan, before anybody answers: a group that is asked for, and rungs
from that group outwards. The first rung that disclosure control shows stands for it, labelled with
whom it really holds. Which one that is depends on what is shown and on nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

RungKind = Literal["group", "level", "force", "wider", "margins", "absence"]
"""`group`: the one that was asked for. `level`: the same people in a larger unit. `force`: across
all units. `wider`: a crossing that the author named. `margins`: each trait by itself, side by side.
`absence`: nothing is shown."""


@dataclass(frozen=True)
class Rung:
    """What is shown when every group of it is.

    Attributes:
        groups: ids of declared groups; several on the rung of margins, none of absence.
        labels: one for each group: who is in it, and that it is not the group asked for.
    """

    kind: RungKind
    groups: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Ladder:
    """A group that is asked for and its rungs.

    Attributes:
        name: of the intersection, or id of the table, that declares it; many ladders share one.
        asked: id of a declared group.
        rungs: from the group itself outwards, without absence, which is always the last.
        named: whether it belongs to an intersection.
    """

    name: str
    asked: str
    rungs: tuple[Rung, ...]
    named: bool

    def reached(self, shown: Collection[str]) -> tuple[int, Rung]:
        """The first rung of which every group is shown, and its number from 1 on."""
        for number, rung in enumerate(self.rungs, start=1):
            if all(group in shown for group in rung.groups):
                return number, rung
        return len(self.rungs) + 1, Rung("absence", (), ())
