"""Coarser answers: what somebody may say who would rather not say exactly what they are.

A breakdown with `coarser_answers` offers the larger units of its tree, or its roll-ups, as answers
to its question. Who gives one is counted in that group and in those around it, and in no part of
it. What stands for a single part is not offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from survey.questionnaire import grammar
from survey.questionnaire.model import Coarser
from survey.questionnaire.texts import Text
from survey.questionnaire.wording import Wordings

SAY_LESS = Text("Or say only this much", "Neu dywedwch ddim ond hyn")
"""Under which they stand in the page."""


def answers_to(
    part: grammar.ChoicePart | grammar.UnitPart,
    breakdowns: Mapping[str, grammar.BreakdownPart],
    wordings: Wordings,
) -> Iterator[Coarser]:
    """The coarser answers to a question, the widest first."""
    offering = [one for one in breakdowns.values() if one.variable == part.id]
    if not any(one.coarser_answers for one in offering):
        return
    if isinstance(part, grammar.UnitPart):
        for node in _larger(part.units):
            inside = frozenset(leaf.id for leaf, _ in innermost([node]))
            yield Coarser(node.id, wordings.text(node.label, node.at("label")), inside)
        return
    known = frozenset(entry.code for entry in part.categories)
    for breakdown in (one for one in offering if one.coarser_answers):
        for name, rolled in (breakdown.roll_up or {}).items():
            inside = known.intersection(rolled.categories)
            if len(inside) > 1:
                label = wordings.label(rolled.label, name, breakdown.at("roll_up", name))
                yield Coarser(name, label, inside)


def _larger(units: Sequence[grammar.UnitNode]) -> Iterator[grammar.UnitNode]:
    """The units that hold several others, level by level: one with a single part says as much."""
    while units := [unit for unit in units if unit.units]:
        yield from (unit for unit in units if len(unit.units) > 1)
        units = [inner for unit in units for inner in unit.units]


def innermost(
    units: Sequence[grammar.UnitNode], parent: grammar.UnitNode | None = None
) -> Iterator[tuple[grammar.UnitNode, grammar.UnitNode | None]]:
    """The units that hold no other, each with the unit that it stands in."""
    for unit in units:
        if unit.units:
            yield from innermost(unit.units, unit)
        else:
            yield unit, parent
