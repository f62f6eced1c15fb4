"""The list of receipts of a closed wave, and the counts told with it: public, for anybody."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from survey.collect import code_list
from survey.database import Stores
from survey.manage import closings
from survey.manage.waves import Wave

TOLD = frozenset({"closed", "released", "destroyed"})
"""States in which the list is public; it stays when the answers are gone."""


@dataclass(frozen=True)
class ReceiptsPage:
    """What the page of a closed wave's receipts shows.

    Attributes:
        codes: codes that were made, spare ones included.
        used: codes that were used; None where that could not be counted at closing.
        received: sealed answers that were in the box when it was closed.
        has_file: whether there is a public file of the wave to check.
        parts: (first symbol, the receipts that begin with it), both in the order of symbols.
    """

    codes: int
    used: int | None
    received: int
    has_file: bool
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def adds_up(self) -> bool:
        """Whether there are no more answers than used codes, and no more of those than codes."""
        used = self.codes if self.used is None else self.used
        listed = sum(len(receipts) for _, receipts in self.parts)
        return listed == self.received <= used <= self.codes


def receipts_page(stores: Stores, wave: Wave) -> ReceiptsPage | None:
    """The counts and receipts of `wave`; None until it has closed."""
    if wave.state not in TOLD:
        return None
    told = closings.told(stores, wave.id)
    if told is None or told.received is None:
        return None
    parts = tuple(
        (first, tuple(receipts)) for first, receipts in groupby(told.receipts, lambda one: one[0])
    )
    has_file = code_list.published(stores, wave) is not None
    return ReceiptsPage(told.cards, told.redeemed, told.received, has_file, parts)
