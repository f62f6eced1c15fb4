"""What is said in words, ranks, gaps and order: inequalities about what is not shown."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.attack.findings import Claim, Tried
from analysis.attack.material import Edition, Material, whole
from analysis.attack.sums import shown_people
from analysis.release.free_text import names
from analysis.release.sides import is_side

_VALUES = {
    "groups": ("base", "headcount", "response_rate"),
    "estimates": (
        *("base", "positive", "neutral", "negative", "score", "lower", "upper"),
        *("positive_bound", "neutral_bound", "negative_bound"),
        *("weighted", "weighted_lower", "weighted_upper", "least", "most"),
    ),
    "distributions": ("percent", "bound"),
    "comparisons": ("gap", "lower", "upper", "smallest"),
    "trends": ("value", "bound", "lower", "upper"),
    "benchmarks": ("gap", "lower", "upper"),
    "slopes": ("since", "waves", "change", "lower", "upper", "direction"),
    "concerns": ("state", "gap", "words"),
    "procedures": (
        *("at_risk", "cases", "rate", "rest_rate", "rate_gap", "gap_lower", "gap_upper"),
        *("ratio", "ratio_lower", "ratio_upper", "clear", "words"),
    ),
    "changes": (
        *("value_before", "value_after", "change", "others", "others_change"),
        *("excess", "lower", "upper", "regression"),
    ),
    "representativeness": ("indicator", "effective", "moved", "partial", "missing"),
    "reliability": ("alpha", "lower", "upper"),
    "drivers": ("share", "first", "last", "explained"),
    "standardised": ("parts_level", "goes_with", "stays", "lower", "upper"),
}
_NAMING = ("comparisons", "concerns")


def hidden_rows(material: Material) -> Tried:
    """Any value in a row that is not shown; any finding, gap or rank that names a hidden group."""
    tried = Tried()
    for edition in material.editions:
        hidden = _hidden(material, edition)
        for (table, row, column), text in edition.cells.items():
            named = row[0] in hidden or (table in _NAMING and row[2] in hidden)
            if not named or column not in _VALUES[table]:
                continue
            tried.count()
            if text and not _of_an_earlier_wave(edition, table, row):
                tried.fell(f"{edition.name} ({table}): {text} stands at {' '.join(row)}")
    tried.add(f"{one.name}: {breach.words}" for one, breach in material.found("leak"))
    return tried


def sentences(material: Material) -> Tried:
    """Words of findings, warnings, reasons, deeds and sources that name a hidden group."""
    tried = Tried()
    for published in material.releases:
        release = published.release
        shown = {row.label for row in release.groups if row.status == "shown"}
        hidden = {row.label for row in release.groups if row.status != "shown"} - shown
        said = [row.words for row in release.concerns]
        said += [*(row.words for row in release.changes), *release.manifest.warnings]
        said += [row.words for row in release.procedures if row.words]
        said += [
            *(row.done for row in release.changes),
            *(row.source for row in release.benchmarks),
        ]
        said += [release.manifest.correction] if release.manifest.correction else []
        for text in said:
            tried.count()
            for label in sorted(hidden):
                if label in text or names(text, label):
                    tried.fell(f"{published.name}: “{text}” speaks of {label}, which is hidden")
    return tried


def against_the_rest(material: Material) -> Tried:
    """A gap "against everybody else" tells of everybody else: are they few, or all alike?"""
    tried = Tried()
    for published in material.releases:
        release = published.release
        known = shown_people(release)
        for row in release.comparisons:
            if row.gap is None or not {row.group, row.against} <= release.group_by_id.keys():
                continue
            if is_side(release, row):
                continue  # Two groups beside each other leave no rest.
            tried.count()
            part = release.group_by_id[row.group].values
            whole_of = release.group_by_id[row.against].values
            if part not in known or whole_of not in known:
                continue
            low = known[whole_of][0] - known[part][1]
            high = known[whole_of][1] - known[part][0]
            if high < material.k and high >= 1:
                tried.fell(
                    f"{published.name}: {row.group} against the rest of {row.against}, who are "
                    f"{max(0, low):.0f} to {high:.0f} people ({row.measure})",
                    Claim(release.manifest.wave, ((whole_of, 1), (part, -1)), low, high),
                )
    return tried


def presence(material: Material) -> Tried:
    """Is anybody there at all? Missing rows, zeros, other numbers of rows, order by size."""
    tried = Tried()
    tried.add(f"{one.name}: {breach.words}" for one, breach in material.found("presence"))
    for edition in material.editions:
        for (table, row, column), text in edition.cells.items():
            if column in ("base", "headcount"):
                tried.count()
                if text == "0":
                    tried.fell(f"{edition.name} ({table}): nobody is in {' '.join(row)}")
        for table in ("estimates", "distributions"):
            tried.count()
            tried.add(_uneven(edition, table))
        tried.count()
        tried.add(_sorted(edition))
    return tried


def _uneven(edition: Edition, table: str) -> Iterator[str]:
    """Groups with another number of rows than most."""
    groups = edition.order.get(table, ())
    rows = {group: groups.count(group) for group in dict.fromkeys(groups)}
    usual = max(rows.values(), default=0)
    for group, number in rows.items():
        if number != usual:
            yield f"{edition.name} ({table}): {group} has {number} rows, others {usual}"


def _sorted(edition: Edition) -> Iterator[str]:
    """Rows in the order of their bases, so that a hidden one lies between its neighbours."""
    order = edition.order.get("groups", ())
    bases = [whole(edition.cells.get(("groups", (group,), "base"), "")) for group in order]
    shown = [base for base in bases if base is not None]
    if len(set(shown)) < 6 or len(shown) == len(bases):
        return
    if shown in (sorted(shown), sorted(shown, reverse=True)):
        yield f"{edition.name} (groups): rows stand in the order of their bases"


def _hidden(material: Material, edition: Edition) -> frozenset[str]:
    """Hidden groups of an edition: by its own rows, or by any publication of its wave."""
    return frozenset(
        group for other in material.editions if other.wave == edition.wave for group in other.hidden
    )


def _of_an_earlier_wave(edition: Edition, table: str, row: tuple[str, ...]) -> bool:
    """A point of a trend of another wave, which that wave's own Release judges."""
    return table == "trends" and row[-1] != edition.wave
