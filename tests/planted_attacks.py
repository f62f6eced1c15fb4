"""Material of each attack with a weakness that is planted for it, and a clean Release."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import fixtures_overlaps as overlaps
import fixtures_procedures as counts
import fixtures_several_waves as several
import fixtures_states as waves

from analysis.attack.material import Material, Page, Published, Records, Sheet, Unseen, Workbook
from analysis.export import csv_bytes
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release
from analysis.release.rows import ConcernRow, TrendRow

PLAN = fixtures.plan()
HIDDEN = "command=north&ethnicity=majority"
NOBODY = {"base": None, "headcount": None, "response_rate": None, "status": "c"}


@cache
def clean(wave: str = "one") -> Release:
    study = fixtures.small(400, seed=3)
    return publish(
        study.codebook,
        PLAN,
        study.microdata,
        wave=WaveFacts(wave, wave, date(2026, 3, 31)),
        policy=DisclosurePolicy(),
        headcounts={f"command={unit}": 150 for unit in fixtures.DEPARTMENTS},
    )


def groups(**changes: dict[str, object]) -> Release:
    rows = tuple(
        replace(row, **changes.get(row.group, {}))  # type: ignore[arg-type]
        for row in clean().groups
    )
    return replace(clean(), groups=rows)


def with_estimates(made: Release, measure: str, **changes: dict[str, object]) -> Release:
    rows = tuple(
        replace(row, **changes[row.group])  # type: ignore[arg-type]
        if row.measure == measure and row.group in changes
        else row
        for row in made.estimates
    )
    return replace(made, estimates=rows)


def of(*releases: Release, **more: object) -> Material:
    published = tuple(Published(f"release-{at}", one) for at, one in enumerate(releases))
    return Material(published, plan=PLAN, **more)  # type: ignore[arg-type]


def sheet(name: str, text: str) -> Sheet:
    header, *rows = (line.split(",") for line in text.split())
    return Sheet(name, tuple(header), tuple(dict(zip(header, row, strict=True)) for row in rows))


def export(release: Release, table: str, old: str = "", new: str = "") -> Sheet:
    text = csv_bytes(release, table).decode().replace(old, new, 1)
    header, *cells = csv.reader(text.splitlines())
    found = tuple(dict(zip(header, row, strict=True)) for row in cells)
    return Sheet(f"one-{table}.csv", tuple(header), found)


def long_table(hidden: str = "", left: int = 40, children: tuple[int, ...] = (300, 200)) -> Sheet:
    """A force of two commands; on every item one in ten of it is in neither of them."""
    lines = ["unit,parent,item,count"]
    for item in ("q1", "q2", "q3", "q4", "q5"):
        lines.append(f"force,,{item},{sum(children) + left}")
        for unit, people in zip(("north", "south"), children, strict=True):
            lines.append(f"{unit},force,{item},{'' if hidden == f'{unit} {item}' else people}")
    return sheet("long.csv", "\n".join(lines))


def _trend() -> Material:
    told = TrendRow(HIDDEN, "leadership", "one", 55, "", 40, 70, True, "shown")
    return of(clean(), replace(clean("two"), trends=(*clean("two").trends, told)))


def merged_now(made: Release) -> Release:
    """The same Release, saying that the north was two departments that were merged."""
    units, *others = made.manifest.breakdowns
    units = replace(units, was=(("north", ("north-a", "north-b")),))
    return replace(made, manifest=replace(made.manifest, breakdowns=(units, *others)))


def _reorganised() -> Material:
    """Of two departments one was hidden; then they were merged, and the new one was shown."""
    before = groups(**{"command=north-b": NOBODY})
    new = (before.group_by_id["command=north-a"].base or 0) + 4
    return of(before, merged_now(groups(**{"command=north": {"base": new}})))


def _comparison() -> Material:
    made = groups(**{"probationer=no": {"base": 396}})
    first = next(row for row in made.comparisons if row.group == "probationer=no")
    row = replace(first, against="force", gap=3, lower=1, upper=5, status="shown")
    return of(replace(made, comparisons=(*made.comparisons, row)))


def _differences() -> Material:
    made = groups(**{"probationer=no": {"base": 381}})
    rest = {"positive_bound": "", "neutral": None, "negative": None}
    return of(
        with_estimates(
            made,
            "led",
            **{
                "force": {"base": 394, "positive": 53, **rest},
                "probationer=no": {"base": 375, "positive": 50, **rest},
            },
        )
    )


def _index() -> Material:
    none = {"base": None, "positive": None, "neutral": None, "negative": None, "status": "c"}
    made = with_estimates(clean(), "led", force=none)
    made = with_estimates(made, "seen", force={"positive": 6, "positive_bound": ""})
    return of(with_estimates(made, "leadership", force={"positive": 50, "positive_bound": ""}))


def _narrow() -> Material:
    """One limit of a gap is as near as exact counts would put it."""
    made = clean()
    at = next(at for at, row in enumerate(made.comparisons) if row.gap is not None)
    row = replace(made.comparisons[at], lower=(made.comparisons[at].lower or 0) + 1)
    return of(replace(made, comparisons=(*made.comparisons[:at], row, *made.comparisons[at + 1 :])))


def page(row: str) -> Material:
    shown = "<tr><th>South</th><td>45</td><td>57%</td></tr>"
    kept = "<tr><th>Team 12</th><td>[c]</td><td>[c]</td></tr>"
    return of(pages=(Page("board.html", f"<table>{shown}{kept}{row}</table>"),))


def _frames() -> Material:
    """Of one unit all but three answered: its whole less the other one, of another Release."""
    untold = {"headcount": None, "response_rate": None}
    whole = 150 + (clean().group_by_id["command=north-a"].base or 0) + 3
    above = {"force": untold, "command=response": untold, "command=north-a": untold}
    second = above | {"command=north-b": untold, "command=north": {"headcount": whole}}
    return of(groups(**above, **{"command=north": untold}), groups(**second))


def finding() -> ConcernRow:
    gaps = (-10, -20, -1, 15)
    return ConcernRow(
        "command=north", "leadership", "concern", "emerging", "force", *gaps, "words", ""
    )


def _processes() -> Material:
    """Of one department's cases there are four; those of all others are shown."""
    made = counts.unprotected(counts.few_cases(), "command=north-b")
    return Material((Published("release-0", made),), plan=counts.plan())


PLANTED: dict[str, Callable[[], Material]] = {
    "sums": lambda: of(groups(**{"command=north-a": {"base": 138}, "command=north-b": NOBODY})),
    "crosses": lambda: of(
        groups(
            **{
                "probationer=no": {"base": 381},
                "ethnicity=majority&probationer=no": {"base": 284},
            }
        )
    ),
    "overlaps": lambda: Material(
        (Published("release-0", overlaps.careless(overlaps.FLAT, overlaps.force(3))),),
        plan=overlaps.FLAT,
    ),
    "rests": lambda: of(groups(**{"probationer=yes": {"base": 115}})),
    "editions": lambda: of(clean(), groups(force={"base": 404})),
    "copies": lambda: of(
        clean(), groups(**{"probationer=yes": {**NOBODY}, "probationer=no": {**NOBODY}})
    ),
    "together": lambda: of(clean(), groups(**{HIDDEN: {"base": 118, "status": "shown"}})),
    "trends": _trend,
    "joiners": several.joined,
    "pooled": several.pooled,
    "reorganised": _reorganised,
    "processes": _processes,
    "states": lambda: replace(of(waves.careless(), waves.later("confirmed")), plan=waves.PLAN),
    "bands": lambda: of(with_estimates(clean(), "led", force={"base": 60, "positive": 57})),
    "no-base": lambda: of(with_estimates(clean(), "led", force={"base": None})),
    "means": lambda: of(with_estimates(clean(), "leadership", force={"score": 57.13})),
    "spreads": lambda: of(sheets=(sheet("means.csv", "unit,n,mean,sd north,12,4.00,0.00"),)),
    "differences": _differences,
    "indices": _index,
    "limits": _narrow,
    "estimates": lambda: of(sheets=(long_table("south q3", children=(300, 6)),)),
    "items": lambda: of(with_estimates(clean(), "led", **{"command=north": {"base": 5}})),
    "rates": lambda: of(groups(**{"command=north": {"headcount": 146, "response_rate": 95}})),
    "headcounts": lambda: of(groups(**{"command=north": {"response_rate": 100}})),
    "frames": _frames,
    "residuals": lambda: of(sheets=(long_table(left=4),)),
    "coalitions": lambda: of(groups(**{"probationer=yes": {"base": 30}})),
    "all-but-us": lambda: of(
        with_estimates(clean(), "led", **{"command=north": {"base": 100, "positive": 98}})
    ),
    "presence": lambda: of(replace(clean(), estimates=clean().estimates[:-1])),
    "hidden-rows": lambda: of(groups(**{HIDDEN: {"headcount": 40}})),
    "sentences": lambda: of(
        replace(
            clean(),
            manifest=replace(clean().manifest, warnings=("The largest fall: North, Majority.",)),
        )
    ),
    "against-the-rest": _comparison,
    "pages": lambda: page('<tr><th>North</th><td title="7 people">[c]</td><td>[c]</td></tr>'),
    "workbooks": lambda: of(
        workbooks=(Workbook("one.xlsx", (), (Unseen("truth!B2, which is hidden", "7"),), 9),)
    ),
    "records": lambda: of(
        clean(), records=(Records("api.json", {"groups": [{"id": HIDDEN, "people": 7}]}),)
    ),
    "sizes": lambda: of(
        sheets=(replace(export(clean(), "groups"), beyond=tuple(range(len(clean().groups)))),)
    ),
    "comments": lambda: of(
        comments=("More sergeants for the night shift, please.",),
        pages=(Page("hr.html", "<p>They ask for sergeants for the night shift.</p>"),),
    ),
}
