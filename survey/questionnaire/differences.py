"""What differs between two questionnaires, and which lines over the waves it breaks.

A line goes on where the fingerprint of what is asked, and the people of the group, are the same;
the publishing compares the same things. What it cannot compare, such as a hint or the place on the
page, is said here too: only a person can judge whether figures can still be set side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analysis.codebook import Codebook, Item, Theme
from survey.questionnaire import different_groups
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import (
    Comment,
    Question,
    Questionnaire,
    Section,
    Statement,
)
from survey.questionnaire.texts import reworded

Effect = Literal["breaks", "ends", "starts", "unseen", "none"]

TITLES: dict[Effect, str] = {
    "breaks": "Lines that break: nothing from before is compared with anything from now",
    "ends": "Lines that end",
    "starts": "Lines that start, with nothing from before to compare with",
    "unseen": "Compared all the same: judge whether it still can be",
    "none": "Changes that no line depends on",
}
"""The effects in the order in which they are told."""


@dataclass(frozen=True)
class Difference:
    """One thing that differs: what it is about, by id, and what is another now, in words."""

    effect: Effect
    about: str
    words: str


@dataclass(frozen=True)
class Compared:
    """Two questionnaires side by side.

    Attributes:
        differences: in the order of `TITLES`, and within one effect as the newer file has them.
        statements, themes: how many lines go on, of how many that the newer one has.
    """

    old: Questionnaire
    new: Questionnaire
    differences: tuple[Difference, ...]
    statements: tuple[int, int]
    themes: tuple[int, int]

    @property
    def by_effect(self) -> tuple[tuple[str, tuple[Difference, ...]], ...]:
        """(title, differences) for each effect that there is."""
        found = (
            (title, tuple(one for one in self.differences if one.effect == effect))
            for effect, title in TITLES.items()
        )
        return tuple((title, those) for title, those in found if those)

    @property
    def summary(self) -> str:
        """One sentence about both."""
        (same, all_), (themes, all_themes) = self.statements, self.themes
        if not self.differences:
            return "Nothing differs: every line goes on."
        return (
            f"{same} of {all_} lines of single statements go on, and {themes} of {all_themes} "
            "of themes."
        )


def compare(old: Questionnaire, new: Questionnaire) -> Compared:
    """What `new` has otherwise than `old`."""
    before, after = codebook(old), codebook(new)
    found = [
        *_whole(old, new),
        *_items(old, new, before, after),
        *_themes(before, after),
        *(Difference(*one) for one in different_groups.of(old, new)),
        *_pages(old, new),
    ]
    # Where a line breaks anyway, nothing is left to judge.
    broken = {one.about for one in found if one.effect == "breaks"}
    found = [one for one in found if one.effect != "unseen" or one.about not in broken]
    order = list(TITLES)
    found.sort(key=lambda one: order.index(one.effect))
    joined = old.id == new.id
    prints = {item.id: item.fingerprint for item in before.items}
    statements = sum(prints.get(item.id) == item.fingerprint for item in after.items)
    themes = sum(_same_theme(before, after, theme) for theme in after.themes)
    return Compared(
        *(old, new, tuple(found)),
        (statements * joined, len(after.items)),
        (themes * joined, len(after.themes)),
    )


def in_words(compared: Compared) -> Iterator[str]:
    """The lines that `candour check --against` prints."""
    old, new = compared.old, compared.new
    yield f"{new.id}, version {new.version}, against {old.id}, version {old.version}:"
    yield f"  {compared.summary}"
    for title, differences in compared.by_effect:
        yield f"{title}:"
        for one in differences:
            yield f"  {one.about}: {one.words}"


def _whole(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    if old.id != new.id:
        words = f"it is another questionnaire than `{old.id}`: lines go on under one `id` alone"
        yield Difference("breaks", new.id, words)
    if old.version == new.version and old.fingerprint != new.fingerprint:
        words = f"the version is {new.version} as before, though the questionnaire is another"
        yield Difference("none", "version", words)
    if {*old.languages} != {*new.languages}:
        words = f"it is asked in {_languages(new)}, and was in {_languages(old)}"
        yield Difference("unseen", "languages", words)
    for name, changed in (
        ("title", reworded(old.title, new.title)),
        ("minutes", old.minutes != new.minutes),
        ("support", _support(old) != _support(new)),
    ):
        if changed:
            yield Difference("none", name, "it is another one now")


def _support(questionnaire: Questionnaire) -> list[tuple[str, str, str]]:
    return [(str(one.label), str(one.detail), one.url) for one in questionnaire.support]


def _languages(questionnaire: Questionnaire) -> str:
    named = {"en": "English", "cy": "Welsh"}
    return " and ".join(named[code] for code in sorted(questionnaire.languages, reverse=True))


def _items(
    old: Questionnaire, new: Questionnaire, before: Codebook, after: Codebook
) -> Iterator[Difference]:
    for item in after.items:
        then = before.item_by_id.get(item.id)
        if then is None:
            yield Difference("starts", item.id, f"it is asked from now on: “{item.text}”")
            continue
        asked, was_asked = (one.question_by_id.get(item.id) for one in (new, old))
        if then.fingerprint != item.fingerprint:
            words = "; ".join(_what_breaks(then, item, was_asked, asked))
            yield Difference("breaks", item.id, words)
        yield from _beside(then, item, was_asked, asked)
    for item in before.items:
        if item.id not in after.item_by_id:
            yield Difference("ends", item.id, f"it is asked no more: “{item.text}”")


def _what_breaks(
    then: Item, now: Item, was_asked: Question | None, asked: Question | None
) -> Iterator[str]:
    """What of the fingerprint is another."""
    if then.text != now.text:
        yield f"it is worded “{now.text}” and was “{then.text}”"
    if isinstance(asked, Statement) and isinstance(was_asked, Statement):
        if asked.scale.points != was_asked.scale.points:
            yield f"its scale is {_scale(asked)} and was {_scale(was_asked)}"
        if asked.reversed != was_asked.reversed:
            best = "bad" if asked.reversed else "good"
            yield f"its polarity is turned: agreeing is the {best} answer now"
    elif then.categories != now.categories:
        yield "its answers are others"
    if then.audience != now.audience:
        yield f"it is asked of {_asked(now)} and was of {_asked(then)}"
    if then.denominator != now.denominator:
        kinds = f"{now.denominator} answers and were out of {then.denominator}"
        yield f"its percentages are out of {kinds}"


def _asked(item: Item) -> str:
    return "everybody" if item.audience is None else item.audience.words


def _scale(asked: Statement) -> str:
    """The labels of a scale, and what each is read as."""
    return " / ".join(
        f"{point.label.en} ({point.reading or 'not counted'})" for point in asked.scale.points
    )


def _beside(
    then: Item, now: Item, was_asked: Question | None, asked: Question | None
) -> Iterator[Difference]:
    """What is not in the fingerprint."""
    if asked is not None and was_asked is not None:
        if reworded(was_asked.hint, asked.hint):
            yield Difference("unseen", now.id, "its hint is another")
        if None not in (asked.text.cy, was_asked.text.cy) and asked.text.cy != was_asked.text.cy:
            yield Difference("unseen", now.id, "its Welsh wording is another")
    if then.theme != now.theme:
        words = f"it belongs to {_theme(now)} and belonged to {_theme(then)}; its own line goes on"
        yield Difference("none", now.id, words)
    if then.sensitive != now.sensitive:
        words = "its small numbers are banded" + (" from now on" if now.sensitive else " no more")
        yield Difference("none", now.id, words)
    if then.level != now.level:
        words = f"its level of concern is {_percent(now)} and was {_percent(then)}"
        yield Difference("none", now.id, words)


def _theme(item: Item) -> str:
    return "no theme" if item.theme is None else f"the theme `{item.theme}`"


def _percent(item: Item) -> str:
    return "none" if item.level is None else f"{item.level:.0%}"


def _themes(before: Codebook, after: Codebook) -> Iterator[Difference]:
    for theme in after.themes:
        then = before.theme_by_id.get(theme.id)
        if then is None:
            yield Difference("starts", theme.id, "the theme is new")
            continue
        if not _same_theme(before, after, theme):
            words = "; ".join(_what_breaks_a_theme(before, after, then, theme))
            yield Difference("breaks", theme.id, f"the theme is made of other answers: {words}")
        if then.label != theme.label:
            words = f"the theme is called “{theme.label}” and was “{then.label}”"
            yield Difference("none", theme.id, words)
    for theme in before.themes:
        if theme.id not in after.theme_by_id:
            yield Difference("ends", theme.id, "the theme is no more")


def _same_theme(before: Codebook, after: Codebook, theme: Theme) -> bool:
    then = before.theme_by_id.get(theme.id)
    return then is not None and before.fingerprint_of(then) == after.fingerprint_of(theme)


def _what_breaks_a_theme(
    before: Codebook, after: Codebook, then: Theme, now: Theme
) -> Iterator[str]:
    if then.index != now.index:
        yield f"its index is `{now.index}` and was `{then.index}`"
    both = [one for one in now.items if one in then.items]
    changed = [
        one
        for one in both
        if before.item_by_id[one].fingerprint != after.item_by_id[one].fingerprint
    ]
    for words, items in (
        ("in it now", [one for one in now.items if one not in then.items]),
        ("in it no more", [one for one in then.items if one not in now.items]),
        ("changed", changed),
    ):
        if items:
            yield f"{words}: {', '.join(items)}"


def _pages(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    """Where things stand on the pages, and what is said before them."""
    pages, were = _page_of(new), _page_of(old)
    for question, section in pages.items():
        then = were.get(question)
        if then is not None and then.id != section.id:
            words = f"it stands on the page “{section.title}” and stood on “{then.title}”"
            yield Difference("unseen", question, words)
    sections = {section.id: section for section in old.sections}
    for section in new.sections:
        before = sections.get(section.id)
        parts = ("title", "intro", "warning")
        if before is not None and any(
            reworded(getattr(before, part), getattr(section, part)) for part in parts
        ):
            words = "title, introduction or warning of the page are others"
            yield Difference("unseen", section.id, words)
    yield from _comments(old, new)


def _page_of(questionnaire: Questionnaire) -> dict[str, Section]:
    return {
        question.id: section for section in questionnaire.sections for question in section.questions
    }


def _comments(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    before = {one.id: one for one in old.comments}
    for comment in new.comments:
        then = before.pop(comment.id, None)
        if then is None:
            yield Difference("none", comment.id, f"a comment is asked for: “{comment.text}”")
        elif reworded(then.text, comment.text) or _sorted_by(then) != _sorted_by(comment):
            yield Difference("unseen", comment.id, "the comment's wording or themes are others")
    for gone in before:
        yield Difference("none", gone, "the comment is asked for no more")


def _sorted_by(comment: Comment) -> list[tuple[str, str]]:
    return [(theme.id, str(theme.label)) for theme in comment.themes]
