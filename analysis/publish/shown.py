"""What may be shown of each group and measure, and the base that it is stated on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.bands import NO_BANDS, Bands
from analysis.codebook import Codebook, Item
from analysis.disclosure import rounding
from analysis.disclosure.bundles import Bundle, bundles
from analysis.disclosure.protection import Before, Protection, protect
from analysis.disclosure.shape import levels_of
from analysis.disclosure.system import System, build
from analysis.errors import Unprotectable
from analysis.plan import FORCE, TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish import follow_ups
from analysis.publish.earlier import Past
from analysis.publish.figures import Figure, Figures
from analysis.publish.rates import nearly_all
from analysis.release.model import CoarserSteps
from analysis.release.rows import Kind
from analysis.tally import Tally

Bases = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_Shows = Callable[[str], Flags]


@dataclass(frozen=True)
class Shown:
    """The groups' figures together with what disclosure control allows of them.

    Attributes:
        figures: exact, one row per group in plan order.
        bases: measure -> stated base of each group. A measure that nearly everybody answered
            stands on its group's base, so that its own never tells who left it out. What an answer
            decides stands on its own rounded down, from here on in all that is made of it.
        withheld: (group, measure) pairs that the groups' pattern allows, and that are not shown:
            sensitive items whose bands would meet, and what would tell of a small group's answers.
        system: groups and atoms, by which all this was decided.
        bundles: every group in one, by which coarser steps are taken.
        coarser: (group, measure) -> step in points, where it is coarser than the policy's.
    """

    plan: TablePlan
    policy: DisclosurePolicy
    figures: Figures
    protection: Protection
    bases: dict[str, Bases]
    withheld: frozenset[tuple[str, str]]
    system: System
    bundles: tuple[Bundle, ...] = ()
    coarser: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @cached_property
    def bundle_of(self) -> dict[str, Bundle]:
        """The bundle that each group is in."""
        return {group: bundle for bundle in self.bundles for group in bundle.groups}

    def policy_of(self, measure: str, *groups: str) -> DisclosurePolicy:
        """The policy with the steps of a measure in a group, or in what is made of several."""
        most = max(self.coarser.get((group, measure), 1) for group in groups)
        return self.policy if most == 1 else rounding.coarser(self.policy, most)

    def listed_steps(self) -> tuple[CoarserSteps, ...]:
        """Bundle by bundle what stands in coarser steps: measures in their order."""
        found = []
        for bundle in self.bundles:
            # All groups of a bundle stand in the same steps: the first one's are theirs.
            first = bundle.groups[0]
            steps = tuple(
                (measure, self.coarser[first, measure])
                for measure in self.bases
                if (first, measure) in self.coarser
            )
            if steps:
                found.append((bundle.groups, steps))
        return tuple(found)

    def shows(self, group: str, measure: str) -> bool:
        """Whether the measure may be shown in the group."""
        if (group, measure) in self.withheld or not self.protection.shows(group, measure):
            return False
        theme = self.figures.codebook.theme_by_id.get(measure)
        if theme is None or theme.index != "mean_of_items":
            return True
        # A mean of item percents beside all of its items but one gives that one away.
        return all(
            (group, one) not in self.withheld and self.protection.shows(group, one)
            for one in theme.items
        )

    def groups_with(self, measure: str) -> Flags:
        """The groups in which a measure may be shown, in the order of the plan, shape (G,)."""
        if measure not in self._groups_with:
            shows = [self.shows(group.id, measure) for group in self.plan.groups]
            self._groups_with[measure] = np.array(shows, dtype=bool)
        return self._groups_with[measure]

    @cached_property
    def _groups_with(self) -> dict[str, Flags]:
        return {}

    def lacks_one_item(self, group: str, theme: str) -> bool:
        """Whether all items of a theme are shown in a group but one, which its mean would tell."""
        items = self.figures.codebook.theme_by_id[theme].items
        return sum(not self.shows(group, item) for item in items) == 1

    def figure(self, row: int, measure: str) -> Figure | None:
        """The exact figure of a group that is shown; None when it is not."""
        if not self.shows(self.plan.groups[row].id, measure):
            return None
        return self.figures.row(row, measure)


def control(
    counted: Tally, policy: DisclosurePolicy, past: Past | None = None, bands: Bands = NO_BANDS
) -> Shown:
    """Run disclosure control over all tables together, and with earlier Releases of the wave.

    What bands of headcounts, told before anybody answered, would say of those who did not answer
    keeps a group from being shown.

    Raises:
        Unprotectable: when the wave cannot be published safely, or not even the force is shown.
    """
    codebook, plan = counted.codebook, counted.plan
    names = tuple(group.id for group in plan.groups)
    figures = Figures(codebook, names, counted.at_groups)
    people = figures.sums.people
    own = {measure: figures.bases(measure) for measure in measures(codebook)}
    system = build(codebook, plan, people, counted.cells)
    if past is not None:
        past.expect_as_strict(policy)
    finest = Figures(codebook, (), counted.at_cells.unweighted())
    at_cells = {measure: finest.bases(measure) for measure in own}
    before = Before(np.array(nearly_all(plan, bands, people.tolist(), policy.k)), {}, {})
    protection = protect(
        *(system, policy, own, levels_of(plan), before),
        at_cells=at_cells,
        closed=follow_ups.closed_to(figures, plan, policy),
    )
    if past is not None:
        protection = past.narrowed(protection, policy)
    if FORCE not in protection.shown:
        raise Unprotectable(
            f"Fewer than {policy.k} people answered, or no table can be shown safely: "
            "nothing of this wave can be published."
        )

    def shows(item: str) -> Flags:
        return np.array([protection.shows(group.id, item) for group in plan.groups])

    bases = {
        measure: np.where(
            [group.id in protection.own_bases.get(measure, ()) for group in plan.groups],
            _stated(codebook, measure, own, shows, policy),
            people,
        )
        for measure in own
    }
    withheld = frozenset(
        (group.id, measure)
        for measure in bases
        if is_sensitive(codebook, measure)
        for group, base in zip(plan.groups, bases[measure].tolist(), strict=True)
        if not can_say(base, policy, sensitive=True)
    )
    hidden = np.array([name not in protection.shown for name in names])
    together = bundles(plan, system, hidden, policy.k)
    return Shown(plan, policy, figures, protection, bases, withheld, system, together)


def _stated(
    codebook: Codebook,
    measure: str,
    own: Mapping[str, Bases],
    shows: _Shows,
    policy: DisclosurePolicy,
) -> Bases:
    """The own bases of a measure as they stand.

    Args:
        codebook: items and themes.
        measure: item or theme.
        own: bases of all of them, shape (G,) each.
        shows: the groups that show a measure, shape (G,).
        policy: the wave's policy.
    """
    audience = codebook.audience(measure)
    if measure in codebook.item_by_id or (audience is not None and audience.by_answer):
        return follow_ups.stated(audience, own[measure], policy)
    of = () if measure in codebook.partial_measures else items_of(codebook, measure)
    told = [np.where(shows(item.id), own[item.id], 0) for item in of]
    return follow_ups.stated_of_theme(own[measure], told, policy)


def can_say(base: int, policy: DisclosurePolicy, *, sensitive: bool) -> bool:
    """Whether a share on this base has any step between its bands."""
    return rounding.share(0, base, policy, sensitive)[0] is not None


def measures(codebook: Codebook) -> tuple[str, ...]:
    """Ids of everything that is measured: themes first, then items."""
    return (*codebook.theme_by_id, *codebook.item_by_id)


def kind_of(codebook: Codebook, measure: str) -> Kind:
    """Whether a measure is a theme or an item."""
    return "theme" if measure in codebook.theme_by_id else "item"


def items_of(codebook: Codebook, measure: str) -> tuple[Item, ...]:
    """The items that a measure is made of: an item's own, or those of a theme."""
    return codebook.items_of[measure]


def is_sensitive(codebook: Codebook, measure: str) -> bool:
    """Whether small numerators are banded: a sensitive item, or a theme that holds one."""
    return measure in codebook.sensitive_measures
