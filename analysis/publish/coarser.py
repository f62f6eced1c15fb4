"""Coarser steps, and figures withheld, where shares tell how a small group answered.

Measure by measure: what the shares say as intervals, whom that exposes, and what is done about it.
First a bundle whose figures tell it gets a coarser step for that measure, notch by notch; where the
step would say for whose sake it is taken, every measure gets it there. Then the largest group that
tells it has the measure withheld, wherever it stands. The force's own figure may become coarser,
last of all, and is never withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from analysis import cores
from analysis.codebook import Codebook
from analysis.disclosure import rounding
from analysis.disclosure.answers import Exposed, Found, Told
from analysis.disclosure.bundles import Bundle
from analysis.disclosure.unions import Small
from analysis.errors import Unprotectable
from analysis.plan import FORCE
from analysis.publish.beside_themes import beside_its_theme, opened_bands
from analysis.publish.few_told import numerators, opened_along_lines
from analysis.publish.shown import Shown, can_say, is_sensitive, measures
from analysis.publish.told import Telling

STEPS = (5, 10, 20)
"""The notches, in points; coarser ones would say nothing."""

Key = tuple[str, str]
"""A group and a measure."""

_Settle = Callable[[Telling, Shown, str], Shown]
"""Coarsens and withholds until one measure exposes nobody."""


def protect_answers(look: Telling, shown: Shown, codebook: Codebook) -> Shown:
    """What may be shown once no small group's answers can be told from it.

    Args:
        look: made of `shown` and the tally.
        shown: what may be shown but for this.
        codebook: items and themes.

    Raises:
        Unprotectable: where neither coarser steps nor withholding help; names table and item.
    """
    touched = True
    while touched:
        touched = False
        items, themes = tuple(codebook.item_by_id), tuple(codebook.theme_by_id)
        # Themes follow their items; items follow nothing but steps that are taken for others. Then
        # both are looked at beside each other.
        for settle, some in ((_followed, items), (_followed, themes), (_beside, themes)):
            before, groups = shown, len(shown.plan.groups)
            ahead = cores.on_every_core(
                partial(_ahead, look, before, settle),
                some,
                groups=groups,
                # Those whose bands are looked at, too, take longest.
                length=lambda one: float(one in codebook.sensitive_measures),
            )
            for measure, found in zip(some, ahead, strict=True):
                if found is None or _of(shown, measure) != _of(before, measure):
                    look.possible.begin()
                    settled = settle(look, shown, measure)
                    look.possible.remember(look.possible.taken())
                else:
                    look.possible.remember(found.answers)
                    settled = _joined(shown, found)
                # A step of ten points does not lie around one of five: look at the others again.
                touched |= _of_others(settled, measure) != _of_others(shown, measure)
                shown = settled
    return shown


@dataclass(frozen=True)
class _Found:
    """What looking at one measure by itself comes to.

    Attributes:
        coarser: steps that are to be no finer than these.
        withheld: what is withheld besides.
        answers: as of `PossibleAnswers.taken`.
    """

    coarser: Mapping[Key, int]
    withheld: frozenset[Key]
    answers: Found


def _ahead(look: Telling, shown: Shown, settle: _Settle, measure: str) -> _Found | None:
    """A measure as if it were the only one; None where that cannot be published safely."""
    look.possible.begin()
    try:
        settled = settle(look, shown, measure)
    except Unprotectable:
        return None
    coarser = {key: step for key, step in settled.coarser.items() if shown.coarser.get(key) != step}
    return _Found(coarser, settled.withheld - shown.withheld, look.possible.taken())


def _joined(shown: Shown, found: _Found) -> Shown:
    wider = {key: max(step, shown.coarser.get(key, 0)) for key, step in found.coarser.items()}
    return replace(
        shown, coarser={**shown.coarser, **wider}, withheld=shown.withheld | found.withheld
    )


def _of(shown: Shown, measure: str) -> tuple[dict[Key, int], set[Key]]:
    """Steps and gaps of one measure."""
    steps = {key: step for key, step in shown.coarser.items() if key[1] == measure}
    return steps, {key for key in shown.withheld if key[1] == measure}


def _of_others(shown: Shown, measure: str) -> dict[Key, int]:
    return {key: step for key, step in shown.coarser.items() if key[1] != measure}


def _followed(look: Telling, shown: Shown, measure: str) -> Shown:
    """Coarsen and withhold until the figures of one measure expose nobody, nor open a band."""
    while True:
        shown = before = _cleared(look, _following(shown, measure), measure)
        # This takes a hundredth of the time that every way of answering does.
        while opened := list(opened_along_lines(look, shown, measure)):
            shown = _shut(look, shown, (measure,), opened)
        if shown is before:
            return shown


def _cleared(look: Telling, shown: Shown, measure: str) -> Shown:
    """Coarsen and withhold until no way of answering a measure exposes anybody."""
    at_atoms = look.at_atoms(measure)
    ways, turn, clear = list(look.told(shown, measure, at_atoms)), 0, 0
    banded = numerators(look, shown, measure)
    # Each way in its turn: until none has exposed anybody since less was shown.
    while clear < len(ways):
        told = ways[turn % len(ways)]
        found = _exposed(look, told, look.small(shown, measure))
        opened = [] if found or banded is None else list(look.possible.opened(told, banded))
        turn, clear = turn + 1, 0 if found or opened else clear + 1
        if found or opened:
            settle = _round if found else _shut
            shown = settle(look, shown, (measure,), found or opened)
            ways = list(look.told(shown, measure, at_atoms))
            banded = numerators(look, shown, measure)
    return shown


def _beside(look: Telling, shown: Shown, theme: str) -> Shown:
    """Coarsen and withhold a theme until it exposes nobody beside its items; none opens a band."""
    codebook = shown.figures.codebook
    while True:
        for item, every in beside_its_theme(look, shown, codebook, theme):
            few = look.small(shown, item)
            found = next((one for told in every if (one := _exposed(look, told, few))), [])
            if found:
                shown = _following(_round(look, shown, (theme, item), found), theme)
                break
        else:
            # A step would be taken by a whole bundle, and by every measure where it is the last.
            opened = frozenset(opened_bands(look, shown, codebook, theme))
            if not opened:
                return shown
            shown = replace(shown, withheld=shown.withheld | opened)


Exposing = list[tuple[str, Exposed]]
"""Names of small groups, and what is known of each."""


def _exposed(look: Telling, told: Told, few: Small) -> Exposing:
    return [(few.names[one.union], one) for one in look.possible.exposed(told, few)]


def _round(look: Telling, shown: Shown, measures: Sequence[str], found: Exposing) -> Shown:
    """Every small group gets a step, of the first measure that is shown where it is told."""
    taken: set[str] = set()
    for name, one in found:
        # What a step of this round may have helped is looked at again first.
        groups = look.groups_of(one.rows)
        if taken.isdisjoint(groups):
            there = (each for each in measures if any(shown.shows(at, each) for at in groups))
            less = _less(look, shown, next(there, measures[-1]), name, groups)
            taken |= _changed(shown, less)
            shown = less
    return shown


def _shut(look: Telling, shown: Shown, measures: Sequence[str], opened: Exposing) -> Shown:
    """A step for a sensitive item alone where it opens a band; else it is withheld there.

    It is so in the largest other group, or in the banded one. A step that every measure takes would
    cost more than one figure.
    """
    (measure,), before = measures, shown
    for name, one in opened:
        telling = [group for group in look.groups_of(one.rows) if before.shows(group, measure)]
        # What was withheld a moment ago may have helped: that is looked at again first.
        if all(shown.shows(group, measure) for group in (*telling, name)):
            others = [group for group in telling if group not in (FORCE, name)]
            less = max(others, key=lambda one: look.base(shown, measure, one), default=name)
            alone = [group for group in telling if group != FORCE]
            if less == FORCE or any(of.enough for of in _notches(look, shown, measure, alone)):
                shown = _less(look, shown, measure, name, telling)
            else:
                shown = replace(shown, withheld=shown.withheld | {(less, measure)})
    return shown


def _changed(before: Shown, after: Shown) -> set[str]:
    """Groups of which less is shown."""
    steps = (
        group
        for (group, one), step in after.coarser.items()
        if before.coarser.get((group, one)) != step
    )
    return {*steps, *(group for group, _ in after.withheld - before.withheld)}


def _less(look: Telling, shown: Shown, measure: str, name: str, telling: Sequence[str]) -> Shown:
    """One notch for the bundle that it costs least; where none can be coarser, less is shown."""
    groups = [group for group in telling if shown.shows(group, measure)]
    others = [group for group in groups if group != FORCE]
    found = _notches(look, shown, measure, others)
    notches = {bundle: notch for bundle, notch in found.items() if bundle.enough} or found
    if not notches and others:
        largest = max(others, key=lambda group: look.base(shown, measure, group))
        return replace(shown, withheld=shown.withheld | {(largest, measure)})
    notches = notches or _notches(look, shown, measure, groups)
    if not notches:
        raise Unprotectable(
            f"The wave cannot be published safely: the figures of {measure} tell how {name} "
            "answered. Merge categories of the tables it stands in, or leave the finest level out."
        )
    bundle, notch = min(notches.items(), key=lambda pair: _cost(look, shown, measure, *pair))
    return _stepped(look, shown, dict.fromkeys(_keys(shown, measure, bundle), notch))


def _keys(shown: Shown, measure: str, bundle: Bundle) -> list[Key]:
    """What gets a step together with a measure in a bundle."""
    alike = (measure,) if bundle.enough else measures(shown.figures.codebook)
    return [(group, one) for group in bundle.groups for one in alike]


def _cost(
    look: Telling, shown: Shown, measure: str, bundle: Bundle, notch: int
) -> tuple[float, tuple[str, ...]]:
    """Points by which a bundle's figures become coarser, each for everybody whom it is of.

    So a crossing goes before the units that it splits, of which everybody reads.
    """
    cost = 0
    for group, one in _keys(shown, measure, bundle):
        if shown.shows(group, one):
            n = look.base(shown, one, group)
            cost += n * max(0, notch - rounding.step(n, shown.policy_of(one, group)))
    return cost, bundle.groups


def _notches(look: Telling, shown: Shown, measure: str, groups: Sequence[str]) -> dict[Bundle, int]:
    """The next notch of each bundle that some groups are in and that can still be coarser."""
    now: dict[Bundle, int] = {}
    for group in groups:
        bundle = shown.bundle_of[group]
        step = rounding.step(look.base(shown, measure, group), shown.policy_of(measure, group))
        now[bundle] = min(step, now.get(bundle, step))
    notches = {bundle: min(further) for bundle, step in now.items() if (further := _beyond(step))}
    force = shown.bundle_of[FORCE]
    if force in notches:
        policy = rounding.coarser(shown.policy, notches[force])
        sensitive = is_sensitive(shown.figures.codebook, measure)
        if not can_say(look.base(shown, measure, FORCE), policy, sensitive=sensitive):
            return {}
    return notches


def _beyond(step: int) -> list[int]:
    return [notch for notch in STEPS if notch > step]


def _following(shown: Shown, theme: str) -> Shown:
    """A theme not shown where one of its items is withheld.

    Its mean beside all of its items but one would tell that one.
    """
    of = shown.figures.codebook.theme_by_id.get(theme)
    items = () if of is None else of.items
    withheld = {(group, theme) for group, item in shown.withheld if item in items}
    return replace(shown, withheld=shown.withheld | withheld)


def _stepped(look: Telling, shown: Shown, steps: dict[Key, int]) -> Shown:
    """With steps no finer than these; what has none left between its bands is withheld."""
    wider = {key: max(step, shown.coarser.get(key, 0)) for key, step in steps.items()}
    coarser = replace(shown, coarser={**shown.coarser, **wider})
    return replace(coarser, withheld=shown.withheld | _mute(look, coarser, steps))


def _mute(look: Telling, shown: Shown, keys: Collection[Key]) -> set[Key]:
    return {
        (group, measure)
        for group, measure in keys
        if is_sensitive(shown.figures.codebook, measure)
        and not can_say(
            look.base(shown, measure, group), shown.policy_of(measure, group), sensitive=True
        )
    }
