"""Who came and who went between two Releases of one wave: nowhere surely fewer than k people.

What a group, a rest or one line leaves is looked at in `changed`; here all lines are one system.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from analysis.disclosure.movement import Seen, few_moved
from analysis.errors import Unprotectable
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish.changed import Answers, Span, base_span, rounded_base
from analysis.release.known import of_people


def expect_many_moved(
    earlier: Sequence[Answers], shown: Collection[str], policy: DisclosurePolicy
) -> None:
    """Refuse answers that differ by a few people of whom several lines together tell.

    Args:
        earlier: each earlier Release beside the new answers.
        shown: ids of the groups that the new Release shows.
        policy: of the new Release.

    Raises:
        Unprotectable: names the wave and groups.
    """
    for one in earlier:
        if not one.moved:
            continue
        groups = few_moved(one.system, _before(one), _after(one, shown, policy), policy.k)
        if groups:
            raise Unprotectable(
                f"Wave {one.release.manifest.wave} cannot be published again with these answers: "
                "together, what its earlier Release and this one show tells that somebody, but "
                f"fewer than {policy.k} people came or went in {' and '.join(groups)}. Publish the "
                "same answers as before, or leave the earlier Release in force."
            )


def _before(one: Answers) -> Seen:
    spans = dict(one.shown)
    low, high = of_people(one.release, FORCE)
    if high is not None:
        spans[one.position[one.names[FORCE]]] = low, high
    return _seen(spans)


def _after(one: Answers, shown: Collection[str], policy: DisclosurePolicy) -> Seen:
    values, bases = policy.as_dict(), one.system.bases.tolist()
    spans = {
        row: base_span(rounded_base(bases[row], values), values)
        for group, row in one.position.items()
        if group in shown
    }
    everybody = one.position[FORCE]
    spans[everybody] = float(bases[everybody]), float(bases[everybody])
    return _seen(spans)


def _seen(spans: dict[int, Span]) -> Seen:
    low, high = np.array(list(spans.values()), dtype=np.float64).reshape(-1, 2).T
    return Seen(np.array(list(spans), dtype=np.int64), low, high)
