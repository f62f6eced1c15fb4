"""How sure a finding is: emerging, confirmed, serious, cleared, watched; and the mirrored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.errors import EstimationError
from analysis.statistics.comparisons import Difference
from analysis.statistics.concerns import (
    CONFIRMED,
    EMERGING,
    FALSE_DISCOVERY_RATE,
    PARTS,
    Before,
    Comparison,
    Flag,
    FlagKind,
    Share,
    flag,
)
from analysis.statistics.sentences import words

CLEAR = 1e-6


def _gap(gap: float, p: float = CLEAR, half: float = 0.06) -> Difference:
    return Difference(gap, gap - half, gap + half, p)


def _compared(now: Difference, before: Before | None, group: str = "north") -> Comparison:
    return Comparison(group, "fairness", 60, 5000, now, before)


def _mirrored(one: Comparison) -> Comparison:
    assert isinstance(one.difference, Difference)

    def turned(gap: Difference) -> Difference:
        return Difference(-gap.gap, -gap.upper, -gap.lower, gap.p)

    before = one.before
    if before is not None:
        was: dict[FlagKind | None, FlagKind | None] = {
            "concern": "strength", "strength": "concern", None: None,
        }  # fmt: skip
        before = replace(
            before,
            gap=-before.gap,
            pooled=turned(before.pooled),
            was=was[before.was],
            change=(-before.change[1], -before.change[0]),
            since=(-before.since[1], -before.since[0]),
        )
    return replace(one, difference=turned(one.difference), before=before)


def _one(comparison: Comparison) -> Flag | None:
    found = flag({"others": {"family": [comparison]}}, 10).flags
    mirrored = flag({"others": {"family": [_mirrored(comparison)]}}, 10).flags
    assert [one.state for one in found] == [one.state for one in mirrored]
    assert {one.kind for one in found}.isdisjoint({one.kind for one in mirrored}) or not found
    return found[0] if found else None


UNSURE = 0.5

STATES = {
    # now, before alone, both together -> state
    "both waves and both together": (_gap(-0.10, UNSURE), -0.10, _gap(-0.10), "confirmed"),
    "the whole range beyond five points": (_gap(-0.15), -0.13, _gap(-0.14), "serious"),
    "the range just short of five points": (_gap(-0.11), -0.11, _gap(-0.1099), "confirmed"),
    "two and a half points in each are enough": (
        *(_gap(-0.025, UNSURE), -0.075, _gap(-0.05)),
        "confirmed",
    ),
    "too little before": (_gap(-0.12), -0.02, _gap(-0.07), "emerging"),
    "too little now": (_gap(-0.0249, UNSURE), -0.2, _gap(-0.11), None),
    "too little together": (_gap(-0.049, UNSURE), -0.049, _gap(-0.049), None),
    "together perhaps chance": (_gap(-0.12), -0.10, _gap(-0.11, 0.06), "emerging"),
    "the other way before": (_gap(-0.12), 0.10, _gap(-0.05), "emerging"),
}


@pytest.mark.parametrize("name", STATES)
def test_states_of_a_gap_that_was_not_confirmed_before(name: str) -> None:
    now, before, together, state = STATES[name]
    found = _one(_compared(now, Before("spring", before, together)))
    assert (None if found is None else found.state) == state
    if found is not None:
        assert found.before == ("" if state == "emerging" else "spring")


FOLLOWED = {
    "gone, and changed": (_gap(-0.02), (0.03, 0.2), "cleared"),
    "gone, but the change may be chance": (_gap(-0.02), (-0.01, 0.2), "watched"),
    "smaller, but not gone": (_gap(-0.04), (0.03, 0.2), "watched"),
    "as large as ever, and not confirmed": (_gap(-0.12), (-0.1, 0.1), "watched"),
    "turned round": (_gap(0.12), (0.1, 0.3), "cleared"),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_states_of_a_gap_that_was_confirmed_before(name: str) -> None:
    now, change, state = FOLLOWED[name]
    before = Before("spring", -0.15, _gap(-0.08, UNSURE), "concern", change)
    found = _one(_compared(now, before))
    assert found is not None
    assert (found.kind, found.state, found.before) == ("concern", state, "spring")


def test_a_gap_that_is_confirmed_again_is_neither_cleared_nor_watched() -> None:
    before = Before("spring", -0.15, _gap(-0.12), "concern", (0.01, 0.1))
    found = _one(_compared(_gap(-0.09), before))
    assert found is not None
    assert found.state == "serious"


def test_a_gap_that_has_clearly_closed_since_is_not_confirmed_by_both_together() -> None:
    closing = Before("spring", -0.21, _gap(-0.12), since=(0.05, 0.3))
    assert _one(_compared(_gap(-0.04, UNSURE), closing)) is None
    followed = _one(_compared(_gap(-0.04, UNSURE), replace(closing, was="concern")))
    assert followed is not None
    assert followed.state == "watched"
    still_wide = _one(_compared(_gap(-0.08, UNSURE), closing))
    assert still_wide is not None
    assert still_wide.state == "serious"
    growing = _one(_compared(_gap(-0.3), replace(closing, since=(-0.3, -0.05))))
    assert growing is not None
    assert growing.state == "serious"


def test_without_earlier_waves_a_state_stops_at_emerging() -> None:
    found = _one(_compared(_gap(-0.4, 0.0), None))
    assert found is not None
    assert found.state == "emerging"


def _many(number: int, p: float, together: float) -> dict[str, list[Comparison]]:
    before = Before("spring", -0.1, _gap(-0.1, together))
    return {str(at): [_compared(_gap(-0.1, p), before, str(at))] for at in range(number)}


@pytest.mark.parametrize("number", [1, 3, 10, 40])
def test_families_share_what_a_wave_may_err(number: int) -> None:
    rate = min(EMERGING / number, FALSE_DISCOVERY_RATE)
    for least, now in ((rate, True), (rate * CONFIRMED, False)):
        for p, expected in ((least, number), (least * 1.01, 0)):
            one = _many(number, p, 1.0) if now else _many(number, 1.0, p)
            state = "emerging" if now else "confirmed"
            flags = flag({"others": one}, 10).flags
            assert [found.state for found in flags] == [state] * expected


def test_shares_do_not_take_from_each_other_and_have_no_more_than_the_whole() -> None:
    number = 12
    shares: list[Share] = ["named", "departments", "others"]
    parts = [*PARTS.values(), 1 - sum(PARTS.values())]
    assert min(parts) > 0
    rates = dict(
        zip([*PARTS, shares[-1]], (EMERGING * part / number for part in parts), strict=True)
    )
    for share in shares:
        for p, expected in ((rates[share], number), (rates[share] * 1.01, 0)):
            of = {one: _many(number, p if one == share else 1.0, 1.0) for one in shares}
            assert len(flag(of, 10).flags) == expected


DECLARED: tuple[tuple[Share, ...], ...] = ((), ("named",), ("departments",))


def test_others_have_what_a_questionnaire_does_not_declare() -> None:
    number = 12
    for declared in DECLARED:
        rate = EMERGING * (1 - sum(PARTS[one] for one in declared)) / number
        for p, expected in ((rate, number), (rate * 1.01, 0)):
            of: dict[Share, dict[str, list[Comparison]]]
            of = {one: _many(number, 1.0, 1.0) for one in declared}
            assert len(flag({**of, "others": _many(number, p, 1.0)}, 10).flags) == expected


SAID = {
    "confirmed": "It was also lower last time. By the exact answers of both surveys, this is",
    "serious": "every plausible gap is 5 fewer or wider",
    "cleared": "The gap has closed, by more than is likely to be chance.",
    "watched": "It is neither confirmed again nor clearly gone.",
}


@pytest.mark.parametrize("state", SAID)
def test_words_of_a_state_are_fixed_and_give_no_cause(state: str) -> None:
    text = words(
        *("concern", "Response North", "Fairness"),
        positive="48",
        gap=-2,
        limits=(-9, 3),
        state=state,  # type: ignore[arg-type]
    )
    assert "48 of every 100 answers about Fairness were positive, 2 fewer than in" in text
    assert SAID[state] in text
    assert text.endswith(" It does not tell us why.")
    assert ("This was a confirmed concern." in text) == (state in ("cleared", "watched"))
    alone = "plausible range of this survey alone 9 fewer to 3 more, widened by rounding)"
    assert (alone in text) == (state in ("confirmed", "serious"))


ALONE, WIDENED = "range of this survey alone", ", widened by rounding). "
JUDGED = {
    "emerging": ". By the exact answers, this is unlikely to be chance. It rests on this survey",
    "confirmed": ". By the exact answers of both surveys, this is unlikely to be chance.",
    "serious": "and by the exact answers of both surveys together every plausible gap is 5",
}


@pytest.mark.parametrize("kind", ["concern", "strength"])
@pytest.mark.parametrize("state", JUDGED)
@pytest.mark.parametrize("end", [-5, -4, -1, 0, 5])
def test_a_range_that_says_less_than_the_state_says_why_and_what_was_judged_instead(
    kind: FlagKind, state: str, end: int
) -> None:
    side = -1 if kind == "concern" else 1
    low, high = sorted((20 * side, -end * side))
    text = words(
        *(kind, "A", "B"),
        positive="48",
        gap=10 * side,
        limits=(low, high),
        state=state,  # type: ignore[arg-type]
    )
    less = end > -5 if state == "serious" else end >= 0
    told = [one in text for one in (JUDGED[state], WIDENED)]
    assert told == [less] * 2
    assert (ALONE in text) == (less and state != "emerging")
    assert ("This is unlikely to be chance." in text) == (not less or state == "serious")
    assert "{" not in text


@pytest.mark.parametrize("state", ["cleared", "watched"])
def test_a_range_beside_a_gap_that_is_gone_says_why_it_is_so_wide(state: str) -> None:
    text = words(
        *("concern", "A", "B"),
        positive="65",
        gap=0,
        limits=(-20, 20),
        state=state,  # type: ignore[arg-type]
    )
    assert "(plausible range 20 fewer to 20 more, widened by rounding). " in text
    assert "exact answers" not in text


@pytest.mark.parametrize("kind", ["concern", "strength"])
@pytest.mark.parametrize("state", ["confirmed", "serious"])
def test_a_state_that_rests_on_an_older_survey_does_not_speak_of_the_last(
    kind: FlagKind, state: str
) -> None:
    gap = -9 if kind == "concern" else 9
    said = [
        words(
            *(kind, "A", "B"),
            positive="48",
            gap=gap,
            limits=(gap - 5, gap + 5),
            state=state,  # type: ignore[arg-type]
            last_time=last_time,
        )
        for last_time in (True, False)
    ]
    assert "er last time" in said[0]
    assert said[1] == said[0].replace("last time", "in an earlier survey")


def test_words_of_a_gap_that_turned_round_or_is_nought() -> None:
    said = {
        gap: words(*("concern", "A", "B"), positive="61", gap=gap, limits=(-5, 9), state="cleared")
        for gap in (0, 4)
    }
    assert "61 of every 100 answers about B were positive, about as many as in the rest" in said[0]
    assert "61 of every 100 answers about B were positive, 4 more than in the rest" in said[4]
    with pytest.raises(EstimationError):
        words(*("concern", "A", "B"), positive="61", gap=4, limits=(-5, 9), state="confirmed")
