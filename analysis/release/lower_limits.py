"""Of which groups a response rate is only a lower limit, from published bases alone.

Who answers with a larger unit, or a roll-up, is counted in it and in no part of it, but was invited
as one of a part. Then of every part fewer seem to have answered than did. Whether anybody gave such
an answer is published nowhere, so it is judged by the room that published bases leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.release.model import BreakdownFacts, Release

LEFT = 0.05
"""Share of a larger group's base that may be in none of its shown parts.

Up to there its parts' rates are too low by a twentieth on average: less than the 5 in 100 from
which a group is named as missing, and about what the rounding of bases and rates does.
"""

OF_PART = 0.25
"""Share of a part's own base; were so many more of it, 40 % would be 50 %.

Told only from `k` people on: the rounding of bases alone leaves a few.
"""


def is_lower_limit(release: Release, group: str) -> bool:
    """Whether more of a shown group may well have answered than its rate says."""
    base = release.group_by_id[group].base
    if base is None:
        return False
    own = max(float(release.manifest.policy["k"]), OF_PART * base)
    return any(
        left is None or left > LEFT * of or left >= own for left, of in _around(release, group)
    )


def left_over(release: Release, group: str) -> int:
    """People by whom a group's base may be too small, as they said no more than a larger one."""
    return sum(left or 0 for left, _ in _around(release, group))


def _around(release: Release, group: str) -> Iterator[tuple[int | None, int]]:
    """Of each larger group that somebody may say alone: how many are in no part, and its base.

    None where it is not shown, and so may leave anybody.
    """
    facts = {one.id: one for one in release.manifest.breakdowns}
    seen: set[str] = set()
    todo = [group]
    while todo:
        where = [part.partition("=") for part in todo.pop().split("&") if "=" in part]
        for at, (name, _, value) in enumerate(where):
            larger = next((up for one, _, _, up in facts[name].values if one == value), None)
            if larger is None:
                continue
            names = ["".join(one) for one in where]
            whole = _with(names, at, name, larger)
            if larger in facts[name].said_alone and f"{whole}/{name}" not in seen:
                parts = _parts(facts[name], larger)
                yield _left(release, whole, [_with(names, at, name, one) for one in parts])
            if whole not in seen:
                todo.append(whole)
            seen |= {whole, f"{whole}/{name}"}


def _with(names: list[str], at: int, breakdown: str, value: str) -> str:
    return "&".join([*names[:at], f"{breakdown}={value}", *names[at + 1 :]])


def _parts(breakdown: BreakdownFacts, larger: str) -> list[str]:
    return [value for value, _, _, up in breakdown.values if up == larger]


def _left(release: Release, whole: str, parts: list[str]) -> tuple[int | None, int]:
    found = release.group_by_id.get(whole)
    if found is None or found.base is None:
        return None, 0
    inside = (release.group_by_id.get(part) for part in parts)
    shown = sum(row.base or 0 for row in inside if row is not None)
    return max(0, found.base - shown), found.base
