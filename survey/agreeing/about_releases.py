"""What two release officers look at before they publish a Release that waits, or discard it.

Hashes, counts of groups and what was checked; no figure of what anybody said.
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.policy import DisclosurePolicy
from analysis.release.model import Release
from survey.agreeing.facts import Facts
from survey.database import Stores
from survey.manage import policy_words
from survey.results import ledger, store
from survey.results.waves import day_of


def publishing(stores: Stores, name: str) -> Facts:
    """What becomes public.

    Args:
        stores: where the Release is.
        name: its hash.
    """
    release = store.every(stores)[name]
    return Facts(
        tuple(_lines(name, release)),
        _checks(release),
        tuple(_in_the_way(stores, name, release)),
        repr(sorted(store.out(stores))),
    )


def discarding(stores: Stores, name: str) -> Facts:
    """What is taken away before anybody read it."""
    release = store.every(stores)[name]
    return Facts(
        tuple(_lines(name, release)), _checks(release), tuple(_against(stores, name, release))
    )


_OUT = "This Release is out already; what readers had is corrected, never taken away."


def _lines(name: str, release: Release) -> Iterator[tuple[str, str]]:
    manifest = release.manifest
    policy = DisclosurePolicy(**manifest.policy)
    yield "Release", name
    yield "Survey", f"{manifest.wave_title} ({manifest.wave})"
    yield "Closed", day_of(manifest.closed)
    version = f"version {manifest.questionnaire_version}"
    yield "Questionnaire", f"{manifest.questionnaire_title}, {version}"
    yield "Fingerprint of the questionnaire", manifest.questionnaire_fingerprint
    yield "Disclosure rules", policy_words.in_words(policy)
    yield "Groups that it shows", f"{manifest.shown:,}"
    yield "Groups that it does not show", f"{manifest.not_shown:,}"
    if manifest.replaces is not None:
        yield "Corrects", f"{manifest.replaces}: {manifest.correction}"


def _checks(release: Release) -> tuple[str, ...]:
    k = release.manifest.policy["k"]
    return (
        "Its files are whole, and the wave's release officers signed it.",
        f"Its audit holds: its certificates fit all that it shows, and by them each of the "
        f"{release.manifest.not_shown:,} groups that it does not show may be {k} people or more.",
    )


def _in_the_way(stores: Stores, name: str, release: Release) -> Iterator[str]:
    out = store.out(stores)
    if name in out:
        yield _OUT
        return
    order = ledger.order(stores, release.manifest.questionnaire)
    waiting = [one for one in order[: order.index(name)] if one not in out]
    if waiting:
        yield (
            f"Release {waiting[0][:12]} came before it and waits, and this one may tell of its "
            "figures; publish that one first."
        )


def _against(stores: Stores, name: str, release: Release) -> Iterator[str]:
    """What stands in the way of discarding: without it, what was audited with it fits no more."""
    out = store.out(stores)
    if name in out:
        yield _OUT
        return
    order = ledger.order(stores, release.manifest.questionnaire)
    after = order[order.index(name) + 1 :]
    published = [one for one in after if one in out]
    if published:
        yield (
            f"Release {published[0][:12]} was audited together with this one and is out; this one "
            "can only be published, and corrected then."
        )
    elif after:
        last = after[-1][:12]
        yield f"Release {last} was audited together with this one; discard that one first."
