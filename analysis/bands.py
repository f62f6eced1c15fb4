"""Bands of headcounts: what everybody may know of a group's size before a wave.

A band is named by its lower edge. The edges are fixed, so that no band says more of one group than
another's does; below the first there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Bands = Mapping[str, int]
"""Group id -> lower edge of its band; a group that is not told has no entry."""

NO_BANDS: Bands = MappingProxyType({})

EDGES = (20, 50, 100, 200, 500)
"""People. The first is twice the smallest k: where a size is not told, k and k more have room."""


def fewest_told(k: int) -> int:
    """The fewest people of a group that may have a band, where k is the smallest group shown.

    >>> fewest_told(10), fewest_told(15)
    (20, 30)
    """
    return max(EDGES[0], 2 * k)


def edge_of(people: int) -> int | None:
    """The lower edge of the band that so many people are in; None below the first.

    >>> [edge_of(people) for people in (19, 20, 49, 50, 7_000)]
    [None, 20, 20, 50, 500]
    """
    return max((edge for edge in EDGES if edge <= people), default=None)


def limits(edge: int) -> tuple[int, float]:
    """The fewest and the most people of a band.

    >>> limits(50), limits(500)
    ((50, 99), (500, inf))
    """
    above = next((one for one in EDGES if one > edge), None)
    return edge, float("inf") if above is None else above - 1


def words(edge: int) -> str:
    """A band as people read it.

    >>> words(20), words(500)
    ('20 to 49', '500 or more')
    """
    fewest, most = limits(edge)
    return f"{fewest} or more" if most == float("inf") else f"{fewest} to {most:.0f}"
