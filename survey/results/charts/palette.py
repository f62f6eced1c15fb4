"""Colours of the charts, every one readable with the ink printed on it.

Orange against blue is told apart with every common colour blindness; the charts never rely on it:
each cell carries its value and each mark its words.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.codebook import Reading

INK = "#0b0c0c"
PAPER = "#ffffff"


@dataclass(frozen=True)
class Shade:
    """A step of the heat map: the fill of a cell and what it means, in points from the force."""

    fill: str
    text: str
    words: str
    least: int
    most: int


SHADES = (
    Shade("#de8344", "−10 or more", "10 or more points below the force", -100, -10),
    Shade("#efb185", "−6 to −9", "6 to 9 points below", -9, -6),
    Shade("#f9dec9", "−3 to −5", "3 to 5 points below", -5, -3),
    Shade("#f3f2f1", "−2 to +2", "within 2 points of the force", -2, 2),
    Shade("#d3e4f3", "+3 to +5", "3 to 5 points above", 3, 5),
    Shade("#a3c8e8", "+6 to +9", "6 to 9 points above", 6, 9),
    Shade("#67a6d9", "+10 or more", "10 or more points above the force", 10, 100),
)
NEAR = SHADES[3]


def shade(points: int) -> Shade:
    """The shade of a value `points` above (negative: below) the force's."""
    return next(step for step in SHADES if step.least <= points <= step.most)


_NEGATIVE = ("#8c3a00", "#c9691f", "#e2a06c", "#f1cdb0")
_POSITIVE = ("#0b477f", "#3f83bd", "#86b7e0", "#c3daef")
_NEUTRAL = ("#dadfe2", "#c3cbd0", "#eceff1")
_FEW: dict[int, tuple[int, ...]] = {1: (1,), 2: (0, 2), 3: (0, 1, 2), 4: (0, 1, 2, 3)}


def category_fills(readings: tuple[Reading, ...]) -> tuple[str, ...]:
    """A fill for each category of a scale, the strongest at the outer ends.

    Args:
        readings: of the categories, most negative first.
    """
    negative, positive = readings.count("negative"), readings.count("positive")
    left = iter(_NEGATIVE[step] for step in _steps(negative))
    middle = iter(_NEUTRAL * len(readings))
    right = iter(_POSITIVE[step] for step in reversed(_steps(positive)))
    source = {"negative": left, "neutral": middle, "positive": right}
    return tuple(next(source[reading]) for reading in readings)


def _steps(count: int) -> tuple[int, ...]:
    """Positions in a ramp of four for `count` categories; long scales repeat the palest step."""
    return _FEW.get(count) or tuple(min(step, 3) for step in range(count))


def ink(fill: str) -> str:
    """Black or white, whichever is easier to read on `fill`."""
    return INK if contrast(INK, fill) >= contrast(PAPER, fill) else PAPER


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours `#rrggbb`, 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
