"""Writes the sections of DISCLOSURE.md that the program itself can tell: `make docs`.

The examples are small invented waves that go through the real publishing, audit and certificates;
the policy is read from its one home. A test compares the file with what is written here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np

from analysis.attack.bases import attack_bases
from analysis.codebook import AnswerCategory, Codebook, Item, Reading, Variable, VariableCategory
from analysis.microdata import Microdata
from analysis.plan import Breakdown, Table, TablePlan, Value
from analysis.policy import RULES, DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.claims import Claims
from analysis.release.model import Release
from analysis.release.sums import Sums

PAGE = Path(__file__).with_name("DISCLOSURE.md")
POLICY = DisclosurePolicy()
WAVE = WaveFacts("example", "Example", date(2026, 1, 1))

Counts = Mapping[tuple[str, ...], int]
"""People by profile: one code per variable."""


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(written(PAGE.read_text()))


def written(page: str) -> str:
    """The page with every section between markers as the program tells it."""
    for name, lines in SECTIONS.items():
        begin, end = f"<!-- begin {name}, written by make docs -->", f"<!-- end {name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = "\n".join([f"{before}{begin}", *lines(), f"{end}{after}"])
    return page


def flat(breakdown: str, codes: Sequence[str]) -> Breakdown:
    """A breakdown of one level."""
    values = tuple(Value(code, code, breakdown, None, frozenset({code})) for code in codes)
    return Breakdown(breakdown, breakdown, breakdown, (breakdown,), values)


def nested(breakdown: str, parts: Mapping[str, Sequence[str]]) -> Breakdown:
    """Commands, and the departments in them."""
    wholes = [Value(one, one, "command", None, frozenset(codes)) for one, codes in parts.items()]
    inner = [
        Value(code, code, "department", one, frozenset({code}))
        for one, codes in parts.items()
        for code in codes
    ]
    return Breakdown(breakdown, breakdown, breakdown, ("command", "department"), (*wholes, *inner))


def released(
    breakdowns: Sequence[Breakdown],
    counts: Counts,
    answers: Mapping[tuple[str, ...], tuple[int, int]],
    *,
    sensitive: bool = False,
) -> tuple[Release, TablePlan]:
    """The Release of all breakdowns crossed, with one item.

    Args:
        breakdowns: one for each variable, named like it.
        counts: people by profile.
        answers: profile -> how many said yes, and how many of the others gave no answer.
        sensitive: whether the item is.
    """
    readings: tuple[tuple[str, Reading, float], ...] = (
        ("yes", "positive", 100.0),
        ("no", "negative", 0.0),
    )
    choices = tuple(AnswerCategory(code, code, reading, n) for code, reading, n in readings)
    item = Item("asked", "Asked", choices, "print", sensitive=sensitive)
    codes = [sorted({profile[at] for profile in counts}) for at in range(len(breakdowns))]
    variables = tuple(
        Variable(one.id, one.label, tuple(VariableCategory(code, code) for code in those))
        for one, those in zip(breakdowns, codes, strict=True)
    )
    book = Codebook("example", "1", "Example", "print", variables, (item,), ())
    names = tuple(one.id for one in breakdowns)
    tables = [Table(name, (name,), (None,)) for name in names]
    if len(names) > 1:
        tables.append(Table("-".join(names), names, (None,) * len(names)))
    plan = TablePlan(tuple(breakdowns), tuple(tables), ())
    profiles = [profile for profile, people in counts.items() for _ in range(people)]
    said: list[int] = []
    for profile, people in counts.items():
        yes, silent = answers.get(profile, (people // 2, 0))
        said += [0] * yes + [-1] * silent + [1] * (people - yes - silent)
    columns = {
        name: np.array([those.index(profile[at]) for profile in profiles])
        for at, (name, those) in enumerate(zip(names, codes, strict=True))
    }
    microdata = Microdata(len(profiles), columns, {"asked": np.array(said)})
    return publish(book, plan, microdata, wave=WAVE, policy=POLICY), plan


def policy() -> Iterator[str]:
    """The table of the policy."""
    yield "| value | default | unit | meaning | reason | source |"
    yield "|---|---|---|---|---|---|"
    for name, rule in RULES.items():
        words = (rule.unit, rule.meaning, rule.reason, rule.source)
        yield f"| `{name}` | {getattr(POLICY, name)} | {' | '.join(words)} |"


def crossing() -> Iterator[str]:
    """A table of two ways with one small cell."""
    units, sexes = ("east", "north", "south"), ("female", "male")
    people = ((33, 61), (42, 75), (7, 56))
    counts = {
        (unit, sex): people[a][b]
        for (a, unit), (b, sex) in product(enumerate(units), enumerate(sexes))
    }
    release, plan = released([flat("unit", units), flat("sex", sexes)], counts, {})
    yield "Seven women answered in the south. This is what is published of who answered, and in"
    yield "brackets how many there truly are where that is not shown:"
    yield ""
    yield "| | female | male | all |"
    yield "|---|---|---|---|"
    for unit in (*units, ""):
        row = [_cell(release, counts, unit, sex) for sex in (*sexes, "")]
        yield f"| {unit or 'all'} | {' | '.join(row)} |"
    yield ""
    hidden = [row.group for row in release.groups if row.base is None]
    small = next(one for one in hidden if "south" in one and "=female" in one)
    others = [one for one in hidden if one != small]
    yield f"`{small}` is too small. The others are hidden for its sake: with any one of"
    yield "them shown, a reader could subtract. The auditor, given such a Release and exact bases,"
    yield "says:"
    yield ""
    for other in others:
        found = list(attack_bases(_opened(release, other, counts), plan))
        words = found[0].words if found else "nothing, because bases below 100 are rounded"
        yield f"- with `{other}` shown: {words}."
    yield ""
    yield "As published, the certificates hold tables that fit every figure, in which that group is"
    yield f"{_spread(release, small)} people."


def hierarchy() -> Iterator[str]:
    """A command whose departments are not all large enough."""
    counts = {("a",): 118, ("b",): 64, ("c",): 6, ("d",): 130, ("e",): 150}
    units = nested("unit", {"response": "abc", "crime": "de"})
    release, _ = released([units], counts, {})
    yield "Department c has six people; its command, response, is shown. What is published:"
    yield ""
    yield "| group | people | published base |"
    yield "|---|---|---|"
    for row in release.groups:
        inside = units.value_by_id[row.values[0]].categories if row.values[0] else None
        truth = sum(n for (code,), n in counts.items() if inside is None or code in inside)
        yield f"| `{row.group}` | {truth} | {row.base or 'not shown'} |"
    yield ""
    yield "With b shown, c would be what response has more than a and b. So b goes too, being the"
    yield "smaller of the two; b and c together are 70 people, and the certificates hold tables in"
    yield f"which c is {_spread(release, 'unit=c')} people."


def routed() -> Iterator[str]:
    """An item that not everybody was asked."""
    counts = {("east",): 140, ("north",): 160, ("south",): 150}
    answers = {("east",): (30, 80), ("north",): (40, 90), ("south",): (4, 142)}
    release, _ = released([flat("unit", ("east", "north", "south"))], counts, answers)
    yield "A question was put to supervisors only. Eight of them work in the south:"
    yield ""
    yield "| group | people | asked | base of the question | percent yes |"
    yield "|---|---|---|---|---|"
    for row in release.groups:
        name = row.values[0]
        asked = sum(counts[code,] - answers[code,][1] for (code,) in counts if name in ("", code))
        shown = release.estimate_by_key[row.group, "asked"]
        told = "not shown" if shown.base is None else f"{shown.base} | {shown.positive} %"
        told = told if shown.base is not None else "not shown | not shown"
        yield f"| `{row.group}` | {row.base} | {asked} | {told} |"
    yield ""
    yield "The south is not shown for this question, and neither is one other unit, or the eight"
    yield "would be what is missing from the force. That unit is shown for every other question."


def sensitive() -> Iterator[str]:
    """Few people behind a share of a sensitive item."""
    yield "“Were you harassed?”, marked sensitive, by how many of the force said yes:"
    yield ""
    yield "| answered | said yes | published |"
    yield "|---|---|---|"
    for people, yes in ((400, 0), (400, 3), (400, 5), (400, 12), (60, 0), (60, 3)):
        release, _ = released(
            [flat("unit", ("all",))], {("all",): people}, {("all",): (yes, 0)}, sensitive=True
        )
        row = release.estimate_by_key["force", "asked"]
        bound = row.positive_bound.replace("_", " ")
        told = "not shown" if row.positive is None else f"{row.positive} % {bound}".strip()
        yield f"| {people} | {yes} | {told} |"
    yield ""
    few = POLICY.min_numerator
    yield f"Fewer than {few} are never told from none, nor all but so few from all."


def steps() -> Iterator[str]:
    """What a share says of the count behind it."""
    people, yes = 37, 26
    yield f"{yes} of {people} said yes, {100 * yes / people:.1f} %. The base is published as 35,"
    yield "so it may be anything from 33 to 37. Counts that a reader is left with:"
    yield ""
    yield "| published | base known | people who may have said yes |"
    yield "|---|---|---|"
    for step in (POLICY.share_step, POLICY.coarse_share_step):
        share = step * round(100 * yes / people / step)
        for known, sizes in (("exactly", (people,)), ("rounded", range(33, 38))):
            fits = sorted(
                {
                    n
                    for size in sizes
                    for n in range(size + 1)
                    if abs(100 * n / size - share) <= step / 2
                }
            )
            yield f"| {share} %, steps of {step} | {known} | {', '.join(map(str, fits))} |"
    yield ""
    yield "A whole percent gives the count away as soon as the base is known, and bases can often"
    yield f"be worked out. Below {POLICY.fine_base} people shares therefore stand in steps of"
    yield f"{POLICY.coarse_share_step}, and where that is not enough they are withheld."


def _cell(release: Release, counts: Counts, unit: str, sex: str) -> str:
    row = next(one for one in release.groups if one.values == (unit, sex))
    truth = sum(n for code, n in counts.items() if unit in ("", code[0]) and sex in ("", code[1]))
    return str(row.base) if row.base is not None else f"not shown ({truth})"


def _opened(release: Release, group: str, counts: Counts) -> Release:
    """With one hidden group shown after all, and all bases exact."""
    rows = []
    for row in release.groups:
        truth = sum(
            n
            for code, n in counts.items()
            if all(one in ("", other) for one, other in zip(row.values, code, strict=True))
        )
        shown = row.base is not None or row.group == group
        rows.append(replace(row, base=truth if shown else None, status="shown" if shown else "c"))
    policy = {**release.manifest.policy, "fine_base": 1}
    manifest = replace(release.manifest, policy=policy)
    return replace(release, manifest=manifest, groups=tuple(rows), measures=(), estimates=())


def _spread(release: Release, group: str) -> str:
    """The fewest and most people of a group in the tables of the certificates."""
    if release.certificates is None:
        raise ValueError("an example was not audited")
    sums = Sums(release, release.certificates.partial)
    tables = release.certificates.proofs[0].tables
    parts = np.array([table.parts for table in tables])
    counts = Claims(release, sums, "").counts(tables)
    found = counts[sums.cells[release.group_by_id[group].values]] / parts
    return f"{found.min():g}, and others in which it is {found.max():g}"


SECTIONS = {
    "policy": policy,
    "crossing": crossing,
    "hierarchy": hierarchy,
    "routed": routed,
    "sensitive": sensitive,
    "steps": steps,
}

if __name__ == "__main__":
    main()
