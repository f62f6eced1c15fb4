"""What two people look at before they open or close a wave.

Nothing of it tells who has answered: whether to close is decided by the day and by the rounded,
delayed rate that is shown beside it (`survey.agreeing.response`), which is no part of the facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.plan import FORCE
from survey.agreeing.facts import Facts
from survey.collect import box, code_list, fingerprint, ready, salts
from survey.config import BOX, ISSUE, Settings
from survey.database import Stores
from survey.errors import SaltError
from survey.manage import policy_words, waves
from survey.manage.officers import PublicKeys
from survey.manage.tables import HeadcountRow
from survey.manage.waves import SMALLEST_WAVE, Wave


def opening(stores: Stores, wave_id: str) -> Facts:
    """What a wave opens with, from then on for good.

    Raises:
        WaveStateError: when there is no such wave.
    """
    with stores.issuer() as session:
        return opening_now(session, stores.settings, wave_id)


def opening_now(session: Session, settings: Settings, wave_id: str) -> Facts:
    """The same, as this transaction on the issuer's database sees it."""
    wave = waves.read(session, wave_id)
    codes = code_list.read(session, wave_id)
    query = select(HeadcountRow.group_id, HeadcountRow.people).where(HeadcountRow.wave == wave_id)
    people = {group: number for group, number in session.execute(query)}  # noqa: C416
    checked = list(_checked(wave, codes, settings))
    return Facts(
        (
            *_named(wave),
            ("Headcounts", _headcounts(people)),
            ("Cards", f"{wave.cards:,}"),
            ("SHA-256 of the list of codes", codes.digest if codes.hashes else "none"),
        ),
        tuple(sentence for holds, sentence, _ in checked if holds),
        tuple(instead for holds, _, instead in checked if not holds),
        detail(wave, people),
    )


def closing(stores: Stores, wave_id: str) -> Facts:
    """What a wave is that is closed, for good.

    Raises:
        WaveStateError: when there is no such wave.
    """
    wave = waves.get(stores, wave_id)
    opened = "not yet" if wave.opened is None else f"{wave.opened.day} {wave.opened:%B %Y}"
    missing = () if wave.state == "open" else (f"Wave {wave_id} is {wave.state}, and not open.",)
    return Facts(
        (*_named(wave), ("Cards", f"{wave.cards:,}"), ("Opened", opened)),
        (),
        missing,
        detail(wave, {}),
    )


def detail(wave: Wave, people: dict[str, int]) -> str:
    """What is not shown, as one text: the state, and every rule, key and headcount."""
    keys = [one.hex() for one in (wave.public_key, wave.fallback_key, wave.token_key)]
    verifier, counts = wave.verifier.hex(), sorted(people.items())
    return repr((wave.state, asdict(wave.policy), keys, verifier, counts))


def _named(wave: Wave) -> Iterator[tuple[str, str]]:
    asked = wave.questionnaire
    officers = PublicKeys(wave.public_key, wave.fallback_key, wave.verifier)
    yield "Survey", f"{wave.title} ({wave.id})"
    yield "Questionnaire", f"{asked.title}, version {asked.version}"
    yield "Fingerprint of the questionnaire", asked.fingerprint
    yield "Fingerprint of its keys, on every card", fingerprint.of(wave) if wave.token_key else "-"
    yield "Fingerprint of the officers' keys", officers.fingerprint
    yield "Disclosure rules", policy_words.in_words(wave.policy)


def _has_salt(settings: Settings, wave_id: str) -> bool:
    try:
        return salts.read(settings, wave_id) is not None
    except SaltError:
        return False


def _headcounts(people: dict[str, int]) -> str:
    if not people:
        return "none: no response rates, and the page tells nobody how many colleagues they have"
    force = f", {people[FORCE]:,} people in the force" if FORCE in people else ""
    return f"of {len(people):,} groups{force}"


def _checked(
    wave: Wave, codes: code_list.CodeList, settings: Settings
) -> Iterator[tuple[bool, str, str]]:
    """(whether it holds, a sentence when it does, a sentence when not)."""
    yield (
        wave.state == "draft",
        "It is a draft, and nobody could answer yet.",
        f"Wave {wave.id} is {wave.state}, and no draft.",
    )
    yield (
        wave.cards >= SMALLEST_WAVE,
        f"It has {SMALLEST_WAVE} cards or more, so that time alone does not tell who answered.",
        f"It has {wave.cards} cards; make and import {SMALLEST_WAVE} or more.",
    )
    yield (
        0 < len(codes.hashes) == wave.cards,
        "The list of codes that will be public names every card once.",
        "It has no list of all its codes to publish; import its codes again.",
    )
    if ISSUE in settings.surfaces:
        has_keys = ready.has_issuing_key(settings, wave)
        has_salt = _has_salt(settings, wave.id)
        yield (
            has_keys and has_salt,
            "Its issuing key and its salt are here.",
            "Its issuing key or its salt is missing here or damaged; make a new wave.",
        )
    if BOX in settings.surfaces:
        yield (
            box.path_of(settings, wave.id).exists(),
            "Its empty ballot box is here.",
            "Its ballot box is missing here; import its codes again.",
        )
