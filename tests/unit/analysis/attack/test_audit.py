"""The auditor finds nothing in what was protected, and finds every weakness that is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import pytest
from planted_attacks import with_estimates

from analysis.attack.audit import Breach, audit
from analysis.attack.bases import attack_bases
from analysis.attack.rates import attack_rates
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release
from analysis.release.nonresponse import beside_estimates, representativeness_rows
from analysis.release.visible import with_smallest

PLAN = fixtures.plan()


@cache
def release(*tables: str) -> Release:
    """A Release in which some groups are not shown; of some tables only, when they are named."""
    study = fixtures.small(400, seed=3)
    kept = tuple(table for table in PLAN.tables if table.id in (tables or (table.id,)))
    return publish(
        study.codebook,
        replace(PLAN, tables=kept, intersections=PLAN.intersections if not tables else ()),
        study.microdata,
        wave=WaveFacts("one", "One", date(2026, 3, 31)),
        policy=DisclosurePolicy(),
        headcounts={f"command={unit}": 150 for unit in fixtures.DEPARTMENTS},
    )


def with_group(group: str, *tables: str, **changes: object) -> Release:
    made = release(*tables)
    rows = tuple(
        replace(row, **changes) if row.group == group else row  # type: ignore[arg-type]
        for row in made.groups
    )
    return replace(made, groups=rows)


def kinds(found: tuple[Breach, ...], group: str = "") -> set[str]:
    return {one.kind for one in found if group in ("", one.group)}


def hidden() -> list[str]:
    return [row.group for row in release().groups if row.status == "c"]


def shown_base(group: str) -> int:
    base = release().group_by_id[group].base
    assert base is not None
    return base


def test_nothing_is_found_in_what_was_protected() -> None:
    assert hidden(), "the fixture hides nothing, so this shows nothing"
    assert audit(release(), PLAN) == ()
    assert audit(release()) == ()


def test_a_value_in_a_row_that_is_not_shown_is_found() -> None:
    planted = with_group(hidden()[0], headcount=40)
    assert "leak" in kinds(audit(planted))


@pytest.mark.slow
def test_a_group_that_is_shown_alone_of_its_line_gives_the_other_away() -> None:
    """Undo complementary suppression in each way that one row can undo it."""
    found = set()
    for group in hidden():
        people = _people()[group]
        if people >= 10:
            planted = with_group(group, base=_rounded(people), status="shown")
            found |= kinds(audit(planted, PLAN))
    assert found & {"bound", "pinned", "rest"}


def test_a_group_below_the_threshold_is_found() -> None:
    planted = with_group("probationer=yes", "probationer", base=5)
    assert "threshold" in kinds(audit(planted), "probationer=yes")


def test_bases_that_no_table_fits_are_found() -> None:
    planted = with_group("command=north-a", base=shown_base("force") + 200)
    assert "contradiction" in kinds(audit(planted))


def test_few_left_of_a_parent_are_found() -> None:
    """All but 4 of the force are in a part that is shown; 24 are when nothing is planted."""
    rest = shown_base("force") - _people()["probationer=yes"]
    planted = with_group("probationer=no", "probationer", base=rest - 4)
    assert audit(release("probationer")) == ()
    assert "rest" in kinds(audit(planted))


def test_the_number_received_beside_shown_groups_gives_the_rest_away() -> None:
    """The force is not shown, yet everybody can read how many answers were in the box."""
    table = release("command")
    parts = [row.base or 0 for row in table.groups if row.values[0] in {"response", "specialist"}]
    hide = {"base": None, "headcount": None, "response_rate": None, "status": "c"}
    planted = with_group("force", "command", **hide)
    few = replace(planted, manifest=replace(planted.manifest, cards=900, received=sum(parts) + 4))
    many = replace(planted, manifest=replace(planted.manifest, cards=900, received=sum(parts) + 40))
    assert kinds(attack(planted)) == kinds(attack(many)) == set()
    assert "rest" in kinds(attack(few))


def attack(made: Release) -> tuple[Breach, ...]:
    return tuple(attack_bases(made))


def test_cards_stand_for_the_headcount_of_the_force() -> None:
    """No headcount tells of the last unit, and the cards that are left do."""
    made = release("command")
    answered = {row.group: row.base or 0 for row in made.groups}
    untold = {"force", "command=response", "command=specialist", "command=north", "command=north-a"}
    rows = tuple(
        replace(row, headcount=None, response_rate=None) if row.group in untold else row
        for row in made.groups
    )
    told = sum(row.headcount or 0 for row in rows if row.group.count("-"))
    left = answered["command=north-a"] + 3
    few, many = (
        replace(made, groups=rows, manifest=replace(made.manifest, cards=told + more))
        for more in (left, left + 40)
    )
    assert not [one for one in attack_rates(many) if one.group == "command=north-a"]
    assert [one for one in attack_rates(few) if one.group == "command=north-a"]


def test_a_part_that_is_nearly_its_parent_is_found() -> None:
    parent = shown_base("command=north")
    planted = with_group("command=north-a", base=parent - 5)
    planted = replace(
        planted,
        groups=tuple(
            replace(row, base=None, status="c") if row.group == "command=north-b" else row
            for row in planted.groups
        ),
    )
    assert {"bound", "rest"} & kinds(audit(planted))


def test_missing_rows_are_found() -> None:
    lost = release().estimates[-1]
    planted = replace(release(), estimates=release().estimates[:-1])
    assert "presence" in kinds(audit(planted), lost.group)
    planted = replace(release(), distributions=release().distributions[1:])
    assert "presence" in kinds(audit(planted), "force")


def test_a_rate_that_leaves_few_is_found() -> None:
    row = next(row for row in release().groups if row.response_rate is not None)
    assert row.base is not None
    planted = with_group(row.group, headcount=row.base + 3, response_rate=95)
    assert "rate" in kinds(audit(planted), row.group)
    assert "rate" in kinds(audit(with_group(row.group, headcount=None)), row.group)


def test_a_headcount_that_is_the_rest_of_others_is_found() -> None:
    """150 people are what North less its other department is, and 146 of them answered."""
    left_out = {"headcount": None, "response_rate": None}
    planted = with_group("command=north-a", base=146, **left_out)
    found = [one for one in audit(planted, PLAN) if one.kind == "rate"]
    assert [one.group for one in found] == ["command=north-a"]
    assert "no more than 150 people, so fewer than 10" in found[0].words
    assert "rate" not in kinds(audit(with_group("command=north-a", **left_out), PLAN))


@pytest.mark.parametrize(
    ("base", "changes", "kind"),
    [
        (60, {"positive": 57, "positive_bound": ""}, "coding"),
        (60, {"positive": 95, "positive_bound": ""}, "coding"),
        (60, {"positive": 95, "positive_bound": "or_more"}, "coding"),
        (300, {"positive": 99, "positive_bound": ""}, "coding"),
        (150, {"positive": 100, "positive_bound": ""}, "unanimity"),
        (150, {"negative": 0, "negative_bound": ""}, "unanimity"),
    ],
)
def test_a_share_that_is_too_fine_is_found(
    base: int, changes: dict[str, object], kind: str
) -> None:
    planted = with_estimates(release("probationer"), "led", force={"base": base, **changes})
    reading = "positive" if "positive" in changes else "negative"
    found = [one for one in audit(planted) if f"led, {reading} in force" in one.words]
    assert kind in {one.kind for one in found}


@pytest.mark.parametrize(
    "changes",
    [
        {"negative": 1, "negative_bound": "or_less"},
        {"positive": 96, "positive_bound": "", "neutral": 4, "neutral_bound": "",
         "negative": 2, "negative_bound": "or_less"},
    ],
)  # fmt: skip
def test_few_people_behind_a_sensitive_item_are_found(changes: dict[str, object]) -> None:
    planted = with_estimates(release(), "harassed", force={"base": 310, **changes})
    assert "numerator" in kinds(audit(planted), "force")


def with_answers(
    item: str, base: int, percents: list[tuple[int, str]], **changes: object
) -> Release:
    """A Release in which the force answered an item so, from the first category to the last."""
    planted = with_estimates(release("probationer"), item, force={"base": base, **changes})
    shares = iter(percents)
    rows = []
    for row in planted.distributions:
        if (row.group, row.item) == ("force", item):
            percent, bound = next(shares)
            rows.append(replace(row, percent=percent, bound=bound))  # type: ignore[arg-type]
        else:
            rows.append(row)
    return replace(planted, distributions=tuple(rows))


@pytest.mark.parametrize(
    ("base", "first", "second", "alike"),
    [(10, 35, 65, True), (110, 40, 60, True), (10, 40, 50, False), (3000, 40, 60, False)],
)
def test_categories_that_open_the_band_of_their_reading_are_found(
    base: int, first: int, second: int, alike: bool
) -> None:
    """35 and 65 percent of ten to twelve people are everybody."""
    edge = 10 if base < 100 else 1
    planted = with_answers(
        "led",
        base,
        [(first, ""), (second, ""), *[(edge, "or_less")] * 3],
        positive=100 - edge, positive_bound="or_more",
        neutral=edge, neutral_bound="or_less",
        negative=edge, negative_bound="or_less",
    )  # fmt: skip
    assert ("unanimity" in kinds(audit(planted), "force")) == alike


def test_a_reading_that_opens_the_band_of_its_category_is_found() -> None:
    """About 12 of 60 people are negative, and about 12 are in one of the two negative categories:
    in the other, which is shown as "10 or less", are hardly any."""
    first = [(40, ""), (25, ""), (15, ""), (10, "or_less")]
    readings: dict[str, object] = {"positive": 65, "neutral": 15, "negative": 20}
    readings |= {f"{reading}_bound": "" for reading in ("positive", "neutral", "negative")}
    opened = with_answers("harassed", 60, [*first, (20, "")], **readings)
    assert "numerator" in kinds(audit(opened), "force")
    closed = with_answers("harassed", 60, [*first, (15, "")], **readings)
    assert "numerator" not in kinds(audit(closed), "force")


def test_a_score_of_sensitive_items_or_of_one_item_is_found() -> None:
    made = release("probationer")
    measures = tuple(
        replace(row, sensitive=True) if row.theme == "fairness" else row for row in made.measures
    )
    found = audit(replace(made, measures=measures))
    assert ("fairness", "numerator") in {(one.measure, one.kind) for one in found}
    # Beside an item that is not, it still opens the band of the sensitive one.
    mixed = tuple(
        replace(row, sensitive=True) if row.measure == "heard" else row for row in made.measures
    )
    found = audit(replace(made, measures=mixed))
    assert ("fairness", "numerator") in {(one.measure, one.kind) for one in found}
    alone = tuple(
        replace(row, theme=None) if row.theme == "fairness" and row.measure != "heard" else row
        for row in made.measures
    )
    found = audit(replace(made, measures=alone))
    assert ("fairness", "coding") in {(one.measure, one.kind) for one in found}
    assert "fairness" not in {one.measure for one in audit(made)}


class TestItems:
    """An item with bases of its own is attacked on its own."""

    def test_an_item_hidden_in_one_group_alone_is_found(self) -> None:
        """109 people were routed to it; 105 of them are in the part that is shown."""
        planted = with_estimates(
            release("probationer"),
            "led",
            **{
                "force": {"base": 109},
                "probationer=no": {"base": 105},
                "probationer=yes": {"base": None, "positive": None, "status": "c"},
            },
        )
        assert "bound" in kinds(audit(planted), "probationer=yes")

    def test_few_who_left_an_item_out_are_found(self) -> None:
        """395 of the 400 who answered: five did not."""
        made = release("probationer")
        planted = with_estimates(made, "led", force={"base": 395})
        words = [one.words for one in audit(planted) if one.kind == "rest"]
        assert any("no more than 5 people of force left it out (led)" in one for one in words)
        more = with_estimates(made, "led", force={"base": 388})
        # What follows from it says the same.
        more = replace(
            more, estimates=beside_estimates(more), representativeness=representativeness_rows(more)
        )
        assert audit(replace(more, comparisons=with_smallest(more))) == ()

    def test_groups_and_an_items_bases_are_attacked_together(self) -> None:
        """11 of the force left it out, so 84 of the 95 answered: 6 is no base that can be."""
        planted = with_estimates(
            release("probationer"),
            "led",
            **{"force": {"base": 389}, "probationer=yes": {"base": 60}},
        )
        assert "contradiction" in kinds(audit(planted))

    def test_an_item_base_below_the_threshold_is_found(self) -> None:
        planted = with_estimates(
            release("probationer"),
            "led",
            **{
                "force": {"base": 209},
                "probationer=no": {"base": 190},
                "probationer=yes": {"base": 5},
            },
        )
        assert "threshold" in kinds(audit(planted), "probationer=yes")


def test_without_a_plan_parts_are_taken_to_be_the_whole() -> None:
    """Three of a family are in none of its commands; a plan may say that this cannot be."""
    above = sum(_people()[f"command={name}"] for name in ("north", "south")) + 3
    planted = with_group("command=response", "command", base=above)
    assert "contradiction" in kinds(audit(planted))


@cache
def _people() -> dict[str, int]:
    """True counts by group, which only a test may know."""
    study = fixtures.small(400, seed=3)
    from analysis.tally import tally

    counted = tally(study.codebook, study.plan, study.microdata)
    ids = [group.id for group in study.plan.groups]
    return dict(zip(ids, counted.at_groups.people.tolist(), strict=True))


def _rounded(people: int) -> int:
    from analysis.disclosure import rounding

    step: Callable[[int, DisclosurePolicy], int] = rounding.base
    return step(people, DisclosurePolicy())
