"""A tally by plain loops over people: slow, obvious, and what the fast one is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analysis.codebook import AnswerCategory, Codebook, Item, Theme
from analysis.microdata import Microdata
from analysis.plan import Group, TablePlan


@dataclass(frozen=True)
class Expected:
    """Un-rounded figures of one group for one measure; shares in [0, 1], score 0 to 100."""

    people: int
    effective: float
    positive: float
    neutral: float
    negative: float
    score: float | None
    categories: tuple[float, ...]


def people_of(codebook: Codebook, plan: TablePlan, data: Microdata, group: Group) -> list[int]:
    """Who is in the group."""
    found = []
    for person in range(data.n):
        inside = True
        for breakdown, value in group.where:
            variable = plan.breakdown_by_id[breakdown].variable
            position = int(data.variables[variable][person])
            categories = plan.breakdown_by_id[breakdown].value_by_id[value].categories
            codes = codebook.variable_by_id[variable].codes
            if position < 0 or codes[position] not in categories:
                inside = False
        if inside:
            found.append(person)
    return found


def figure(codebook: Codebook, data: Microdata, people: list[int], measure: str) -> Expected | None:
    """The figure of some people for an item or theme; None when nobody answered."""
    if measure in codebook.item_by_id:
        return _item(codebook.item_by_id[measure], data, people)
    return _theme(codebook, codebook.theme_by_id[measure], data, people)


def _weight(data: Microdata, person: int) -> Fraction:
    return Fraction(1) if data.weights is None else Fraction(float(data.weights[person]))


def _answer(item: Item, data: Microdata, person: int) -> AnswerCategory | None:
    position = int(data.items[item.id][person])
    return None if position < 0 else item.categories[position]


def _counts(item: Item, answer: AnswerCategory | None) -> bool:
    return answer is not None and (answer.valid or item.denominator == "all")


def _item(item: Item, data: Microdata, people: list[int]) -> Expected | None:
    answers = [(_answer(item, data, person), _weight(data, person)) for person in people]
    kept = [(answer, weight) for answer, weight in answers if _counts(item, answer)]
    if not kept:
        return None
    total = sum(weight for _, weight in kept)

    def share(of: object, field: str) -> float:
        return float(sum(w for a, w in kept if a and getattr(a, field) == of) / total)

    return Expected(
        people=len(kept),
        effective=float(total**2 / sum(weight**2 for _, weight in kept)),
        positive=share("positive", "reading"),
        neutral=share("neutral", "reading"),
        negative=share("negative", "reading"),
        score=None,
        categories=tuple(share(code, "code") for code in item.codes),
    )


def _theme(codebook: Codebook, theme: Theme, data: Microdata, people: list[int]) -> Expected | None:
    items = [codebook.item_by_id[item] for item in theme.items]
    sums = dict.fromkeys(("score", "positive", "neutral", "negative"), Fraction(0))
    number, total, squared = 0, Fraction(0), Fraction(0)
    for person in people:
        answers = [(item, _answer(item, data, person)) for item in items]
        valid = [answer for _, answer in answers if answer is not None and answer.valid]
        asked = [answer for item, answer in answers if _counts(item, answer)]
        if not valid or 2 * len(valid) < len(items):
            continue
        weight = _weight(data, person)
        number, total, squared = number + 1, total + weight, squared + weight**2
        scores = [Fraction(answer.score) for answer in valid if answer.score is not None]
        sums["score"] += weight * sum(scores, Fraction(0)) / len(scores)
        for reading in ("positive", "neutral", "negative"):
            hits = sum(1 for answer in asked if answer and answer.reading == reading)
            sums[reading] += weight * Fraction(hits, len(asked))
    if not number:
        return None
    means = {name: float(value / total) for name, value in sums.items()}
    return Expected(number, float(total**2 / squared), **_shares(means), categories=())


def _shares(means: dict[str, float]) -> dict[str, float]:
    return {name: means[name] for name in ("positive", "neutral", "negative", "score")}
