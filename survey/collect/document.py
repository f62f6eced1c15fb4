"""What the respondent's pages show: the one document of a wave, and the check page.

The document is the same for everybody, so it is rendered once per wave and kept in this process,
packed too. The check page and a form that is shown again are rendered from the request's own body,
and nothing of them is kept.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from flask import current_app, render_template
from flask.sansio.app import App

from survey import languages
from survey.catalogue import translatable
from survey.collect import both, findable, page_keys, tickets
from survey.collect.asked import stores
from survey.collect.page_keys import PageKeys
from survey.collect.sealed_pages import TOLD
from survey.errors import CodeError, MistypedCode
from survey.languages import CHECK_IN, LANGUAGE, SWITCH, said
from survey.manage import bands
from survey.manage.waves import Wave
from survey.questionnaire import answers as folding
from survey.questionnaire import routing, telling
from survey.questionnaire.model import (
    LONGEST_COMMENT,
    Choice,
    Comment,
    Grid,
    Multiple,
    Option,
    Question,
    Section,
    Statement,
)
from survey.results.acts import starting
from survey.results.acts.starting import DoneBefore

CODE = "candour.code"
TICKET = "candour.ticket"
ATTEMPT = "candour.attempt"
CHANGE = "candour.change"
OWN_FIELDS = frozenset({CODE, TICKET, ATTEMPT, CHANGE, LANGUAGE, SWITCH, CHECK_IN})
"""Fields of a form that are no answers; no question's id can hold a dot."""

Answers = Mapping[str, tuple[str, ...]]
"""Question id -> the codes as the page sends them: one, or several of a `multiple` question.

A comment is among them, as the one text under its id.
"""

CODE_FIELD, TICKET_FIELD = "code", "ticket-file"
SENTENCES = {
    "enter_code": translatable("Enter the code from your card."),
    "mistyped": MistypedCode.PUBLIC,
    "unusable": CodeError.PUBLIC,
    "alone": translatable("Choose “{answer}” alone, or take its tick away: {question}"),
    "too_long": translatable(
        "Your comment is {over} over the limit of {longest} characters: shorten it."
    ),
    "stored_as": translatable("Your answer “{answer}” is stored as “{kept}”."),
    "nothing_stored": translatable("Nothing is stored for this question."),
    "no_ticket": tickets.NO_TICKET,
    "damaged_ticket": tickets.DAMAGED,
    "other_wave": tickets.OTHER_WAVE,
    "other_site": tickets.OTHER_SITE,
}
"""What the page says by itself in sealed mode, in the words that the server uses in plain mode."""

_NUMBERS = {10: translatable("ten"), 15: translatable("fifteen"), 20: translatable("twenty")}


@dataclass(frozen=True)
class FormPage:
    """The document's form: empty for everybody, or filled again from a request's own body.

    Attributes:
        errors: HTML id of a field -> what is wrong with it, in the order of the page.
        ticket: the text of the ticket that came with it; empty without one.
    """

    smallest_group: str
    answers: Answers = field(default_factory=dict)
    code: str = ""
    attempt: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    ticket: str = ""


@dataclass(frozen=True)
class CheckedAnswer:
    """One row of the check page.

    Attributes:
        field: the HTML id of the question in the document.
        answer: its label, or the comment; None when the question was left.
        stored: how it will be stored, where that is not the answer itself.
        telling: of a comment, what in it could tell who wrote it.
    """

    field: str
    question: str
    answer: str | None
    stored: str | None
    telling: str | None = None


@dataclass(frozen=True)
class CheckedSection:
    """The answers of one section, in the order of its questions."""

    title: str
    rows: tuple[CheckedAnswer, ...]


@dataclass(frozen=True)
class CheckPage:
    """Everything that is about to be sent: with a ticket's text, or with a code.

    Attributes:
        dropped: whether answers were left out, to questions that the others leave out.
    """

    sections: tuple[CheckedSection, ...]
    answers: Answers
    code: str
    attempt: str
    ticket: str = ""
    dropped: bool = False

    @property
    def asked(self) -> int:
        """How many questions are asked."""
        return sum(len(section.rows) for section in self.sections)

    @property
    def answered(self) -> int:
        """How many of them have an answer, "prefer not to say" included."""
        return sum(row.answer is not None for section in self.sections for row in section.rows)


@dataclass(frozen=True)
class Packed:
    """A rendered document, plain and gzipped."""

    plain: bytes
    gzipped: bytes


def document(wave: Wave) -> Packed:
    """The one document of a wave, rendered on the first request for it in this process."""
    kept: dict[tuple[str, str], Packed] = current_app.extensions["candour.documents"]
    key = (wave.id, wave.questionnaire.fingerprint)
    if key not in kept:
        # Whatever the request asked for: the document is the same for everybody.
        with languages.spoken(languages.offered()[0]):
            plain = form_html(wave, FormPage(smallest_group(wave))).encode()
        kept[key] = Packed(plain, gzip.compress(plain, compresslevel=9, mtime=0))
    return kept[key]


def form_html(wave: Wave, page: FormPage, keys: PageKeys | None = None) -> str:
    """The document with a form in the state of `page`.

    Args:
        wave: whose document it is.
        page: the state of its form.
        keys: in place of the wave's own; of a preview, which knows no headcounts either.
    """
    edges = bands.of_wave(stores(), wave.id) if keys is None else {}
    before = _before(wave) if keys is None else DoneBefore()

    def rendered() -> str:
        return render_template(
            "respond/document.html",
            wave=wave,
            form=page,
            keys=keys or page_keys.of(wave),
            findable=findable.of(wave.questionnaire, edges),
            sentences=SENTENCES,
            longest=LONGEST_COMMENT,
            ticket_name=tickets.file_name(wave.id),
            before=before,
        )

    return both.of(rendered, TOLD)


def _before(wave: Wave) -> DoneBefore:
    """What was done before, read once in this process: it does not change while a wave is open."""
    kept: dict[str, DoneBefore] = current_app.extensions["candour.before"]
    if wave.id not in kept:
        kept[wave.id] = starting.of_wave(stores(), wave.id)
    return kept[wave.id]


def smallest_group(wave: Wave) -> str:
    """The wave's threshold in words, as the promise says it."""
    return _NUMBERS.get(wave.policy.k, str(wave.policy.k))


def field_of(question: Question | Comment) -> str:
    """The HTML id of a question in the document."""
    return f"q-{question.id}"


def answer_errors(wave: Wave, answers: Answers) -> dict[str, str]:
    """Fields whose answers exclude one another or are too long, each with a sentence."""
    answers = routing.kept(wave.questionnaire, answers)
    found = _contradictions(wave, answers)
    for comment in wave.questionnaire.comments:
        over = folding.bytes_too_many("".join(answers.get(comment.id, ())))
        if over:
            found[field_of(comment)] = said(SENTENCES["too_long"]).format(
                over=over, longest=f"{LONGEST_COMMENT:,}"
            )
    return found


def _contradictions(wave: Wave, answers: Answers) -> dict[str, str]:
    # With JavaScript the page does not let it happen; without, only the server can say so.
    found = {}
    for question in wave.questionnaire.questions:
        if isinstance(question, Multiple):
            given = [tick for tick in question.options if tick.code in answers.get(question.id, ())]
            alone = next((tick for tick in given if tick.exclusive), None)
            if alone and len(given) > 1:
                found[field_of(question)] = said(SENTENCES["alone"]).format(
                    answer=said(alone.label), question=said(question.text)
                )
    return found


def check_page(
    wave: Wave, answers: Answers, code: str, attempt: str, ticket: str = ""
) -> CheckPage:
    """Lay out the check page. `answers` hold question ids and codes that the page offers."""
    unasked = routing.unasked(wave.questionnaire, answers)
    kept = {question: given for question, given in answers.items() if question not in unasked}
    sections = (_checked(section, kept, unasked) for section in wave.questionnaire.sections)
    shown = tuple(section for section in sections if section.rows)
    return CheckPage(shown, kept, code, attempt, ticket, dropped=len(kept) < len(answers))


def _checked(section: Section, answers: Answers, unasked: frozenset[str]) -> CheckedSection:
    rows = [
        _row(question, answers.get(question.id, ()))
        for question in section.questions
        if question.id not in unasked
    ]
    for comment in section.comments:
        if comment.id in unasked:
            continue
        written = "".join(answers.get(comment.id, ()))
        told = telling.warning(written, languages.current())
        rows.append(
            CheckedAnswer(field_of(comment), said(comment.text), written or None, None, told)
        )
    return CheckedSection(said(section.title), tuple(rows))


def _row(question: Question, given: tuple[str, ...]) -> CheckedAnswer:
    offered = question.scale.points if isinstance(question, Statement) else question.options
    labels = [said(answer.label) for answer in offered if answer.code in given]
    stored = None
    if isinstance(question, Choice) and given:
        stored = _stored(question, next(o for o in question.options if o.code == given[0]))
    return CheckedAnswer(field_of(question), said(question.text), ", ".join(labels) or None, stored)


def _stored(question: Choice, option: Option) -> str | None:
    if option.folds_to is None:
        return said(SENTENCES["nothing_stored"])
    kept = said(question.stored[option.folds_to])
    if kept == said(option.label):
        return None
    return said(SENTENCES["stored_as"]).format(answer=said(option.label), kept=kept)


def groups_of_options(
    options: Iterable[Option],
) -> Iterator[tuple[str | None, list[Option]]]:
    """Runs of options under the same heading, in their order."""
    for heading, run in groupby(options, key=lambda option: option.heading):
        yield (None if heading is None else said(heading)), list(run)


def in_grids(questions: Iterable[Question]) -> Iterator[tuple[Grid | None, list[Question]]]:
    """Runs of statements in the same grid; every other question by itself."""

    def grid_of(question: Question) -> Grid | None:
        return question.grid if isinstance(question, Statement) else None

    for grid, run in groupby(questions, key=grid_of):
        if grid is not None:
            yield grid, list(run)
        else:
            yield from ((None, [question]) for question in run)


def install(app: App) -> None:
    """Give `app` its own store of documents and the templates their filters."""
    app.extensions["candour.documents"] = {}
    app.extensions["candour.before"] = {}
    app.jinja_env.filters["groups_of_options"] = groups_of_options
    app.jinja_env.filters["in_grids"] = in_grids
    app.jinja_env.filters["for_whom"] = routing.words
