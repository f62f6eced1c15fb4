"""The list of waves on a readers' page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from analysis.plan import FORCE
from analysis.release.model import Release
from survey.results.words import CORRECTED, answers


@dataclass(frozen=True)
class WaveLink:
    """A wave to read, its title without what all begin with; `current` marks the one here."""

    title: str
    closed: str
    href: str
    current: bool


@dataclass(frozen=True)
class WaveFacts:
    """What every readers' page says of its wave.

    Attributes:
        invited, answered: of the whole force, in the words of every other table.
        corrected: that its figures replace earlier ones, and why; empty for a first Release.
        replaces: the first digits of the hash of the Release that it replaces.
        k: the smallest group shown; the other thresholds as in `DisclosurePolicy`.
    """

    title: str
    closed: str
    questionnaire: str
    answered: str
    invited: str
    k: int
    fine_base: int
    coarse_share_step: int
    base_step: int
    rate_step: int
    warnings: tuple[str, ...]
    corrected: str = ""
    replaces: str = ""


_THRESHOLDS = ("k", "fine_base", "coarse_share_step", "base_step", "rate_step")


def facts(release: Release) -> WaveFacts:
    """What `release` says of itself."""
    manifest = release.manifest
    force = release.group_by_id[FORCE]
    invited = "" if manifest.invited is None else f"about {manifest.invited:,}"
    return WaveFacts(
        title=manifest.wave_title,
        closed=day_of(manifest.closed),
        questionnaire=manifest.questionnaire_title,
        answered=answers(force, manifest.policy),
        invited=invited if force.headcount is None else f"{force.headcount:,}",
        warnings=manifest.warnings,
        corrected="" if manifest.correction is None else CORRECTED.format(manifest.correction),
        replaces=(manifest.replaces or "")[:12],
        **{name: int(manifest.policy[name]) for name in _THRESHOLDS},
    )


def links(
    releases: Iterable[Release], current: Release, address: Callable[[str], str]
) -> tuple[WaveLink, ...]:
    """A link to each wave of the same questionnaire, newest first."""
    of_kind = [
        one for one in releases if one.manifest.questionnaire == current.manifest.questionnaire
    ]
    short = titles(of_kind)
    found = [
        WaveLink(
            short[release.manifest.wave],
            day_of(release.manifest.closed),
            address(release.manifest.wave),
            release.manifest.wave == current.manifest.wave,
        )
        for release in of_kind
    ]
    return tuple(reversed(found))


def titles(releases: Iterable[Release]) -> dict[str, str]:
    """Wave titles by id for the trend lines, without the words that all of them begin with."""
    split = {one.manifest.wave: one.manifest.wave_title.split() for one in releases}
    shortest = min(map(len, split.values()), default=1) - 1
    same = 0
    while same < shortest and len({words[same] for words in split.values()}) == 1:
        same += 1
    return {wave: " ".join(words[same:]) for wave, words in split.items()}


def day_of(iso: str) -> str:
    """A day as people write it, of one as YYYY-MM-DD."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
