"""English and Welsh: in which of the two a page is, and what it says in that one.

Only respondents' pages have two. A page is offered in the languages of the surveys that it is
about, and shown in the first of them unless its address or its form asks for another. What was
chosen stands nowhere else: in no cookie, no store, no log, and beside no sealed answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import flask_babel
from flask import Flask, g, has_request_context, request, url_for
from werkzeug.exceptions import HTTPException

from analysis import bands
from survey import resources
from survey.questionnaire.texts import Text

if TYPE_CHECKING:
    from survey.manage.waves import Wave

ENGLISH, WELSH = "en", "cy"
NAMES: Mapping[str, str] = {ENGLISH: "English", WELSH: "Cymraeg"}
"""What each language calls itself."""

QUERY = "lang"
"""In the address of a page: its language, where that is not the first."""

LANGUAGE, SWITCH, CHECK_IN = "candour.language", "candour.switch", "candour.check-in"
"""Fields of a form: the language that it is in, and those that its switch asks for: the same form
in it, or what checking the form gives."""

PAGES = frozenset(
    {
        "accessibility",
        "respond.home",
        "respond.privacy",
        "respond.support",
        "respond.questions",
        "respond.colleagues",
        "respond.receipt_list",
        "respond.codes",
        "respond.ticket",
    }
)
"""Pages whose address names their language."""


@dataclass(frozen=True)
class Switch:
    """The way from a page to the same in another language."""

    code: str
    name: str
    address: str


def offer(languages: Iterable[str]) -> None:
    """Offer the page that is being made in these languages, the first unless asked otherwise."""
    g.languages = tuple(dict.fromkeys(languages)) or (ENGLISH,)
    flask_babel.refresh()


def offered() -> tuple[str, ...]:
    """The languages that this page is offered in, the first of them first."""
    found: tuple[str, ...] = g.get("languages", (ENGLISH,))
    return found


def current() -> str:
    """The language of what is being made now."""
    return str(flask_babel.get_locale() or ENGLISH)


def others() -> tuple[str, ...]:
    """The languages that this page is offered in besides its own."""
    return tuple(code for code in offered() if code != current())


def spoken(language: str) -> AbstractContextManager[None]:
    """Makes what is made inside it in that language."""
    forced: AbstractContextManager[None] = flask_babel.force_locale(language)
    return forced


def said(text: Text | str) -> str:
    """A wording of a questionnaire, or a sentence of the program, in the language of the page."""
    if isinstance(text, Text):
        return text.cy if current() == WELSH and text.cy else text.en
    # Not by `gettext`, which would take a sign of percent for a gap.
    found: str = flask_babel.get_translations().ugettext(text) if text else ""
    return found


def day(when: date) -> str:
    """A day as people write it: `1 September 2026`, `1 Medi 2026`."""
    written: str = flask_babel.format_date(when, "d MMMM y")
    return written


def band(edge: int) -> str:
    """A band of headcounts in words."""
    fewest, most = bands.limits(edge)
    if most == float("inf"):
        return str(flask_babel.gettext("%(fewest)s or more", fewest=fewest))
    return str(flask_babel.gettext("%(fewest)s to %(most)s", fewest=fewest, most=int(most)))


def survey_url(wave: Wave) -> str:
    """The address of a survey's one document, which is the same in both languages.

    What stands behind `#` is not sent: the page itself turns to that language.
    """
    address = url_for("respond.questionnaire", wave_id=wave.id)
    other = current() in wave.questionnaire.languages[1:]
    return f"{address}#{current()}" if other else address


def install(app: Flask) -> None:
    """Give `app` the catalogue, and its templates what they say it with."""
    flask_babel.Babel(
        app,
        default_translation_directories=str(resources.TRANSLATIONS),
        locale_selector=_selected,
    )
    app.jinja_env.filters |= {"said": said, "day": day}
    app.jinja_env.globals |= {
        "language": current,
        "language_names": NAMES,
        "other_languages": others,
        "switch_of_page": _switch,
        "survey_url": survey_url,
        "in_language": _in_language,
    }
    app.url_defaults(_keep_language)


def _selected() -> str:
    if not has_request_context():
        return ENGLISH
    asked = _asked()
    if "languages" not in g:
        # A mistake that is told before any survey was found: in Welsh to whoever comes from there.
        told = asked == WELSH and request.blueprint in {None, "respond"}
        return WELSH if told else ENGLISH
    return asked if asked in offered() else offered()[0]


def _asked() -> str | None:
    """The language that the form or the address asks for; a form that cannot be read, none."""
    try:
        sent = (request.form.get(name) for name in (SWITCH, CHECK_IN, LANGUAGE))
        chosen = next(filter(None, sent), None)
    except HTTPException:
        chosen = None
    return chosen or request.args.get(QUERY)


def _switch() -> Switch | None:
    """The way to this page in the other language; None for what a form asked for."""
    if request.method != "GET" or not others():
        return None
    code = others()[0]
    return Switch(code, NAMES[code], f"{request.path}?{QUERY}={code}")


def _in_language(code: str, part: Callable[[], str]) -> str:
    """A part of a template, made in another language than its page."""
    with spoken(code):
        return part()


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Links lead to pages in the same language."""
    if endpoint in PAGES and current() != offered()[0]:
        values.setdefault(QUERY, current())
