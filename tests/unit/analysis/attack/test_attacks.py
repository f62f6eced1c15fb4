"""Every attack finds the weakness that is planted for it, and nothing in a clean Release."""

from __future__ import annotations

from dataclasses import replace

import pytest
from planted_attacks import (
    HIDDEN,
    PLANTED,
    clean,
    export,
    finding,
    groups,
    long_table,
    merged_now,
    of,
    page,
    sheet,
    with_estimates,
)

from analysis.attack.findings import Claim, Tried
from analysis.attack.frames import frames
from analysis.attack.material import Material, Page, Records
from analysis.attack.trying import ATTACKS, attack
from analysis.release.rows import TrendRow


def fallen(material: Material) -> dict[str, Tried]:
    return {one.attack.id: one.tried for one in attack(material) if one.tried.falls}


def test_nothing_falls_of_a_clean_release() -> None:
    assert any(row.status == "c" for row in clean().groups)
    exports = tuple(export(clean(), table) for table in ("groups", "estimates", "distributions"))
    material = of(clean(), clean("two"), sheets=(*exports, long_table()), comments=("Stop.",))
    assert fallen(material) == {}
    assert fallen(replace(page(""), plan=None)) == {}


def test_every_attack_has_a_planted_weakness() -> None:
    assert set(PLANTED) == {one.id for one in ATTACKS}
    assert {one.family for one in ATTACKS} == set(range(1, 15))


@pytest.mark.parametrize("one", ATTACKS, ids=lambda one: one.id)
def test_an_attack_finds_what_is_planted_for_it(one) -> None:  # type: ignore[no-untyped-def]
    tried = one.run(PLANTED[one.id]())
    assert tried.falls
    assert tried.tries or one.family == 11
    if one.family not in (6, 9, 13, 14):
        assert one.run(of(clean())).falls == []


@pytest.mark.slow
def test_a_merged_unit_tells_of_an_earlier_wave_only_what_all_its_parts_showed_then() -> None:
    was = "command=north-a + command=north-b"
    told = TrendRow("command=north", "led", "one", 55, "", 40, 70, True, "shown", was)
    later = merged_now(replace(clean("two"), trends=(told,)))
    assert fallen(of(clean(), later)) == {}
    for hidden in ("command=north-a", "command=north-b"):
        before = with_estimates(clean(), "led", **{hidden: {"positive": None, "status": "c"}})
        found = fallen(of(before, later))["trends"].falls
        assert any(f"hides ({hidden})" in fall.words for fall in found)
    far = replace(later, trends=(replace(told, value=95),))
    assert "trends" in fallen(of(clean(), far))


def test_a_finding_pooled_with_parts_that_were_hidden_falls() -> None:
    first = clean().concerns[:1] or (finding(),)
    rests = replace(first[0], group="command=north", state="confirmed", before="one")
    later = merged_now(replace(clean("two"), concerns=(rests,)))
    assert "trends" not in fallen(of(clean(), later))
    none = {"positive": None, "status": "c"}
    before = with_estimates(clean(), rests.measure, **{"command=north-b": none})
    assert "trends" in fallen(of(before, later))


@pytest.mark.slow
def test_a_correction_may_have_other_headcounts() -> None:
    manifest = replace(clean().manifest, replaces="f" * 64, correction="Wrong headcounts")
    wrong = {"command=south-a": {"headcount": 154, "response_rate": 100}}
    other = groups(**{"command=south-a": {"headcount": 154}})
    assert "editions" in fallen(of(clean(), other))
    assert "editions" not in fallen(of(clean(), replace(other, manifest=manifest)))
    assert "headcounts" in fallen(of(clean(), replace(groups(**wrong), manifest=manifest)))


def test_the_reason_of_a_correction_is_read_too() -> None:
    (label,) = {row.label for row in clean().groups if row.group == HIDDEN}
    said = {"replaces": "f" * 64, "correction": f"The headcount of {label}."}
    corrected = replace(clean(), manifest=replace(clean().manifest, **said))  # type: ignore[arg-type]
    assert "sentences" in fallen(of(corrected))
    assert "comments" in fallen(of(corrected, comments=(said["correction"],)))


def test_what_a_hidden_group_is_known_to_be_is_a_claim() -> None:
    (found,) = [fall for fall in fallen(PLANTED["sums"]())["sums"].falls if "north-b" in fall.words]
    values = clean().group_by_id["command=north-b"].values
    assert found.claim == Claim("one", ((values, 1),), 5, 5)


@pytest.mark.parametrize(
    ("row", "falls"),
    [
        ('<tr><th>North</th><td class="pale">[c]</td><td>[c]</td></tr>', True),
        ('<tr data-n="8"><th>North</th><td>[c]</td><td>[c]</td></tr>', True),
        ("<tr><th>North</th><td>[c]<span hidden>8</span></td><td>[c]</td></tr>", True),
        ('<tr><th>North</th><td>57%</td><td style="display: none">8</td></tr>', True),
        ("<!-- 8 people -->", True),
        ('<tr><th><a href="/north-8">North 8</a></th><td>[c]</td><td>[c]</td></tr>', False),
        ("<!-- a row for each group -->", False),
        ("<tr><th>North</th><td>35% or less (0 to 60) then, [c] now</td></tr>", False),
        ("<tr><th>North</th><td>35%, weighted 40%, rounded to 5 then, [c] now</td></tr>", False),
        ("<tr><th>North</th><td>35% (20 to 60) then, [c] now, of 7</td></tr>", True),
        ("<tr><th>North</th><td>of 7, 35% (20 to 60) then, [c] now</td></tr>", True),
    ],
)
def test_markup_tells_by_its_differences_and_its_numbers(row: str, falls: bool) -> None:
    assert ("pages" in fallen(page(row))) is falls


@pytest.mark.parametrize(("places", "falls"), [((150, 150), False), ((150, 90), True)])
def test_a_drawing_puts_all_that_is_not_shown_at_one_height(
    places: tuple[int, int], falls: bool
) -> None:
    texts = "".join(f'<text x="{at}" y="{y}">[c]</text>' for at, y in enumerate(places))
    assert ("pages" in fallen(of(pages=(Page("trend.html", f"<svg>{texts}</svg>"),)))) is falls


def test_an_export_is_held_against_its_release() -> None:
    row = clean().group_by_id["command=north"]
    changed = export(clean(), "groups", f",{row.base},", f",{(row.base or 0) + 3},")
    assert set(fallen(of(clean(), sheets=(changed,)))) == {"editions"}
    loose = export(clean(), "groups", ",,,,c", ",40,,,c")
    assert {"copies", "hidden-rows"} <= set(fallen(of(clean(), sheets=(loose,))))
    assert "hidden-rows" in fallen(of(sheets=(loose,)))


def test_an_export_alone_gives_away_what_its_parts_leave() -> None:
    row = clean().group_by_id["command=response"]
    assert fallen(of(sheets=(export(clean(), "groups"),))) == {}
    few = export(clean(), "groups", f",{row.base},", f",{143 + 148 + 4},")
    (found,) = fallen(of(sheets=(few,)))["residuals"].falls
    assert "command=response, base: the children leave 4 people" in found.words


def test_pairs_that_leave_one_to_nine_people_are_found_and_no_others() -> None:
    """A publication of 30 parents and 8 questions, its children under 10 not shown."""
    planted, lines = set(), ["unit,parent,item,count"]
    for parent in range(30):
        for item in range(8):
            few = (parent * 7 + item * 3) % 12
            counts = [40 + parent, 55 + item, few]
            lines.append(f"p{parent},,q{item},{sum(counts)}")
            for child, people in enumerate(counts):
                lines.append(f"p{parent}c{child},p{parent},q{item},{people if people > 9 else ''}")
            if 1 <= few <= 9:
                planted.add(f"long.csv: p{parent}, q{item}: the children leave {few} people")
    found = fallen(of(sheets=(sheet("long.csv", "\n".join(lines)),)))["residuals"]
    assert {fall.words for fall in found.falls} == planted
    assert found.tries == 240


def test_a_unit_hidden_for_one_item_is_estimated_from_the_others() -> None:
    (found,) = fallen(PLANTED["estimates"]())["estimates"].falls
    assert "south is estimated at 6 people" in found.words
    large = long_table("south q3", children=(300, 200))
    assert "estimates" not in fallen(of(sheets=(large,)))


@pytest.mark.parametrize(("headcount", "rate", "falls"), [(151, 35, 1), (103, 55, 0)])
def test_two_rates_of_a_group_are_taken_together(headcount: int, rate: int, falls: int) -> None:
    """About 55: 55 to 57 by half of 103, 53 to 56 by a third of 151, so 55 or 56."""
    one = groups(**{"command=north-b": {"headcount": 103, "response_rate": 55}})
    other = groups(**{"command=north-b": {"headcount": headcount, "response_rate": rate}})
    found = [fall.words for fall in frames(of(one, other)).falls if "two rates" in fall.words]
    assert len(found) == 2 * falls
    assert all("command=north-b is 55 to 56 people" in words for words in found)


def test_cases_of_a_hidden_group_are_what_its_parts_leave() -> None:
    said = [fall.words for fall in fallen(PLANTED["processes"]())["processes"].falls]
    assert any("referral: cases in command=north-b can be no more than" in one for one in said)


@pytest.mark.parametrize(
    ("value", "falls"),
    [
        ({"group": HIDDEN, "base": "7"}, True),
        ({"group": HIDDEN, "base": " 1,204 "}, True),
        ({"group": HIDDEN, "positive": "57.5 %"}, True),
        ({HIDDEN: "7"}, True),
        ([HIDDEN, "-7"], True),
        ({"group": HIDDEN, "base": ""}, False),
        ({"group": HIDDEN, "category": "1", "wave": "2026"}, False),
        ({"group": HIDDEN, "label": "North 7", "closed": "2026-03-31"}, False),
        ({"group": "command=south", "base": "7"}, False),
    ],
)
def test_numbers_in_quotes_are_numbers(value: object, *, falls: bool) -> None:
    """But a code, a date or a name is none."""
    material = of(clean(), records=(Records("api.json", value),))
    found = next(one for one in ATTACKS if one.id == "records").run(material)
    assert bool(found.falls) is falls
