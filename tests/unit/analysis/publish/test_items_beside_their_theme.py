"""An item that is hidden alone of its theme: planted, seen by the attacker, and mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import pytest

from analysis.attack.audit import Audit
from analysis.attack.indices import attack_indices
from analysis.attack.material import Material, Published
from analysis.attack.percents import indices
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, making, publish
from analysis.publish.shown import Shown
from analysis.release.consistency import check
from analysis.release.model import Release

WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))
SILENT = "command=north-a"
THEME = "leadership"


def released(*more: str) -> Release:
    """In one department all but eight leave the second of the theme's statements out.

    Args:
        more: items besides the theme's own two.
    """
    study = fixtures.small()
    theme = study.codebook.theme_by_id[THEME]
    others = [one for one in study.codebook.themes if one is not theme and not more]
    book = replace(
        study.codebook,
        items=tuple(
            replace(one, theme=THEME, sensitive=False) if one.id in more else one
            for one in study.codebook.items
        ),
        themes=(replace(theme, items=(*theme.items, *more)), *others),
    )
    unit = study.microdata.variables["unit"]
    inside = unit == book.variable_by_id["unit"].codes.index("north-a")
    seen = study.microdata.items["seen"].copy()
    seen[inside.nonzero()[0][8:]] = -1
    data = fixtures.with_answers(study, seen=seen).microdata
    return publish(book, study.plan, data, wave=WAVE, policy=DisclosurePolicy())


@cache
def clean() -> Release:
    study = fixtures.small()
    return publish(
        *(study.codebook, study.plan, study.microdata), wave=WAVE, policy=DisclosurePolicy()
    )


def planted(
    changes: Mapping[tuple[str, str], Mapping[str, object]], hidden: tuple[tuple[str, str], ...]
) -> Release:
    """The clean Release with other figures, and percents only, and with hidden items."""
    none = dict.fromkeys(("base", "positive", "neutral", "negative", "lower", "upper"))
    gone = {"positive_bound": "", "neutral_bound": "", "negative_bound": "", "status": "c"}
    figures = {**changes, **{key: {**none, **gone} for key in hidden}}
    made = clean()
    rows = tuple(
        replace(row, **{"score": None, **figures.get((row.group, row.measure), {})})  # type: ignore[arg-type]
        for row in made.estimates
    )
    kept = tuple(row for row in made.distributions if (row.group, row.item) not in figures)
    return replace(made, estimates=rows, distributions=kept)


def shown(release: Release) -> set[tuple[str, str]]:
    return {(row.group, row.measure) for row in release.estimates if row.status == "shown"}


def test_an_item_that_its_theme_tells_takes_another_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(making, "attack_shares", lambda _: ())
        patch.setattr(making, "examine", lambda *_: Audit((), None))
        patch.setattr(Shown, "lacks_one_item", lambda *_: False)
        careless = released()
    fell = indices(Material((Published("autumn", careless),)))
    assert any(f"seen in {SILENT}" in one.words for one in fell.falls)
    release = released()
    check(release)
    assert not list(attack_indices(release))
    told = {(breach.group, breach.measure) for breach in attack_indices(careless)}
    assert (SILENT, "led") in told

    # Nothing else is lost: findings and what is kept for later waves rest on the theme.
    def of_the_theme(of: Release) -> set[tuple[str, str]]:
        return {key for key in shown(of) if key[1] in (THEME, "led", "seen")}

    assert of_the_theme(release) == of_the_theme(careless) - told


def test_a_theme_of_more_items_stands_without_its_score(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(making, "attack_shares", lambda _: ())
        patch.setattr(making, "examine", lambda *_: Audit((), None))
        patch.setattr(Shown, "lacks_one_item", lambda *_: False)
        careless = released("heard", "harassed")
    told = {breach.group for breach in attack_indices(careless)}
    assert SILENT in told
    release = released("heard", "harassed")
    assert shown(release) == shown(careless)
    for group, row in ((row.group, row) for row in careless.estimates if row.measure == THEME):
        now = release.estimate_by_key[group, THEME].score
        assert now == (None if group in told else row.score)


@pytest.mark.parametrize(
    ("what", "theme", "item", "falls"),
    [
        ("positive", 50, 55, True),
        ("neutral", 10, 15, True),
        # Steps of five leave ten points, and more.
        ("positive", 50, None, False),
    ],
)
def test_every_reading_is_looked_at(what: str, theme: int, item: int | None, falls: bool) -> None:
    bare = {"positive": None, "neutral": None, "negative": None}
    bound = {"positive_bound": "", "neutral_bound": "", "negative_bound": ""}
    mine = {**bare, **bound, what: item}
    made = planted(
        {("command=north", THEME): {**bare, **bound, what: theme}, ("command=north", "led"): mine},
        (("command=north", "seen"),),
    )
    found = [breach.words for breach in attack_indices(made)]
    assert any(f"({what})" in words for words in found) is falls


def test_a_mean_score_tells_that_of_an_item() -> None:
    made = planted({}, ((SILENT, "seen"),))
    scored = tuple(
        replace(row, score=57.1, positive=None, neutral=None, negative=None)
        if (row.group, row.measure) == (SILENT, THEME)
        else row
        for row in made.estimates
    )
    (found,) = attack_indices(replace(made, estimates=scored))
    assert (found.kind, found.group, found.measure) == ("index", SILENT, "led")
    assert "(mean score)" in found.words


def test_two_items_are_told_where_both_are_nearly_unanimous() -> None:
    both = ((SILENT, "led"), (SILENT, "seen"))
    assert not list(attack_indices(planted({}, both)))
    most = {"positive": 97, "positive_bound": "", "neutral": 2, "negative": 1}
    (found,) = attack_indices(planted({(SILENT, THEME): most}, both))
    assert "93 to 100 % (positive)" in found.words
    assert found.measure == THEME
