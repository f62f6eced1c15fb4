"""What a Release and earlier ones of its wave tell together of how few people answered."""

from __future__ import annotations

from dataclasses import replace

from analysis.attack.alike import Beside
from analysis.attack.breaches import Breach
from analysis.attack.moved import attack_moved
from analysis.attack.people_before import at_risk_elsewhere
from analysis.attack.united import attack_united
from analysis.publish.earlier import Past
from analysis.release.model import Release


def beside_earlier(release: Release, past: Past) -> tuple[Breach, ...]:
    """What the auditor sees through, naming percents that this Release is the first to show.

    Where no such percent is named, all of the measure are: then this Release tells nothing of it
    that was not told before. Where there are none, the breach is as it was found.
    """
    told = {
        (names[row.group], row.measure)
        for earlier, names in past.releases
        for row in earlier.estimates
        if row.status == "shown"
    }
    new = {
        key for key, row in release.estimate_by_key.items()
        if row.status == "shown" and key not in told
    }  # fmt: skip
    others = [Beside(earlier, names) for earlier, names in past.releases]
    found = []
    for breach in attack_united(release, others, past.merged.plan):
        if (breach.group, breach.measure) in new:
            found.append(breach)
            continue
        groups = sorted(group for group, measure in new if measure == breach.measure)
        found += [replace(breach, group=group) for group in groups] or [breach]
    found += attack_moved(release, others, past.merged.plan)
    for earlier in past.like:
        found += at_risk_elsewhere(earlier, release, None, "this Release")
    return tuple(found)
