"""Two publications of one wave, or of one figure: what they say together, and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from operator import itemgetter

from analysis.attack.alike import Beside
from analysis.attack.bands import both
from analysis.attack.findings import Claim, Tried
from analysis.attack.grid import Cell
from analysis.attack.lineage import stood_for
from analysis.attack.material import Edition, Material, Published, whole
from analysis.attack.moved import both_written, few_moved, few_of_measures, people_of
from analysis.attack.states_before import attack_earlier
from analysis.attack.sums import Counts, Range, shown_people
from analysis.attack.united import at_once, attack_united, untold
from analysis.plan import TablePlan
from analysis.release.known import people
from analysis.release.rows import JOINED, EstimateRow, TrendRow

_WORKED_OUT = {
    *("weighted", "weighted_lower", "weighted_upper", "least", "most"),
    *("indicator", "effective", "moved", "partial", "missing"),
}
"""Columns that follow from others of the same Release, which are compared."""


def differences(material: Material) -> Tried:
    """Late answers, corrections, other exports: by how many people does a number differ?"""
    tried = Tried()
    for one, other in _pairs(material):
        for key in one.people.keys() & other.people.keys():
            table, row, column = key
            if _of_another_frame(one, other, column):
                continue
            least, most = whole(one.people[key]), whole(other.people[key])
            if least is None or most is None:
                continue
            tried.count()
            (a, b), (c, d) = people(least, one.policy), people(most, other.policy)
            low, high = max(a - d, c - b), max(b - c, d - a)
            if low >= 1 and high < material.k:
                where = f"{row[0]} ({table}, {column})"
                number = low if low == high else f"{low} to {high}"
                tried.fell(f"{one.name} and {other.name}: {number} people between {where}")
    for one_release, others in _of_same_wave(material):
        for other_release in others:
            _left_over(tried, material, one_release, other_release)
    for earlier, later in _earlier_first(material):
        _moved(tried, material, earlier, later)
    return tried


def _left_over(tried: Tried, material: Material, one: Published, other: Published) -> None:
    """By how many people two Releases differ in what the shown parts of a line leave of it."""
    before, after = shown_people(one.release), shown_people(other.release)
    both_show = before.keys() & after.keys()
    names = {row.values: row.group for row in one.release.groups}
    for whole_of, parts in Counts(one.release, material.plan_of(one.release), before).lines():
        taken = [part for part in parts if part in both_show]
        if whole_of not in both_show or not 0 < len(taken) < len(parts):
            continue
        tried.count()
        low = after[whole_of][0] - before[whole_of][1]
        high = after[whole_of][1] - before[whole_of][0]
        low -= sum(after[part][1] - before[part][0] for part in taken)
        high -= sum(after[part][0] - before[part][1] for part in taken)
        if low >= 1 and high < material.k:
            tried.fell(
                f"{one.name} and {other.name}: {low:.0f} to {high:.0f} people more in "
                f"{names[whole_of]} without its shown parts"
            )


def _earlier_first(material: Material) -> Iterator[tuple[Published, Published]]:
    """Two Releases of one wave that name groups alike, the one that replaces another as second."""
    for one, others in _of_same_wave(material):
        at = material.releases.index(one)
        for other in others:
            replaces = [each.release.manifest.replaces is not None for each in (one, other)]
            if replaces[1] > replaces[0] or (
                replaces[0] == replaces[1] and at < material.releases.index(other)
            ):
                yield one, other


def _moved(tried: Tried, material: Material, one: Published, other: Published) -> None:
    """Where somebody came or went between two Releases, but few, by all lines of both at once."""
    tried.count(len(other.release.groups))
    before, after = people_of(one.release), people_of(other.release)
    plan = material.plan_of(other.release)
    written = both_written(other.release, one.release)
    for few in few_moved(written, plan, before, after, k=material.k):
        tried.fell(f"{one.name} and {other.name}: {few.words}")
    cells = {row.group: row.values for row in one.release.groups}
    for _, told in few_of_measures(written, one.release, plan, cells, k=material.k):
        tried.fell(f"{one.name} and {other.name}: {told}")


def copies(material: Material) -> Tried:
    """Hidden in one publication of a wave and shown in another; banded in one and plain in one."""
    tried = Tried()
    for one, other in _pairs(material):
        both = one.cells.keys() & other.cells.keys()
        columns = Counter(map(itemgetter(2), both))
        compared = {column for column in columns if _is_compared(one, other, column)}
        tried.count(sum(columns[column] for column in compared))
        apart = (one.empty & both) ^ (other.empty & both)
        for table, row, column in sorted(key for key in apart if key[2] in compared):
            text = one.cells[table, row, column]
            empty, full = (one.name, other.name) if text == "" else (other.name, one.name)
            where = f"{' '.join(row)} ({table}, {column})"
            if column.endswith("bound"):
                tried.fell(f"{where}: banded in {full}, plain in {empty}")
            else:
                tried.fell(f"{where}: not in {empty}, but in {full}")
    return tried


def _is_compared(one: Edition, other: Edition, column: str) -> bool:
    return column not in _WORKED_OUT and not _of_another_frame(one, other, column)


def _of_another_frame(one: Edition, other: Edition, column: str) -> bool:
    """A correction may have other headcounts, which are nobody's answers: see `frames`."""
    return column in {"headcount", "response_rate"} and (one.corrects or other.corrects)


def trends(material: Material) -> Tried:
    """A later Release that tells of an earlier wave what that wave's own Release hides."""
    tried = Tried()
    of_wave = {one.release.manifest.wave: one for one in material.releases}
    for published in material.releases:
        for row in published.release.trends:
            earlier = of_wave.get(row.wave)
            own = row.wave == published.release.manifest.wave  # which `copies` looks at
            if earlier is None or row.value is None or own:
                continue
            tried.count()
            tried.add(_of_a_point(published, earlier, row))
        for finding in published.release.concerns:
            earlier = of_wave.get(finding.before)
            if earlier is None:
                continue
            tried.count()
            groups = stood_for(published.release, finding.group, earlier.release)
            if any(_shown_then(earlier, one, finding.measure) is None for one in groups):
                tried.fell(
                    f"{published.name} says {finding.state} of {finding.measure} in "
                    f"{finding.group}, pooled with {finding.before}, where {earlier.name} hides it"
                )
    return tried


def states(material: Material) -> Tried:
    """What the states of findings tell of answers, of earlier waves too: inequalities on gaps."""
    tried = Tried()
    tried.add(f"{one.name}: {breach.words}" for one, breach in material.found("state"))
    for published in material.releases:
        release = published.release
        earlier = [
            one.release
            for one in material.releases
            if one.release.manifest.questionnaire == release.manifest.questionnaire
            and one.release.manifest.closed < release.manifest.closed
        ]
        tried.count(sum(bool(row.before) for row in release.concerns))
        tried.add(
            f"{published.name}: {breach.words}"
            for breach in attack_earlier(release, earlier, material.plan_of(release))
        )
    return tried


def _of_a_point(published: Published, earlier: Published, row: TrendRow) -> Iterator[str]:
    """What a point tells that the earlier Release does not: of groups that stood for it, too."""
    groups = [row.group] if row.was is None else row.was.split(JOINED)
    then = [_shown_then(earlier, one, row.measure) for one in groups]
    told = f"{published.name} tells {row.measure} of {row.group} in {row.wave}, which"
    for group, figure in zip(groups, then, strict=True):
        if figure is None:
            yield f"{told} {earlier.name} hides" + (f" ({group})" if row.was else "")
    shown = [one for one in then if one is not None and one.positive is not None]
    if len(shown) < len(groups):
        return
    # Together they lie between the parts, and stand in a step of their own.
    every = {value for one in shown for value in (one.positive, one.weighted, one.score) if value}
    step = 0 if len(groups) == 1 else earlier.release.manifest.policy["coarse_share_step"]
    inside = len(groups) > 1 and min(every) - step <= (row.value or 0) <= max(every) + step
    if row.value not in every and not inside:
        said = " and ".join(f"{one.positive} %" for one in shown)
        yield (
            f"{published.name} says {row.value} % for {row.measure} of {row.group} in "
            f"{row.wave}, {earlier.name} says {said}"
        )


def _shown_then(earlier: Published, group: str, measure: str) -> EstimateRow | None:
    row = earlier.release.estimate_by_key.get((group, measure))
    return None if row is None or row.status != "shown" else row


def together(material: Material) -> Tried:
    """Bases of all publications of one wave as one system: other bands, other k, other tables."""
    tried = Tried()
    for one, others in _of_same_wave(material):
        known = [shown_people(other.release) for other in others]
        hidden = [row for row in one.release.groups if row.base is None]
        if not hidden:
            continue
        met = _met(shown_people(one.release), known)
        if met is None:
            continue  # Different people: `differences` looks at by how many.
        counts = Counts(one.release, material.plan_of(one.release), met)
        for row in hidden:
            tried.count()
            found = met.get(row.values) or counts.range([row.values])
            if found is None:
                break
            low, high = found
            if high < material.k or low == high:
                names = ", ".join(published.name for published in (one, *others))
                words = f"{names} together: {row.group} is {low:.0f} to {high:.0f} people"
                tried.fell(words, Claim(one.release.manifest.wave, ((row.values, 1),), *found))
    for first, second in combinations(material.releases, 2):
        if first.release.manifest.wave == second.release.manifest.wave:
            _answers_together(tried, material, first, second)
    return tried


def _are_named_in(other: TablePlan, plan: TablePlan) -> bool:
    """Whether the groups of another plan are groups of this one, of the same people."""
    return all(old == new for old, new in both(plan, other)[1].items())


def _answers_together(tried: Tried, material: Material, one: Published, other: Published) -> None:
    """How a few answered whom two Releases of one wave leave between them: see `united`."""
    plan, others_plan = material.plan_of(one.release), material.plan_of(other.release)
    if plan is None or others_plan is None:
        return
    if _are_named_in(plan, others_plan) and not _are_named_in(others_plan, plan):
        one, other, plan, others_plan = other, one, others_plan, plan  # It has levels more.
    plan, names = both(plan, others_plan)
    known = one.release.group_by_id.keys() | names.keys()
    if not {row.group for row in other.release.groups} <= known:
        return  # Another plan than the one that is known.
    beside = Beside(other.release, names)
    choices = tuple(at_once(one.release, (beside,), plan))
    whose = f"{one.name} and {other.name}"
    if len(choices) > 1:  # Of other answers: one of these it is, or less.
        whose += ", if as many groups as can be are as they were"
    for all_shown in choices:
        for group, (low, high) in untold(all_shown, plan):
            tried.count()
            if low >= 1 and high < material.k:
                tried.fell(f"{whose}: {group} is {low:.0f} to {high:.0f} people")
    tried.add(f"{whose}: {breach.words}" for breach in attack_united(one.release, (beside,), plan))


def _pairs(material: Material) -> Iterator[tuple[Edition, Edition]]:
    """Two of one wave; exports that are as their Release are as each other."""
    released = {one.release.manifest.wave for one in material.releases}
    releases = len(material.releases)
    for (at, one), (_, other) in combinations(enumerate(material.editions), 2):
        if one.wave in released and at >= releases:
            continue
        if one.wave == other.wave and one.order.keys() & other.order.keys():
            yield one, other


def _of_same_wave(material: Material) -> Iterator[tuple[Published, list[Published]]]:
    for one in material.releases:
        others = [
            other
            for other in material.releases
            if other is not one and other.release.manifest.wave == one.release.manifest.wave
            and [b.id for b in other.release.manifest.breakdowns]
            == [b.id for b in one.release.manifest.breakdowns]
            and _name_alike(material, one, other)
        ]  # fmt: skip
        if others:
            yield one, others


def _name_alike(material: Material, one: Published, other: Published) -> bool:
    """Whether groups of the same name are of the same people, as far as plans are known."""
    plans = [material.plan_of(each.release) for each in (one, other)]
    if plans[0] is None or plans[1] is None:
        return True
    return _are_named_in(plans[1], plans[0]) or _are_named_in(plans[0], plans[1])


def _met(own: Mapping[Cell, Range], known: list[dict[Cell, Range]]) -> dict[Cell, Range] | None:
    """What all say of each group; None where two cannot be of the same people."""
    found = dict(own)
    for other in known:
        for cell, (low, high) in other.items():
            least, most = found.get(cell, (0.0, float("inf")))
            found[cell] = (max(low, least), min(high, most))
            if found[cell][0] > found[cell][1]:
                return None
    return found
