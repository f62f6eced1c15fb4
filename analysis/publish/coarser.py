"""Coarser steps, and figures withheld, where shares tell how a small group answered.

Measure by measure: what the shares say as intervals, whom that exposes, and what is done about it.
First the tables whose figures tell it get a coarser step for that measure, notch by notch; then the
largest group that tells it has the measure withheld, wherever it stands. The force's own figure may
become coarser, last of all, and is never withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from analysis.codebook import Codebook
from analysis.disclosure import rounding
from analysis.disclosure.answers import Exposed
from analysis.disclosure.unions import SMALL, small
from analysis.errors import Unprotectable
from analysis.plan import FORCE
from analysis.publish.shown import Shown, can_say, is_sensitive
from analysis.publish.told import Telling

STEPS = (5, 10, 20)
"""The notches, in points; coarser ones would say nothing."""


def protect_answers(look: Telling, shown: Shown, codebook: Codebook) -> Shown:
    """What may be shown once no small group's answers can be told from it.

    Args:
        look: made of `shown` and the tally.
        shown: what may be shown but for this.
        codebook: items and themes.

    Raises:
        Unprotectable: where neither coarser steps nor withholding help; names table and item.
    """
    for item in codebook.items:
        shown = _settled(look, shown, item.id)
    for theme in codebook.themes:
        shown = _settled(look, _following(shown, theme.id, theme.items), theme.id)
    return shown


def _settled(look: Telling, shown: Shown, measure: str) -> Shown:
    """Coarsen and withhold until the figures of one measure expose nobody."""
    while True:
        hidden = np.array([not shown.shows(group.id, measure) for group in shown.plan.groups])
        every = look.unions(hidden)
        few, at_atoms = small(shown.system, every, look.answered(measure), SMALL * shown.policy.k)
        found = next(
            (
                (few.names[one.union], one)
                for told in look.told(shown, measure, at_atoms)
                for one in look.possible.exposed(told, few)
            ),
            None,
        )
        if found is None:
            return shown
        shown = _less(look, shown, measure, *found)


def _less(look: Telling, shown: Shown, measure: str, name: str, one: Exposed) -> Shown:
    """One notch for the table that it costs least; where none can be coarser, less is shown."""
    groups = look.groups_of(one.rows)
    others = [group for group in groups if group != FORCE]
    notches = _notches(look, shown, measure, others)
    if not notches and others:
        largest = max(others, key=lambda group: look.base(shown, measure, group))
        return replace(shown, withheld=shown.withheld | {(largest, measure)})
    notches = notches or _notches(look, shown, measure, groups)
    if not notches:
        raise Unprotectable(
            f"The wave cannot be published safely: the figures of {measure} tell how {name} "
            "answered. Merge categories of the tables it stands in, or leave the finest level out."
        )
    table, notch = min(notches.items(), key=lambda pair: _cost(look, shown, measure, *pair))
    coarser = replace(shown, coarser={**shown.coarser, (table, measure): notch})
    return _without_what_says_nothing(coarser, measure, {table})


def _cost(look: Telling, shown: Shown, measure: str, table: str, notch: int) -> tuple[float, str]:
    """Points by which a table's figures become coarser, each for everybody whom it is of.

    So a crossing goes before the units that it splits, of which everybody reads.
    """
    cost = 0
    for group in shown.plan.groups:
        if group.table == table and shown.shows(group.id, measure):
            n = look.base(shown, measure, group.id)
            cost += n * max(0, notch - rounding.step(n, shown.policy_of(measure, group.id)))
    return cost, table


def _notches(look: Telling, shown: Shown, measure: str, groups: Sequence[str]) -> dict[str, int]:
    """The next notch of each table that some groups stand in and that can still be coarser."""
    now: dict[str, int] = {}
    for group in groups:
        table, base = shown.plan.group_by_id[group].table, look.base(shown, measure, group)
        step = rounding.step(base, shown.policy_of(measure, group))
        now[table] = min(step, now.get(table, step))
    notches = {table: min(further) for table, step in now.items() if (further := _beyond(step))}
    if FORCE in notches:
        policy = rounding.coarser(shown.policy, notches[FORCE])
        sensitive = is_sensitive(shown.figures.codebook, measure)
        if not can_say(look.base(shown, measure, FORCE), policy, sensitive=sensitive):
            return {}
    return notches


def _beyond(step: int) -> list[int]:
    return [notch for notch in STEPS if notch > step]


def _following(shown: Shown, theme: str, items: Iterable[str]) -> Shown:
    """A theme no finer than its items, and not shown where one of them is withheld.

    Its mean beside all of its items but one would tell that one.
    """
    items = frozenset(items)
    coarser = dict(shown.coarser)
    for (table, item), step in shown.coarser.items():
        if item in items:
            coarser[table, theme] = max(step, coarser.get((table, theme), 0))
    withheld = {(group, theme) for group, item in shown.withheld if item in items}
    following = replace(shown, coarser=coarser, withheld=shown.withheld | withheld)
    tables = {table for table, measure in coarser if measure == theme}
    return _without_what_says_nothing(following, theme, tables)


def _without_what_says_nothing(shown: Shown, measure: str, tables: set[str]) -> Shown:
    """Withhold what has no step left between its bands."""
    if not is_sensitive(shown.figures.codebook, measure):
        return shown
    mute = {
        (group.id, measure)
        for group, base in zip(shown.plan.groups, shown.bases[measure].tolist(), strict=True)
        if group.table in tables
        and not can_say(base, shown.policy_of(measure, group.id), sensitive=True)
    }
    return replace(shown, withheld=shown.withheld | mute)
