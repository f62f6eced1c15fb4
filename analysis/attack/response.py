"""Response rates and headcounts: who did not answer, and where everybody did."""

from __future__ import annotations

from analysis.attack.findings import Claim, Tried
from analysis.attack.material import Material
from analysis.release.known import people


def rates(material: Material) -> Tried:
    """Few who did not answer; headcounts that are left out, from those of others."""
    tried = Tried()
    tried.count(sum(len(one.release.groups) for one in material.releases))
    tried.add(f"{one.name}: {breach.words}" for one, breach in material.found("rate"))
    return tried


def headcounts(material: Material) -> Tried:
    """Rate times headcount: a finer base than the one that is shown, or membership for certain."""
    tried = Tried()
    for published in material.releases:
        policy = published.release.manifest.policy
        for row in published.release.groups:
            if row.headcount is None or row.response_rate is None or row.base is None:
                continue
            tried.count()
            least, most = people(row.base, policy)
            frame = people(row.headcount, policy)
            half = policy["rate_step"] / 2
            low = max(least, frame[0] * (row.response_rate - half) / 100)
            high = min(most, frame[1] * (row.response_rate + half) / 100)
            where = f"{published.name}: {row.group}"
            if frame[1] - least < policy["k"]:
                tried.fell(f"{where}: at most {frame[1] - least} people did not answer")
            if row.response_rate + half > 100 or row.response_rate >= 100:
                tried.fell(f"{where}: a rate of {row.response_rate} % says that all answered")
            if high < policy["k"]:
                tried.fell(
                    f"{where}: rate and headcount leave {low:.0f} to {high:.0f} who answered",
                    Claim(published.release.manifest.wave, ((row.values, 1),), low, high),
                )
    return tried
