"""What stands around the tables of a workbook: whose it is, by which rule, and what to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.policy import RULES
from analysis.release.headings import SYMBOLS
from analysis.release.model import Release
from survey.results import waves
from survey.results.exporting.sheets import CHANCE, HIDDEN, RANGE, ROUNDED, Sheet
from survey.results.reading import WHOLE_FORCE
from survey.results.scope import Scope

NOTES: Mapping[str, str] = {
    ROUNDED: "Figures are rounded before they are published, and those of small groups further. "
    "The sheet Rule says in which steps. They need not add up.",
    HIDDEN: "A group of too few people is not shown, and neither is one that would give such a "
    "group away by subtraction. All its cells are [c], whatever was answered.",
    RANGE: "The range is where the figure may plausibly lie, 95 times in 100, if others of the "
    "same people had answered. Groups with overlapping ranges need not differ.",
    CHANCE: "Among many comparisons some look large by chance. Only what the rule raised, in the "
    "sheet Concerns and strengths, is unlikely to be chance. It does not tell us why.",
}
"""Notes that titles of sheets refer to."""

SOURCE = "The published Release, and nothing else. No file holds a figure that is not shown."


@dataclass(frozen=True)
class Cover:
    """The first sheet of a workbook.

    Attributes:
        about: sentences on the survey; `reading` on how to read the tables.
    """

    title: str
    about: tuple[str, ...]
    reading: tuple[str, ...]


def of_wave(release: Release, digest: str, scope: Scope) -> Cover:
    """The cover of one wave's workbook; `digest` is the hash of its Release."""
    facts = waves.facts(release)
    manifest = release.manifest
    whose = WHOLE_FORCE if scope.command is None else f"{scope.command.label}, and the whole force"
    asked = f" of {facts.invited}" if facts.invited else ""
    about = [
        f"Whose results: {whose}.",
        f"Survey: {facts.title} ({manifest.wave}), closed on {facts.closed}.",
        f"Questionnaire: {facts.questionnaire}, version {manifest.questionnaire_version}.",
        f"Base: {facts.answered}{asked} people in the whole force answered (unweighted).",
        rule(release),
        f"Made from the Release {digest}.",
    ]
    if facts.corrected:
        about.append(facts.corrected)
    return Cover(f"{facts.questionnaire}: {facts.title}", (*about, *facts.warnings), _reading())


def of_waves(releases: Mapping[str, Release]) -> Cover:
    """The cover of the workbook of all waves, by hash of their Releases."""
    newest = list(releases.values())[-1]
    facts = waves.facts(newest)
    about = (
        f"Whose results: {WHOLE_FORCE}, over {len(releases)} surveys up to {facts.title} "
        f"({newest.manifest.wave}), closed on {facts.closed}.",
        "The sheet Surveys has the base of each, and the Release that it is made from.",
        rule(newest),
        "Compare surveys by the sheet Trends alone: it says where a line is broken.",
    )
    return Cover(f"{facts.questionnaire}: all surveys", about, _reading())


def rule(release: Release) -> str:
    """The thresholds that matter to a reader, in one sentence."""
    facts = waves.facts(release)
    return (
        f"Rule: groups of fewer than {facts.k} people are not shown; of fewer than "
        f"{facts.fine_base} people, people are rounded to {facts.base_step} and percents to "
        f"{facts.coarse_share_step}. The sheet Rule has all of it."
    )


def rules(release: Release) -> Sheet:
    """Every threshold of the disclosure policy, as the manifest has it."""
    policy = release.manifest.policy
    rows = [
        (name, int(policy[name]), one.unit, one.meaning, one.reason)
        for name, one in RULES.items()
        if name in policy
    ]
    names = ("Name", "Value", "Unit", "What it decides", "Why")
    return Sheet("Rule", "The rule by which figures are shown, rounded or hidden", names, rows)


def methods(release: Release) -> Sheet:
    """How figures were worked out, as the manifest has it."""
    rows = sorted(release.manifest.methods.items())
    return Sheet("Methods", "How figures were worked out", ("Of what", "By what"), rows)


def noted(sheets: Sequence[Sheet]) -> dict[str, str]:
    """The notes that some sheet refers to."""
    used = {one for sheet in sheets for one in sheet.notes}
    return {key: text for key, text in NOTES.items() if key in used}


def _reading() -> tuple[str, ...]:
    return (
        *(f"{symbol} {meaning}." for symbol, meaning in SYMBOLS.items()),
        "Each sheet has one table, with ids in its last columns, by which it can be joined to the "
        "other sheets and to the tables as CSV.",
        SOURCE,
    )
