"""Builds response scales: equal steps, readings and polarity."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from analysis.codebook import Reading
from survey.questionnaire.grammar import PointPart, ScalePart
from survey.questionnaire.located import Problems
from survey.questionnaire.model import PREFER_NOT_TO_SAY, Scale, ScalePoint, Text
from survey.questionnaire.wording import Wordings

PREFER_NOT_TO_SAY_TEXT = Text("Prefer not to say", "Mae'n well gennyf beidio â dweud")
_RANK: dict[Reading, int] = {"negative": 0, "neutral": 1, "positive": 2}


def scale(
    name: str, part: ScalePart, wordings: Wordings, problems: Problems, *, asked_here: bool
) -> Scale:
    """The scale that `part` declares, with "prefer not to say" at its end when asked here."""
    _check_codes(name, part, problems)
    ranked = [point for point in part.points if point.valid]
    if part.polarity == "best_first":
        ranked.reverse()
    if len(ranked) < 2:
        problems.at(part.at("points"), f"scale `{name}` needs two valid points or more")
        return Scale(name, ())
    labels = _labels(name, part, wordings, problems)
    scored = {point.code: _scored(point, ranked, labels[point.code]) for point in ranked}
    _check_readings(name, part, [scored[point.code] for point in ranked], problems)
    points = [
        scored[point.code]
        if point.valid
        else ScalePoint(point.code, labels[point.code], None, None)
        for point in part.points
    ]
    if asked_here and PREFER_NOT_TO_SAY not in scored:
        points.append(ScalePoint(PREFER_NOT_TO_SAY, PREFER_NOT_TO_SAY_TEXT, None, None))
    return Scale(name, tuple(points))


def _labels(name: str, part: ScalePart, wordings: Wordings, problems: Problems) -> dict[str, Text]:
    """What stands at each point; at the ends of a scale of numbers what they mean, too."""
    labels = {point.code: wordings.text(point.label, point.at("label")) for point in part.points}
    numbers = all(label.en == code for code, label in labels.items())
    if numbers != (part.ends is not None):
        why = "says at neither end what it means; add"
        reason = why if numbers else "has a label at each point; leave out"
        problems.at(part.at("points"), f"scale `{name}` {reason} `ends`")
    if numbers and part.ends is not None:
        for place, (at, end) in enumerate(zip((0, -1), part.ends, strict=True)):
            code, words = part.points[at].code, wordings.text(end, part.at("ends", place))
            welsh = None if words.cy is None else f"{code} – {words.cy}"
            labels[code] = Text(f"{code} – {words.en}", welsh)
    return labels


def _scored(point: PointPart, worst_to_best: Sequence[PointPart], label: Text) -> ScalePoint:
    position, last = worst_to_best.index(point), len(worst_to_best) - 1
    by_position: Reading = "neutral"
    if 2 * position != last:
        by_position = "positive" if 2 * position > last else "negative"
    return ScalePoint(point.code, label, point.reading or by_position, 100 * position / last)


def _check_codes(name: str, part: ScalePart, problems: Problems) -> None:
    seen: set[str] = set()
    for point in part.points:
        if point.code in seen:
            problems.at(point.at("code"), f"scale `{name}` has the code `{point.code}` twice")
        if point.code == PREFER_NOT_TO_SAY:
            problems.at(
                point.at("code"), f"`{PREFER_NOT_TO_SAY}` is added to every scale by itself"
            )
        if not point.valid and point.reading is not None:
            problems.at(point.at("reading"), "a point that is not valid has no reading")
        seen.add(point.code)


def _check_readings(
    name: str, part: ScalePart, worst_to_best: Sequence[ScalePoint], problems: Problems
) -> None:
    ranks = [_RANK[point.reading] for point in worst_to_best if point.reading is not None]
    if any(lower > upper for lower, upper in pairwise(ranks)):
        problems.at(
            part.at("points"),
            f"the readings of scale `{name}` do not rise from its worst point to its best; "
            "check `polarity`",
        )
    if not {_RANK["negative"], _RANK["positive"]} <= set(ranks):
        reason = f"scale `{name}` needs a positive and a negative point"
        problems.at(part.at("points"), reason)
