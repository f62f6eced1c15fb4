"""Records: files of JSON in which a number stands beside the name of a hidden group."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from analysis.attack.findings import Tried
from analysis.attack.material import KEYS, Material

_NUMBER = re.compile(r"[-+]?\d[\d., \u00a0\u202f]*%?")
"""A count or percent as it may be written: 7, 7.0, 1,204 or 57 %."""


def records(material: Material) -> Tried:
    """Numbers in an object or list that names a hidden group, or under a key that does."""
    tried = Tried()
    hidden = _hidden(material)
    for one in material.records:
        tried.count()
        tried.add(f"{one.name}: {words}" for words in _told(one.value, hidden))
    return tried


def _hidden(material: Material) -> frozenset[str]:
    """Ids and labels of groups that no Release shows."""
    rows = [row for one in material.releases for row in one.release.groups]
    shown = {name for row in rows if row.status == "shown" for name in (row.group, row.label)}
    return frozenset({name for row in rows for name in (row.group, row.label)} - shown)


def _told(value: Any, hidden: Collection[str], under: str = "") -> Iterator[str]:
    inside = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(inside, list):
        return
    named = next((one for one in inside if isinstance(one, str) and one in hidden), under)
    for key, one in value.items() if isinstance(value, dict) else enumerate(inside):
        name = key if isinstance(key, str) and key in hidden else named
        if name and one != name and _is_number(one, key):
            yield f"{one} stands beside {name}, which is hidden"
        yield from _told(one, hidden, name if key == name else under)


def _is_number(value: Any, key: str | int) -> bool:
    """Also one that is written as a text, but for the code of what it is beside."""
    if isinstance(value, str):
        return key not in KEYS and _NUMBER.fullmatch(value.strip()) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)
