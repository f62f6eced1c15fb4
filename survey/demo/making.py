"""Making the demo: every wave goes through the same steps as a real one, answers included.

Keys, cards, ballot box, headcounts, closing, unsealing, destroying: nothing is written into a store
behind the back of the code that a real wave uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, pairwise
from pathlib import Path

from analysis.beside.given import BesideFiles
from survey import database, resources
from survey.close import destroying, keys, sealed_tallies, unsealing
from survey.close.sealed_tallies import Pooling
from survey.collect import codes, issuer, submit
from survey.collect.submit import Prepared
from survey.config import Settings
from survey.database import Stores
from survey.demo import (
    agreed,
    bilingual,
    coders,
    declared,
    home,
    noticed,
    others,
    personnel,
    promised,
    reorganised,
    sending,
)
from survey.demo.force import SEED, WAVES, Force, Frame, make_force
from survey.demo.truths import BEFORE_ACTION
from survey.manage import headcounts, people, waves
from survey.questionnaire import loader
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire

QUESTIONNAIRE = resources.QUESTIONNAIRES / "culture.yaml"
RELEASES = "releases"
STANDING = "standing"
"""The officers' keys that open the sums of earlier waves."""

HALF_A_YEAR = timedelta(weeks=26)
OPEN_FOR = timedelta(weeks=3)
OPENED_AGO = timedelta(weeks=1)
"""The open wave opened a week before the demo was made."""

ANSWERED_SO_FAR = 0.2
"""Share of the open wave's answers that are already in."""

SPARE_CARDS = 300

PASSWORD = "demo-only-password"  # noqa: S105  # everybody may know it: a demo is for one machine
"""Everybody's who signs in to the demo."""


@dataclass(frozen=True)
class SignIn:
    """Somebody who signs in to the demo."""

    name: str
    role: str
    command: str | None
    who: str


SIGN_INS = (
    SignIn("board-north", "board", "response-north", "board of Response North"),
    SignIn("board-support", "board", "contact-and-support", "board of Contact and Support"),
    SignIn("board-protection", "board", "public-protection", "board of Public Protection"),
    SignIn("hr", "hr", None, "HR, the whole force"),
    SignIn(
        *(agreed.MANAGER, "manager", None),
        "wave manager, who prepares waves, and opens and closes them with another",
    ),
    *(
        SignIn(name, "officer", None, "release officer; two of them publish a Release")
        for name in agreed.OFFICERS
    ),
    SignIn("federation", "association", None, "staff association, which reads who read what"),
)

Report = Callable[[str], None]


@dataclass(frozen=True)
class DemoWave:
    """One wave of the demo; `closes` is None for the one that is open."""

    number: int
    id: str
    title: str
    opens: date
    closes: date | None


def calendar(today: date) -> tuple[DemoWave, ...]:
    """A wave every half year, the last one open since a week."""
    found = []
    for number in range(1, WAVES + 1):
        opens = today - OPENED_AGO - HALF_A_YEAR * (WAVES - number)
        closes = opens + OPEN_FOR if number < WAVES else None
        title = f"Culture survey, {opens:%B %Y}"
        found.append(DemoWave(number, f"culture-{opens:%Y-%m}", title, opens, closes))
    return tuple(found)


def make(folder: Path, today: date, report: Report) -> None:
    """Make a whole demo in `folder`, or nothing of it."""
    library = loader.load(QUESTIONNAIRE)
    with home.building(folder) as site:
        settings = Settings.at(site, two_people=True)
        report("Setting up the databases and the people who sign in")
        database.migrate(settings)
        stores = Stores.open(settings)
        waves.mark_demo(stores)
        add_people(stores)
        keys.make(site / home.KEYS / STANDING)
        force = make_force(library)
        # The wave after it is drafted before one opens: its answers are sealed meanwhile.
        for draft, _ in pairwise(chain(_drafts(stores, library, force, today, report), [None])):
            if draft is not None:
                _field(stores, draft, report)


def add_people(stores: Stores) -> None:
    """Add those who sign in to the demo and are not there: an older version had fewer."""
    there = {person.name for person in people.list_all(stores)}
    for person in SIGN_INS:
        if person.name not in there:
            people.add(stores, person.name, person.role, person.command, PASSWORD)


@dataclass(frozen=True)
class Draft:
    """A wave of the demo that can open, and its answers when they are ready."""

    wave: DemoWave
    questionnaire: Questionnaire
    frame: Frame
    cards: list[str]
    keys: Path
    sent: Future[list[Prepared]]


def _drafts(
    stores: Stores, library: Questionnaire, force: Force, today: date, report: Report
) -> Iterator[Draft]:
    """Each wave in turn; what is sent in it is made ready while the next one is asked for."""
    with sending.beside() as elsewhere:
        for wave in calendar(today):
            yield _draft(stores, library, force, wave, elsewhere, report)


def _draft(
    stores: Stores,
    library: Questionnaire,
    force: Force,
    wave: DemoWave,
    elsewhere: Executor,
    report: Report,
) -> Draft:
    """Keys, a draft wave, its cards and headcounts."""
    questionnaire = reorganised.asked(library, wave.number, noticed.actions(wave.number))
    if wave.closes is None:
        questionnaire = bilingual.asked(questionnaire)
    frame = reorganised.placed(force.frame(wave.number), wave.number)
    cards = codes.make(frame.n + SPARE_CARDS)
    report(f"{wave.title}: printing {len(cards):,} codes")
    folder = stores.settings.home / home.KEYS / wave.id
    public = keys.make(folder)
    draft = waves.create(stores, wave.id, wave.title, questionnaire, public)
    part = 1.0 if wave.closes else ANSWERED_SO_FAR
    sent = elsewhere.submit(
        sending.prepared, stores.settings, draft, force, wave.number, part, cards
    )
    issuer.import_codes(
        stores, wave.id, (codes.public_half(codes.parse(card), wave.id) for card in cards)
    )
    headcounts.store(stores, wave.id, frame.headcounts(questionnaire))
    return Draft(wave, questionnaire, frame, cards, folder, sent)


def _field(stores: Stores, draft: Draft, report: Report) -> None:
    """Take one wave from open to destroyed, or the last one to its first answers."""
    wave, site = draft.wave, stores.settings.home
    agreed.open_wave(stores, wave.id, wave.opens)
    sent = draft.sent.result()
    report(f"{wave.title}: receiving {len(sent):,} sealed answers")
    submit.keep_many(stores, wave.id, sent)
    if wave.closes is None:
        home.keep_codes(site, draft.cards[len(sent) :])
        return
    others.write(site, codebook(draft.questionnaire), wave.closes.year)
    if wave.number == personnel.WAVE:
        personnel.write(site, draft.questionnaire, draft.frame, wave.id, wave.opens, SEED)
    _close(stores, wave, wave.closes, draft.keys, report)


def _close(stores: Stores, wave: DemoWave, closes: date, folder: Path, report: Report) -> None:
    report(f"{wave.title}: closing and unsealing")
    agreed.close_wave(stores, wave.id, closes)
    key = folder / keys.PRIVATE_FILE
    officers = keys.load(key)
    site = stores.settings.home
    out = site / RELEASES
    standing = keys.load(folder.with_name(STANDING))
    # Each wave pools with those before it, and its sums are kept for those after it.
    before = out if any(out.glob(f"*{sealed_tallies.ENDING}")) else None
    pooling = Pooling(before, (standing,), standing.public)
    acted, counts = site / declared.FILE, site / personnel.FOLDER / f"{wave.id}.csv"
    beside = BesideFiles(
        site / others.FILE,
        acted if acted.exists() else None,
        counts if counts.exists() else None,
    )
    release = unsealing.unseal(stores, wave.id, officers, out, pooling=pooling, beside=beside)
    agreed.publish(stores, release)
    if wave.number == BEFORE_ACTION[-1]:
        declared.write(acted, wave.id, closes)
    report(f"{wave.title}: sorting the comments")
    coders.sort(stores, wave.id, officers, release, SEED + wave.number)
    promised.write(stores, wave.number, wave.id, closes)
    report(f"{wave.title}: destroying the answers and their key")
    destroying.destroy(stores, wave.id, key, closes + OPEN_FOR)
