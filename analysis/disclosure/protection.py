"""Which groups and which items of which groups a Release may show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from analysis.cores import on_every_core
from analysis.disclosure.answered import of_item, split
from analysis.disclosure.bounds import Known
from analysis.disclosure.colleagues import colleagues_in
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.halves import Beginning, beginning
from analysis.disclosure.repair import hiding_pattern, sparing_pattern
from analysis.disclosure.shape import Level, leave_out
from analysis.disclosure.stated import least_answers
from analysis.disclosure.system import Bases, System
from analysis.errors import Unprotectable
from analysis.policy import DisclosurePolicy

_Piece = tuple[Bases, Hidden, Hidden, npt.ArrayLike | None, Hidden]
"""The bases of an item, where it stays hidden, where it is public, who answered it, and where not
everybody was asked."""


@dataclass(frozen=True)
class Protection:
    """What may be shown of one wave.

    Attributes:
        shown: ids of the groups that are shown.
        items_hidden: measure -> ids of *shown* groups in which it is not shown.
        own_bases: measure -> ids of shown groups in which its own base may be published. Anywhere
            else the measure stands on its group's base: its own is protected only as lying
            between `least_answers` of that and all of it.
        left_out: ids of the levels that are not published, as most of their groups are hidden.
    """

    shown: frozenset[str]
    items_hidden: Mapping[str, frozenset[str]]
    own_bases: Mapping[str, frozenset[str]]
    left_out: tuple[str, ...] = ()

    def shows(self, group: str, measure: str) -> bool:
        """Whether a measure may be shown in a group."""
        return group in self.shown and group not in self.items_hidden.get(measure, frozenset())


@dataclass(frozen=True)
class Before:
    """What earlier Releases of the same answers have settled, shape (G,) each.

    Attributes:
        hidden: groups that are not shown whatever else is.
        items_hidden: measure -> groups in which it is not shown whatever else is.
        items_public: measure -> groups in which it has been published.
    """

    hidden: Hidden
    items_hidden: Mapping[str, Hidden]
    items_public: Mapping[str, Hidden]


def protect(
    system: System,
    policy: DisclosurePolicy,
    item_bases: Mapping[str, npt.ArrayLike],
    levels: Sequence[Level] = (),
    before: Before | None = None,
    at_cells: Mapping[str, npt.ArrayLike] | None = None,
    closed: Mapping[str, Hidden] = MappingProxyType({}),
) -> Protection:
    """Decide what to show so that everything shown together gives no small group away.

    Args:
        system: groups and their exact bases.
        policy: thresholds.
        item_bases: measure (item or theme) -> people with a valid answer per group, in the order
            of `system.groups`, shape (G,).
        levels: each is left out if most of it would be hidden; none by default.
        before: what has been settled by earlier Releases of the same answers.
        at_cells: measure -> people with a valid answer in each of the system's finest cells, shape
            (cells,). It says nothing that the bases do not, but is where searches begin.
        closed: measure -> groups in which not everybody is asked it, shape (G,): there it is not
            shown. A measure that everybody is asked is left out.

    Returns:
        The pattern of the groups, and of each measure that needs its own: one with fewer than k
        people, or too few to stand on the group's base, in a group that is shown.

    Raises:
        Unprotectable: when even hiding everything else does not protect a group.
    """
    ids = np.array([group.id for group in system.groups])
    people = system.bases.astype(np.float64)
    unlimited = np.full(len(ids), 4 * max(people.max(initial=0.0), policy.k))
    known = Known(system.bases, people, people, unlimited)
    none = np.zeros(len(ids), dtype=bool)
    settled = before or Before(none, {}, {})
    colleagues = colleagues_in(system, policy.coalition)
    hidden, left_out = leave_out(
        levels,
        (system.bases < policy.k) | settled.hidden,
        lambda start: sparing_pattern(system, known, start, policy.k, colleagues),
    )
    begun = beginning(system, known, hidden)
    items = _Items(system, policy, hidden, least_answers(system.bases, policy), begun)
    items_hidden: dict[str, frozenset[str]] = {}
    own_bases: dict[str, frozenset[str]] = {}
    pieces: dict[bytes, _Piece] = {}
    key_of: dict[str, bytes] = {}
    for measure, given in item_bases.items():
        bases = np.asarray(given, dtype=np.int64)
        _check(measure, bases, system)
        silent = settled.items_hidden.get(measure, none)
        public = settled.items_public.get(measure, none)
        never = closed.get(measure, none)
        key_of[measure] = key = b"".join(one.tobytes() for one in (bases, silent, public, never))
        pieces.setdefault(key, (bases, silent, public, (at_cells or {}).get(measure), never))
    found = on_every_core(
        lambda piece: items.pattern(*piece),
        list(pieces.values()),
        groups=len(ids),
        length=lambda piece: float((piece[0] < items.least).sum()),
    )
    patterns = dict(zip(pieces, found, strict=True))
    for measure, key in key_of.items():
        bases, shown = pieces[key][0], ~patterns[key]
        items_hidden[measure] = frozenset(ids[~shown & ~hidden].tolist())
        own = shown & (bases < items.least)
        if own.any():
            own_bases[measure] = frozenset(ids[own].tolist())
    return Protection(frozenset(ids[~hidden].tolist()), items_hidden, own_bases, left_out)


@dataclass(frozen=True)
class _Items:
    """What is the same for every item.

    Attributes:
        hidden: groups that are not shown, shape (G,).
        least: fewest answers of an item that stands on its group's base, shape (G,).
        begun: where searches of a large system begin.
    """

    system: System
    policy: DisclosurePolicy
    hidden: Hidden
    least: Bases
    begun: Beginning | None

    def pattern(
        self,
        bases: Bases,
        silent: Hidden,
        public: Hidden,
        at_cells: npt.ArrayLike | None = None,
        closed: Hidden | None = None,
    ) -> Hidden:
        """Where an item with these bases is not shown, shape (G,).

        Args:
            bases: people with a valid answer, shape (G,).
            silent: groups in which it stays hidden, where it would state its own base.
            public: groups in which it has been published.
            at_cells: people with a valid answer in each of the finest cells, shape (cells,).
            closed: groups in which not everybody is asked it.

        Raises:
            Unprotectable: when it has been published where it would have to be hidden.
        """
        k, people = self.policy.k, self.system.bases
        own = bases < self.least
        few = ((bases < k) | (own & ((people - bases < k) | silent))) & ~public
        if closed is not None:
            few |= closed & ~public
        if not ((own | few) & ~self.hidden).any():
            # Nearly everybody answered wherever it is shown, so everybody may have.
            return self.hidden
        item = split(self.system, self.hidden, bases, at_cells)
        if (public & own).any():
            item = item.published(public & own)
        known = Known(
            bases,
            low=np.where(own, bases, self.least).astype(np.float64),
            high=np.where(own, bases, people).astype(np.float64),
            # A hidden group's base is not published, so it bounds no item.
            caps=np.where(self.hidden, 4 * max(people.max(), k), people).astype(np.float64),
        )
        targets = of_item(self.system, item, self.hidden, k)
        found = hiding_pattern(
            *(item, known, self.hidden | few, k, targets, people - bases), self.begun
        )
        if (lost := found & public & ~own).any():
            name = self.system.groups[int(np.argmax(lost))].id
            raise Unprotectable(f"an item shown of {name} would have to be hidden there")
        return found


def _check(measure: str, bases: Bases, system: System) -> None:
    if bases.shape != system.bases.shape or (bases > system.bases).any() or (bases < 0).any():
        raise ValueError(f"the bases of {measure} do not fit the bases of the groups")
